//! Photos looked at beside the async threads: a bounded number at once, and each once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use chaobiao_domain::meter::{
    Certainty, PhotoCheck, PhotoReuse, PhotoVerdict, ReuseSign, StoredPhoto, WheelSeen,
};
use chaobiao_domain::units::{BillingMonth, PhotoHash, business_date};
use chaobiao_graphql::support::{PATIENCE, PhotoQuestion, PhotoShelf};
use chaobiao_photos::gate::{Fingerprint, Limits};
use chaobiao_photos::read::{Looked, PhotoReader, ReadError, Report};
use chaobiao_photos::reuse::{ALIKE, Sign, Use, Uses};
use chaobiao_photos::verdict::{DialShape, Expected, Outcome, TypedIndex};
use chaobiao_projections::photo_checks::{self, CheckRow};
use sqlx::PgPool;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::timeout;

use super::{PhotoError, PhotoStore};

/// What was seen is kept for so many photos, until their readings have come in; each holds some
/// megabytes of picture. One that has made room is looked at again.
const KEPT_MAX: usize = 16;
/// Beyond this, photos are looked at when their reading is there, and not before.
const AHEAD_MAX: usize = 8;

/// Looks at photos. All of one program share one.
#[derive(Clone)]
pub struct PhotoAnalyst(Arc<Inner>);

struct Inner {
    photos: PhotoStore,
    pool: PgPool,
    /// Loaded when the first photo comes.
    reader: OnceLock<PhotoReader>,
    limits: Limits,
    /// 0 where photos are not looked at at all.
    workers: usize,
    busy: Semaphore,
    seen: Mutex<VecDeque<Seen>>,
}

#[derive(Clone)]
struct Seen {
    photo: PhotoHash,
    /// None inside where the picture cannot be looked at.
    looked: Arc<OnceCell<Option<Arc<Looked>>>>,
}

