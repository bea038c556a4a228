use async_graphql::{Enum, SimpleObject};
use chaobiao_domain::staff::Permission;
use chaobiao_projections::outages::{OutageRow, Reach};
use chrono::{DateTime, Utc};

use crate::support::{Commodity, Viewer};

/// How much is without supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum OutageAreaKind {
    Campus,
    Building,
    Meter,
    Account,
}

/// An outage notice (停水停电通知).
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct Outage {
    outage_id: String,
    commodities: Vec<Commodity>,
    area: OutageAreaKind,
    campus_id: String,
    building: Option<String>,
    meter_no: Option<String>,
    account_no: Option<String>,
    from: DateTime<Utc>,
    /// As extended last.
    to: DateTime<Utc>,
    reason: String,
    published_at: DateTime<Utc>,
    /// Until when it was to last at first.
    first_to: DateTime<Utc>,
    /// Why it takes longer.
    extension: Option<String>,
    cancelled_at: Option<DateTime<Utc>>,
    /// Why it does not happen, or was over early.
    cancellation: Option<String>,
    /// When those concerned were told again.
    reminded_at: Option<DateTime<Utc>>,
}

impl From<OutageRow> for Outage {
    fn from(row: OutageRow) -> Self {
        let area = if row.account_no.is_some() {
            OutageAreaKind::Account
        } else if row.meter_no.is_some() {
            OutageAreaKind::Meter
        } else if row.building.is_some() {
            OutageAreaKind::Building
        } else {
            OutageAreaKind::Campus
        };
        let commodity = |stored: &String| match stored.as_str() {
            "water" => Commodity::Water,
            _ => Commodity::Electricity,
        };
        Self {
            commodities: row.commodities.iter().map(commodity).collect(),
            outage_id: row.outage_id,
            area,
            campus_id: row.campus,
            building: row.building,
            meter_no: row.meter_no,
            account_no: row.account_no,
            from: row.outage_from,
            to: row.outage_to,
            reason: row.reason,
            published_at: row.published_at,
            first_to: row.first_to,
            extension: row.extension,
            cancelled_at: row.cancelled_at,
            cancellation: row.cancellation,
            reminded_at: row.reminded_at,
        }
    }
}

/// Everybody sees campuses and buildings; what is cut off alone, those it is cut off from and staff.
pub(super) fn reach(viewer: &Viewer) -> Reach {
    match viewer {
        Viewer::Customer(customer) => Reach::Customer(customer.customer_id.to_string()),
        Viewer::Staff(staff)
            if staff.may(Permission::ViewAccounts) || staff.may(Permission::ManageBulletin) =>
        {
            Reach::Staff
        }
        Viewer::Staff(_) | Viewer::Anonymous => Reach::Everybody,
    }
}
