use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chaobiao_domain::meter::StoredPhoto;
use chaobiao_domain::units::PhotoHash;
use chaobiao_graphql::support::PhotoShelf;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::check::check;
use super::metadata::without_metadata;
use super::{MediaType, PhotoError, PhotoLimits};

/// Decoding takes memory by the pixel; more at once would only wait for a processor.
const DECODED_AT_ONCE: usize = 2;

/// The bytes of photos, each under its own hash. What a photo shows is in the events.
#[derive(Clone)]
pub struct PhotoStore {
    objects: Arc<dyn ObjectStore>,
    limits: PhotoLimits,
    decoders: Arc<Semaphore>,
}

/// A photo that was checked and is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPhoto {
    pub photo: PhotoHash,
    pub bytes: u64,
    pub media_type: MediaType,
}

impl PhotoStore {
    /// Keeps photos in a folder, which is made when it is not there.
    pub fn in_folder(folder: &Path, limits: PhotoLimits) -> Result<Self, PhotoError> {
        std::fs::create_dir_all(folder).map_err(|source| object_store::Error::Generic {
            store: "photos",
            source: Box::new(source),
        })?;
        // A photo is evidence from the moment its hash is in an event: it has to be on disk first.
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self::over(Arc::new(objects), limits))
    }

    /// Keeps photos wherever the object store does.
    pub fn over(objects: Arc<dyn ObjectStore>, limits: PhotoLimits) -> Self {
        let decoders = Arc::new(Semaphore::new(DECODED_AT_ONCE));
        Self {
            objects,
            limits,
            decoders,
        }
    }

    pub const fn limits(&self) -> PhotoLimits {
        self.limits
    }

    /// Checks and keeps a photo. The same photo again is kept once.
    pub async fn keep(&self, bytes: Bytes) -> Result<KeptPhoto, PhotoError> {
        let limits = self.limits;
        let checked = bytes.clone();
        // The semaphore is never closed, so a permit always comes.
        let permit = self.decoders.clone().acquire_owned().await.ok();
        let (media_type, photo) = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let media_type = check(&checked, limits)?;
            Ok::<_, PhotoError>((media_type, hash(&checked)?))
        })
        .await??;
        let size = bytes.len() as u64;
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self
            .objects
            .put_opts(&path(&photo), bytes.into(), options)
            .await
        {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(KeptPhoto {
            photo,
            bytes: size,
            media_type,
        })
    }

    /// What is known of a photo, if it is kept.
    pub async fn find(&self, photo: &PhotoHash) -> Result<Option<KeptPhoto>, PhotoError> {
        const FIRST: u64 = 8;
        let path = path(photo);
        let bytes = match self.objects.head(&path).await {
            Ok(found) => found.size,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let start = self.objects.get_range(&path, 0..FIRST.min(bytes)).await?;
        let media_type = MediaType::of(&start).ok_or(PhotoError::Tampered)?;
        Ok(Some(KeptPhoto {
            photo: photo.clone(),
            bytes,
            media_type,
        }))
    }

    /// The bytes as they came in, if they still are those.
    pub async fn original(&self, photo: &PhotoHash) -> Result<Option<Bytes>, PhotoError> {
        let bytes = match self.objects.get(&path(photo)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if hash(&bytes)? == *photo {
            Ok(Some(bytes))
        } else {
            Err(PhotoError::Tampered)
        }
    }

    /// Gives a photo up; it may be gone already.
    pub async fn delete(&self, photo: &PhotoHash) -> Result<(), PhotoError> {
        match self.objects.delete(&path(photo)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The picture without its metadata, to be shown.
    pub async fn shown(
        &self,
        photo: &PhotoHash,
    ) -> Result<Option<(MediaType, Vec<u8>)>, PhotoError> {
        let Some(bytes) = self.original(photo).await? else {
            return Ok(None);
        };
        let media_type = MediaType::of(&bytes).ok_or(PhotoError::Tampered)?;
        let picture = without_metadata(&bytes).ok_or(PhotoError::Tampered)?;
        Ok(Some((media_type, picture)))
    }
}

#[async_trait]
impl PhotoShelf for PhotoStore {
    async fn stored(&self, photo: &PhotoHash) -> Result<Option<StoredPhoto>, String> {
        let found = self.find(photo).await.map_err(|error| error.to_string())?;
        Ok(found.map(|kept| StoredPhoto {
            bytes: kept.bytes,
            media_type: kept.media_type.as_str().to_owned(),
        }))
    }
}

fn hash(bytes: &[u8]) -> Result<PhotoHash, PhotoError> {
    PhotoHash::try_new(hex::encode(Sha256::digest(bytes))).map_err(|_| PhotoError::Tampered)
}

/// Folders by the first byte keep directories small.
fn path(photo: &PhotoHash) -> ObjectPath {
    let name = photo.as_str();
    ObjectPath::from_iter([&name[..2], name])
}
