//! `POST /photos` and `GET /photos/<hash>`.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, Multipart, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use bytes::{Bytes, BytesMut};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{PhotoHash, start_of_business_day};
use chaobiao_graphql::support::{Services, Viewer, customer_or};
use chaobiao_photos::Refusal;
use chaobiao_projections::reading_review::{self, ReadingRow};
use chaobiao_projections::{binding_queue, meter_card, service_cases, transfer_claims};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::{MediaType, PhotoAnalyst, PhotoError, PhotoStore};
use crate::http::{Caller, forbidden, refused, refused_on};

/// What multipart adds around the photo.
const ENVELOPE_BYTES_MAX: usize = 64 * 1024;

/// What the routes need.
#[derive(Clone)]
pub struct PhotoRoutes {
    pub analyst: PhotoAnalyst,
    pub services: Services,
}

impl PhotoRoutes {
    fn photos(&self) -> &PhotoStore {
        self.analyst.photos()
    }
}

pub fn routes(needs: PhotoRoutes) -> Router {
    let body_max = needs.photos().limits().bytes_max + ENVELOPE_BYTES_MAX;
    Router::new()
        .route("/photos", post(upload))
        .route_layer(from_fn_with_state(body_max, announced_size))
        .layer(DefaultBodyLimit::max(body_max))
        .route("/photos/{hash}", get(show))
        .route("/photos/{hash}/{part}", get(show_part))
        .with_state(needs)
}

#[derive(Serialize)]
struct Kept {
    hash: PhotoHash,
}

impl IntoResponse for PhotoError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Refused(Refusal::Missing) | Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Refused(Refusal::TooLarge | Refusal::TooManyPixels) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Refused(Refusal::TypeNotAllowed | Refusal::HeicNotSupported) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::Refused(Refusal::Unreadable) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Tampered | Self::Worker(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::error!(error = %self, source = ?self, "a photo could not be handled");
        }
        refused_on(status, self.code(), &self.to_string(), &["photo"])
    }
}

/// Refuses by what the request says of itself, before anything is read.
async fn announced_size(State(max): State<usize>, request: Request, next: Next) -> Response {
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max) {
        return PhotoError::from(Refusal::TooLarge).into_response();
    }
    next.run(request).await
}

async fn upload(
    State(needs): State<PhotoRoutes>,
    Extension(caller): Extension<Caller>,
    multipart: Option<Multipart>,
) -> Response {
    // Other sites cannot set this header, so they cannot upload in the viewer's name.
    if !caller.from_our_pages {
        return refused(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            "请求缺少 X-Requested-With: chaobiao",
        );
    }
    let viewer = caller.viewer(&needs.services).await;
    let may_upload = customer_or(Permission::SubmitReadings).allows(&viewer)
        || viewer.may(Permission::TakePayments);
    if !may_upload {
        return forbidden(&viewer);
    }
    let Some(multipart) = multipart else {
        return PhotoError::Malformed.into_response();
    };
    let kept = match read(multipart, needs.photos().limits().bytes_max).await {
        Ok(bytes) => needs.photos().keep(bytes).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(kept) => {
            // It is looked at while the index is still being typed.
            needs.analyst.begin(kept.photo.clone());
            (StatusCode::CREATED, Json(Kept { hash: kept.photo })).into_response()
        }
        Err(error) => error.into_response(),
    }
}

/// The part called `photo`.
async fn read(mut multipart: Multipart, bytes_max: usize) -> Result<Bytes, PhotoError> {
    while let Some(field) = multipart
        .next_field()
        .await
        .map_err(|error| unread(&error))?
    {
        if field.name() == Some("photo") {
            return read_field(field, bytes_max).await;
        }
    }
    Err(PhotoError::from(Refusal::Missing))
}

async fn read_field(mut field: Field<'_>, bytes_max: usize) -> Result<Bytes, PhotoError> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| unread(&error))? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(PhotoError::from(Refusal::TooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn unread(error: &MultipartError) -> PhotoError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        PhotoError::from(Refusal::TooLarge)
    } else {
        PhotoError::Malformed
    }
}

