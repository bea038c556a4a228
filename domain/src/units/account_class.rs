use serde::{Deserialize, Serialize};

/// What kind of customer the account is for; the price follows the tariff, not this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountClass {
    StudentDorm,
    StaffDorm,
    Resident,
    Unit,
}

impl AccountClass {
    pub const ALL: [Self; 4] = [
        Self::StudentDorm,
        Self::StaffDorm,
        Self::Resident,
        Self::Unit,
    ];

    /// The name used in events and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StudentDorm => "student_dorm",
            Self::StaffDorm => "staff_dorm",
            Self::Resident => "resident",
            Self::Unit => "unit",
        }
    }

    /// Reads [`AccountClass::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::StudentDorm => "学生宿舍",
            Self::StaffDorm => "教工集体宿舍",
            Self::Resident => "居民",
            Self::Unit => "单位",
        }
    }
}
