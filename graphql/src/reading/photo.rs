//! 照片核对: what the program saw on the photo of a reading, and the people who look again.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject, Subscription};
use chaobiao_domain::meter::{self, ReviewPhoto, SubmitReading};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BillingMonth, CampusId, MeterNo, ReadingId, business_date};
use chaobiao_projections::paging::Page;
use chaobiao_projections::photo_checks::{self, CheckFilter, CheckRow};
use chrono::{DateTime, NaiveDateTime, Utc};
use futures::Stream;

use super::Reading;
use crate::meter::{card_of, may_see_meter, may_see_reading, reading_of};
use crate::support::{
    Connection, Decimal, PhotoQuestion, ReadLoader, Services, Viewer, bad_input, connection,
    customer_or, field, internal, live_for_all, load, may, not_found, page, page_size, payloads,
    run,
};

/// What is said of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::PhotoVerdict")]
pub(super) enum PhotoVerdict {
    /// 相符: it shows the index; only this verifies a reading.
    Match,
    /// 不符: it clearly shows another index; the reading waits for a person (V23).
    Mismatch,
    /// 拿不准: nothing certain; the reading goes on, not verified.
    Unsure,
    /// 不是这块表: a code on it is another meter's (V23).
    WrongMeter,
    /// 看不清: no dial could be found.
    Retake,
}

/// Why a photo is taken to have been used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::ReuseSign")]
pub(super) enum PhotoReuseSign {
    /// The same file.
    SameBytes,
    /// Alike, and taken in the same second.
    SameMoment,
    /// Alike, with the same index, of another meter.
    OtherMeterShowsTheSame,
    /// Alike, and no wheel has moved in months.
    NothingMoved,
}

/// What a person says who looked at a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::PhotoDecision")]
pub(super) enum PhotoDecision {
    /// It shows the index.
    Confirmed,
    /// It does not: the reading is not billed until it is corrected or taken back.
    Refuted,
    /// It cannot be told; the reading stands as it is.
    Unreadable,
}

/// One wheel of the counter.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
struct PhotoWheel {
    /// Where it stands between two digits, in tenths.
    value: String,
    /// In thousandths.
    certainty: i32,
}

/// The earlier use of a photo.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
struct PhotoReuse {
    sign: PhotoReuseSign,
    meter_no: String,
    reading_id: String,
}

/// What the program saw on the photo of a reading, and what people said of it since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PhotoCheck(CheckRow);

#[Object]
impl PhotoCheck {
    async fn reading_id(&self) -> &str {
        self.0.reading_id.as_str()
    }

    async fn reading(&self, ctx: &Context<'_>) -> Result<Option<Reading>> {
        Ok(reading_of(ctx, self.0.reading_id.as_str())
            .await?
            .map(Reading))
    }

    /// The hash of the photo: `/photos/<hash>`, and `/photos/<hash>/crop` for the wheels alone.
    async fn photo(&self) -> &str {
        self.0.photo.as_str()
    }

    /// What it was compared with.
    async fn index(&self) -> Decimal {
        self.0.index.into()
    }

    async fn verdict(&self) -> PhotoVerdict {
        self.0.verdict.into()
    }

    /// The rule by name, such as `scored` or `half_turn`.
    async fn rule(&self) -> &str {
        &self.0.check.rule
    }

    /// What the counter shows, with a point before its decimals.
    async fn shown(&self) -> Option<&str> {
        self.0.check.shown.as_deref()
    }

    async fn wheels(&self) -> Vec<PhotoWheel> {
        let wheels = self.0.check.wheels.iter();
        wheels
            .map(|wheel| PhotoWheel {
                value: wheel.value.clone(),
                certainty: wheel.certainty.thousandths().into(),
            })
            .collect()
    }

    /// How sure the program is that it shows that, in thousandths.
    async fn certainty(&self) -> Option<i32> {
        let certainty = self.0.check.certainty;
        certainty.map(|certainty| certainty.thousandths().into())
    }

    /// Of the typed index among all it might show, in thousandths.
    async fn probability(&self) -> Option<i32> {
        let probability = self.0.check.probability;
        probability.map(|probability| probability.thousandths().into())
    }

    /// What bar codes and squares on it say.
    async fn codes(&self) -> &[String] {
        &self.0.check.codes
    }

    /// The number printed on the dial.
    async fn serial(&self) -> Option<&str> {
        self.0.check.serial.as_deref()
    }

