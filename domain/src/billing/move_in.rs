//! 入住登记, 过户 (R95): the account that stays with the flat is another holder's.

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::error::BillingError;
use crate::account::{Account, AccountCommand, AccountOpened, AssignMeter, ChangeAccount};
use crate::units::{AccountNo, MeterNo, Phone, TariffId, business_date};

/// Gives a cleared account to its next holder, who pays for the meters of the one before from their
/// last readings up to that day, under the same tariffs, and starts with no debt, no money and no
/// tiers used.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MoveIn {
    pub account_no: AccountNo,
    pub holder: String,
    pub phone: Option<Phone>,
    pub household_persons: u32,
    /// Today, when not given.
    pub on: Option<NaiveDate>,
}

impl Process for MoveIn {
    const NAME: &'static str = "billing.move_in";
    type Outcome = AccountOpened;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AccountOpened, Stop> {
        let today = business_date(context.at);
        let on = self.on.unwrap_or(today);
        if on > today {
            return Err(BillingError::MoveInInFuture.into());
        }
        let account_no = &self.account_no;
        let account = workspace.get::<Account>(account_no.as_str())?;
        let account = account.opened(account_no)?;
        let closings = account.tenancy().moved_out();
        let closings = closings.map_or(Vec::new(), |moved_out| moved_out.closings.clone());
        let meters: Vec<(MeterNo, TariffId)> = closings
            .into_iter()
            .filter_map(|closing| {
                let mut meters = account.meters().iter().rev();
                let meter = meters.find(|meter| meter.meter_no == closing.meter_no)?;
                Some((closing.meter_no, meter.tariff_id.clone()))
            })
            .collect();
        let command = AccountCommand::MoveIn { on };
        workspace.execute::<Account>(account_no.as_str(), command)?;
        let change = ChangeAccount {
            account_no: account_no.clone(),
            class: None,
            campus: None,
            holder: Some(self.holder.clone()),
            phone: self.phone.clone(),
            remove_phone: self.phone.is_none(),
            address: None,
            household_persons: Some(self.household_persons),
        };
        change.decide(context, workspace)?;
        for (meter_no, tariff_id) in meters {
            let assign = AssignMeter {
                account_no: account_no.clone(),
                meter_no,
                tariff_id,
                from: Some(on),
            };
            assign.decide(context, workspace)?;
        }
        Ok(AccountOpened {
            account_no: account_no.clone(),
        })
    }
}
