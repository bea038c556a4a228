//! Records on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::record::{HEAD_BYTES, Head, RECORD_BYTES_MAX, Record};
use super::{Epoch, RelayError, Sizes};

const MAGIC: [u8; 8] = *b"CBJOURN1";
pub(super) const FILE_HEAD_BYTES: u64 = 32;
const EXTENSION: &str = "journal";

/// What was found when a journal was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    pub epoch: Epoch,
    /// The number the next record gets.
    pub next: u64,
    /// Bytes of a record that was being written when everything stopped. It was never durable, so
    /// nobody was told that it was taken.
    pub torn_bytes: u64,
}

/// Numbered records in files, the first number in each file's name. One process has it open.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    sizes: Sizes,
    epoch: Epoch,
    /// Number of the first record of each file, and its length.
    segments: Vec<(u64, u64)>,
    last: File,
    next: u64,
    broken: bool,
    needed: u64,
    _lock: File,
}

pub(super) fn path_of(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.{EXTENSION}"))
}

/// The first numbers of the files there are, in order.
pub(super) fn segments(folder: &Path) -> io::Result<Vec<u64>> {
    let mut firsts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let ours = path.extension().is_some_and(|known| known == EXTENSION);
        let name = path.file_stem().and_then(|stem| stem.to_str());
        if let (true, Some(Ok(first))) = (ours, name.map(str::parse)) {
            firsts.push(first);
        }
    }
    firsts.sort_unstable();
    Ok(firsts)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn begin(folder: &Path, epoch: Epoch, first: u64) -> io::Result<File> {
    let path = path_of(folder, first);
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    file.write_all(&MAGIC)?;
    file.write_all(&epoch.0.to_le_bytes())?;
    file.write_all(&first.to_le_bytes())?;
    file.sync_all()?;
    sync_folder(folder)?;
    Ok(file)
}

/// Opens a file to go on behind its last good record.
fn reopen(path: &Path, end: u64) -> io::Result<File> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    file.set_len(end)?;
    file.sync_all()?;
    file.seek(SeekFrom::Start(end))?;
    Ok(file)
}

impl Journal {
    /// Opens the journal in a folder; a new one gets the name `epoch` and begins with `first`.
    pub fn open(
        folder: &Path,
        epoch: Epoch,
        first: u64,
        sizes: Sizes,
    ) -> Result<(Self, Opened), RelayError> {
        fs::create_dir_all(folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock().map_err(io::Error::from)?;
        let mut firsts = segments(folder)?;
        // A file that was just being made: nothing is in it.
        while let Some(&last) = firsts.last() {
            if fs::metadata(path_of(folder, last))?.len() >= FILE_HEAD_BYTES {
                break;
            }
            fs::remove_file(path_of(folder, last))?;
            firsts.pop();
        }
        let mut found = None;
        let mut lengths = Vec::new();
        let mut next = firsts.first().copied().unwrap_or(first);
        let mut torn_bytes = 0;
        for (place, &start) in firsts.iter().enumerate() {
            let is_last = place + 1 == firsts.len();
            let walked = walk(&path_of(folder, start), start)?;
            let end = walked.end;
            if start != next || found.is_some_and(|epoch| epoch != walked.epoch) {
                return Err(damaged(folder, start, 0));
            }
            if end < walked.bytes {
                if !is_last || walked.goes_on {
                    return Err(damaged(folder, start, end));
                }
                torn_bytes = walked.bytes - end;
            }
            found = Some(walked.epoch);
            lengths.push((start, end));
            next = walked.next;
        }
        let (epoch, last) = if let (Some(epoch), Some(&(start, end))) = (found, lengths.last()) {
            (epoch, reopen(&path_of(folder, start), end)?)
        } else {
            lengths.push((first, FILE_HEAD_BYTES));
            (epoch, begin(folder, epoch, first)?)
        };
        let journal = Self {
            folder: folder.to_owned(),
            sizes,
            epoch,
            segments: lengths,
            last,
            next,
            broken: false,
            needed: 0,
            _lock: lock,
        };
        let opened = Opened {
            epoch,
            next,
            torn_bytes,
        };
        Ok((journal, opened))
    }

    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The number the next record gets.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The number of the oldest record kept.
    pub fn first(&self) -> u64 {
        self.segments.first().map_or(self.next, |(first, _)| *first)
    }

    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|(_, bytes)| bytes).sum()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes records with the next numbers and makes them durable, all or none; the number after
    /// the last. After a failure that leaves the disk unknown everything is refused.
    pub fn append<'a>(
        &mut self,
        payloads: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<u64, RelayError> {
        if self.broken {
            return Err(RelayError::Broken);
        }
        let mut bytes = Vec::new();
        let mut next = self.next;
        for payload in payloads {
            if payload.len() > RECORD_BYTES_MAX {
                return Err(RelayError::TooLong);
            }
            Record::write(next, payload, &mut bytes);
            next += 1;
        }
        if self.bytes() + bytes.len() as u64 > self.sizes.journal_bytes_max {
            return Err(RelayError::Full);
        }
        self.roll()?;
        let Some((_, length)) = self.segments.last_mut() else {
            return Err(RelayError::Broken);
        };
        let written = self
            .last
            .write_all(&bytes)
            .and_then(|()| self.last.sync_data());
        if let Err(error) = written {
            // What was half written goes; whether it did is not known if that fails, too.
            let undone = self
                .last
                .set_len(*length)
                .and_then(|()| self.last.seek(SeekFrom::Start(*length)))
                .and_then(|_| self.last.sync_all());
            self.broken = undone.is_err();
            return Err(error.into());
        }
        *length += bytes.len() as u64;
        self.next = next;
        Ok(next)
    }

