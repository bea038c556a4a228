use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_decision::Actor;
use chaobiao_domain::meter::{self, Channel};
use chaobiao_domain::units::{PhotoHash, RawFrame, RoundId, business_date};
use chaobiao_projections::evidence::Evidence;
use chaobiao_projections::reading_review::{
    CorrectionRow, CorrectionState, ReadingRow, ReadingState,
};
use chaobiao_projections::usage_history;
use chrono::{DateTime, Utc};

use super::photo::{PhotoCheck, check_of};
use super::rates::RateIndex;
use super::state::{Estimate, Position, ReadState};
use crate::audit::{AuditProof, proof_of};
use crate::meter::{Meter, meter_of};
use crate::support::{Commodity, Date, Decimal, Viewer, YearMonth, not_found};

/// What has become of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ReadingState")]
pub enum ReadingStatus {
    /// A rule found something; a person decides.
    Held,
    Accepted,
    Rejected,
    /// Accepted, and its index changed by two people since.
    Corrected,
}

impl From<meter::ReadingStatus> for ReadingStatus {
    fn from(status: meter::ReadingStatus) -> Self {
        match status {
            meter::ReadingStatus::Held => Self::Held,
            meter::ReadingStatus::Accepted => Self::Accepted,
            meter::ReadingStatus::Rejected => Self::Rejected,
        }
    }
}

/// How an index reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Channel")]
pub enum ReadingChannel {
    /// 自助抄表
    SelfRead,
    /// 现场抄表
    Field,
    /// 掌上机
    Handheld,
    /// 远传抄表
    Remote,
    Import,
    /// 蓝牙抄表
    Bluetooth,
    /// 估抄: nobody read it.
    Estimate,
}

/// How far an accepted reading can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::Quality")]
pub enum ReadingQuality {
    /// Read by staff or by a machine.
    Actual,
    /// Read by the customer.
    Customer,
    /// Corrected by two members of staff.
    Edited,
    /// 估抄: computed, until somebody reads the dial.
    Estimated,
    /// Computed, to stand as it is; the reading's state says why.
    Substituted,
    /// Taken over from the charging system.
    Migrated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::Severity")]
pub(super) enum Severity {
    /// A person must look before the reading counts.
    Hold,
    /// The reading counts, and the finding is shown with it.
    Warn,
    /// The reading counts, and somebody should go and look.
    Visit,
}

/// The validation rules that leave a finding; V1 and V3 refuse a reading instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::Rule")]
pub enum Rule {
    /// 补录: came in after a later reading had been accepted.
    V2,
    /// The index went back and the register cannot have rolled over.
    V4,
    /// 过圈
    V5,
    /// 超过最大用量
    V6,
    /// 量高
    V7,
    /// 量低
    V8,
    /// 用量变化
    V9,
    /// 零度户
    V10,
    /// 停用后有用量
    V11,
    /// 间隔尖峰
    V12,
    /// 间隔合计与走字不符
    V13,
    /// 数据不变
    V14,
    /// 离群值
    V15,
    /// 缺数
    V16,
    /// 费率合计不符
    V17,
    /// 长期估抄
    V21,
    /// 数字颠倒或抄成邻表
    V22,
    /// 照片不符
    V23,
    /// 位置或时间不符
    V24,
    /// 漏水、爆管及表具报警
    V25,
}

/// One figure a rule used.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct FindingInput {
    name: String,
    value: String,
}

/// What a validation rule saw, with all it takes to check the verdict again.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct Finding {
    /// Its number, such as V10.
    rule: String,
    /// The rule by name.
    code: String,
    /// Of the published rules; 0 before any were.
    version: u32,
    severity: Severity,
    inputs: Vec<FindingInput>,
    threshold: String,
    /// Simplified Chinese, ready to be shown.
    message: String,
    /// Whether the rule comes to the same from these inputs now; false also where they were not all
    /// kept, long ago.
    recomputed: bool,
}