/// Why a photo could not be judged now.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    #[error(transparent)]
    Photo(#[from] PhotoError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("the worker ended")]
    Worker(#[from] tokio::task::JoinError),
    #[error("no worker will come free")]
    Closed(#[from] tokio::sync::AcquireError),
}

impl PhotoAnalyst {
    pub fn new(photos: PhotoStore, pool: PgPool, workers: usize) -> Self {
        // Larger pictures are kept, and are for people to look at.
        let limits = Limits {
            bytes_max: photos.limits().bytes_max,
            ..Limits::default()
        };
        Self(Arc::new(Inner {
            photos,
            pool,
            reader: OnceLock::new(),
            limits,
            workers,
            busy: Semaphore::new(workers),
            seen: Mutex::default(),
        }))
    }

    pub fn photos(&self) -> &PhotoStore {
        &self.0.photos
    }

    /// Has a photo looked at that has just come in, so that it is known when its reading comes.
    pub fn begin(&self, photo: PhotoHash) {
        if self.0.workers == 0 || self.under_way() >= AHEAD_MAX {
            return;
        }
        let analyst = self.clone();
        tokio::spawn(async move {
            if let Err(error) = analyst.look(&photo).await {
                tracing::warn!(%photo, %error, "a photo was not looked at");
            }
        });
    }

    fn under_way(&self) -> usize {
        let seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter()
            .filter(|seen| !seen.looked.initialized())
            .count()
    }

    fn slot(&self, photo: &PhotoHash) -> Seen {
        let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.iter().find(|seen| seen.photo == *photo) {
            return known.clone();
        }
        let new = Seen {
            photo: photo.clone(),
            looked: Arc::default(),
        };
        seen.push_back(new.clone());
        if seen.len() > KEPT_MAX {
            seen.pop_front();
        }
        new
    }

    /// What is on a photo; whoever asks first has it looked at, the others wait for that.
    async fn look(&self, photo: &PhotoHash) -> Result<Option<Arc<Looked>>, AnalysisError> {
        let slot = self.slot(photo);
        let looked = slot.looked.get_or_try_init(|| self.look_anew(photo)).await;
        looked.cloned()
    }

    async fn look_anew(&self, photo: &PhotoHash) -> Result<Option<Arc<Looked>>, AnalysisError> {
        let Some(bytes) = self.0.photos.original(photo).await? else {
            return Ok(None);
        };
        let _busy = self.0.busy.acquire().await?;
        let inner = Arc::clone(&self.0);
        let begun = Instant::now();
        let looked = tokio::task::spawn_blocking(move || inner.reader()?.look(&bytes)).await?;
        metrics::histogram!("chaobiao_photo_look_seconds").record(begun.elapsed());
        match looked {
            Ok(looked) => Ok(Some(Arc::new(looked))),
            // Kept under wider limits than are looked at: nothing is said of it.
            Err(ReadError::Refused(refusal)) => {
                tracing::info!(%photo, %refusal, "a photo is not looked at");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What follows from a photo for a reading; none where photos are not looked at.
    pub async fn judge(
        &self,
        question: &PhotoQuestion,
    ) -> Result<Option<PhotoCheck>, AnalysisError> {
        if self.0.workers == 0 {
            return Ok(None);
        }
        let Some(looked) = self.look(&question.photo).await? else {
            return Ok(None);
        };
        let Ok(index) = TypedIndex::try_new(&question.index.to_string()) else {
            return Ok(None);
        };
        let expected = Expected {
            index,
            shape: question.wheels.map(|(whole, decimals)| DialShape {
                whole: whole.into(),
                decimals: decimals.into(),
            }),
            meter: question.numbers.clone(),
        };
        let report = tokio::task::spawn_blocking(move || looked.report(Some(&expected))).await??;
        if let Some(crop) = report.crop.clone() {
            self.0
                .photos
                .keep_crop(&question.photo, crop.into())
                .await?;
        }
        let reused = self.reused(question, &report).await?;
        Ok(check(&report, reused))
    }

    async fn reused(
        &self,
        question: &PhotoQuestion,
        report: &Report,
    ) -> Result<Option<PhotoReuse>, AnalysisError> {
        let bits = i32::try_from(ALIKE.0).unwrap_or(i32::MAX);
        let rows = photo_checks::query::alike(
            &self.0.pool,
            &question.photo,
            &report.phash,
            bits,
            &question.meter_no,
        )
        .await?;
        Ok(earlier_use(question, report, &rows))
    }
}

impl Inner {
    fn reader(&self) -> Result<&PhotoReader, ReadError> {
        if let Some(reader) = self.reader.get() {
            return Ok(reader);
        }
        let loaded = PhotoReader::load(self.limits)?;
        Ok(self.reader.get_or_init(|| loaded))
    }
}

#[async_trait]
impl PhotoShelf for PhotoAnalyst {
    async fn stored(&self, photo: &PhotoHash) -> Result<Option<StoredPhoto>, String> {
        let found = self.0.photos.find(photo).await;
        let found = found.map_err(|error| error.to_string())?;
        Ok(found.map(|kept| StoredPhoto {
            bytes: kept.bytes,
            media_type: kept.media_type.as_str().to_owned(),
        }))
    }

    async fn check(&self, question: PhotoQuestion) -> Option<PhotoCheck> {
        let analyst = self.clone();
        // A task of its own: looking goes on when nobody waits any longer.
        let judging = tokio::spawn(async move { analyst.judge(&question).await });
        match timeout(PATIENCE, judging).await {
            Ok(Ok(Ok(check))) => check,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "a photo could not be judged");
                None
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "judging a photo ended badly");
                None
            }
            Err(_) => None,
        }
    }
}

/// The plainest sign that a photo was used before, and where.
fn earlier_use(question: &PhotoQuestion, report: &Report, rows: &[CheckRow]) -> Option<PhotoReuse> {
    let month = |row: &CheckRow| BillingMonth::of(business_date(row.read_at)).to_string();
    let mut uses = Uses::default();
    for row in rows {
        if let Some(fingerprint) = Fingerprint::from_hex(&row.check.fingerprint) {
            uses.add(Use {
                sha256: row.photo.to_string(),
                fingerprint,
                meter: row.meter_no.to_string(),
                period: month(row),
                taken_at: row.check.taken_at,
                shown: row.check.shown.clone(),
            });
        }
    }
    let new = Use {
        sha256: question.photo.to_string(),
        fingerprint: Fingerprint::from_hex(&report.phash)?,
        meter: question.meter_no.to_string(),
        period: question.month.to_string(),
        taken_at: report.exif.taken_at,
        shown: report.reading.as_ref().map(|reading| reading.text.clone()),
    };
    let found = uses.earlier(&new).into_iter().next()?;
    let row = rows
        .iter()
        .find(|row| row.meter_no.as_str() == found.meter && month(row) == found.period)?;
    Some(PhotoReuse {
        sign: match found.sign {
            Sign::SameBytes => ReuseSign::SameBytes,
            Sign::SameMoment => ReuseSign::SameMoment,
            Sign::OtherMeterShowsTheSame => ReuseSign::OtherMeterShowsTheSame,
            Sign::NothingMoved => ReuseSign::NothingMoved,
        },
        meter_no: row.meter_no.clone(),
        reading_id: row.reading_id.clone(),
    })
}

/// The fact a report becomes.
fn check(report: &Report, reused: Option<PhotoReuse>) -> Option<PhotoCheck> {
    let verdict = match report.verdict? {
        Outcome::Match => PhotoVerdict::Match,
        Outcome::Mismatch => PhotoVerdict::Mismatch,
        Outcome::Unsure => PhotoVerdict::Unsure,
        Outcome::WrongMeter => PhotoVerdict::WrongMeter,
        Outcome::Retake => PhotoVerdict::Retake,
    };
    let rule = serde_json::to_value(report.evidence.rule).ok()?;
    let reading = report.reading.as_ref();
    let wheels = reading.map(|reading| reading.wheels.as_slice());
    Some(PhotoCheck {
        verdict,
        rule: rule.as_str().unwrap_or_default().to_owned(),
        shown: reading.map(|reading| reading.text.clone()),
        wheels: wheels
            .unwrap_or_default()
            .iter()
            .filter_map(|wheel| {
                Some(WheelSeen {
                    value: format!("{:.1}", wheel.value),
                    certainty: certainty(wheel.confidence.into())?,
                })
            })
            .collect(),
        certainty: reading.and_then(|reading| certainty(reading.confidence)),
        probability: report.evidence.probability.and_then(certainty),
        codes: report.codes.iter().map(|code| code.text.clone()).collect(),
        serial: report.serial.clone(),
        taken_at: report.exif.taken_at,
        fingerprint: report.phash.clone(),
        reused,
        model: report.evidence.model_sha256.to_owned(),
    })
}

/// Rounded down: what is not quite sure is not said to be.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability between nought and one, and no money"
)]
fn certainty(probability: f64) -> Option<Certainty> {
    let thousandths = (probability.clamp(0.0, 1.0) * 1_000.0).floor() as u16;
    Certainty::try_new(thousandths).ok()
}
