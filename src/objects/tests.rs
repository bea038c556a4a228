//! S3 against a store that checks every signature by its own arithmetic.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chaobiao_eventstore::notary::CheckpointSink as _;
use chaobiao_testing::ScratchDirectory;
use hmac::{Hmac, Mac as _};
use object_store::prefix::PrefixStore;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::open;
use crate::checkpoint_store::ObjectStoreSink;
use crate::config::Config;
use crate::photos::{PhotoKey, PhotoLimits, PhotoStore};

const ID: &str = "CENTRE";
const SECRET: &str = "a secret of the store";

type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A request as it came.
struct Asked {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

async fn serve(objects: Objects) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let objects = Arc::clone(&objects);
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let asked = read(&mut stream).await;
                let answer = if is_signed(&asked) {
                    answer(&asked, &objects)
                } else {
                    reply(
                        "403 Forbidden",
                        "",
                        b"<Error><Code>SignatureDoesNotMatch</Code></Error>",
                    )
                };
                stream.write_all(&answer).await.unwrap();
            });
        }
    });
    address
}

async fn read(stream: &mut BufReader<TcpStream>) -> Asked {
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut asked = Asked {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: BTreeMap::new(),
        body: Vec::new(),
    };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        asked
            .headers
            .insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = asked.headers.get("content-length");
    asked.body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut asked.body).await.unwrap();
    asked
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// AWS Signature Version 4, as its documentation has it.
fn is_signed(asked: &Asked) -> bool {
    let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
    let authorization = header("authorization");
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(name)?;
        Some(rest.split(',').next()?.trim().to_owned())
    };
    let (Some(credential), Some(signed), Some(signature)) = (
        part("Credential="),
        part("SignedHeaders="),
        part("Signature="),
    ) else {
        return false;
    };
    let payload = header("x-amz-content-sha256");
    if payload != hex::encode(Sha256::digest(&asked.body)) {
        return false;
    }
    let (id, scope) = credential.split_once('/').unwrap();
    let headers: Vec<String> = signed
        .split(';')
        .map(|name| format!("{name}:{}\n", header(name)))
        .collect();
    let headers = headers.concat();
    let Asked {
        method,
        path,
        query,
        ..
    } = asked;
    let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{payload}");
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        header("x-amz-date"),
        hex::encode(Sha256::digest(canonical))
    );
    let first = format!("AWS4{SECRET}").into_bytes();
    let key = scope.split('/').fold(first, |key, word| hmac(&key, word));
    id == ID && signature == hex::encode(hmac(&key, &text))
}

fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\
         ETag: \"1\"\r\nLast-Modified: Fri, 27 Nov 2026 08:00:00 GMT\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn answer(asked: &Asked, objects: &Objects) -> Vec<u8> {
    let mut objects = objects.lock().unwrap();
    let none = b"<Error><Code>NoSuchKey</Code></Error>";
    match (asked.method.as_str(), objects.get(&asked.path).cloned()) {
        ("PUT", Some(_)) if asked.headers.contains_key("if-none-match") => {
            reply("412 Precondition Failed", "", b"")
        }
        ("PUT", _) => {
            objects.insert(asked.path.clone(), asked.body.clone());
            reply("200 OK", "", b"")
        }
        ("DELETE", _) => {
            objects.remove(&asked.path);
            reply("204 No Content", "", b"")
        }
        ("HEAD", Some(kept)) => {
            let head = reply("200 OK", "", &kept);
            head[..head.len() - kept.len()].to_vec()
        }
        ("GET", Some(kept)) => match asked.headers.get("range") {
            Some(range) => {
                let (from, to) = range
                    .strip_prefix("bytes=")
                    .unwrap()
                    .split_once('-')
                    .unwrap();
                let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
                let told = format!("Content-Range: bytes {from}-{to}/{}\r\n", kept.len());
                reply("206 Partial Content", &told, &kept[from..=to])
            }
            None => reply("200 OK", "", &kept),
        },
        ("HEAD", None) => reply("404 Not Found", "", b""),
        _ => reply("404 Not Found", "", none),
    }
}

