//! dBase III and Visual `FoxPro` tables, as infrared handhelds exchange them by USB.
//!
//! A header of fixed form, field descriptions, then records of one width: that is all there is to
//! read, so it is read here. Memo files and indexes hold nothing a reading needs.

use super::FileError;
use super::table::{COLUMNS_MAX, ROWS_MAX};

const HEADER: usize = 32;
const DESCRIPTION: usize = 32;
/// Ends the field descriptions.
const END: u8 = 0x0d;
const DELETED: u8 = b'*';

/// A table's fields by name, and its records that are not deleted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dbf<'a> {
    pub(super) names: Vec<&'a [u8]>,
    /// With the place of each among all records, from 1.
    pub(super) records: Vec<(usize, Vec<&'a [u8]>)>,
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = bytes.get(at..at + 2)?;
    Some(usize::from(u16::from_le_bytes([pair[0], pair[1]])))
}

fn cut_short() -> FileError {
    FileError::CutShort {
        detail: "DBF 文件头不完整 / the DBF header is incomplete".to_owned(),
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Dbf<'_>, FileError> {
    let count = bytes.get(4..8).ok_or_else(cut_short)?;
    let count = u32::from_le_bytes([count[0], count[1], count[2], count[3]]);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count > ROWS_MAX {
        return Err(FileError::TooManyRows { max: ROWS_MAX });
    }
    let header = short(bytes, 8).ok_or_else(cut_short)?;
    let width = short(bytes, 10).ok_or_else(cut_short)?;
    let fields = fields(bytes.get(..header).ok_or_else(cut_short)?)?;
    if fields.len() > COLUMNS_MAX {
        return Err(FileError::TooManyColumns {
            row: 1,
            max: COLUMNS_MAX,
        });
    }
    let described: usize = fields.iter().map(|(_, length)| length).sum();
    if fields.is_empty() || width != described + 1 {
        return Err(FileError::Dbf {
            detail: format!("{width} ≠ {described} + 1"),
        });
    }
    let body = &bytes[header..];
    if body.len() < count.saturating_mul(width) {
        return Err(FileError::CutShort {
            detail: format!(
                "应有 {count} 条记录，只有 {} 条 / {count} records are announced",
                body.len() / width
            ),
        });
    }
    let records = body.chunks_exact(width).take(count).zip(1..);
    Ok(Dbf {
        names: fields.iter().map(|(name, _)| *name).collect(),
        records: records
            .filter(|(record, _)| record[0] != DELETED)
            .map(|(record, number)| (number, cells(&record[1..], &fields)))
            .collect(),
    })
}

fn fields(header: &[u8]) -> Result<Vec<(&[u8], usize)>, FileError> {
    let mut fields = Vec::new();
    let mut at = HEADER;
    loop {
        if header.get(at).ok_or_else(cut_short)? == &END {
            return Ok(fields);
        }
        let description = header.get(at..at + DESCRIPTION).ok_or_else(cut_short)?;
        let name = description[..11]
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default();
        // Long texts use the byte for decimals as well.
        let length = match description[11] {
            b'C' => usize::from(u16::from_le_bytes([description[16], description[17]])),
            _ => usize::from(description[16]),
        };
        fields.push((name, length));
        at += DESCRIPTION;
    }
}

fn cells<'a>(mut record: &'a [u8], fields: &[(&[u8], usize)]) -> Vec<&'a [u8]> {
    let mut cells = Vec::with_capacity(fields.len());
    for (_, length) in fields {
        let (cell, rest) = record.split_at((*length).min(record.len()));
        cells.push(cell);
        record = rest;
    }
    cells
}
