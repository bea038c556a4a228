use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{BillingMonth, CampusId, StaffLogin, ValueError};

/// 钱箱: what one cashier takes on one campus on one day. Written `S@2026-09-17@li`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TillId {
    pub campus: CampusId,
    pub date: NaiveDate,
    pub cashier: StaffLogin,
}

impl TillId {
    pub fn month(&self) -> BillingMonth {
        BillingMonth::of(self.date)
    }
}

impl fmt::Display for TillId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}@{}", self.campus, self.date, self.cashier)
    }
}

impl FromStr for TillId {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError::BadFormat {
            what: "钱箱编号"
        };
        let (campus, rest) = text.split_once('@').ok_or_else(wrong)?;
        let (date, cashier) = rest.split_once('@').ok_or_else(wrong)?;
        Ok(Self {
            campus: CampusId::try_new(campus)?,
            date: date.parse().map_err(|_| wrong())?,
            cashier: StaffLogin::try_new(cashier)?,
        })
    }
}

impl TryFrom<String> for TillId {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<TillId> for String {
    fn from(till: TillId) -> Self {
        till.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_till_is_read_back_as_it_is_written() {
        let till: TillId = "S@2026-09-17@li".parse().unwrap();
        assert_eq!(till.to_string(), "S@2026-09-17@li");
        assert_eq!(till.month().to_string(), "2026-09");
        for wrong in ["", "S", "S@2026-09-17", "S@17@li", "@2026-09-17@li"] {
            assert!(wrong.parse::<TillId>().is_err(), "{wrong}");
        }
    }
}
