use async_graphql::{Context, Object, Result};
use chaobiao_projections::meter_card::{InstalledDevice, MeterCard};
use chaobiao_projections::reading_review::{self, ReadingFilter};
use chaobiao_projections::replacements::ReplacementFilter;
use chrono::{DateTime, Utc};

use super::access::visible_from;
use super::reading_of;
use super::replacement::{Replacement, replacements_of};
use super::supply::Inactivity;
use crate::reading::Reading;
use crate::support::{
    Commodity, Connection, Decimal, Services, connection, internal, page, page_size,
};

/// A device on the wall.
#[derive(Clone, Debug)]
pub struct Device(InstalledDevice);

#[Object]
impl Device {
    async fn hardware_no(&self) -> &str {
        self.0.hardware_no.as_str()
    }

    /// Whole digits of the register; null where they are not known.
    async fn digits(&self) -> Option<i32> {
        self.0.digits.map(i32::from)
    }

    async fn decimals(&self) -> i32 {
        i32::from(self.0.decimals)
    }

    async fn multiplier(&self) -> Decimal {
        self.0.multiplier.into()
    }

    /// The most the line can deliver in an hour.
    async fn max_per_hour(&self) -> Option<Decimal> {
        self.0.max_per_hour.map(Decimal::from)
    }

    async fn opening_index(&self) -> Decimal {
        self.0.opening_index.into()
    }

    async fn installed_at(&self) -> DateTime<Utc> {
        self.0.installed_at
    }
}

/// A metering point with the device now on it.
#[derive(Clone, Debug)]
pub struct Meter(pub(crate) MeterCard);

#[Object]
impl Meter {
    /// The number in the charging system; the barcode says the same.
    async fn meter_no(&self) -> &str {
        self.0.meter_no.as_str()
    }

    async fn commodity(&self) -> Commodity {
        self.0.commodity.into()
    }

    async fn unit(&self) -> &str {
        self.0.commodity.unit()
    }

    async fn campus(&self) -> &str {
        self.0.campus.as_str()
    }

    async fn building(&self) -> &str {
        &self.0.building
    }

    async fn room(&self) -> &str {
        &self.0.room
    }

    /// The reading book it is in.
    async fn book(&self) -> &str {
        self.0.book.as_str()
    }

    /// Its place in the walk of its book.
    async fn walk_order(&self) -> i64 {
        self.0.walk_order
    }

    /// Whether customers may read it themselves.
    async fn self_read(&self) -> bool {
        self.0.self_read
    }

    /// Why it is out of use; null while it is in use.
    async fn inactivity(&self) -> Option<Inactivity> {
        self.0.inactive.map(|(inactivity, _)| inactivity.into())
    }

    async fn inactive_since(&self) -> Option<DateTime<Utc>> {
        self.0.inactive.map(|(_, since)| since)
    }

    async fn device(&self) -> Option<Device> {
        self.0.device.clone().map(Device)
    }

    /// The account that pays for it now.
    async fn account_no(&self) -> Option<&str> {
        self.0.payer.as_ref().map(|payer| payer.account_no.as_str())
    }

    /// The last accepted reading. Its index is on the wall for all to see.
    async fn last_reading(&self, ctx: &Context<'_>) -> Result<Option<Reading>> {
        match &self.0.last {
            Some(last) => Ok(reading_of(ctx, last.reading_id.as_str())
                .await?
                .map(Reading)),
            None => Ok(None),
        }
    }

    /// 换表记录: the devices it had, the newest first; for staff and whoever pays for it now.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn replacements(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Replacement>> {
        let filter = ReplacementFilter {
            meter_no: Some(self.0.meter_no.clone()),
            // What was before is another's.
            from: visible_from(ctx, &self.0)?,
            ..ReplacementFilter::default()
        };
        replacements_of(ctx, &filter, first, after.as_deref()).await
    }

    /// Its readings, the newest first.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn readings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Reading>> {
        let page = page(ctx, "meter_readings", first, after.as_deref())?;
        let filter = ReadingFilter {
            meter_no: Some(self.0.meter_no.clone()),
            from: visible_from(ctx, &self.0)?,
            ..ReadingFilter::default()
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = reading_review::query::list(pool, &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "meter_readings", slice, Reading)
    }
}
