//! The reconciliation file of a day: base64, inflated, unzipped, then columns of fixed width.

use std::io::{Cursor, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chaobiao_domain::units::Fen;
use encoding_rs::GBK;
use flate2::read::ZlibDecoder;
use zip::ZipArchive;

/// Unpacked; a day of a whole city is smaller.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Widths in bytes of a line of trades, one byte between columns.
const TRADE: [usize; 42] = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21,
    15, 1, 15, 32, 13, 13, 8, 32, 13, 13, 12, 2, 1, 32, 98,
];
const AMOUNT: usize = 6;
const QUERY_ID: usize = 9;
const ORDER_ID: usize = 11;
const FEE: usize = 15;
const KIND: usize = 19;
const ORIGIN: usize = 26;
const MERCHANT: usize = 27;

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("the file is not packed as it should be")]
    Packing,
    #[error("the file is larger than it may be")]
    TooLarge,
}

/// One trade that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    pub line: usize,
    /// `01` paid, `04` given back, `31` undone.
    pub txn_type: String,
    pub order_id: String,
    pub query_id: String,
    pub origin_query_id: Option<String>,
    pub mer_id: String,
    pub amount: Fen,
    /// As it stands: a sign letter whose side differs by column, and fen.
    pub fee: String,
}

/// What a day's file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayFile {
    pub rows: Vec<FileRow>,
    /// Lines that are not as they should be; the file is incomplete then.
    pub unreadable: Vec<usize>,
    /// Lines about trades with errors, for a person to look at.
    pub errors: Vec<String>,
}

/// Reads `fileContent` of an answer.
pub fn read_day_file(content: &str) -> Result<DayFile, FileError> {
    let packed = BASE64
        .decode(content.trim())
        .map_err(|_| FileError::Packing)?;
    let archive = unpack(ZlibDecoder::new(packed.as_slice()))?;
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(|_| FileError::Packing)?;
    let mut day = DayFile::default();
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(|_| FileError::Packing)?;
        let name = entry.name().map_err(|_| FileError::Packing)?.into_owned();
        let text = unpack(entry)?;
        if name.contains("ZME_") {
            let lines = lines(&text).map(|(_, line)| GBK.decode(line).0.into_owned());
            day.errors.extend(lines);
        } else if name.contains("ZM_") {
            day.read_trades(&text);
        }
    }
    Ok(day)
}

fn unpack(from: impl std::io::Read) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    from.take(BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| FileError::Packing)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(FileError::TooLarge);
    }
    Ok(bytes)
}

fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    text.split(|byte| *byte == b'\n')
        .enumerate()
        .map(|(place, line)| (place + 1, line.strip_suffix(b"\r").unwrap_or(line)))
        .filter(|(_, line)| !line.is_empty())
}

impl DayFile {
    fn read_trades(&mut self, text: &[u8]) {
        for (number, line) in lines(text) {
            match trade(number, line) {
                Some(row) => self.rows.push(row),
                None => self.unreadable.push(number),
            }
        }
    }
}

fn trade(number: usize, line: &[u8]) -> Option<FileRow> {
    let whole: usize = TRADE.iter().sum::<usize>() + TRADE.len() - 1;
    if line.len() != whole {
        return None;
    }
    let mut start = 0;
    let columns: Vec<String> = TRADE
        .iter()
        .map(|width| {
            let column = &line[start..start + width];
            start += width + 1;
            GBK.decode(column).0.trim().to_owned()
        })
        .collect();
    let amount = &columns[AMOUNT];
    let digits = !amount.is_empty() && amount.bytes().all(|byte| byte.is_ascii_digit());
    Some(FileRow {
        line: number,
        txn_type: columns[KIND].clone(),
        order_id: columns[ORDER_ID].clone(),
        query_id: columns[QUERY_ID].clone(),
        origin_query_id: Some(columns[ORIGIN].clone()).filter(|id| !id.is_empty()),
        mer_id: columns[MERCHANT].clone(),
        amount: amount.parse().ok().filter(|_| digits).map(Fen::new)?,
        fee: columns[FEE].clone(),
    })
}
