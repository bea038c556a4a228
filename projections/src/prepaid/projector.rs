use async_trait::async_trait;
use chaobiao_domain::account::{AccountEvent, BalanceLevel, ChargeSchemeChanged, Supply};
use chaobiao_domain::units::Fen;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Keeps `read_prepaid`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PrepaidProjector;

#[async_trait]
impl Projector for PrepaidProjector {
    fn name(&self) -> &'static str {
        "prepaid"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["account"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_prepaid"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            project(event, connection).await?;
        }
        Ok(())
    }
}

/// The name of how an account is supplied; when it is to be cut off stands beside it.
const fn supply_name(supply: Supply) -> &'static str {
    match supply {
        Supply::On => "on",
        Supply::CutOffPlanned(_) => "cut_off_planned",
        Supply::CutOffOrdered => "cut_off_ordered",
        Supply::CutOff => "cut_off",
        Supply::RestorationOrdered => "restoration_ordered",
    }
}

async fn project(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let account_no = event.stream.aggregate_id.as_str();
    let level = |level| Change::Level(level);
    let change = match event.decode()? {
        AccountEvent::ChargeSchemeChanged(change) => {
            return scheme(account_no, &change, connection).await;
        }
        AccountEvent::LowBalanceRaised { .. } | AccountEvent::GraceLeft { .. } => {
            level(BalanceLevel::Low)
        }
        AccountEvent::LowBalanceCleared { .. } => level(BalanceLevel::Ample),
        AccountEvent::GraceEntered { .. } => level(BalanceLevel::Grace),
        AccountEvent::GraceExhausted { .. } => level(BalanceLevel::Exhausted),
        AccountEvent::CutOffPlanned { at } => Change::Supply(Supply::CutOffPlanned(at)),
        AccountEvent::CutOffOrdered => Change::Supply(Supply::CutOffOrdered),
        AccountEvent::SupplyDisconnected => Change::Supply(Supply::CutOff),
        AccountEvent::RestorationOrdered { .. } => Change::Supply(Supply::RestorationOrdered),
        AccountEvent::CutOffCancelled { .. } | AccountEvent::SupplyRestored => {
            Change::Supply(Supply::On)
        }
        _ => return Ok(()),
    };
    change.store(account_no, connection).await
}

enum Change {
    Level(BalanceLevel),
    Supply(Supply),
}

impl Change {
    async fn store(
        &self,
        account_no: &str,
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        match self {
            Self::Level(level) => {
                sqlx::query("UPDATE read_prepaid SET level = $2 WHERE account_no = $1")
                    .bind(account_no)
                    .bind(level.as_str())
                    .execute(connection)
                    .await?;
            }
            Self::Supply(supply) => {
                let at: Option<DateTime<Utc>> = match supply {
                    Supply::CutOffPlanned(at) => Some(*at),
                    _ => None,
                };
                sqlx::query(
                    "UPDATE read_prepaid SET supply = $2, cut_off_at = $3 WHERE account_no = $1",
                )
                .bind(account_no)
                .bind(supply_name(*supply))
                .bind(at)
                .execute(connection)
                .await?;
            }
        }
        Ok(())
    }
}

async fn scheme(
    account_no: &str,
    change: &ChargeSchemeChanged,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let terms = change.terms;
    sqlx::query(
        "INSERT INTO read_prepaid (account_no, scheme, since_on, reason, alarm_below, \
         grace_credit, level, supply) VALUES ($1, $2, $3, $4, $5, $6, 'ample', 'on') \
         ON CONFLICT (account_no) DO UPDATE SET scheme = excluded.scheme, \
         since_on = excluded.since_on, reason = excluded.reason, \
         alarm_below = excluded.alarm_below, grace_credit = excluded.grace_credit, \
         level = excluded.level",
    )
    .bind(account_no)
    .bind(change.scheme.as_str())
    .bind(change.from)
    .bind(&change.reason)
    .bind(terms.map(|terms| terms.alarm_below).map(Fen::value))
    .bind(terms.map(|terms| terms.grace_credit).map(Fen::value))
    .execute(connection)
    .await?;
    Ok(())
}
