//! What people ordered goes out over the link of its collector: first it is recorded that this node
//! does it, then it is handed to the gateway, which sends an order to a relay or valve once.

use std::collections::HashSet;
use std::time::Duration;

use chaobiao_decision::Rejection;
use chaobiao_devices::dlt645::{Operator, Password};
use chaobiao_domain::device_order::NoteOrderSent;
use chaobiao_domain::units::DeviceOrderId;
use chaobiao_eventstore::CommandError;
use chaobiao_gateway::command::{Act, Authority, Command, CommandId, SwitchTo};
use chaobiao_gateway::{Gateway, Meter};
use chaobiao_projections::collectors::query as collectors;
use chaobiao_projections::device_orders::{DeviceOrderRow, query};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as ValueError, StrDeserializer};
use tokio::sync::watch;
use uuid::Uuid;

use super::desk::Clerk;
use super::plan::Profiles;
use crate::changes::change_within;
use crate::config::{CollectorsConfig, ConfigError, read_key_file};

/// Also without a change: a collector may have come back.
const EVERY: Duration = Duration::from_secs(2);

/// Reads the file with what meters ask for before they obey.
pub(super) fn authority(config: &CollectorsConfig) -> Result<Option<Authority>, ConfigError> {
    let Some(path) = &config.authority_file else {
        return Ok(None);
    };
    let text = read_key_file(path)?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let wrong = || ConfigError::CollectorSetting {
        key: "collectors.authority_file",
        wanted: "两行各八位数字：密码与操作者代码",
    };
    let mut next = || lines.next().ok_or_else(wrong);
    let (password, operator) = (next()?, next()?);
    Ok(Some(Authority {
        password: Password::deserialize(read(password)).map_err(|_| wrong())?,
        operator: Operator::deserialize(read(operator)).map_err(|_| wrong())?,
    }))
}

fn read(text: &str) -> StrDeserializer<'_, ValueError> {
    text.into_deserializer()
}

/// See the module.
pub(super) struct Dispatcher {
    pub(super) gateway: Gateway,
    pub(super) clerk: Clerk,
    pub(super) authority: Option<Authority>,
}

impl Dispatcher {
    /// For ever.
    pub(super) async fn run(self, mut changes: Option<watch::Receiver<i64>>) {
        let profiles = Profiles::default();
        // The read model may show for a while what has gone out already.
        let mut taken = HashSet::new();
        loop {
            if let Err(error) = self.send_waiting(&profiles, &mut taken).await {
                tracing::warn!(%error, "orders to meters cannot be read");
            }
            change_within(EVERY, changes.as_mut()).await;
        }
    }

    async fn send_waiting(
        &self,
        profiles: &Profiles,
        taken: &mut HashSet<String>,
    ) -> Result<(), sqlx::Error> {
        let linked = self.gateway.linked();
        let linked: Vec<String> = linked.iter().map(ToString::to_string).collect();
        if linked.is_empty() {
            return Ok(());
        }
        let pool = self.clerk.bus.store().pool();
        let waiting = query::waiting(pool, &linked).await?;
        taken.retain(|id| waiting.iter().any(|row| row.order_id == *id));
        for row in waiting {
            if taken.contains(&row.order_id) {
                continue;
            }
            let meter = collectors::meter(pool, &row.meter_no).await?;
            let protocol = meter.and_then(|meter| meter.protocol);
            let meter = profiles.meter(&row.address, protocol.as_deref());
            if let Some(meter) = meter {
                self.send(&row, meter).await;
            }
            taken.insert(row.order_id);
        }
        Ok(())
    }

    async fn send(&self, row: &DeviceOrderRow, meter: Meter) {
        let (Ok(order_id), Ok(id), Ok(collector)) = (
            DeviceOrderId::try_new(&row.order_id),
            row.order_id.parse::<Uuid>(),
            row.collector_no.parse(),
        ) else {
            return;
        };
        let switch = |meter, to| Act::Switch {
            meter,
            to,
            authority: self.authority,
        };
        let act = match row.act.as_str() {
            "read" => Act::Read { meter, item: None },
            "cut_off" => switch(meter, SwitchTo::Off),
            "restore" => switch(meter, SwitchTo::On),
            "permit_restore" => switch(meter, SwitchTo::PermitOn),
            _ => return,
        };
        let note = NoteOrderSent {
            order_id: order_id.clone(),
            node: self.clerk.node.clone(),
        };
        let about = format!("send/{order_id}");
        match self
            .clerk
            .bus
            .execute(self.clerk.context(&about), note)
            .await
        {
            Ok(_) => {}
            // Another node, or its time is over.
            Err(CommandError::Refused(Rejection { code, .. })) => {
                tracing::debug!(order = %order_id, code, "order not sent");
                return;
            }
            Err(error) => {
                // Whether it was recorded is not known: it must not be sent.
                tracing::warn!(order = %order_id, %error, "order not sent");
                return;
            }
        }
        let command = Command {
            id: CommandId(id.as_u128()),
            collector,
            act,
            expires_at: Some(row.expires_at),
        };
        tracing::info!(order = %order_id, collector = row.collector_no, act = row.act, "order sent");
        self.gateway.command(command);
    }
}