    /// By the camera's clock, without a time zone: a claim, no proof. For staff only.
    async fn taken_at(&self, ctx: &Context<'_>) -> Result<Option<NaiveDateTime>> {
        let staff = ctx.data::<Viewer>()?.staff().is_some();
        Ok(self.0.check.taken_at.filter(|_| staff))
    }

    /// Set where the photo was used before; for staff only.
    async fn reused(&self, ctx: &Context<'_>) -> Result<Option<PhotoReuse>> {
        let staff = ctx.data::<Viewer>()?.staff().is_some();
        let reused = self.0.check.reused.as_ref().filter(|_| staff);
        Ok(reused.map(|reused| PhotoReuse {
            sign: reused.sign.into(),
            meter_no: reused.meter_no.to_string(),
            reading_id: reused.reading_id.to_string(),
        }))
    }

    /// The hash of the weights that read it.
    async fn model(&self) -> &str {
        &self.0.check.model
    }

    async fn analysed_at(&self) -> DateTime<Utc> {
        self.0.analysed_at
    }

    async fn decision(&self) -> Option<PhotoDecision> {
        self.0.decision.map(Into::into)
    }

    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// For staff only.
    async fn reviewed_by(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let staff = ctx.data::<Viewer>()?.staff().is_some();
        Ok(self.0.reviewed_by.as_deref().filter(|_| staff))
    }

    async fn reviewed_at(&self) -> Option<DateTime<Utc>> {
        self.0.reviewed_at
    }

    /// How much speaks against the reading; 0 where nobody need look.
    async fn risk(&self) -> i32 {
        self.0.risk
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CheckOf(String);

impl Loader<CheckOf> for ReadLoader {
    type Value = CheckRow;
    type Error = String;

    async fn load(&self, keys: &[CheckOf]) -> Result<HashMap<CheckOf, CheckRow>, String> {
        let ids: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let rows = photo_checks::query::by_ids(self.0.pool(), &ids).await;
        let rows = rows.map_err(|error| error.to_string())?;
        let key = |row: &CheckRow| CheckOf(row.reading_id.to_string());
        Ok(rows.into_iter().map(|row| (key(&row), row)).collect())
    }
}

/// The check of a reading's photo, whoever asks.
pub(super) async fn check_of(ctx: &Context<'_>, id: &str) -> Result<Option<PhotoCheck>> {
    Ok(load(ctx, CheckOf(id.to_owned())).await?.map(PhotoCheck))
}

/// Has the photo of a reading looked at before it is decided, if that does not take too long.
pub(super) async fn look_at_photo(ctx: &Context<'_>, reading: &mut SubmitReading) -> Result<()> {
    let Some(photo) = reading.photo.as_mut().filter(|it| it.stored.is_some()) else {
        return Ok(());
    };
    // Nobody makes the program look who may not read that meter.
    let Some(card) = card_of(ctx, reading.meter_no.as_str()).await? else {
        return Ok(());
    };
    if !may_see_meter(ctx, &card).await? {
        return Ok(());
    }
    let services = Services::of(ctx)?;
    let read_at = reading.read_at.unwrap_or(services.store().clock().now());
    let month = BillingMonth::of(business_date(read_at));
    let question = PhotoQuestion::new(photo.photo.clone(), &card, reading.index, month);
    photo.check = services.photos.check(question).await;
    Ok(())
}

#[derive(Default)]
pub struct PhotoCheckQuery;

#[Object]
impl PhotoCheckQuery {
    /// What the program saw on photos, the riskiest first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn photo_checks(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            default = true,
            desc = "Only photos of counting readings that somebody should look at."
        )]
        open: bool,
        verdict: Option<PhotoVerdict>,
        campus: Option<String>,
        meter_no: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<PhotoCheck>> {
        let page = page(ctx, "photo_checks", first, after.as_deref())?;
        let campus = campus.map(CampusId::try_new).transpose();
        let meter_no = meter_no.map(MeterNo::try_new).transpose();
        let filter = CheckFilter {
            open,
            verdict: verdict.map(Into::into),
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            meter_no: meter_no.map_err(|error| bad_input(error.to_string()))?,
        };
        let pool = Services::of(ctx)?.store().pool();
        let slice = photo_checks::query::list(pool, &filter, &page).await;
        let mut slice = slice.map_err(|error| internal(ctx, error))?;
        if open && filter.verdict.is_none() && filter.meter_no.is_none() {
            let total = photo_checks::query::open_count(pool, filter.campus.as_ref()).await;
            slice = slice.with_total(total.map_err(|error| internal(ctx, error))?);
        }
        connection(ctx, "photo_checks", slice, PhotoCheck)
    }
}