async fn show(
    State(needs): State<PhotoRoutes>,
    Extension(caller): Extension<Caller>,
    Path(hash): Path<String>,
) -> Response {
    shown(&needs, &caller, hash, Part::Whole).await
}

async fn show_part(
    State(needs): State<PhotoRoutes>,
    Extension(caller): Extension<Caller>,
    Path((hash, part)): Path<(String, Part)>,
) -> Response {
    shown(&needs, &caller, hash, part).await
}

/// What of a photo is asked for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    #[serde(skip)]
    Whole,
    /// The wheels alone.
    Crop,
    /// Small, for lists.
    Thumbnail,
}

async fn picture(
    photos: &PhotoStore,
    photo: &PhotoHash,
    part: Part,
) -> Result<Option<(MediaType, Bytes)>, PhotoError> {
    let jpeg = |found: Option<Bytes>| found.map(|bytes| (MediaType::Jpeg, bytes));
    match part {
        Part::Whole => {
            let found = photos.shown(photo).await?;
            Ok(found.map(|(media_type, picture)| (media_type, picture.into())))
        }
        Part::Crop => Ok(jpeg(photos.crop(photo).await?)),
        Part::Thumbnail => Ok(jpeg(photos.thumbnail(photo).await?)),
    }
}

async fn shown(needs: &PhotoRoutes, caller: &Caller, hash: String, part: Part) -> Response {
    let viewer = caller.viewer(&needs.services).await;
    if viewer.is_anonymous() {
        return forbidden(&viewer);
    }
    // A photo that is not there and one that is not for this viewer look the same.
    let absent = || refused(StatusCode::NOT_FOUND, "NOT_FOUND", "未找到照片");
    let Ok(photo) = PhotoHash::try_new(hash) else {
        return absent();
    };
    match may_see(needs.services.store().pool(), &viewer, &photo).await {
        Ok(true) => {}
        Ok(false) => return absent(),
        Err(error) => {
            tracing::error!(%error, "who may see a photo could not be read");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    match picture(needs.photos(), &photo, part).await {
        Ok(Some((media_type, picture))) => {
            let headers = [
                (CONTENT_TYPE, media_type.as_str().to_owned()),
                (CACHE_CONTROL, "private, max-age=3600".to_owned()),
                (ETAG, format!("\"{photo}\"")),
            ];
            (headers, picture).into_response()
        }
        Ok(None) => absent(),
        Err(error) => error.into_response(),
    }
}

/// Staff see photos with the meters they show, and screenshots of transfers with payments; customers
/// those they filed with a case or a claim, and those of readings taken while one of their accounts
/// paid for the meter.
async fn may_see(pool: &PgPool, viewer: &Viewer, photo: &PhotoHash) -> Result<bool, sqlx::Error> {
    let Some(customer) = viewer.customer() else {
        let of_claim = viewer.may(Permission::ViewPayments)
            && transfer_claims::query::shows_photo(pool, None, photo).await?;
        return Ok(viewer.may(Permission::ViewMeters) || of_claim);
    };
    if service_cases::shows_photo(pool, &viewer.actor(), photo).await? {
        return Ok(true);
    }
    if transfer_claims::query::shows_photo(pool, Some(&viewer.actor()), photo).await? {
        return Ok(true);
    }
    let readings = reading_review::query::of_photo(pool, photo).await?;
    let numbers: Vec<String> = readings
        .iter()
        .map(|reading| reading.meter_no.to_string())
        .collect();
    let cards = meter_card::query::by_numbers(pool, &numbers).await?;
    let bound = binding_queue::bound_accounts(pool, customer.customer_id.as_str()).await?;
    let theirs = |reading: &ReadingRow| {
        let card = cards.iter().find(|card| card.meter_no == reading.meter_no);
        card.and_then(|card| card.payer.as_ref())
            .is_some_and(|payer| {
                let since = start_of_business_day(payer.since);
                since <= reading.read_at && bound.iter().any(|no| no == payer.account_no.as_str())
            })
    };
    Ok(readings.iter().any(theirs))
}