impl From<meter::Finding> for Finding {
    fn from(finding: meter::Finding) -> Self {
        let recomputed = finding.again().as_ref() == Some(&finding);
        let inputs = finding.inputs.into_iter();
        Self {
            rule: finding.rule.to_string(),
            code: finding.rule.code().to_owned(),
            version: finding.version,
            severity: finding.severity.into(),
            inputs: inputs
                .map(|(name, value)| FindingInput { name, value })
                .collect(),
            threshold: finding.threshold,
            message: finding.message,
            recomputed,
        }
    }
}

/// An index that came in, with its evidence and its fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading(pub(crate) ReadingRow);

#[Object]
impl Reading {
    async fn reading_id(&self) -> &str {
        self.0.reading_id.as_str()
    }

    async fn meter_no(&self) -> &str {
        self.0.meter_no.as_str()
    }

    async fn meter(&self, ctx: &Context<'_>) -> Result<Meter> {
        let meter = meter_of(ctx, self.0.meter_no.as_str()).await?;
        meter.ok_or_else(|| not_found("表"))
    }

    async fn status(&self) -> ReadingStatus {
        self.0.status.into()
    }

    async fn channel(&self) -> ReadingChannel {
        self.0.channel.into()
    }

    async fn index(&self) -> Decimal {
        self.0.index.into()
    }

    async fn read_at(&self) -> DateTime<Utc> {
        self.0.read_at
    }

    /// The day in Shanghai.
    async fn read_on(&self) -> Date {
        business_date(self.0.read_at).into()
    }

    /// Since the accepted reading before it; null unless accepted.
    async fn usage(&self) -> Option<Decimal> {
        self.0.usage.map(Decimal::from)
    }

    /// Since the metering point's first device; null unless accepted.
    async fn cumulative(&self) -> Option<Decimal> {
        self.0.cumulative.map(Decimal::from)
    }

    async fn quality(&self) -> Option<ReadingQuality> {
        self.0.quality.map(ReadingQuality::from)
    }

    /// What it was compared with when it was judged.
    async fn previous_index(&self) -> Option<Decimal> {
        self.0.previous_index.map(Decimal::from)
    }

    async fn previous_read_at(&self) -> Option<DateTime<Utc>> {
        self.0.previous_at
    }

    /// The hash of its photo, to be fetched from `/photos/<hash>`.
    async fn photo(&self) -> Option<&str> {
        self.0.photo.as_ref().map(PhotoHash::as_str)
    }

    /// The round it was taken for.
    async fn round_id(&self) -> Option<&str> {
        self.0.round.as_ref().map(RoundId::as_str)
    }

    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// 抄见状态
    async fn state(&self) -> ReadState {
        let state = self.0.evidence.state.unwrap_or(meter::ReadState::Normal);
        state.into()
    }

    /// Where it was taken.
    async fn position(&self) -> Option<Position> {
        self.0.evidence.position.map(Position::from)
    }

    /// The phone, handheld or collector it was taken with; for staff only.
    async fn device(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let staff = ctx.data::<Viewer>()?.staff().is_some();
        Ok(self.0.evidence.device.as_deref().filter(|_| staff))
    }

    /// The time printed on its photo.
    async fn watermark_at(&self) -> Option<DateTime<Utc>> {
        self.0.evidence.watermark_at
    }

    /// 分时示数: what the registers of a time-of-use meter showed.
    async fn rates(&self) -> Vec<RateIndex> {
        self.0.evidence.rates.iter().map(RateIndex::from).collect()
    }

    /// What the meter answered, in hexadecimal as it came.
    async fn raw_frame(&self) -> Option<&str> {
        self.0.evidence.frame.as_ref().map(RawFrame::as_str)
    }

