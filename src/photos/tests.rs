use std::io::Cursor;

use bytes::Bytes;
use chaobiao_testing::ScratchDirectory;
use image::{DynamicImage, ImageFormat, RgbImage};

use super::*;

const LIMITS: PhotoLimits = PhotoLimits {
    bytes_max: 100_000,
    pixels_max: 10_000,
};

fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        let byte = |n: u32| u8::try_from(n % 256).unwrap();
        image::Rgb([byte(x), byte(y), byte(x ^ y)])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

/// A JPEG as a phone takes it: with the place in its metadata.
fn with_place(jpeg: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend(b"\xff\xe1\x00\x10Exif\0\0GPS 39.9");
    bytes.extend(&jpeg[2..]);
    bytes
}

fn key() -> PhotoKey {
    PhotoKey::new([7; 32])
}

struct Shelf {
    folder: ScratchDirectory,
    photos: PhotoStore,
}

fn shelf() -> Shelf {
    let folder = ScratchDirectory::create();
    let photos = PhotoStore::in_folder(&folder.path().join("photos"), LIMITS, key()).unwrap();
    Shelf { folder, photos }
}

#[tokio::test]
async fn a_photo_is_kept_once_under_its_hash_and_shown_without_metadata() {
    let shelf = shelf();
    let taken = with_place(&picture(ImageFormat::Jpeg, 40, 30));
    let kept = shelf.photos.keep(Bytes::from(taken.clone())).await.unwrap();
    assert_eq!(kept.media_type, MediaType::Jpeg);
    assert_eq!(kept.bytes, taken.len() as u64);
    let again = shelf.photos.keep(Bytes::from(taken.clone())).await.unwrap();
    assert_eq!(again, kept);
    assert_eq!(
        shelf.photos.find(&kept.photo).await.unwrap(),
        Some(kept.clone())
    );
    assert_eq!(
        shelf.photos.original(&kept.photo).await.unwrap().unwrap(),
        taken
    );
    let (_, shown) = shelf.photos.shown(&kept.photo).await.unwrap().unwrap();
    assert!(!shown.windows(3).any(|bytes| bytes == b"GPS"));
    image::load_from_memory(&shown).unwrap();

    let png = picture(ImageFormat::Png, 40, 30);
    let kept = shelf.photos.keep(Bytes::from(png.clone())).await.unwrap();
    assert_eq!(kept.media_type, MediaType::Png);
    assert_eq!(
        shelf.photos.shown(&kept.photo).await.unwrap().unwrap().1,
        png
    );
}

#[tokio::test]
async fn what_is_no_photo_is_refused_by_name() {
    let shelf = shelf();
    let jpeg = picture(ImageFormat::Jpeg, 40, 30);
    let png = picture(ImageFormat::Png, 40, 30);
    let mut scrambled = png.clone();
    let middle = scrambled.len() / 2;
    scrambled[middle] ^= 0xff;
    for (bytes, code) in [
        (Vec::new(), "PHOTO_MISSING"),
        (vec![0xff; 100_001], "PHOTO_TOO_LARGE"),
        (b"GIF89a......".to_vec(), "PHOTO_TYPE_NOT_ALLOWED"),
        (b"\0\0\0\x18ftypheic".to_vec(), "PHOTO_HEIC_NOT_SUPPORTED"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            "PHOTO_TYPE_NOT_ALLOWED",
        ),
        (jpeg[..jpeg.len() / 2].to_vec(), "PHOTO_UNREADABLE"),
        (jpeg[..jpeg.len() - 2].to_vec(), "PHOTO_UNREADABLE"),
        (png[..png.len() - 12].to_vec(), "PHOTO_UNREADABLE"),
        (scrambled, "PHOTO_UNREADABLE"),
        (b"\xff\xd8\xff\xe0rubbish".to_vec(), "PHOTO_UNREADABLE"),
        (picture(ImageFormat::Png, 101, 100), "PHOTO_TOO_MANY_PIXELS"),
    ] {
        let length = bytes.len();
        let error = shelf.photos.keep(Bytes::from(bytes)).await.unwrap_err();
        assert_eq!(error.code(), code, "{length} bytes");
    }
}

