use async_graphql::{ComplexObject, Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::meter_tree;
use chaobiao_projections::meter_tree::{LimitsRow, MeterLoss as LossRow, SubUsage, TreeNode};

use crate::meter::{Meter, meter_of};
use crate::support::{Commodity, Date, Decimal};

/// What a meter is to the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter_tree::SubMeterRole")]
pub(super) enum SubMeterRole {
    /// 分表
    Sub,
    /// 串接分表: its usage comes off the master's bill.
    Deducted,
    /// 公共用量
    Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter_tree::LossVerdict")]
pub(super) enum LossVerdict {
    Within,
    /// More or less than the limits allow.
    OutOfBounds,
    /// The deducted meters counted more than their master.
    Impossible,
}

/// What of two losses of one kind is the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum LossRank {
    /// 损失率: where little flows, it shows a small leak.
    Percent,
    /// 损失量: where much flows, little of it is much.
    Quantity,
}

/// A meter in a tree.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct MeterTreeNode {
    meter_no: String,
    /// The meter above; null for the one the tree was asked for.
    parent_no: Option<String>,
    role: Option<SubMeterRole>,
    depth: i32,
    from: Option<Date>,
    /// Not included.
    to: Option<Date>,
}

#[ComplexObject]
impl MeterTreeNode {
    async fn meter(&self, ctx: &Context<'_>) -> Result<Option<Meter>> {
        meter_of(ctx, &self.meter_no).await
    }
}

impl From<TreeNode> for MeterTreeNode {
    fn from(node: TreeNode) -> Self {
        Self {
            meter_no: node.meter_no.into(),
            parent_no: node.parent_no.map(Into::into),
            role: node.role.map(Into::into),
            depth: node.depth,
            from: node.from.map(Date::from),
            to: node.to.map(Date::from),
        }
    }
}

/// What one meter below a master counted for its part of the period.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct SubMeterUsage {
    meter_no: String,
    role: SubMeterRole,
    usage: Decimal,
    /// The reading it counts up to; null when it has none in the period.
    read_on: Option<Date>,
}

impl From<SubUsage> for SubMeterUsage {
    fn from(sub: SubUsage) -> Self {
        Self {
            meter_no: sub.meter_no.into(),
            role: sub.role.into(),
            usage: sub.usage.into(),
            read_on: sub.read_on.map(Date::from),
        }
    }
}

/// V20: what a master counted and the meters behind it did not.
#[derive(Clone, Debug)]
pub(super) struct MeterLoss(pub(super) LossRow);

#[Object]
impl MeterLoss {
    async fn meter_no(&self) -> &str {
        self.0.master_no.as_str()
    }

    /// The master.
    async fn meter(&self, ctx: &Context<'_>) -> Result<Option<Meter>> {
        meter_of(ctx, self.0.master_no.as_str()).await
    }

    async fn commodity(&self) -> Commodity {
        self.0.commodity.into()
    }

    async fn unit(&self) -> &str {
        self.0.commodity.unit()
    }

    async fn master_usage(&self) -> Decimal {
        self.0.figures.master.into()
    }

    /// Of all meters somebody pays for.
    async fn sub_usage(&self) -> Decimal {
        self.0.figures.subs.into()
    }

    async fn common_usage(&self) -> Decimal {
        self.0.figures.common.into()
    }

    async fn loss(&self) -> Decimal {
        self.0.loss.quantity.into()
    }

    /// Of the master's usage, to two places; null where the master counted nothing.
    async fn loss_percent(&self) -> Option<Decimal> {
        self.0.loss.percent.map(Decimal::from)
    }

    async fn verdict(&self) -> LossVerdict {
        self.0.loss.verdict.into()
    }

    async fn low_percent(&self) -> Decimal {
        self.0.bounds.low.into()
    }

    async fn high_percent(&self) -> Decimal {
        self.0.bounds.high.into()
    }

    /// Meters without a reading in the period, the master included: while there are any, the loss
    /// is not to be trusted.
    async fn unread_meters(&self) -> i64 {
        i64::try_from(self.0.unread()).unwrap_or(i64::MAX)
    }

    #[graphql(complexity = "20 * child_complexity")]
    async fn sub_meters(&self) -> Vec<SubMeterUsage> {
        self.0.subs.iter().cloned().map(Into::into).collect()
    }
}

/// Which loss is ordinary from a day on.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct LossLimits {
    commodity: Commodity,
    /// Null for what holds before anything was set.
    from: Option<Date>,
    low_percent: Decimal,
    high_percent: Decimal,
    reason: Option<String>,
    /// Such as `staff:li`.
    set_by: Option<String>,
}

impl LossLimits {
    pub(super) fn initial(commodity: Commodity) -> Self {
        let bounds = meter_tree::LossBounds::initial();
        Self {
            commodity,
            from: None,
            low_percent: bounds.low.into(),
            high_percent: bounds.high.into(),
            reason: None,
            set_by: None,
        }
    }
}

impl From<LimitsRow> for LossLimits {
    fn from(row: LimitsRow) -> Self {
        Self {
            commodity: row.commodity.into(),
            from: Some(row.from.into()),
            low_percent: row.bounds.low.into(),
            high_percent: row.bounds.high.into(),
            reason: Some(row.reason),
            set_by: Some(row.set_by),
        }
    }
}
