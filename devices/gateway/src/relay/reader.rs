//! Reading a journal from a number on, file after file.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::RelayError;
use super::journal::{FILE_HEAD_BYTES, path_of, segments};
use super::record::{HEAD_BYTES, Head, Record};

/// Hands out records in order. Whoever reads says up to where they are durable.
#[derive(Debug)]
pub struct Reader {
    folder: PathBuf,
    file: Option<BufReader<File>>,
    next: u64,
}

impl Reader {
    /// Begins with the record of this number.
    pub fn new(folder: &Path, next: u64) -> Self {
        Self {
            folder: folder.to_owned(),
            file: None,
            next,
        }
    }

    /// The number of the record that comes next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The next records below `end`, of about so many bytes; none if there are none.
    pub fn read(&mut self, end: u64, bytes_max: usize) -> Result<Vec<Record>, RelayError> {
        let mut records = Vec::new();
        let mut bytes = 0;
        while self.next < end && bytes < bytes_max {
            let record = self.one()?;
            bytes += record.payload.len() + HEAD_BYTES;
            records.push(record);
        }
        Ok(records)
    }

    fn one(&mut self) -> Result<Record, RelayError> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.find()?,
        };
        let mut head = [0; HEAD_BYTES];
        match file.read_exact(&mut head) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                // The file is done: the next one begins with the number wanted.
                file = BufReader::new(File::open(path_of(&self.folder, self.next))?);
                file.seek(SeekFrom::Start(FILE_HEAD_BYTES))?;
                file.read_exact(&mut head)?;
            }
            Err(error) => return Err(error.into()),
        }
        let seq = self.next;
        let bad = || RelayError::Damaged {
            file: self.folder.display().to_string(),
            at: seq,
        };
        let head = Head::read(head)
            .filter(|head| head.seq == seq)
            .ok_or_else(bad)?;
        let mut payload = vec![0; head.bytes];
        file.read_exact(&mut payload)?;
        if !head.fits(&payload) {
            return Err(bad());
        }
        self.file = Some(file);
        self.next += 1;
        Ok(Record { seq, payload })
    }

    /// Opens the file with the next record in it and goes to it.
    fn find(&self) -> Result<BufReader<File>, RelayError> {
        let firsts = segments(&self.folder)?;
        let before = firsts.iter().rev().find(|first| **first <= self.next);
        let Some(&first) = before else {
            return Err(RelayError::Gone {
                wanted: self.next,
                first: firsts.first().copied().unwrap_or_default(),
            });
        };
        let mut file = BufReader::new(File::open(path_of(&self.folder, first))?);
        file.seek(SeekFrom::Start(FILE_HEAD_BYTES))?;
        for _ in first..self.next {
            let mut head = [0; HEAD_BYTES];
            file.read_exact(&mut head)?;
            let head = Head::read(head).ok_or_else(|| RelayError::Damaged {
                file: self.folder.display().to_string(),
                at: first,
            })?;
            file.seek_relative(i64::try_from(head.bytes).unwrap_or(i64::MAX))?;
        }
        Ok(file)
    }
}