    /// R16: what the program saw on its photo; null without one, and as long as nobody has looked:
    /// such a photo is kept as evidence, and nothing was read off it.
    async fn photo_check(&self, ctx: &Context<'_>) -> Result<Option<PhotoCheck>> {
        match &self.0.photo {
            Some(_) => check_of(ctx, self.0.reading_id.as_str()).await,
            None => Ok(None),
        }
    }

    /// How it was computed, where nobody read it.
    async fn estimate(&self) -> Option<Estimate> {
        self.0.estimate.clone().map(Estimate::from)
    }

    async fn findings(&self) -> Vec<Finding> {
        self.0.findings.iter().cloned().map(Finding::from).collect()
    }

    /// Why it was rejected or corrected, or the reviewer's note.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    async fn submitted_at(&self) -> DateTime<Utc> {
        self.0.submitted_at
    }

    /// Who took it; for staff only.
    async fn submitted_by(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let staff = ctx.data::<Viewer>()?.staff().is_some();
        Ok(staff.then(|| self.0.submitted_by.to_string()))
    }

    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }

    /// Who accepted, rejected or corrected it; for staff only.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let staff = ctx.data::<Viewer>()?.staff().is_some();
        Ok(self
            .0
            .decided_by
            .as_ref()
            .filter(|_| staff)
            .map(ToString::to_string))
    }

    /// Proof that what became of it last is in the published log; null until a signed head covers
    /// it. For whoever sent it as a customer, and for auditors.
    #[graphql(complexity = "20")]
    async fn audit_proof(&self, ctx: &Context<'_>) -> Result<Option<AuditProof>> {
        let own = ctx.data::<Viewer>()?.customer().is_some_and(|customer| {
            self.0.submitted_by == Actor::Customer(customer.customer_id.to_string())
        });
        proof_of(ctx, Evidence::Reading(self.0.reading_id.clone()), own).await
    }
}

/// What has become of a request to correct a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "CorrectionState")]
pub enum CorrectionStatus {
    Pending,
    Approved,
    /// Another correction of the same reading was approved first.
    Superseded,
}

/// A correction of an accepted index: asked for by one person, approved by another.
#[derive(Clone, Debug)]
pub struct Correction(pub(super) CorrectionRow);

#[Object]
impl Correction {
    async fn correction_id(&self) -> &str {
        self.0.correction_id.as_str()
    }

    async fn meter_no(&self) -> &str {
        self.0.meter_no.as_str()
    }

    async fn reading_id(&self) -> &str {
        self.0.reading_id.as_str()
    }

    async fn reading(&self, ctx: &Context<'_>) -> Result<Option<Reading>> {
        let row = crate::meter::reading_of(ctx, self.0.reading_id.as_str()).await?;
        Ok(row.map(Reading))
    }

    async fn old_index(&self) -> Decimal {
        self.0.old_index.into()
    }

    async fn new_index(&self) -> Decimal {
        self.0.new_index.into()
    }

    async fn reason(&self) -> &str {
        &self.0.reason
    }

    async fn status(&self) -> CorrectionStatus {
        self.0.status.into()
    }

    async fn requested_by(&self) -> String {
        self.0.requested_by.to_string()
    }

    async fn requested_at(&self) -> DateTime<Utc> {
        self.0.requested_at
    }

    async fn approved_by(&self) -> Option<String> {
        self.0.approved_by.as_ref().map(ToString::to_string)
    }

    async fn approved_at(&self) -> Option<DateTime<Utc>> {
        self.0.approved_at
    }
}

/// What a meter used in the readings of one month.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct MonthlyUsage {
    month: YearMonth,
    commodity: Commodity,
    meter_no: String,
    usage: Decimal,
    unit: String,
}

impl From<usage_history::MonthlyUsage> for MonthlyUsage {
    fn from(row: usage_history::MonthlyUsage) -> Self {
        Self {
            month: row.month.into(),
            commodity: row.commodity.into(),
            meter_no: row.meter_no.to_string(),
            usage: row.usage.into(),
            unit: row.commodity.unit().to_owned(),
        }
    }
}
