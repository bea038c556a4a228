//! The relay: across a link that breaks, with both sides killed.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chaobiao_gateway::relay::{
    self, Check, Epoch, Inbox, Journal, Mode, Outbox, Reader, RelayError, Sizes,
};
use chaobiao_gateway::time::Chance;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

/// A folder of its own, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("relay-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn of(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const EPOCH: Epoch = Epoch(77);

/// Small, so that files roll over and the way back is short.
fn small() -> Sizes {
    Sizes {
        segment_bytes: 2_000,
        overlap_bytes: 6_000,
        retain_bytes: 20_000,
        ..Sizes::default()
    }
}

/// Whoever sends is believed.
fn anybody() -> Check {
    Check::new(|_| true)
}

fn payload(number: u64) -> Vec<u8> {
    format!(
        "reading {number} {}",
        "x".repeat(usize::try_from(number % 90).unwrap())
    )
    .into_bytes()
}

fn appended(journal: &mut Journal, numbers: impl Iterator<Item = u64>) {
    for number in numbers {
        journal.append([&payload(number)[..]]).unwrap();
    }
}

fn all_of(folder: &Path, first: u64, end: u64) -> Vec<Vec<u8>> {
    let mut reader = Reader::new(folder, first);
    let records = reader.read(end, usize::MAX).unwrap();
    assert!(
        records
            .iter()
            .zip(first..)
            .all(|(record, seq)| record.seq == seq)
    );
    records.into_iter().map(|record| record.payload).collect()
}

fn last_file(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let journals = files.filter(|path| path.extension().is_some_and(|end| end == "journal"));
    journals.max().unwrap()
}

#[test]
fn r37_a_torn_tail_is_cut_at_every_byte_and_nothing_before_it() {
    let folder = Folder::new("torn");
    let path = folder.of("journal");
    let (mut journal, _) = Journal::open(&path, EPOCH, 1, Sizes::default()).unwrap();
    appended(&mut journal, 1..=3);
    let file = last_file(&path);
    let before = fs::metadata(&file).unwrap().len();
    appended(&mut journal, 4..=4);
    drop(journal);
    let whole = fs::read(&file).unwrap();
    for cut in usize::try_from(before).unwrap()..whole.len() {
        fs::write(&file, &whole[..cut]).unwrap();
        let (journal, opened) = Journal::open(&path, EPOCH, 1, Sizes::default()).unwrap();
        assert_eq!(opened.next, 4);
        assert_eq!(opened.torn_bytes, cut as u64 - before);
        assert_eq!(fs::metadata(&file).unwrap().len(), before);
        drop(journal);
        assert_eq!(all_of(&path, 1, 4), [payload(1), payload(2), payload(3)]);
    }
    // What a file system leaves behind a crash: the length, and zeros.
    let mut zeros = whole.clone();
    zeros[usize::try_from(before).unwrap()..].fill(0);
    fs::write(&file, &zeros).unwrap();
    let (mut journal, opened) = Journal::open(&path, EPOCH, 1, Sizes::default()).unwrap();
    assert_eq!(opened.next, 4);
    appended(&mut journal, 4..=4);
    assert_eq!(fs::read(&file).unwrap(), whole);
}

#[test]
fn r37_damage_in_the_middle_is_no_torn_tail_and_is_not_cut() {
    let folder = Folder::new("damage");
    let path = folder.of("journal");
    let (mut journal, _) = Journal::open(&path, EPOCH, 1, Sizes::default()).unwrap();
    appended(&mut journal, 1..=9);
    drop(journal);
    let file = last_file(&path);
    let whole = fs::read(&file).unwrap();
    for at in [0, 9, 31, 40, 50, 100, whole.len() - 60] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&file, &damaged).unwrap();
        let opened = Journal::open(&path, EPOCH, 1, Sizes::default());
        // The name of the journal alone has no sum; a changed one is another journal.
        if (8..24).contains(&at) {
            assert_ne!(opened.unwrap().1.epoch, EPOCH);
        } else {
            assert!(matches!(opened, Err(RelayError::Damaged { .. })), "{at}");
        }
        assert_eq!(fs::read(&file).unwrap(), damaged, "{at}");
    }
}

#[test]
fn r37_a_journal_is_one_process_and_has_an_end() {
    let folder = Folder::new("one");
    let path = folder.of("journal");
    let sizes = Sizes {
        journal_bytes_max: 300,
        ..small()
    };
    let (mut journal, _) = Journal::open(&path, EPOCH, 1, sizes).unwrap();
    assert!(Journal::open(&path, EPOCH, 1, sizes).is_err());
    let full = (1..20).find_map(|number| journal.append([&payload(number)[..]]).err());
    assert!(matches!(full, Some(RelayError::Full)));
    let long = vec![0; relay::RECORD_BYTES_MAX + 1];
    assert!(matches!(
        journal.append([&long[..]]),
        Err(RelayError::TooLong)
    ));
    let kept = journal.next();
    drop(journal);
    let (journal, opened) = Journal::open(&path, Epoch(1), 1, sizes).unwrap();
    assert_eq!((opened.next, opened.epoch), (kept, EPOCH));
    assert_eq!(journal.first(), 1);
}

