use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use chaobiao_domain::units::PhotoHash;
use chaobiao_photos::gate::{Copies, Limits, MediaType, copies, decode};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::metadata::without_metadata;
use super::sealed::{HEADER, described};
use super::{PhotoError, PhotoKey};

/// Decoding takes memory by the pixel; more at once would only wait for a processor.
const DECODED_AT_ONCE: usize = 2;

/// The bytes of photos, each under its own hash. What a photo shows is in the events.
#[derive(Clone)]
pub struct PhotoStore {
    objects: Arc<dyn ObjectStore>,
    limits: Limits,
    key: PhotoKey,
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
    pub fn in_folder(folder: &Path, limits: Limits, key: PhotoKey) -> Result<Self, PhotoError> {
        std::fs::create_dir_all(folder).map_err(|source| object_store::Error::Generic {
            store: "photos",
            source: Box::new(source),
        })?;
        // A photo is evidence from the moment its hash is in an event: it has to be on disk first.
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self::over(Arc::new(objects), limits, key))
    }

    /// Keeps photos wherever the object store does.
    pub fn over(objects: Arc<dyn ObjectStore>, limits: Limits, key: PhotoKey) -> Self {
        let decoders = Arc::new(Semaphore::new(DECODED_AT_ONCE));
        Self {
            objects,
            limits,
            key,
            decoders,
        }
    }

    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// Checks and keeps a photo. The same photo again is kept once.
    pub async fn keep(&self, bytes: Bytes) -> Result<KeptPhoto, PhotoError> {
        let limits = self.limits;
        let checked = bytes.clone();
        // The semaphore is never closed, so a permit always comes.
        let permit = self.decoders.clone().acquire_owned().await.ok();
        let key = self.key.clone();
        let (media_type, photo, file) = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let (media_type, _) = decode(&checked, limits)?;
            let file = key.seal(media_type, &checked)?;
            Ok::<_, PhotoError>((media_type, hash(&checked)?, file))
        })
        .await??;
        let size = bytes.len() as u64;
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self
            .objects
            .put_opts(&path(&photo), file.into(), options)
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
        const FIRST: u64 = HEADER as u64;
        let path = path(photo);
        let size = match self.objects.head(&path).await {
            Ok(found) => found.size,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let start = self.objects.get_range(&path, 0..FIRST.min(size)).await?;
        let (media_type, bytes) = described(&start, size)?;
        Ok(Some(KeptPhoto {
            photo: photo.clone(),
            bytes,
            media_type,
        }))
    }

    /// The bytes as they came in, if they still are those.
    pub async fn original(&self, photo: &PhotoHash) -> Result<Option<Bytes>, PhotoError> {
        let Some(bytes) = self.get(&path(photo)).await? else {
            return Ok(None);
        };
        if hash(&bytes)? == *photo {
            Ok(Some(bytes))
        } else {
            Err(PhotoError::Tampered)
        }
    }

    /// Gives a photo up; it may be gone already.
    pub async fn delete(&self, photo: &PhotoHash) -> Result<(), PhotoError> {
        // What was drawn from it goes first: it could not be found again by itself.
        for path in [drawn(photo, CROP), drawn(photo, THUMBNAIL), path(photo)] {
            match self.objects.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Keeps the wheels alone, cut out and straightened.
    pub async fn keep_crop(&self, photo: &PhotoHash, jpeg: Bytes) -> Result<(), PhotoError> {
        self.put_drawn(&drawn(photo, CROP), &jpeg).await
    }

    /// The wheels alone, where they were found.
    pub async fn crop(&self, photo: &PhotoHash) -> Result<Option<Bytes>, PhotoError> {
        self.get(&drawn(photo, CROP)).await
    }

    /// A small JPEG for lists, drawn when it is first asked for.
    pub async fn thumbnail(&self, photo: &PhotoHash) -> Result<Option<Bytes>, PhotoError> {
        let place = drawn(photo, THUMBNAIL);
        if let Some(known) = self.get(&place).await? {
            return Ok(Some(known));
        }
        let Some(bytes) = self.original(photo).await? else {
            return Ok(None);
        };
        let jpeg = Bytes::from(self.drawn_from(bytes).await?.thumbnail);
        self.put_drawn(&place, &jpeg).await?;
        Ok(Some(jpeg))
    }

    async fn put_drawn(&self, path: &ObjectPath, jpeg: &Bytes) -> Result<(), PhotoError> {
        let file = self.key.seal(MediaType::Jpeg, jpeg)?;
        self.objects.put(path, file.into()).await?;
        Ok(())
    }

    async fn drawn_from(&self, bytes: Bytes) -> Result<Copies, PhotoError> {
        let limits = self.limits;
        // The semaphore is never closed, so a permit always comes.
        let permit = self.decoders.clone().acquire_owned().await.ok();
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let (_, pixels) = decode(&bytes, limits)?;
            Ok(copies(&pixels)?)
        })
        .await?
    }

    async fn get(&self, path: &ObjectPath) -> Result<Option<Bytes>, PhotoError> {
        match self.objects.get(path).await {
            Ok(found) => self.key.open(found.bytes().await?).map(Some),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
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
        let media_type = MediaType::of(&bytes).map_err(|_| PhotoError::Tampered)?;
        if media_type == MediaType::WebP {
            // Drawn anew from the pixels.
            let copies = self.drawn_from(bytes).await?;
            return Ok(Some((MediaType::Jpeg, copies.stripped)));
        }
        let picture = without_metadata(&bytes).ok_or(PhotoError::Tampered)?;
        Ok(Some((media_type, picture)))
    }
}

fn hash(bytes: &[u8]) -> Result<PhotoHash, PhotoError> {
    PhotoHash::try_new(hex::encode(Sha256::digest(bytes))).map_err(|_| PhotoError::Tampered)
}

const CROP: &str = "crop";
const THUMBNAIL: &str = "thumbnail";

/// Beside the photo it was drawn from.
fn drawn(photo: &PhotoHash, what: &str) -> ObjectPath {
    let name = photo.as_str();
    ObjectPath::from_iter([&name[..2], &format!("{name}.{what}.jpg")])
}

/// Folders by the first byte keep directories small.
fn path(photo: &PhotoHash) -> ObjectPath {
    let name = photo.as_str();
    ObjectPath::from_iter([&name[..2], name])
}
