use chrono::FixedOffset;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};
use proptest::prelude::*;

use super::*;
use crate::dial::Random;

/// A picture with something on it, brighter to the right.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let ramp = u8::try_from(60 + x * 120 / width).unwrap();
        // In no order: what repeats evenly is a screen.
        let cell = u64::from(x / 7 * 1000 + y / 11);
        let is_dark = Random::new(cell).bits().is_multiple_of(2);
        let stripes = if is_dark { 0 } else { 60 };
        Rgb([ramp + stripes, ramp, ramp])
    })
}

pub(crate) fn jpeg(pixels: &RgbImage) -> Vec<u8> {
    copies::jpeg(pixels, 90).unwrap()
}

fn png(pixels: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(
            pixels.as_raw(),
            pixels.width(),
            pixels.height(),
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    bytes
}

fn webp(pixels: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut bytes)
        .write_image(
            pixels.as_raw(),
            pixels.width(),
            pixels.height(),
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    bytes
}

/// A TIFF block with the given entries: tag, type, count, data.
fn tiff(entries: &[(u16, u16, u32, Vec<u8>)]) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend((u16::try_from(entries.len()).unwrap()).to_le_bytes());
    let mut heap_at = 8 + 2 + 12 * entries.len() + 4;
    let mut heap: Vec<u8> = Vec::new();
    for (tag, kind, count, data) in entries {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        if data.len() <= 4 {
            let mut value = data.clone();
            value.resize(4, 0);
            out.extend(value);
        } else {
            out.extend(u32::try_from(heap_at).unwrap().to_le_bytes());
            heap_at += data.len();
            heap.extend(data);
        }
    }
    out.extend([0; 4]);
    out.extend(heap);
    out
}

