use std::time::Duration;

use async_graphql::{Context, Result};
use async_trait::async_trait;
use chaobiao_decision::Rejection;
use chaobiao_domain::meter::{PhotoCheck, ReadingPhoto, StoredPhoto};
use chaobiao_domain::units::{BillingMonth, Index, MeterNo, PhotoHash};
use chaobiao_projections::meter_card::MeterCard;

use super::{Services, field, internal};

/// Who submits a reading does not wait longer for its photo to be read; the verdict then follows.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// A photo, and what it should show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoQuestion {
    pub photo: PhotoHash,
    pub meter_no: MeterNo,
    pub index: Index,
    /// The month it is used for.
    pub month: BillingMonth,
    /// Wheels before and behind the point, where both are known.
    pub wheels: Option<(u8, u8)>,
    /// All numbers that may stand on the meter.
    pub numbers: Vec<String>,
}

impl PhotoQuestion {
    pub fn new(photo: PhotoHash, card: &MeterCard, index: Index, month: BillingMonth) -> Self {
        let device = card.device.as_ref();
        let wheels = device.and_then(|device| {
            let whole = u8::try_from(device.digits?).ok()?;
            Some((whole, u8::try_from(device.decimals).ok()?))
        });
        let stamped = device.map(|device| device.hardware_no.to_string());
        Self {
            photo,
            meter_no: card.meter_no.clone(),
            index,
            month,
            wheels,
            numbers: std::iter::once(card.meter_no.to_string())
                .chain(stamped)
                .collect(),
        }
    }
}

/// Where photos are kept and looked at, as far as commands need to know.
#[async_trait]
pub trait PhotoShelf: Send + Sync {
    /// Size and media type of a photo, if it is kept.
    async fn stored(&self, photo: &PhotoHash) -> std::result::Result<Option<StoredPhoto>, String>;

    /// What the program makes of a photo; none where it does not look at photos, or has not come to
    /// an end in time. That is no fault: the verdict follows, and a reading waits for none.
    async fn check(&self, question: PhotoQuestion) -> Option<PhotoCheck>;
}

/// A photo named in an input, with what its store knows of it.
pub async fn named_photo(
    ctx: &Context<'_>,
    name: &str,
    hash: Option<&str>,
) -> Result<std::result::Result<Option<ReadingPhoto>, Rejection>> {
    let Some(hash) = hash else {
        return Ok(Ok(None));
    };
    let photo = match field(name, PhotoHash::try_new(hash)) {
        Ok(photo) => photo,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let stored = Services::of(ctx)?.photos.stored(&photo).await;
    let stored = stored.map_err(|error| internal(ctx, error))?;
    Ok(Ok(Some(ReadingPhoto::new(photo, stored))))
}
