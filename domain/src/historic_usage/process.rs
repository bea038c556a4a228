use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{HistoricUsage, HistoricUsageCommand, HistoricUsageError, MonthRecorded};
use crate::meter::Meter;
use crate::units::{BillingMonth, ImportBatchId, MeterNo, Quantity, business_date};

/// One month of a meter as the charging system kept it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordHistoricUsage {
    pub meter_no: MeterNo,
    pub month: BillingMonth,
    pub usage: Quantity,
    pub batch: Option<ImportBatchId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRecorded {
    pub meter_no: MeterNo,
    /// The month had come in before.
    pub known: bool,
}

impl Process for RecordHistoricUsage {
    const NAME: &'static str = "historic_usage.record";
    type Outcome = HistoryRecorded;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<HistoryRecorded, Stop> {
        let id = self.meter_no.as_str();
        if self.month >= BillingMonth::of(business_date(context.at)) {
            return Err(HistoricUsageError::MonthNotOver.into());
        }
        let meter = workspace.get::<Meter>(id)?;
        meter.registered()?;
        let metered = meter
            .accepted()
            .iter()
            .any(|reading| BillingMonth::of(reading.read_on) == self.month);
        if metered {
            return Err(HistoricUsageError::MonthMetered(self.month).into());
        }
        let known = workspace
            .get::<HistoricUsage>(id)?
            .usage(self.month)
            .is_some();
        let recorded = MonthRecorded {
            meter_no: self.meter_no.clone(),
            month: self.month,
            usage: self.usage,
            batch: self.batch.clone(),
        };
        let command = HistoricUsageCommand::Record(recorded);
        workspace.execute::<HistoricUsage>(id, command)?;
        Ok(HistoryRecorded {
            meter_no: self.meter_no.clone(),
            known,
        })
    }
}

/// Takes back what one file brought; what another had brought before it stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawHistoricUsage {
    pub meter_no: MeterNo,
    pub month: BillingMonth,
    pub batch: ImportBatchId,
}

impl Process for WithdrawHistoricUsage {
    const NAME: &'static str = "historic_usage.withdraw";
    type Outcome = ();

    fn decide(&self, _context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let command = HistoricUsageCommand::Withdraw {
            month: self.month,
            batch: self.batch.clone(),
        };
        workspace.execute::<HistoricUsage>(self.meter_no.as_str(), command)
    }
}
