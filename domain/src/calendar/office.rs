use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use super::CalendarError;

/// A stretch of opening time by the local clock; it ends before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OfficeSpan {
    #[serde(with = "clock")]
    pub from: NaiveTime,
    #[serde(with = "clock")]
    pub to: NaiveTime,
}

/// When a campus is open on a working day, such as 08:00–12:00 and 14:00–18:00.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<OfficeSpan>", into = "Vec<OfficeSpan>")]
pub struct OfficeHours {
    first: OfficeSpan,
    rest: Vec<OfficeSpan>,
}

impl OfficeHours {
    pub fn try_new(spans: Vec<OfficeSpan>) -> Result<Self, CalendarError> {
        let mut free_from = None;
        for span in &spans {
            if span.from >= span.to || free_from.is_some_and(|closed| span.from < closed) {
                return Err(CalendarError::OfficeHoursOrder);
            }
            free_from = Some(span.to);
        }
        let mut spans = spans.into_iter();
        let first = spans.next().ok_or(CalendarError::NoOfficeHours)?;
        Ok(Self {
            first,
            rest: spans.collect(),
        })
    }

    pub fn spans(&self) -> impl Iterator<Item = OfficeSpan> {
        std::iter::once(self.first).chain(self.rest.iter().copied())
    }

    pub const fn opens(&self) -> NaiveTime {
        self.first.from
    }

    /// The end of the last stretch of the day.
    pub fn closes(&self) -> NaiveTime {
        self.rest.last().unwrap_or(&self.first).to
    }
}

impl TryFrom<Vec<OfficeSpan>> for OfficeHours {
    type Error = CalendarError;

    fn try_from(spans: Vec<OfficeSpan>) -> Result<Self, CalendarError> {
        Self::try_new(spans)
    }
}

impl From<OfficeHours> for Vec<OfficeSpan> {
    fn from(hours: OfficeHours) -> Self {
        hours.spans().collect()
    }
}

/// Clock times are written as on a door plate, "08:00".
mod clock {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer, de};

    const FORM: &str = "%H:%M";

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde dictates the signature"
    )]
    pub(super) fn serialize<S: Serializer>(
        time: &NaiveTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&time.format(FORM))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(from)?;
        NaiveTime::parse_from_str(&text, FORM).map_err(de::Error::custom)
    }
}
