use chaobiao_decision::{BusinessError, CommandContext, Process, Stop, Workspace};
use chrono::Days;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::account::{Account, AccountCommand, ChargeScheme, ChargeSchemeChanged, PrepaidTerms};
use crate::billing::{deduct, payment_days};
use crate::units::{AccountNo, Fen, business_date, written};

const REASON_LENGTH_MAX: usize = 200;

/// Why the scheme is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SchemeError {
    #[error("须说明依据，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("预收费须设低余额预警线，且不能为负")]
    AlarmMissing,
    #[error("预收费须设透支额度，且不能为负")]
    GraceMissing,
    #[error("金额超出可计算范围")]
    Overflow,
}

impl BusinessError for SchemeError {
    fn code(&self) -> &'static str {
        match self {
            Self::ReasonInvalid => "SCHEME_REASON_INVALID",
            Self::AlarmMissing => "SCHEME_ALARM_MISSING",
            Self::GraceMissing => "SCHEME_GRACE_MISSING",
            Self::Overflow => "SCHEME_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::ReasonInvalid => Some("reason"),
            Self::AlarmMissing => Some("alarmBelow"),
            Self::GraceMissing => Some("graceCredit"),
            Self::Overflow => None,
        }
    }
}

/// Changes how an account pays, from today on (R23). To pay before, nothing may be open; what is
/// read but not billed yet is charged at once, both ways, so that neither scheme has a rest of the
/// other. A balance stays as credit; what is owed then is asked for by notices.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeChargeScheme {
    pub account_no: AccountNo,
    pub scheme: ChargeScheme,
    pub reason: String,
    /// Of a prepaid account.
    pub alarm_below: Option<Fen>,
    pub grace_credit: Option<Fen>,
}

/// The account that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemeChanged {
    pub account_no: AccountNo,
}

impl ChangeChargeScheme {
    fn terms(&self) -> Result<Option<PrepaidTerms>, SchemeError> {
        if self.scheme == ChargeScheme::Postpaid {
            return Ok(None);
        }
        let given = |amount: Option<Fen>| amount.filter(|amount| !amount.is_negative());
        Ok(Some(PrepaidTerms {
            alarm_below: given(self.alarm_below).ok_or(SchemeError::AlarmMissing)?,
            grace_credit: given(self.grace_credit).ok_or(SchemeError::GraceMissing)?,
        }))
    }
}

impl Process for ChangeChargeScheme {
    const NAME: &'static str = "prepaid.change_scheme";
    type Outcome = SchemeChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SchemeChanged, Stop> {
        let reason = written(&self.reason, "依据", REASON_LENGTH_MAX);
        let reason = reason.map_err(|_| SchemeError::ReasonInvalid)?;
        let terms = self.terms()?;
        let id = self.account_no.as_str();
        let account = workspace.get::<Account>(id)?.opened(&self.account_no)?;
        let account = account.clone();
        let was = account.scheme().kind();
        let payment_days = payment_days(&account, workspace)?;
        let today = business_date(context.at);
        let due_on = today.checked_add_days(Days::new(u64::from(payment_days)));
        if was == ChargeScheme::Prepaid && self.scheme == ChargeScheme::Postpaid {
            deduct(&self.account_no, context, workspace)?;
        }
        let change = AccountCommand::ChangeScheme {
            change: ChargeSchemeChanged {
                scheme: self.scheme,
                from: today,
                reason,
                terms,
            },
            due_on: due_on.ok_or(SchemeError::Overflow)?,
        };
        workspace.execute::<Account>(id, change)?;
        if self.scheme == ChargeScheme::Prepaid {
            deduct(&self.account_no, context, workspace)?;
        }
        Ok(SchemeChanged {
            account_no: self.account_no.clone(),
        })
    }
}
