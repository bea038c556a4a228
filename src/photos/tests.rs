use std::io::Cursor;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use bytes::Bytes;
use chaobiao_domain::staff::Role;
use chaobiao_graphql::support::{CustomerViewer, StaffViewer, Viewer};
use chaobiao_testing::{ScratchDirectory, TestDatabase};
use image::{DynamicImage, ImageFormat, RgbImage};
use tower::ServiceExt;

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

fn customer() -> Viewer {
    Viewer::Customer(CustomerViewer {
        customer_id: "C1".parse().unwrap(),
    })
}

fn upload(photo: &[u8], marked: bool) -> Request<Body> {
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"photo\"; \
        filename=\"a.jpg\"\r\n\r\n"
        .to_vec();
    body.extend(photo);
    body.extend(b"\r\n--x--\r\n");
    let request = Request::post("/photos")
        .header("content-type", "multipart/form-data; boundary=x")
        .header("content-length", body.len());
    let request = if marked {
        request.header("x-requested-with", "chaobiao")
    } else {
        request
    };
    request.body(Body::from(body)).unwrap()
}

async fn ask(router: &Router, viewer: Viewer, request: Request<Body>) -> (StatusCode, String) {
    let router = router.clone().layer(Extension(viewer));
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn show(hash: &str) -> Request<Body> {
    Request::get(format!("/photos/{hash}"))
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn uploading_takes_a_person_a_header_and_a_photo() {
    let (shelf, database) = (shelf(), TestDatabase::create().await);
    let router = routes(PhotoRoutes {
        photos: shelf.photos.clone(),
        pool: database.pool(),
    });
    let photo = picture(ImageFormat::Jpeg, 40, 30);
    for (viewer, request, status, part) in [
        (
            customer(),
            upload(&photo, false),
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
        ),
        (
            Viewer::Anonymous,
            upload(&photo, true),
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
        ),
        (
            customer(),
            upload(b"", true),
            StatusCode::BAD_REQUEST,
            "PHOTO_MISSING",
        ),
        (
            customer(),
            upload(b"no photo", true),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "photo",
        ),
        (
            customer(),
            upload(&vec![0; 200_000], true),
            StatusCode::PAYLOAD_TOO_LARGE,
            "PHOTO_TOO_LARGE",
        ),
        (
            customer(),
            upload(&vec![0; 100_500], true),
            StatusCode::PAYLOAD_TOO_LARGE,
            "PHOTO_TOO_LARGE",
        ),
        (
            customer(),
            upload(&photo, true),
            StatusCode::CREATED,
            "\"hash\":\"",
        ),
    ] {
        let (answered, body) = ask(&router, viewer, request).await;
        assert_eq!(answered, status, "{body}");
        assert!(body.contains(part), "{body}");
    }
}

#[tokio::test]
async fn a_photo_is_for_staff_and_for_who_pays_for_the_meter() {
    let (shelf, database) = (shelf(), TestDatabase::create().await);
    let pool = database.pool();
    let router = routes(PhotoRoutes {
        photos: shelf.photos.clone(),
        pool: pool.clone(),
    });
    let photo = Bytes::from(picture(ImageFormat::Jpeg, 40, 30));
    let hash = shelf.photos.keep(photo).await.unwrap().photo.to_string();
    let staff = |role| {
        Viewer::Staff(StaffViewer {
            login: "li".parse().unwrap(),
            campus: None,
            roles: [role].into(),
            must_change_password: false,
        })
    };
    let statuses = async |viewer: Viewer| ask(&router, viewer, show(&hash)).await.0;
    assert_eq!(statuses(Viewer::Anonymous).await, StatusCode::UNAUTHORIZED);
    assert_eq!(statuses(staff(Role::Cashier)).await, StatusCode::NOT_FOUND);
    assert_eq!(statuses(staff(Role::Reader)).await, StatusCode::OK);
    assert_eq!(statuses(customer()).await, StatusCode::NOT_FOUND);
    let absent = ask(&router, staff(Role::Reader), show(&"0".repeat(64))).await;
    assert_eq!(absent.0, StatusCode::NOT_FOUND);
    assert_eq!(
        ask(&router, staff(Role::Reader), show("..%2fkey")).await.0,
        StatusCode::NOT_FOUND
    );

    for statement in [
        format!("INSERT INTO read_reading_review_photo VALUES ('{hash}', 'M1', 1, 'image/jpeg')"),
        "INSERT INTO read_meter_card (meter_no, commodity, campus, building, room, book, \
             walk_order, self_read, cumulative) \
         VALUES ('M1', 'water', 'N', 'x', 'y', 'B1', 1, true, 0)"
            .to_owned(),
        "INSERT INTO read_meter_card_account VALUES ('M1', 'A1')".to_owned(),
        "INSERT INTO read_binding_queue (binding_id, customer_id, account_no, state, \
             requested_at, due_at, due_provisional) \
         VALUES ('X1', 'C1', 'A1', 'approved', now(), now(), false)"
            .to_owned(),
    ] {
        sqlx::query(&statement).execute(&pool).await.unwrap();
    }
    assert_eq!(statuses(customer()).await, StatusCode::OK);
}
