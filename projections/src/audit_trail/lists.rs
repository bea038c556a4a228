//! 审计清单: what an auditor goes through, as parts of the trail.

use chaobiao_domain::calendar::{OfficeHours, WorkCalendar};
use chaobiao_domain::units::{business_date, instant_of};
use chrono::{DateTime, NaiveTime, Utc};
use sqlx::PgPool;

use crate::directory;

/// One of the lists auditors go through (R98).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditList {
    /// 人工操作: what somebody decided by hand where the rule is that the system does.
    ManualActs,
    /// 估抄
    Estimates,
    /// 读数更正: asked for and made, and what was billed anew for it.
    Corrections,
    /// 价格审批: tariffs and late fees put in force.
    Prices,
    /// 下班后操作: what staff wrote outside office hours or on a day off.
    AfterHours,
    /// 票据登记: receipts given, printed again, taken back, exchanged; numbered paper.
    Receipts,
}

impl AuditList {
    pub const ALL: [Self; 6] = [
        Self::ManualActs,
        Self::Estimates,
        Self::Corrections,
        Self::Prices,
        Self::AfterHours,
        Self::Receipts,
    ];

    /// The types of its events; none where any may be on it.
    pub const fn event_types(self) -> &'static [&'static str] {
        match self {
            Self::ManualActs => &[
                "account.bill_adjusted",
                "account.bill_voided",
                "account.class_changed",
                "account.cut_off_cancelled",
                "account.dunning_paused",
                "account.holder_changed",
                "bank_line.returned",
                "device_order.requested",
                "import_batch.undo_approved",
                "message.repeated",
                "message.settled",
                "meter.deactivated",
                "meter.photo_reviewed",
                "meter.reactivated",
                "meter.reading_rejected",
                "meter.reading_withdrawn",
                "payment.reversed",
                "refund.approved",
                "staff.role_granted",
                "staff.role_revoked",
                "staff.reach_changed",
                "till.reopened",
                "waiver.approved",
                "waiver.reversed",
            ],
            Self::Estimates => &["meter.reading_reestimated"],
            Self::Corrections => &[
                "account.rebilled",
                "meter.correction_requested",
                "meter.reading_corrected",
            ],
            Self::Prices => &[
                "tariff.defined",
                "tariff.late_fee_set",
                "tariff.version_published",
            ],
            Self::AfterHours => &[],
            Self::Receipts => &[
                "payment.invoice_exchanged",
                "payment.invoice_reversed",
                "payment.receipt_issued",
                "payment.receipt_reprinted",
                "payment.receipt_returned",
            ],
        }
    }

    /// The processes whose events are on it, whatever their type.
    pub const fn processes(self) -> &'static [&'static str] {
        match self {
            Self::ManualActs => &["meter.accept_held_reading"],
            Self::Estimates => &["meter.estimate_reading"],
            _ => &[],
        }
    }

    /// The kinds of record all of whose events are on it.
    pub const fn streams(self) -> &'static [&'static str] {
        match self {
            Self::Receipts => &["receipt_book", "receipt_stock"],
            _ => &[],
        }
    }
}

/// When some office of the centre was open, between two instants: what lies outside is after hours.
/// Each span from and to, the latter not included.
pub async fn open_spans(
    pool: &PgPool,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, DateTime<Utc>)>, sqlx::Error> {
    let calendar: WorkCalendar = directory::work_years(pool).await?.into_iter().collect();
    let campuses = directory::campuses(pool).await?;
    let (mut day, last) = (business_date(from), business_date(to));
    let mut open = Vec::new();
    while day <= last {
        if calendar.is_working_day(day).value {
            let hours = campuses.iter().filter_map(|one| one.office_hours_on(day));
            let spans = hours.flat_map(OfficeHours::spans);
            let (mut opens, mut closes) = (None::<NaiveTime>, None::<NaiveTime>);
            for span in spans {
                opens = Some(opens.map_or(span.from, |known| known.min(span.from)));
                closes = Some(closes.map_or(span.to, |known| known.max(span.to)));
            }
            if let (Some(opens), Some(closes)) = (opens, closes) {
                open.push((
                    instant_of(day.and_time(opens)),
                    instant_of(day.and_time(closes)),
                ));
            }
        }
        let Some(next) = day.succ_opt() else { break };
        day = next;
    }
    Ok(open)
}
