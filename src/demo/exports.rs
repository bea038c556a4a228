//! Batches for the charging system: each month finance closes one over the month before.

use std::sync::Arc;
use std::time::Duration;

use chaobiao_domain::payment_export::{CreateExportBatch, ExportBasis};
use chaobiao_eventstore::{CommandBus, Daemon};
use chaobiao_projections::payments::{PaymentsProjector, query};
use chrono::TimeDelta;

use super::DemoError;
use super::almanac::at;
use super::generate::{Campus, Month};
use super::runner::Tag;
use super::setup::by;
use super::staff::FINANCE;

/// How long one look at the read model waits; it looks again.
const PATIENCE: Duration = Duration::from_millis(200);

/// Keeps the one read model the generation looks at: what has been paid and not been exported.
pub(super) fn bookkeeper(bus: &CommandBus) -> Daemon {
    Daemon::builder(bus.clone())
        .projectors(vec![Arc::new(PaymentsProjector)])
        .start()
}

impl Campus<'_> {
    /// On the first working day: what was paid in the month before, counted as in life from what
    /// is shown.
    pub(super) async fn close_export(&mut self, month: Month) -> Result<(), DemoError> {
        let opened = at(self.almanac.working_day(month.month.first_day()), 9, 5);
        if opened >= self.almanac.end() {
            return Ok(());
        }
        self.runner.run(opened).await?;
        if let Some(position) = self.runner.position {
            while !self.bookkeeper.wait_for(position, PATIENCE).await {
                tokio::time::sleep(PATIENCE).await;
            }
        }
        let (basis, before) = (ExportBasis::PaidMonth, month.month.previous());
        let create = CreateExportBatch {
            basis,
            month: before,
            counted: query::countable(self.runner.pool(), basis, before).await?,
        };
        let key = month.key("export");
        // Nobody pays before the first bill.
        let nothing = Some("PAYMENT_EXPORT_NOTHING_NEW");
        let (actor, tag) = (by(FINANCE), Tag::None);
        self.runner
            .give_tagged(opened, actor, &key, create, tag, nothing);
        self.runner.run(opened + TimeDelta::minutes(1)).await?;
        Ok(())
    }
}