    fn roll(&mut self) -> Result<(), RelayError> {
        let full = |(_, bytes): &(u64, u64)| *bytes >= self.sizes.segment_bytes;
        if self.segments.last().is_some_and(full) {
            self.last = begin(&self.folder, self.epoch, self.next)?;
            self.segments.push((self.next, FILE_HEAD_BYTES));
        }
        Ok(())
    }

    /// Removes files all of whose records have numbers below `seq`.
    pub fn trim(&mut self, seq: u64) -> io::Result<()> {
        let mut removed = false;
        while let [(first, _), (second, _), ..] = self.segments[..]
            && second <= seq
        {
            fs::remove_file(path_of(&self.folder, first))?;
            self.segments.remove(0);
            removed = true;
        }
        if removed {
            sync_folder(&self.folder)?;
        }
        Ok(())
    }

    /// The start of the file that lies at least so many bytes before the record `seq`.
    pub(super) fn back_from(&self, seq: u64, bytes: u64) -> u64 {
        let mut before = 0;
        let reached = |(first, _): &&(u64, u64)| *first <= seq;
        for (place, (first, length)) in self.segments.iter().filter(reached).rev().enumerate() {
            // How much of the file with `seq` in it lies before it is not known: count none.
            before += if place == 0 { 0 } else { *length };
            if before >= bytes {
                return *first;
            }
        }
        self.first()
    }

    /// Push only: records from this number on are still to be sent.
    pub(super) fn need(&mut self, from: u64) {
        self.needed = from;
    }

    /// Push only: forgets what was sent and is older than what is to be kept.
    pub(super) fn retain(&mut self, sent: u64) -> io::Result<()> {
        let keep = self.sizes.retain_bytes.max(self.sizes.overlap_bytes);
        let keep_from = self.back_from(sent, keep);
        self.trim(keep_from.min(self.needed))
    }

    pub(super) fn sizes(&self) -> Sizes {
        self.sizes
    }
}

fn damaged(folder: &Path, first: u64, at: u64) -> RelayError {
    let file = path_of(folder, first).display().to_string();
    RelayError::Damaged { file, at }
}

struct Walked {
    epoch: Epoch,
    /// The end of the last good record.
    end: u64,
    /// The length of the file.
    bytes: u64,
    next: u64,
    /// A good record with a later number lies behind the end.
    goes_on: bool,
}

/// Reads a file from its head to its last good record.
fn walk(path: &Path, first: u64) -> Result<Walked, RelayError> {
    let bytes = fs::metadata(path)?.len();
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut head = [0; 32];
    file.read_exact(&mut head)?;
    let name = path.display().to_string();
    let none = RelayError::Damaged { file: name, at: 0 };
    let own = head
        .last_chunk()
        .is_some_and(|seq| u64::from_le_bytes(*seq) == first);
    let epoch = head.get(8..).and_then(<[u8]>::first_chunk);
    let (Some(epoch), true, true) = (epoch, own, head.starts_with(&MAGIC)) else {
        return Err(none);
    };
    let epoch = Epoch(u128::from_le_bytes(*epoch));
    let mut end = FILE_HEAD_BYTES;
    let mut next = first;
    while let Some(payload) = read_one(&mut file, next)? {
        end += (HEAD_BYTES + payload) as u64;
        next += 1;
    }
    let goes_on = end < bytes && record_behind(path, end, next)?;
    Ok(Walked {
        epoch,
        end,
        bytes,
        next,
        goes_on,
    })
}

/// The length of the next payload, if the record is whole, good and has this number.
fn read_one(file: &mut impl io::Read, seq: u64) -> io::Result<Option<usize>> {
    let mut head = [0; HEAD_BYTES];
    if !fill(file, &mut head)? {
        return Ok(None);
    }
    let Some(head) = Head::read(head).filter(|head| head.seq == seq) else {
        return Ok(None);
    };
    let mut payload = vec![0; head.bytes];
    if !fill(file, &mut payload)? {
        return Ok(None);
    }
    Ok(head.fits(&payload).then_some(head.bytes))
}

fn fill(file: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a good record with a number of `next` or a little later lies anywhere behind `from`:
/// then the bad one before it is no torn tail.
fn record_behind(path: &Path, from: u64, next: u64) -> io::Result<bool> {
    const LATER_MAX: u64 = 1 << 20;
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest)?;
    // At the very beginning is the bad one itself.
    Ok((1..rest.len()).any(|at| {
        let head = rest.get(at..).and_then(<[u8]>::first_chunk);
        let head = head.and_then(|head| Head::read(*head));
        head.filter(|head| (next..next + LATER_MAX).contains(&head.seq))
            .is_some_and(|head| {
                let begin = at + HEAD_BYTES;
                let payload = rest.get(begin..begin + head.bytes);
                payload.is_some_and(|payload| head.fits(payload))
            })
    }))
}
