//! Finding out who is on a bus, and how it speaks.

use std::sync::Arc;

use chaobiao_devices::item::Value;
use chaobiao_devices::quantity::Field;
use chaobiao_devices::{Profile, Protocol};

use super::Bus;
use super::exchange::Exchanged;
use crate::command::{Command, Outcome};
use crate::meter::{MeterAddress, total_of};
use crate::observation::{Lost, Observation};
use crate::talk::{self, PROBES, Probe, Said, Talk};

impl Bus {
    /// A meter whose address is known: which protocol does it answer?
    pub(super) async fn find_out(
        &mut self,
        address: MeterAddress,
    ) -> Result<Option<Arc<Profile>>, Lost> {
        let protocols: &[Protocol] = match address {
            MeterAddress::Dlt645(_) => &[Protocol::Dlt645Of2007, Protocol::Dlt645Of1997],
            MeterAddress::Cjt188 { .. } => &[Protocol::Cjt188],
        };
        for &protocol in protocols {
            let profile = Profile::standard(protocol);
            let talk = Talk {
                address,
                profile: &profile,
                di_order: None,
                seq: self.memory.next_seq(),
            };
            let Some(request) = talk.read(total_of(protocol)) else {
                continue;
            };
            // A refusal is an answer, too: it speaks the protocol.
            if let Exchanged::Answer(_) = self.exchange(address, &profile, &request).await? {
                let profile = Arc::new(profile);
                self.memory.meter(address).profile = Some(Arc::clone(&profile));
                self.found(address, protocol).await;
                return Ok(Some(profile));
            }
        }
        Ok(None)
    }

    /// The one meter on the bus: who is it?
    pub(super) async fn probe(&mut self, command: &Command) -> Result<(), Lost> {
        for probe in PROBES {
            if let Some(meter) = self.ask(probe).await? {
                self.found(meter, probe.protocol()).await;
                self.done(command, Outcome::Found(meter)).await;
                return Ok(());
            }
        }
        self.done(command, Outcome::NoAnswer).await;
        Ok(())
    }

    async fn ask(&mut self, probe: Probe) -> Result<Option<MeterAddress>, Lost> {
        let profile = Profile::standard(probe.protocol());
        let Some(request) = probe.request() else {
            return Ok(None);
        };
        let exchanged = self.exchange(probe.address(), &profile, &request).await?;
        let Exchanged::Answer(heard) = exchanged else {
            return Ok(None);
        };
        let (said, _) = talk::read(&heard.bytes, &profile);
        match said {
            Said::Address(address) if !address.is_wildcard() => Ok(Some(address)),
            Said::Value {
                value: Value::Digits(Field::Present(number)),
                ..
            } if probe == Probe::NumberOf1997 => Ok(number.parse().ok().map(MeterAddress::Dlt645)),
            _ if !heard.address.is_wildcard() => Ok(Some(heard.address)),
            // It answers under the wildcard: its number says who it is.
            _ if probe == Probe::TotalOf1997 => Box::pin(self.ask(Probe::NumberOf1997)).await,
            _ => Ok(None),
        }
    }

    async fn found(&self, meter: MeterAddress, protocol: Protocol) {
        let observation = Observation::MeterFound {
            collector: self.id.clone(),
            meter,
            protocol,
            at: self.shared.now(),
        };
        self.shared.tell(observation).await;
    }
}
