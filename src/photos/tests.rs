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

struct Shelf {
    folder: ScratchDirectory,
    photos: PhotoStore,
}

fn shelf() -> Shelf {
    let folder = ScratchDirectory::create();
    let photos = PhotoStore::in_folder(&folder.path().join("photos"), LIMITS).unwrap();
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
