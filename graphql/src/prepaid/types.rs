use async_graphql::{Context, Enum, Object, Result};
use chaobiao_domain::account;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units;
use chaobiao_projections::prepaid::PrepaidRow;
use chrono::{DateTime, Utc};

use crate::account::{Account, find_account};
use crate::support::{Date, Fen, customer_or, internal};

/// 收费方式
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "account::ChargeScheme")]
pub(super) enum ChargeScheme {
    /// 后收费: bills by the month.
    Postpaid,
    /// 预收费: each reading is charged when it is accepted.
    Prepaid,
}

/// How far a prepaid balance has fallen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "account::BalanceLevel")]
pub(super) enum BalanceLevel {
    Ample,
    /// 低余额
    Low,
    /// 透支中: below nothing, within the grace credit.
    Grace,
    /// 透支用尽
    Exhausted,
}

/// Whether a prepaid account is supplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum SupplyState {
    On,
    /// On a working day to come, unless it is paid before.
    CutOffPlanned,
    /// To be cut off now.
    CutOffOrdered,
    CutOff,
    /// Paid for again, and to be restored now.
    RestorationOrdered,
}

impl SupplyState {
    const ALL: [Self; 5] = [
        Self::On,
        Self::CutOffPlanned,
        Self::CutOffOrdered,
        Self::CutOff,
        Self::RestorationOrdered,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::CutOffPlanned => "cut_off_planned",
            Self::CutOffOrdered => "cut_off_ordered",
            Self::CutOff => "cut_off",
            Self::RestorationOrdered => "restoration_ordered",
        }
    }
}

/// An account that pays before, or one that did and is not supplied yet.
#[derive(Clone, Debug)]
pub struct PrepaidAccount(pub PrepaidRow);

#[Object]
impl PrepaidAccount {
    async fn account_no(&self) -> &str {
        &self.0.account_no
    }

    #[graphql(guard = "customer_or(Permission::ViewAccounts)")]
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        find_account(ctx, &self.0.account_no).await
    }

    async fn campus(&self) -> &str {
        &self.0.campus
    }

    /// `POSTPAID` for an account that no longer pays before and is to be supplied again.
    async fn scheme(&self) -> ChargeScheme {
        if self.0.scheme == account::ChargeScheme::Prepaid.as_str() {
            ChargeScheme::Prepaid
        } else {
            ChargeScheme::Postpaid
        }
    }

    async fn since(&self) -> Date {
        Date(self.0.since_on)
    }

    /// Why the account is eligible, or why it went back.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Credit less what is open: below nothing, what is owed.
    async fn balance(&self) -> Fen {
        Fen(units::Fen::new(self.0.balance))
    }

    /// A balance below this is low.
    async fn alarm_below(&self) -> Option<Fen> {
        self.0.alarm_below.map(units::Fen::new).map(Fen)
    }

    /// What may be owed without being cut off.
    async fn grace_credit(&self) -> Option<Fen> {
        self.0.grace_credit.map(units::Fen::new).map(Fen)
    }

    async fn level(&self, ctx: &Context<'_>) -> Result<BalanceLevel> {
        use account::BalanceLevel::{Ample, Exhausted, Grace, Low};
        let level = [Ample, Low, Grace, Exhausted]
            .into_iter()
            .find(|level| level.as_str() == self.0.level);
        let level = level.ok_or_else(|| internal(ctx, format!("level {}", self.0.level)))?;
        Ok(level.into())
    }

    async fn supply(&self, ctx: &Context<'_>) -> Result<SupplyState> {
        SupplyState::ALL
            .into_iter()
            .find(|supply| supply.name() == self.0.supply)
            .ok_or_else(|| internal(ctx, format!("supply {}", self.0.supply)))
    }

    /// When it is to be cut off, where that is planned.
    async fn cut_off_at(&self) -> Option<DateTime<Utc>> {
        self.0.cut_off_at
    }
}
