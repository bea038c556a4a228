use async_graphql::{Context, Result};
use async_trait::async_trait;
use chaobiao_decision::Rejection;
use chaobiao_domain::meter::{ReadingPhoto, StoredPhoto};
use chaobiao_domain::units::PhotoHash;

use super::{Services, field, internal};

/// Where photos are kept, as far as commands need to know.
#[async_trait]
pub trait PhotoShelf: Send + Sync {
    /// Size and media type of a photo, if it is kept.
    async fn stored(&self, photo: &PhotoHash) -> std::result::Result<Option<StoredPhoto>, String>;
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
    Ok(Ok(Some(ReadingPhoto { photo, stored })))
}
