//! Relays and valves: ordered once, then read back. What is not known stays unknown.

use std::time::Duration;

use chaobiao_devices::dlt645::{Operator, Password};
use chaobiao_devices::{Profile, Protocol};
use chrono::TimeDelta;

use super::Bus;
use super::exchange::{Exchanged, milliseconds};
use crate::command::{Authority, Command, NotSent, Outcome, SwitchTo};
use crate::meter::{Meter, MeterAddress};
use crate::observation::{Lost, Observation};
use crate::talk::{self, Said, Switching, Via};
use crate::time::on_the_wall;

/// A valve takes seconds to turn.
const READ_BACKS: u8 = 5;
const BETWEEN_READ_BACKS: Duration = Duration::from_secs(2);
/// How long an order to a meter is good for, by the meter's clock.
const VALID_HOURS: i64 = 1;

impl Bus {
    pub(super) async fn switch(
        &mut self,
        command: &Command,
        meter: &Meter,
        to: SwitchTo,
        authority: Option<Authority>,
    ) -> Result<(), Lost> {
        let unsupported = Outcome::NotSent(NotSent::Unsupported);
        let Some(profile) = self.profile_of(meter) else {
            self.done(command, unsupported).await;
            return Ok(());
        };
        if authority.is_none() && profile.protocol == Protocol::Dlt645Of2007 {
            let outcome = Outcome::NotSent(NotSent::NoAuthority);
            self.done(command, outcome).await;
            return Ok(());
        }
        // Valves ask for none.
        let authority = authority.unwrap_or(Authority {
            password: Password {
                level: 0,
                secret: [0; 3],
            },
            operator: Operator([0; 4]),
        });
        let hours = TimeDelta::hours(VALID_HOURS);
        let order = Switching {
            to,
            password: authority.password,
            operator: authority.operator,
            valid_until: on_the_wall(self.shared.now()) + hours,
        };
        let talk = self.talk(meter.address, &profile);
        let item = talk.switch_item();
        let Some(request) = talk.switch(&order) else {
            self.done(command, unsupported).await;
            return Ok(());
        };
        // Nothing that was asked before may be taken for what is asked now.
        self.settle(milliseconds(profile.byte_gap_ms_max)).await?;
        let sent = Observation::CommandSent {
            id: command.id,
            collector: self.id.clone(),
            meter: meter.address,
            frame: request.clone(),
            at: self.shared.now(),
        };
        self.shared.tell(sent).await;
        let target = (meter.address, &*profile);
        let outcome = self.order(target, &request, (to, item), command).await?;
        self.done(command, outcome).await;
        Ok(())
    }

    /// Sends the order and looks what became of it. What is known is noted at every step, so that
    /// it is told if the link is lost in between.
    async fn order(
        &mut self,
        (address, profile): (MeterAddress, &Profile),
        request: &[u8],
        (to, item): (SwitchTo, u32),
        command: &Command,
    ) -> Result<Outcome, Lost> {
        let unknown = |acknowledged, in_place| Outcome::Unknown {
            acknowledged,
            in_place,
        };
        self.under_way = Some((command.id, unknown(false, None)));
        let mut acknowledged = false;
        if let Exchanged::Answer(heard) = self.exchange(address, profile, request).await? {
            match talk::read(&heard.bytes, profile).0 {
                Said::Refused { word, .. } => return Ok(Outcome::Refused { word }),
                _ => acknowledged = true,
            }
        }
        let mut in_place = None;
        for _ in 0..READ_BACKS {
            self.under_way = Some((command.id, unknown(acknowledged, in_place)));
            self.settle(milliseconds(profile.byte_gap_ms_max)).await?;
            let via = Via::Command(command.id);
            if let Ok(reading) = self.read(address, profile, item, via, 0).await? {
                in_place = reading.said.switched(to);
                self.shared
                    .tell(Observation::Reading(Box::new(reading)))
                    .await;
            }
            if in_place == Some(true) {
                return Ok(Outcome::Confirmed { acknowledged });
            }
            self.settle(BETWEEN_READ_BACKS).await?;
        }
        Ok(match in_place {
            Some(false) if acknowledged => Outcome::NotObeyed,
            in_place => unknown(acknowledged, in_place),
        })
    }
}
