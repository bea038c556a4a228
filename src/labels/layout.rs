//! Where bars, squares and digits stand on a label, in the printer's dots.

use barcoders::sym::code128::Code128;
use chaobiao_domain::meter_label::LabelSize;
use chaobiao_projections::meter_labels::PrintedLabel;
use qrcodegen::{QrCode, QrCodeEcc};
use thiserror::Error;

/// Blank modules a scanner needs on either side of the bars, and around the square.
const QUIET_BARS: u16 = 10;
const QUIET_SQUARE: u16 = 4;
/// Height of the bars, of the square and of the digits, in parts of the label.
const BAR_PART: u16 = 3;

#[derive(Debug, Error)]
pub enum LabelError {
    #[error("{0} cannot be written as Code 128: {1}")]
    Bars(String, barcoders::error::Error),
    #[error("{0} cannot be written as a QR code: {1}")]
    Square(String, qrcodegen::DataTooLong),
    #[error("the label has no room for {0}")]
    NoRoom(String),
}

/// A black rectangle, from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

/// A line of text; `y` is where its letters stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub x: u16,
    pub y: u16,
    /// Height of a capital with its line, as printers count it.
    pub size: u16,
    pub text: String,
}

/// The bars of a number, where the label is wide enough for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bars {
    pub x: u16,
    pub y: u16,
    pub height: u16,
    /// Dots a module.
    pub step: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Square {
    pub x: u16,
    pub y: u16,
    /// Dots a module.
    pub step: u16,
}

/// One label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub size: LabelSize,
    pub width: u16,
    pub height: u16,
    pub number: String,
    pub bars: Option<Bars>,
    pub square: Square,
    pub lines: Vec<Line>,
    /// Bars and square, as they are printed.
    pub black: Vec<Rect>,
}

/// A printer's module must not be finer than a sixth of a millimetre.
const fn finest(size: LabelSize) -> u16 {
    size.dots_per_mm.div_ceil(6)
}

/// Digits go in pairs, which takes half the room.
fn spelled(number: &str) -> String {
    const SET_B: char = '\u{181}';
    const SET_C: char = '\u{106}';
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    match number.len() {
        length if digits && length.is_multiple_of(2) => format!("{SET_C}{number}"),
        length if digits && length > 2 => {
            let (pairs, last) = number.split_at(length - 1);
            format!("{SET_C}{pairs}{SET_B}{last}")
        }
        _ => format!("{SET_B}{number}"),
    }
}

fn count(items: usize) -> u16 {
    u16::try_from(items).unwrap_or(u16::MAX)
}

/// Puts a meter's number on a label three times: as bars, as a square, in digits.
#[expect(clippy::too_many_lines, reason = "three marks, one after the other")]
pub fn lay_out(label: &PrintedLabel, size: LabelSize) -> Result<Layout, LabelError> {
    let number = label.meter_no.to_string();
    let no_room = || LabelError::NoRoom(number.clone());
    let margin = size.dots_per_mm;
    let (width, height) = (
        size.width_mm.saturating_mul(size.dots_per_mm),
        size.height_mm.saturating_mul(size.dots_per_mm),
    );
    let bar_height = height / BAR_PART;
    let modules = Code128::new(spelled(&number))
        .map_err(|error| LabelError::Bars(number.clone(), error))?
        .encode();
    let quiet = count(modules.len()).saturating_add(2 * QUIET_BARS);
    let step = (width - 2 * margin) / quiet;
    let mut black = Vec::new();
    let bars = (step >= finest(size)).then(|| Bars {
        x: (width - step * quiet) / 2 + step * QUIET_BARS,
        y: margin,
        height: bar_height,
        step,
    });
    if let Some(bars) = bars {
        black.extend(runs(&modules).map(|(from, length)| Rect {
            x: bars.x + from * step,
            y: bars.y,
            width: length * step,
            height: bar_height,
        }));
    }

    let top = 2 * margin + bar_height;
    let room = height.saturating_sub(top + margin);
    let code = QrCode::encode_text(&number, QrCodeEcc::Medium)
        .map_err(|error| LabelError::Square(number.clone(), error))?;
    let across = u16::try_from(code.size()).map_err(|_| no_room())?;
    let step = room / (across + 2 * QUIET_SQUARE);
    if step < finest(size) {
        return Err(no_room());
    }
    let square = Square {
        x: margin + step * QUIET_SQUARE,
        y: top + step * QUIET_SQUARE,
        step,
    };
    for y in 0..across {
        let row: Vec<u8> = (0..across)
            .map(|x| u8::from(code.get_module(i32::from(x), i32::from(y))))
            .collect();
        black.extend(runs(&row).map(|(from, length)| Rect {
            x: square.x + from * step,
            y: square.y + y * step,
            width: length * step,
            height: step,
        }));
    }

    let left = margin + step * (across + 2 * QUIET_SQUARE);
    let caption = format!(
        "{} {} #{}",
        label.commodity.as_str().to_uppercase(),
        label.campus,
        label.serial
    );
    let room_right = width.saturating_sub(left + margin);
    let large = fitting(&number, room_right, room / 3).ok_or_else(no_room)?;
    let small = fitting(&caption, room_right, room / 5).ok_or_else(no_room)?;
    let line = |y, size, text| Line {
        x: left,
        y,
        size,
        text,
    };
    let lines = vec![
        line(top + room / 2, large, number.clone()),
        line(top + room / 2 + small * 2, small, caption),
    ];
    Ok(Layout {
        size,
        width,
        height,
        number,
        bars,
        square,
        lines,
        black,
    })
}

/// The largest size at which a text fits: letters of one width take six tenths of their height.
fn fitting(text: &str, room: u16, highest: u16) -> Option<u16> {
    let letters = u32::try_from(text.chars().count()).ok()?;
    let widest = u32::from(room) * 10 / (6 * letters.max(1));
    let size = u16::try_from(widest).unwrap_or(u16::MAX).min(highest);
    (size >= 6).then_some(size)
}

/// Where ones begin and how many follow.
fn runs(modules: &[u8]) -> impl Iterator<Item = (u16, u16)> {
    let mut place = 0;
    modules
        .chunk_by(|one, next| one == next)
        .filter_map(move |run| {
            let from = place;
            place += run.len();
            (run[0] == 1).then(|| (count(from), count(run.len())))
        })
}