#[derive(InputObject)]
struct ReviewPhotoInput {
    idempotency_key: String,
    meter_no: String,
    reading_id: String,
    decision: PhotoDecision,
    note: Option<String>,
}

payloads!(
    reading: Reading, |ctx, id: ReadingId| find(ctx, id);
    ReviewPhotoPayload
);

async fn find(ctx: &Context<'_>, id: &ReadingId) -> Result<Option<Reading>> {
    Ok(reading_of(ctx, id.as_str()).await?.map(Reading))
}

#[derive(Default)]
pub struct PhotoCheckMutation;

#[Object]
impl PhotoCheckMutation {
    /// Another person than the reader says what the photo of a counting reading shows.
    #[graphql(guard = "may(Permission::ReviewReadings)")]
    async fn review_photo(
        &self,
        ctx: &Context<'_>,
        input: ReviewPhotoInput,
    ) -> Result<ReviewPhotoPayload> {
        let process = || {
            Ok(ReviewPhoto {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                reading_id: field("readingId", ReadingId::try_new(&input.reading_id))?,
                decision: input.decision.into(),
                note: input.note.clone(),
            })
        };
        let ran = run(ctx, "reviewPhoto", &input.idempotency_key, process()).await?;
        ReviewPhotoPayload::of(ctx, ran.map(|judged| judged.reading_id)).await
    }
}

/// The photos that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
struct PhotosToReview {
    total_count: i32,
    /// The riskiest of them.
    riskiest: Vec<PhotoCheck>,
}

/// How many of the queue's photos are pushed; the rest is a query away.
const SHOWN: u32 = 20;

/// What is known of one reading's photo so far.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
struct PhotoNews {
    /// Null until the program has looked.
    check: Option<PhotoCheck>,
}

#[derive(Default)]
pub struct PhotoCheckSubscription;

#[Subscription]
impl PhotoCheckSubscription {
    /// The verdict on a reading's photo, now and when it comes: for whoever may see the reading.
    #[graphql(guard = "customer_or(Permission::ViewMeters)")]
    async fn photo_checked(
        &self,
        ctx: &Context<'_>,
        reading_id: String,
    ) -> Result<impl Stream<Item = Result<PhotoNews>>> {
        let reading = reading_of(ctx, &reading_id).await?;
        let card = match &reading {
            Some(reading) => card_of(ctx, reading.meter_no.as_str()).await?,
            None => None,
        };
        let visible = match (&card, &reading) {
            (Some(card), Some(reading)) => may_see_reading(ctx, card, reading).await?,
            _ => false,
        };
        if !visible {
            return Err(not_found("读数"));
        }
        let rule = customer_or(Permission::ViewMeters);
        live_for_all(ctx, &["photo_checks"], rule, move |services| {
            let ids = [reading_id.clone()];
            async move {
                let rows = photo_checks::query::by_ids(services.store().pool(), &ids).await;
                let row = rows.map_err(|error| error.to_string())?.pop();
                Ok(PhotoNews {
                    check: row.map(PhotoCheck),
                })
            }
        })
    }

    /// The photos that somebody should look at, now and after every change.
    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn photos_to_review(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
    ) -> Result<impl Stream<Item = Result<PhotosToReview>>> {
        let campus = campus.map(CampusId::try_new).transpose();
        let campus = campus.map_err(|error| bad_input(error.to_string()))?;
        let rule = may(Permission::ViewMeters);
        live_for_all(ctx, &["photo_checks"], rule, move |services| {
            let filter = CheckFilter {
                open: true,
                campus: campus.clone(),
                ..CheckFilter::default()
            };
            async move {
                let pool = services.store().pool();
                let total = photo_checks::query::open_count(pool, filter.campus.as_ref()).await;
                let slice = photo_checks::query::list(pool, &filter, &Page::first(SHOWN)).await;
                let rows = slice.map_err(|error| error.to_string())?.rows;
                let total = total.map_err(|error| error.to_string())?;
                Ok(PhotosToReview {
                    total_count: i32::try_from(total).unwrap_or(i32::MAX),
                    riskiest: rows.into_iter().map(|(_, row)| PhotoCheck(row)).collect(),
                })
            }
        })
    }
}