fn jpeg_with(pixels: &RgbImage, exif: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.set_exif_metadata(exif).unwrap();
    encoder
        .encode(
            pixels.as_raw(),
            pixels.width(),
            pixels.height(),
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    bytes
}

/// A photo whose camera says when it was taken.
pub(crate) fn jpeg_taken_at(pixels: &RgbImage, moment: &str) -> Vec<u8> {
    let text = format!("{moment}\0").into_bytes();
    let length = u32::try_from(text.len()).unwrap();
    jpeg_with(pixels, tiff(&[(0x0132, 2, length, text)]))
}

const SMALL: Limits = Limits {
    bytes_max: 200_000,
    pixels_max: 1_000_000,
};

fn refused(bytes: &[u8]) -> Refusal {
    Photo::open(bytes, SMALL).unwrap_err()
}

#[test]
fn x5_jpeg_png_and_webp_are_taken_by_their_content() {
    let pixels = picture(400, 300);
    for (bytes, expected) in [
        (jpeg(&pixels), MediaType::Jpeg),
        (png(&pixels), MediaType::Png),
        (webp(&pixels), MediaType::WebP),
    ] {
        let photo = Photo::open(&bytes, SMALL).unwrap();
        assert_eq!(photo.media_type, expected);
        assert_eq!(photo.pixels.dimensions(), (400, 300));
        assert_eq!(photo.quality.faults, []);
        assert_eq!(photo.sha256.len(), 64);
    }
}

#[test]
fn x5_what_is_no_photo_is_refused_under_its_code() {
    assert_eq!(refused(b""), Refusal::Missing);
    assert_eq!(
        refused("表号 1234".as_bytes()).code(),
        "PHOTO_TYPE_NOT_ALLOWED"
    );
    assert_eq!(refused(b"GIF89a......"), Refusal::TypeNotAllowed);
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    assert_eq!(refused(heic).code(), "PHOTO_HEIC_NOT_SUPPORTED");
    assert_eq!(refused(&vec![0xff; 200_001]), Refusal::TooLarge);
}

#[test]
fn x5_a_file_that_ends_too_early_is_refused() {
    let pixels = picture(400, 300);
    for bytes in [jpeg(&pixels), png(&pixels), webp(&pixels)] {
        for part in [bytes.len() / 3, bytes.len() / 2, bytes.len() - 2] {
            assert_eq!(refused(&bytes[..part]), Refusal::Unreadable);
        }
    }
}

#[test]
fn x5_a_small_file_with_a_huge_picture_is_refused_before_it_is_decoded() {
    // 30,000 by 30,000: only the header of it.
    let mut bomb = png(&picture(8, 8));
    bomb[16..20].copy_from_slice(&30_000u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&30_000u32.to_be_bytes());
    // The header's checksum, over its name and content.
    let checksum = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
    assert_eq!(
        Photo::open(&bomb, Limits::default()).unwrap_err(),
        Refusal::TooManyPixels
    );
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

#[test]
fn x5_a_panorama_of_100_megapixels_is_refused_before_it_is_decoded() {
    // A JPEG header with 20,000 by 5,000, patched into a small one.
    let mut panorama = jpeg(&picture(64, 64));
    let frame = panorama
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    panorama[frame + 5..frame + 7].copy_from_slice(&5_000u16.to_be_bytes());
    panorama[frame + 7..frame + 9].copy_from_slice(&20_000u16.to_be_bytes());
    let began = std::time::Instant::now();
    assert_eq!(
        Photo::open(&panorama, Limits::default())
            .unwrap_err()
            .code(),
        "PHOTO_TOO_MANY_PIXELS"
    );
    assert!(began.elapsed().as_millis() < 500);
}

#[test]
fn x5_a_picture_of_endless_scans_is_refused() {
    let bytes = jpeg(&picture(64, 64));
    let scan = bytes
        .windows(2)
        .position(|pair| pair == [0xff, 0xda])
        .unwrap();
    let mut many = bytes[..scan].to_vec();
    for _ in 0..65 {
        many.extend(&bytes[scan..bytes.len() - 2]);
    }
    many.extend([0xff, 0xd9]);
    assert_eq!(refused(&many), Refusal::Unreadable);
}

#[test]
fn x5_the_orientation_mark_turns_the_picture() {
    let lying = tiff(&[(0x0112, 3, 1, vec![6, 0])]);
    let photo = Photo::open(&jpeg_with(&picture(400, 300), lying), SMALL).unwrap();
    assert_eq!(photo.pixels.dimensions(), (300, 400));
    // Brighter to the right before, so brighter below after a quarter turn.
    let light = |y| u32::from(photo.pixels.get_pixel(150, y).0[1]);
    assert!(light(390) > light(10) + 50);
}

#[test]
fn r45_time_and_camera_are_kept_as_claims() {
    let exif = tiff(&[
        (0x010f, 2, 7, b"Huawei\0".to_vec()),
        (0x0132, 2, 20, b"2026:11:02 08:15:30\0".to_vec()),
    ]);
    let photo = Photo::open(&jpeg_with(&picture(400, 300), exif), SMALL).unwrap();
    let taken = photo.claims.taken_at.unwrap();
    assert_eq!(taken.to_string(), "2026-11-02 08:15:30");
    assert_eq!(photo.claims.camera.as_deref(), Some("Huawei"));
    assert_eq!(photo.claims.gps, None);
    let beijing = FixedOffset::east_opt(8 * 3600).unwrap();
    let moment = photo.claims.moment(beijing).unwrap();
    assert_eq!(moment.to_rfc3339(), "2026-11-02T08:15:30+08:00");
}

#[test]
fn r45_impossible_claims_are_none() {
    for text in [
        "2026:13:45 99:00:00\0",
        "1970:01:01 00:00:00\0",
        "gestern, abends    \0",
    ] {
        let exif = tiff(&[(0x0132, 2, 20, text.as_bytes().to_vec())]);
        let photo = Photo::open(&jpeg_with(&picture(400, 300), exif), SMALL).unwrap();
        assert_eq!(photo.claims.taken_at, None, "{text}");
    }
}

#[test]
fn x5_copies_carry_no_metadata() {
    let exif = tiff(&[(0x010f, 2, 15, b"SECRET-CAMERA-1".to_vec())]);
    let bytes = jpeg_with(&picture(2000, 500), exif);
    assert!(bytes.windows(6).any(|part| part == b"SECRET"));
    let (_, pixels) = decode(&bytes, Limits::default()).unwrap();
    let copies = copies(&pixels).unwrap();
    for (copy, width) in [(&copies.stripped, 1600), (&copies.thumbnail, 240)] {
        assert!(!copy.windows(6).any(|part| part == b"SECRET"));
        assert!(!copy.windows(4).any(|part| part == b"Exif"));
        assert_eq!(decode(copy, Limits::default()).unwrap().1.width(), width);
    }
}

#[test]
fn x5_poor_pictures_are_named_by_their_fault() {
    let faults = |pixels: &RgbImage| quality::measure(pixels, pixels.dimensions()).faults;
    let plain = |value| RgbImage::from_pixel(640, 480, Rgb([value; 3]));
    assert_eq!(faults(&plain(190)), [QualityFault::NothingOnIt]);
    assert!(faults(&plain(4)).contains(&QualityFault::TooDark));
    assert!(faults(&plain(255)).contains(&QualityFault::TooBright));
    assert!(faults(&picture(100, 80)).contains(&QualityFault::TooSmall));
    let smeared = image::imageops::blur(&picture(640, 480), 12.0);
    assert_eq!(faults(&smeared), [QualityFault::Blurred]);
    assert_eq!(faults(&picture(640, 480)), []);
}

#[test]
fn x5_the_fingerprint_survives_recompression_and_tells_pictures_apart() {
    let dial = |seed| {
        let shot = crate::dial::Shot::new(crate::dial::Difficulty::FreeHand, seed);
        crate::dial::Dial::draw(seed).photo(&shot).pixels
    };
    let one = dial(1);
    let again = decode(&copies::jpeg(&one, 40).unwrap(), Limits::default())
        .unwrap()
        .1;
    let smaller = image::imageops::thumbnail(&one, 500, 500);
    let other = dial(2);
    let print = fingerprint(&one);
    assert!(print.distance(&fingerprint(&again)) <= Near(6));
    assert!(print.distance(&fingerprint(&smaller)) <= Near(10));
    assert!(print.distance(&fingerprint(&other)) > Near(40));
    assert_eq!(Fingerprint::from_hex(&print.to_hex()), Some(print));
}

proptest! {
    #[test]
    fn x5_no_bytes_make_the_gate_fall_over(
        at in 0usize..8000, with in proptest::collection::vec(any::<u8>(), 1..40), kind in 0..3
    ) {
        let pixels = picture(80, 60);
        let mut bytes = match kind { 0 => jpeg(&pixels), 1 => png(&pixels), _ => webp(&pixels) };
        let at = at % bytes.len();
        let end = (at + with.len()).min(bytes.len());
        bytes.splice(at..end, with);
        let _ = Photo::open(&bytes, SMALL);
    }
}