fn config(scratch: &ScratchDirectory, address: SocketAddr, secret: &str) -> Config {
    let file = scratch.path().join("store.key");
    fs::write(&file, format!("{secret}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut config = Config::default();
    config.object_store.endpoint = Some(format!("http://{address}/"));
    config.object_store.access_key_id = Some(ID.to_owned());
    config.object_store.secret_key_file = Some(file);
    config
}

fn photos(config: &Config) -> PhotoStore {
    let place = open(config, "s3://evidence/photos").unwrap();
    let limits = PhotoLimits::from(&config.photos);
    PhotoStore::over(
        Arc::new(PrefixStore::new(place.objects, place.prefix)),
        limits,
        PhotoKey::new([7; 32]),
    )
}

fn picture() -> Bytes {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(32, 16, image::Luma([7]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner().into()
}

#[tokio::test]
async fn photos_are_kept_once_read_and_given_up_in_a_store_that_checks_signatures() {
    let objects = Objects::default();
    let address = serve(Arc::clone(&objects)).await;
    let scratch = ScratchDirectory::create();
    let photos = photos(&config(&scratch, address, SECRET));
    let bytes = picture();
    let kept = photos.keep(bytes.clone()).await.unwrap();
    assert_eq!(
        photos.keep(bytes.clone()).await.unwrap(),
        kept,
        "once more is the same"
    );
    let names: Vec<String> = objects.lock().unwrap().keys().cloned().collect();
    let hash = kept.photo.as_str();
    assert_eq!(names, [format!("/evidence/photos/{}/{hash}", &hash[..2])]);
    assert_eq!(photos.find(&kept.photo).await.unwrap(), Some(kept.clone()));
    assert_eq!(photos.original(&kept.photo).await.unwrap(), Some(bytes));
    photos.delete(&kept.photo).await.unwrap();
    assert_eq!(photos.find(&kept.photo).await.unwrap(), None);
    assert_eq!(photos.original(&kept.photo).await.unwrap(), None);
}

#[tokio::test]
async fn a_wrong_secret_keeps_nothing_and_what_is_missing_is_named() {
    let objects = Objects::default();
    let address = serve(Arc::clone(&objects)).await;
    let scratch = ScratchDirectory::create();
    let guessed = config(&scratch, address, "a guess");
    assert!(photos(&guessed).keep(picture()).await.is_err());
    assert!(objects.lock().unwrap().is_empty());

    let mut half = guessed.clone();
    half.object_store.access_key_id = None;
    let error = open(&half, "s3://evidence").unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "object_store.access_key_id is not set");
    for url in ["nonsense", "gopher://a/b"] {
        assert!(open(&guessed, url).is_err(), "{url}");
    }
}

#[tokio::test]
async fn x21_a_store_that_does_not_answer_is_told_of_while_somebody_waits() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let scratch = ScratchDirectory::create();
    let photos = photos(&config(&scratch, address, SECRET));
    let kept = tokio::time::timeout(Duration::from_secs(30), photos.keep(picture())).await;
    let error = kept.unwrap().unwrap_err();
    assert_eq!(error.code(), "STORAGE_UNAVAILABLE");
}

#[tokio::test]
async fn signed_heads_are_kept_one_object_a_note_and_the_latest_is_replaced() {
    let objects = Objects::default();
    let address = serve(Arc::clone(&objects)).await;
    let scratch = ScratchDirectory::create();
    let heads = |secret| {
        let config = config(&scratch, address, secret);
        ObjectStoreSink(open(&config, "s3://evidence/heads").unwrap())
    };
    let sink = heads(SECRET);
    for (name, note) in [
        ("1.note", "one\n"),
        ("latest.note", "one\n"),
        ("2.note", "two\n"),
        ("latest.note", "two\n"),
    ] {
        sink.put(name, note).await.unwrap();
    }
    let refused = heads("a guess").put("latest.note", "forged\n").await;
    assert!(refused.is_err(), "{refused:?}");

    let kept = objects.lock().unwrap();
    let kept: Vec<(&str, &[u8])> = kept
        .iter()
        .map(|(name, note)| (name.as_str(), note.as_slice()))
        .collect();
    let expected: [(&str, &[u8]); 3] = [
        ("/evidence/heads/1.note", b"one\n"),
        ("/evidence/heads/2.note", b"two\n"),
        ("/evidence/heads/latest.note", b"two\n"),
    ];
    assert_eq!(kept, expected);
}
