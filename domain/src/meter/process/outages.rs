//! V10: what the notices of outages known so far say of a meter's supply.

use std::collections::BTreeSet;

use chaobiao_decision::{Stop, Workspace};
use chrono::{DateTime, Utc};

use crate::account::meter_claim;
use crate::bulletin::outage::{Outage, OutageArea, OutageMonth, months_of};
use crate::meter::{Meter, MeterRegistered, WithoutSupply};
use crate::units::OutageId;

/// The times without supply that reach into the given periods.
pub(super) fn without_supply(
    meter_no: &str,
    periods: &[(DateTime<Utc>, DateTime<Utc>)],
    workspace: &mut Workspace,
) -> Result<Vec<WithoutSupply>, Stop> {
    let card = workspace.get::<Meter>(meter_no)?.registered()?.card();
    let card = card.clone();
    let months: BTreeSet<String> = periods
        .iter()
        .flat_map(|period| months_of(period.0, period.1))
        .map(|month| OutageMonth::id(&card.campus, month))
        .collect();
    workspace.need::<OutageMonth>(months.iter().cloned())?;
    let mut outages: BTreeSet<OutageId> = BTreeSet::new();
    for month in &months {
        let month = workspace.get::<OutageMonth>(month)?;
        outages.extend(month.outages().iter().cloned());
    }
    workspace.need::<Outage>(outages.iter().map(ToString::to_string))?;
    let mut times = Vec::new();
    for outage_id in outages {
        let outage = workspace.get::<Outage>(outage_id.as_str())?.clone();
        let Some((published, from, to)) = outage.without_supply() else {
            continue;
        };
        if published.commodities.contains(&card.commodity)
            && reaches(&published.area, &card, workspace)?
        {
            times.push(WithoutSupply {
                outage_id,
                from,
                to,
            });
        }
    }
    Ok(times)
}

/// Whether a meter is in the area of an outage: as it hangs and belongs today.
fn reaches(area: &OutageArea, card: &MeterRegistered, workspace: &Workspace) -> Result<bool, Stop> {
    Ok(match area {
        OutageArea::Campus { campus } => *campus == card.campus,
        OutageArea::Building { campus, building } => {
            *campus == card.campus && *building == card.building
        }
        OutageArea::Meter { meter_no, .. } => *meter_no == card.meter_no,
        OutageArea::Account { account_no, .. } => {
            let holder = workspace.holder(&meter_claim(&card.meter_no))?;
            holder.as_deref() == Some(account_no.as_str())
        }
    })
}