/// Everything the inbox has of the sender.
fn received(folder: &Path) -> Vec<Vec<u8>> {
    let inbox = Inbox::open(folder, small(), anybody()).unwrap();
    let [sender] = inbox.senders()[..] else {
        return Vec::new();
    };
    assert_eq!(sender.epoch, EPOCH);
    all_of(&inbox.folder(EPOCH), 1, sender.next)
}

fn payloads(count: u64) -> Vec<Vec<u8>> {
    (1..=count).map(payload).collect()
}

/// Until the sender has noted that everything below `next` went out.
async fn pushed(folder: PathBuf, next: u64) {
    let noted = || fs::read_to_string(folder.join("sent")).ok();
    while noted().as_deref() != Some(&next.to_string()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn until(inbox: &Inbox, next: u64) {
    let mut watch = inbox.watch();
    loop {
        if inbox.senders().first().is_some_and(|one| one.next >= next) {
            return;
        }
        watch.changed().await.unwrap();
    }
}

#[tokio::test]
async fn r37_a_link_that_breaks_everywhere_loses_and_doubles_nothing() {
    for mode in [Mode::Acknowledged, Mode::PushOnly] {
        let folder = Folder::new(&format!("breaks-{mode:?}"));
        let (outbox, _) = Outbox::open(&folder.of("out"), EPOCH, small()).unwrap();
        let inbox = Inbox::open(&folder.of("in"), small(), anybody()).unwrap();
        let mut chance = Chance::new(5);
        let mut put = 0;
        for _ in 0..40 {
            for _ in 0..chance.below(30) {
                put += 1;
                assert_eq!(outbox.put(payload(put)).await.unwrap(), put);
            }
            // So many bytes get across, then nothing.
            let (here, there) = tokio::io::duplex(usize::try_from(chance.below(3000) + 1).unwrap());
            let sender = relay::send(&outbox, here, mode);
            let receiver = relay::receive(&inbox, there);
            let broken = tokio::time::sleep(Duration::from_millis(chance.below(12)));
            tokio::select! {
                ended = sender => panic!("{ended:?}"),
                ended = receiver => panic!("{ended:?}"),
                () = broken => {}
            }
        }
        let (here, there) = tokio::io::duplex(4096);
        tokio::select! {
            ended = relay::send(&outbox, here, mode) => panic!("{ended:?}"),
            ended = relay::receive(&inbox, there) => panic!("{ended:?}"),
            () = until(&inbox, put + 1) => {}
        }
        // What was acknowledged is not kept for ever.
        assert!(mode == Mode::PushOnly || outbox.first() > 1);
        let sender = inbox.senders()[0];
        assert_eq!(sender.next, put + 1);
        assert_eq!(all_of(&inbox.folder(EPOCH), 1, put + 1), payloads(put));
    }
}

#[tokio::test]
async fn r37_push_only_reads_not_one_byte_back() {
    let folder = Folder::new("diode");
    let (outbox, _) = Outbox::open(&folder.of("out"), EPOCH, small()).unwrap();
    for number in 1..=50 {
        outbox.put(payload(number)).await.unwrap();
    }
    // A file is the purest diode: nothing comes back from it.
    let wire = folder.of("wire");
    let file = tokio::fs::File::create(&wire).await.unwrap();
    let one_way = tokio::io::join(tokio::io::empty(), file);
    tokio::select! {
        ended = relay::send(&outbox, one_way, Mode::PushOnly) => panic!("{ended:?}"),
        () = pushed(folder.of("out"), 51) => {}
    }
    let inbox = Inbox::open(&folder.of("in"), small(), anybody()).unwrap();
    for _ in 0..2 {
        let file = tokio::fs::File::open(&wire).await.unwrap();
        let back = folder.of("back");
        let back = tokio::fs::File::create(&back).await.unwrap();
        let ended = relay::receive(&inbox, tokio::io::join(file, back)).await;
        assert!(matches!(ended, Err(RelayError::Io(_))));
        assert_eq!(fs::metadata(folder.of("back")).unwrap().len(), 0);
    }
    drop(inbox);
    assert_eq!(received(&folder.of("in")), payloads(50));
}

#[tokio::test]
async fn r37_what_was_damaged_on_the_way_or_is_missing_ends_the_link() {
    let folder = Folder::new("way");
    let (outbox, _) = Outbox::open(&folder.of("out"), EPOCH, Sizes::default()).unwrap();
    for number in 1..=9 {
        outbox.put(payload(number)).await.unwrap();
    }
    let wire = folder.of("wire");
    let file = tokio::fs::File::create(&wire).await.unwrap();
    let one_way = tokio::io::join(tokio::io::empty(), file);
    tokio::select! {
        ended = relay::send(&outbox, one_way, Mode::PushOnly) => panic!("{ended:?}"),
        () = pushed(folder.of("out"), 10) => {}
    }
    let whole = fs::read(&wire).unwrap();
    let inbox = Inbox::open(&folder.of("in"), Sizes::default(), anybody()).unwrap();
    let mut damaged = whole.clone();
    let middle = whole.len() / 2;
    damaged[middle] ^= 1;
    let (mut here, there) = tokio::io::duplex(1 << 16);
    here.write_all(&damaged).await.unwrap();
    let ended = relay::receive(&inbox, there).await;
    assert!(matches!(ended, Err(RelayError::Checksum)), "{ended:?}");
    let next = inbox.senders()[0].next;
    assert!(next < 9);
    // A hole: the first record once more, then the last ones alone.
    let hello = &whole[..40];
    let first = 16 + payload(1).len();
    let last: usize = (7..=9).map(|number| 16 + payload(number).len()).sum();
    let hole = [hello, &whole[40..40 + first], &whole[whole.len() - last..]].concat();
    let (mut here, there) = tokio::io::duplex(1 << 16);
    here.write_all(&hole).await.unwrap();
    let ended = relay::receive(&inbox, there).await;
    assert!(
        matches!(ended, Err(RelayError::Gap { got: 7, .. })),
        "{ended:?}"
    );
    let (mut here, there) = tokio::io::duplex(1 << 16);
    here.write_all(&[b'G'; 64]).await.unwrap();
    let ended = relay::receive(&inbox, there).await;
    assert!(matches!(ended, Err(RelayError::NotARelay)), "{ended:?}");
}

#[tokio::test]
async fn r37_a_stranger_leaves_nothing_behind() {
    let folder = Folder::new("stranger");
    let check = Check::new(|payload| payload.starts_with(b"reading 1 "));
    let inbox = Inbox::open(&folder.of("in"), small(), check).unwrap();
    for (name, mode) in [
        ("acknowledged", Mode::Acknowledged),
        ("pushed", Mode::PushOnly),
    ] {
        let (outbox, _) = Outbox::open(&folder.of(name), EPOCH, small()).unwrap();
        outbox.put(b"anything".to_vec()).await.unwrap();
        let (here, there) = tokio::io::duplex(4096);
        let ended = tokio::select! {
            ended = relay::receive(&inbox, there) => ended,
            ended = relay::send(&outbox, here, mode) => panic!("{ended:?}"),
        };
        assert!(matches!(ended, Err(RelayError::Foreign)), "{ended:?}");
        assert_eq!(inbox.senders(), []);
        assert_eq!(fs::read_dir(folder.of("in")).unwrap().count(), 0);
    }
    let (outbox, _) = Outbox::open(&folder.of("ours"), EPOCH, small()).unwrap();
    outbox.put(payload(1)).await.unwrap();
    let (here, there) = tokio::io::duplex(4096);
    tokio::select! {
        ended = relay::send(&outbox, here, Mode::Acknowledged) => panic!("{ended:?}"),
        ended = relay::receive(&inbox, there) => panic!("{ended:?}"),
        () = until(&inbox, 2) => {}
    }
}

#[tokio::test]
async fn r37_a_receiver_that_knows_more_than_the_sender_is_told_not_fed() {
    let folder = Folder::new("ahead");
    let (outbox, _) = Outbox::open(&folder.of("out"), EPOCH, small()).unwrap();
    let inbox = Inbox::open(&folder.of("in"), small(), anybody()).unwrap();
    for number in 1..=5 {
        outbox.put(payload(number)).await.unwrap();
    }
    let (here, there) = tokio::io::duplex(4096);
    tokio::select! {
        ended = relay::send(&outbox, here, Mode::Acknowledged) => panic!("{ended:?}"),
        ended = relay::receive(&inbox, there) => panic!("{ended:?}"),
        () = until(&inbox, 6) => {}
    }
    // The sender's disk is put back to an older state.
    let (older, _) = Outbox::open(&folder.of("older"), EPOCH, small()).unwrap();
    older.put(payload(1)).await.unwrap();
    let (here, there) = tokio::io::duplex(4096);
    let (sent, _) = tokio::join!(
        relay::send(&older, here, Mode::Acknowledged),
        relay::receive(&inbox, there)
    );
    let ahead = RelayError::ReceiverAhead { theirs: 6, ours: 2 };
    assert_eq!(sent.unwrap_err().to_string(), ahead.to_string());
}

/// One side as a process of its own, told by its environment: which, where, how.
const ROLE: &str = "CHAOBIAO_RELAY_ROLE";
const PUTS: u64 = 3_000;

fn side(role: &str, folder: &Path, port: &str, mode: Mode) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "r37_one_side_of_the_relay_is_a_process",
            "--nocapture",
        ])
        .env(ROLE, role)
        .env("CHAOBIAO_RELAY_FOLDER", folder)
        .env("CHAOBIAO_RELAY_PORT", port)
        .env("CHAOBIAO_RELAY_MODE", format!("{mode:?}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn send_side(folder: &Path, port: u16, mode: Mode) {
    let (outbox, opened) = Outbox::open(&folder.join("out"), EPOCH, small()).unwrap();
    let puts = outbox.clone();
    tokio::spawn(async move {
        for number in opened.next..=PUTS {
            puts.put(payload(number)).await.unwrap();
        }
    });
    loop {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await {
            let _ = relay::send(&outbox, stream, mode).await;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn receive_side(folder: &Path, port: u16) {
    let inbox = Inbox::open(&folder.join("in"), small(), anybody()).unwrap();
    let listener = loop {
        // The one before may not be gone yet.
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            break listener;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let inbox = inbox.clone();
        tokio::spawn(async move { relay::receive(&inbox, stream).await });
    }
}

/// Alone it shows that the two sides find each other; with a role it is one of them.
#[tokio::test]
async fn r37_one_side_of_the_relay_is_a_process() {
    let own = Folder::new("process");
    let role = std::env::var(ROLE).unwrap_or_default();
    let told = |name: &str| std::env::var(format!("CHAOBIAO_RELAY_{name}")).unwrap();
    let mode = || match told("MODE").as_str() {
        "PushOnly" => Mode::PushOnly,
        _ => Mode::Acknowledged,
    };
    match role.as_str() {
        "send" => {
            let folder = PathBuf::from(told("FOLDER"));
            send_side(&folder, told("PORT").parse().unwrap(), mode()).await;
        }
        "receive" => {
            let folder = PathBuf::from(told("FOLDER"));
            receive_side(&folder, told("PORT").parse().unwrap()).await;
        }
        _ => {
            let (outbox, _) = Outbox::open(&own.of("out"), EPOCH, small()).unwrap();
            let inbox = Inbox::open(&own.of("in"), small(), anybody()).unwrap();
            outbox.put(payload(1)).await.unwrap();
            let (here, there) = tokio::io::duplex(4096);
            tokio::select! {
                ended = relay::send(&outbox, here, Mode::Acknowledged) => panic!("{ended:?}"),
                ended = relay::receive(&inbox, there) => panic!("{ended:?}"),
                () = until(&inbox, 2) => {}
            }
            assert_eq!(all_of(&inbox.folder(EPOCH), 1, 2), payloads(1));
        }
    }
}

/// How far the receiver has got, read beside it: its last record may be torn.
fn progress(folder: &Path) -> u64 {
    let Ok(senders) = fs::read_dir(folder.join("in")) else {
        return 0;
    };
    let bytes = senders.flat_map(|sender| fs::read_dir(sender.unwrap().path()).unwrap());
    // Without the head each file has.
    bytes
        .map(|file| file.unwrap().metadata().unwrap().len().saturating_sub(32))
        .sum()
}

fn killed_again_and_again(mode: Mode) {
    let folder = Folder::new(&format!("killed-{mode:?}"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    drop(listener);
    let mut sender = side("send", &folder.0, &port, mode);
    let mut receiver = side("receive", &folder.0, &port, mode);
    let whole: u64 = payloads(PUTS).iter().map(|one| one.len() as u64 + 16).sum();
    let mut chance = Chance::new(9);
    let mut kills = 0;
    let mut waits = 0;
    // Kills come between any two steps of either side, until all is across.
    while progress(&folder.0) < whole {
        std::thread::sleep(Duration::from_millis(20 + chance.below(250)));
        waits += 1;
        assert!(waits < 2_000, "{} of {whole} bytes", progress(&folder.0));
        if kills < 30 {
            let (role, child) = if chance.below(2) == 0 {
                ("send", &mut sender)
            } else {
                ("receive", &mut receiver)
            };
            child.kill().unwrap();
            child.wait().unwrap();
            *child = side(role, &folder.0, &port, mode);
            kills += 1;
        }
    }
    for mut child in [sender, receiver] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(kills > 3, "{kills}");
    let kept = received(&folder.of("in"));
    assert_eq!(kept.len() as u64, PUTS);
    assert!(kept == payloads(PUTS));
}

#[test]
fn r37_both_sides_killed_again_and_again_lose_and_double_nothing() {
    killed_again_and_again(Mode::Acknowledged);
}

#[test]
fn r37_both_sides_killed_while_pushing_only_lose_and_double_nothing() {
    killed_again_and_again(Mode::PushOnly);
}
