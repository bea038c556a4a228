//! Which meters and readings are whose to see.

use async_graphql::{Context, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::start_of_business_day;
use chaobiao_projections::meter_card::MeterCard;
use chaobiao_projections::reading_review::ReadingRow;
use chrono::{DateTime, Utc};

use crate::support::{Viewer, may_see_account};

/// Staff see meters by right, customers those their bound accounts pay for.
pub async fn may_see_meter(ctx: &Context<'_>, card: &MeterCard) -> Result<bool> {
    match ctx.data::<Viewer>()? {
        Viewer::Anonymous => Ok(false),
        viewer @ Viewer::Staff(_) => Ok(viewer.may(Permission::ViewMeters)),
        Viewer::Customer(_) => match &card.payer {
            Some(payer) => may_see_account(ctx, payer.account_no.as_str()).await,
            None => Ok(false),
        },
    }
}

/// A customer sees no further back than the account has paid for the meter: what was before was
/// somebody else's life.
pub(super) fn visible_from(ctx: &Context<'_>, card: &MeterCard) -> Result<Option<DateTime<Utc>>> {
    let customer = ctx.data::<Viewer>()?.customer().is_some();
    let since = card.payer.as_ref().filter(|_| customer);
    Ok(since.map(|payer| start_of_business_day(payer.since)))
}

/// Whether a reading of a meter is the viewer's to see.
pub async fn may_see_reading(
    ctx: &Context<'_>,
    card: &MeterCard,
    reading: &ReadingRow,
) -> Result<bool> {
    let from = visible_from(ctx, card)?;
    Ok(from.is_none_or(|from| from <= reading.read_at) && may_see_meter(ctx, card).await?)
}