#[tokio::test]
async fn a_file_somebody_exchanged_is_not_shown() {
    let shelf = shelf();
    let first = picture(ImageFormat::Png, 40, 30);
    let kept = shelf.photos.keep(Bytes::from(first)).await.unwrap();
    let hash = kept.photo.as_str();
    let file = shelf
        .folder
        .path()
        .join("photos")
        .join(&hash[..2])
        .join(hash);
    std::fs::write(file, picture(ImageFormat::Png, 41, 30)).unwrap();
    let error = shelf.photos.shown(&kept.photo).await.unwrap_err();
    assert_eq!(error.code(), "PHOTO_TAMPERED");
}

#[tokio::test]
async fn x5_what_is_kept_is_sealed_and_no_picture_to_whoever_finds_it() {
    let shelf = shelf();
    let png = picture(ImageFormat::Png, 40, 30);
    let kept = shelf.photos.keep(Bytes::from(png.clone())).await.unwrap();
    let folder = shelf.folder.path().join("photos");
    let file = folder
        .join(&kept.photo.as_str()[..2])
        .join(kept.photo.as_str());
    let sealed = std::fs::read(&file).unwrap();
    assert!(image::load_from_memory(&sealed).is_err());
    assert!(!sealed.windows(8).any(|bytes| bytes == &png[16..24]));
    let other = PhotoStore::in_folder(&folder, LIMITS, PhotoKey::new([8; 32])).unwrap();
    let error = other.original(&kept.photo).await.unwrap_err();
    assert_eq!(error.code(), "PHOTO_TAMPERED");
    // One that was kept before photos were sealed is still shown.
    std::fs::write(&file, &png).unwrap();
    assert_eq!(
        shelf.photos.find(&kept.photo).await.unwrap(),
        Some(kept.clone())
    );
    assert_eq!(
        shelf.photos.original(&kept.photo).await.unwrap().unwrap(),
        png
    );
}

#[tokio::test]
async fn what_was_drawn_from_a_photo_goes_with_it() {
    let shelf = shelf();
    let jpeg = picture(ImageFormat::Jpeg, 90, 60);
    let photo = shelf
        .photos
        .keep(Bytes::from(jpeg.clone()))
        .await
        .unwrap()
        .photo;
    assert_eq!(shelf.photos.crop(&photo).await.unwrap(), None);
    let crop = Bytes::from(picture(ImageFormat::Jpeg, 30, 10));
    shelf.photos.keep_crop(&photo, crop.clone()).await.unwrap();
    assert_eq!(shelf.photos.crop(&photo).await.unwrap(), Some(crop));
    let small = shelf.photos.thumbnail(&photo).await.unwrap().unwrap();
    image::load_from_memory(&small).unwrap();
    assert_eq!(shelf.photos.thumbnail(&photo).await.unwrap(), Some(small));
    shelf.photos.delete(&photo).await.unwrap();
    assert_eq!(shelf.photos.crop(&photo).await.unwrap(), None);
    assert_eq!(shelf.photos.thumbnail(&photo).await.unwrap(), None);
    assert_eq!(shelf.photos.original(&photo).await.unwrap(), None);
}

#[tokio::test]
async fn a_webp_is_kept_as_it_came_and_shown_as_a_jpeg() {
    let shelf = shelf();
    let webp = picture(ImageFormat::WebP, 40, 30);
    let kept = shelf.photos.keep(Bytes::from(webp.clone())).await.unwrap();
    assert_eq!(kept.media_type, MediaType::WebP);
    assert_eq!(
        shelf.photos.original(&kept.photo).await.unwrap().unwrap(),
        webp
    );
    let (media_type, shown) = shelf.photos.shown(&kept.photo).await.unwrap().unwrap();
    assert_eq!(media_type, MediaType::Jpeg);
    image::load_from_memory(&shown).unwrap();
}
