//! Scalars of the schema, wrapped around the domain's values.

use std::str::FromStr;

use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chaobiao_domain::units::{self, BillingMonth, normalise_digits, parse_decimal};
use chrono::{DateTime, NaiveDate, Utc};

fn text<T: ScalarType + InputType>(value: Value) -> Result<String, InputValueError<T>> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(InputValueError::expected_type(other)),
    }
}

/// An amount of money as a whole number of fen (分), written as a string: sums outgrow 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fen(pub units::Fen);

#[Scalar(name = "Fen")]
impl ScalarType for Fen {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match value {
            Value::Number(number) => number.to_string(),
            other => text(other)?,
        };
        let fen: i64 = normalise_digits(&text)
            .parse()
            .map_err(|_| "金额应为整数分")?;
        Ok(Self(units::Fen::new(fen)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.value().to_string())
    }
}

impl From<units::Fen> for Fen {
    fn from(fen: units::Fen) -> Self {
        Self(fen)
    }
}

/// A decimal number as a string: readings, usages, prices. Never a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal(pub rust_decimal::Decimal);

#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match value {
            // A whole number cannot have lost digits on its way; anything else must be a string.
            Value::Number(number) if number.is_i64() => number.to_string(),
            other => text(other)?,
        };
        Ok(Self(
            parse_decimal(&text, "数值").map_err(|error| error.to_string())?,
        ))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(number: rust_decimal::Decimal) -> Self {
        Self(number)
    }
}

impl From<Decimal> for rust_decimal::Decimal {
    fn from(number: Decimal) -> Self {
        number.0
    }
}

macro_rules! decimal_from {
    ($($unit:ident),+) => {$(
        impl From<units::$unit> for Decimal {
            fn from(value: units::$unit) -> Self {
                Self(value.value())
            }
        }
    )+};
}

decimal_from!(
    Index, Quantity, UnitPrice, LinePrice, PriceDelta, Multiplier, Percent
);

/// A month that is billed, `2026-07`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearMonth(pub BillingMonth);

#[Scalar(name = "YearMonth")]
impl ScalarType for YearMonth {
    fn parse(value: Value) -> InputValueResult<Self> {
        let month = BillingMonth::from_str(&text(value)?).map_err(|error| error.to_string())?;
        Ok(Self(month))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<BillingMonth> for YearMonth {
    fn from(month: BillingMonth) -> Self {
        Self(month)
    }
}

/// A day in Shanghai, `2026-07-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub NaiveDate);

#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = normalise_digits(&text(value)?);
        let date =
            NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_| "日期应为 YYYY-MM-DD")?;
        Ok(Self(date))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<NaiveDate> for Date {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

/// An instant, or a day in Shanghai, which stands for its end: `2026-09-17` is all of that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub DateTime<Utc>);

#[Scalar(name = "Moment")]
impl ScalarType for Moment {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = normalise_digits(&text(value)?);
        Ok(Self(
            units::parse_moment(&text).map_err(|error| error.to_string())?,
        ))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339())
    }
}

/// A place in the log: how many entries stand before it. Written as a string, since the log
/// outgrows 32 bits; a number is read as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPosition(pub i64);

#[Scalar(name = "LogPosition")]
impl ScalarType for LogPosition {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match value {
            Value::Number(number) => number.to_string(),
            other => text(other)?,
        };
        Ok(Self(text.parse().map_err(|_| "日志位置应为整数")?))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: ScalarType>(value: impl Into<Value>) -> Option<Value> {
        T::parse(value.into()).ok().map(|scalar| scalar.to_value())
    }

    #[test]
    fn money_is_whole_fen_and_never_a_float() {
        assert_eq!(shown::<Fen>("１２３"), Some("123".into()));
        assert_eq!(shown::<Fen>(123), Some("123".into()));
        assert_eq!(shown::<Fen>("1.5"), None);
        assert_eq!(shown::<Fen>(1.5), None);
        assert_eq!(shown::<Fen>("9223372036854775808"), None);
    }

    #[test]
    fn a_decimal_keeps_its_digits() {
        assert_eq!(shown::<Decimal>("1.50"), Some("1.50".into()));
        assert_eq!(shown::<Decimal>(1.5), None);
        assert_eq!(shown::<Decimal>("1e3"), None);
    }

    #[test]
    fn a_moment_is_an_instant_or_the_end_of_a_day() {
        let instant = "2026-09-17T10:00:00+00:00";
        assert_eq!(shown::<Moment>(instant), Some(instant.into()));
        let end = "2026-09-17T15:59:59.999999+00:00";
        assert_eq!(shown::<Moment>("2026-09-17"), Some(end.into()));
        assert_eq!(shown::<Moment>("2026-09"), None);
    }

    #[test]
    fn a_place_in_the_log_is_a_whole_number() {
        assert_eq!(shown::<LogPosition>(7), Some("7".into()));
        assert_eq!(shown::<LogPosition>("7"), Some("7".into()));
        assert_eq!(shown::<LogPosition>("7.5"), None);
    }

    #[test]
    fn months_and_days_read_back() {
        assert_eq!(shown::<YearMonth>("2026-07"), Some("2026-07".into()));
        assert_eq!(shown::<YearMonth>("2026-13"), None);
        assert_eq!(shown::<Date>("2026-02-28"), Some("2026-02-28".into()));
        assert_eq!(shown::<Date>("2026-02-30"), None);
    }
}
