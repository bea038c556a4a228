//! What the file says of itself. Anybody can write that, and messengers take it out: it makes a
//! photo implausible at most, and its absence says nothing.

use std::io::Cursor;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use exif::{Exif, In, Rational, Reader, Tag, Value};
use serde::Serialize;

/// Time and place as the camera wrote them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Claims {
    /// The camera's clock, without a zone.
    pub taken_at: Option<NaiveDateTime>,
    /// Minutes east of Greenwich, where the camera says so.
    pub offset_minutes: Option<i32>,
    pub gps: Option<Place>,
    /// Maker and model, which tell a screenshot from a photo.
    pub camera: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Place {
    pub latitude: f64,
    pub longitude: f64,
}

impl Claims {
    /// The moment claimed; `usual` is the zone assumed where none is given.
    pub fn moment(&self, usual: FixedOffset) -> Option<DateTime<FixedOffset>> {
        let zone = self
            .offset_minutes
            .and_then(|minutes| FixedOffset::east_opt(minutes * 60))
            .unwrap_or(usual);
        self.taken_at?.and_local_timezone(zone).single()
    }
}

pub(super) fn read(bytes: &[u8]) -> Claims {
    let Ok(exif) = Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return Claims::default();
    };
    let taken = text(&exif, Tag::DateTimeOriginal).or_else(|| text(&exif, Tag::DateTime));
    let make = text(&exif, Tag::Make);
    let model = text(&exif, Tag::Model);
    let camera = [make, model]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    Claims {
        taken_at: taken.as_deref().and_then(moment),
        offset_minutes: text(&exif, Tag::OffsetTimeOriginal)
            .as_deref()
            .and_then(offset),
        gps: place(&exif),
        camera: (!camera.is_empty()).then_some(camera),
    }
}

/// Letters and digits only: this is shown to people and kept for long.
fn text(exif: &Exif, tag: Tag) -> Option<String> {
    const CHARACTERS_MAX: usize = 64;
    let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let line = String::from_utf8_lossy(lines.first()?);
    let clean: String = line
        .chars()
        .filter(|character| !character.is_control())
        .take(CHARACTERS_MAX)
        .collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

fn moment(text: &str) -> Option<NaiveDateTime> {
    let moment = NaiveDateTime::parse_from_str(text, "%Y:%m:%d %H:%M:%S").ok()?;
    // A camera whose clock was never set writes years long gone.
    (moment.date() >= NaiveDate::from_ymd_opt(2000, 1, 1)?).then_some(moment)
}

fn offset(text: &str) -> Option<i32> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    (minutes <= 14 * 60).then_some(sign * minutes)
}

fn place(exif: &Exif) -> Option<Place> {
    let latitude = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    let longitude = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    on_earth.then_some(Place {
        latitude,
        longitude,
    })
}

fn degrees(exif: &Exif, tag: Tag, side: Tag, negative: &str) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let part = |at: usize| parts.get(at).filter(|part| part.denom > 0);
    let value = |part: &Rational| f64::from(part.num) / f64::from(part.denom);
    let degrees =
        value(part(0)?) + part(1).map_or(0.0, value) / 60.0 + part(2).map_or(0.0, value) / 3600.0;
    let sign = if text(exif, side)?.eq_ignore_ascii_case(negative) {
        -1.0
    } else {
        1.0
    };
    Some(sign * degrees)
}
