use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

/// Why a tariff cannot be used at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TariffError {
    #[error("价格方案至少要有一个版本")]
    NoVersions,
    #[error("价格版本 {from} 的终止日期必须晚于起始日期")]
    EmptyVersion { from: NaiveDate },
    #[error("价格版本 {from} 与前一版本重叠或顺序不对")]
    VersionsOverlap { from: NaiveDate },
    #[error("价格版本 {from} 至少要有一个阶梯")]
    NoTiers { from: NaiveDate },
    #[error("价格版本 {from} 的阶梯上限必须逐级递增且大于零")]
    TiersNotAscending { from: NaiveDate },
    #[error("价格版本 {from} 只有最后一个阶梯可以且必须不设上限")]
    LastTierNotOpen { from: NaiveDate },
    #[error("价格版本 {from} 的附加费名称为空、重复或与主项目同名")]
    SurchargeName { from: NaiveDate },
    #[error("人口增加的阶梯基数不能为负数")]
    QuotaNegative,
    #[error("价格版本 {from} 的免费额度不能为负数")]
    AllowanceNegative { from: NaiveDate },
    #[error("价格版本 {from} 的免费额度除外月份应为 1 至 12")]
    ExcludedMonth { from: NaiveDate },
    #[error("价格版本 {from} 的最低消费不能为负数")]
    MinimumNegative { from: NaiveDate },
    #[error("价格版本 {from} 的分时价差只能用于电价")]
    TimeOfUseOfWater { from: NaiveDate },
    #[error("价格版本 {from} 有免费额度，不能再有分时价差")]
    TimeOfUseWithAllowance { from: NaiveDate },
    #[error("价格版本 {from} 的分时价差使单价低于零")]
    TimeOfUseBelowZero { from: NaiveDate },
}

impl TariffError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoVersions => "TARIFF_NO_VERSIONS",
            Self::EmptyVersion { .. } => "TARIFF_EMPTY_VERSION",
            Self::VersionsOverlap { .. } => "TARIFF_VERSIONS_OVERLAP",
            Self::NoTiers { .. } => "TARIFF_NO_TIERS",
            Self::TiersNotAscending { .. } => "TARIFF_TIERS_NOT_ASCENDING",
            Self::LastTierNotOpen { .. } => "TARIFF_LAST_TIER_NOT_OPEN",
            Self::SurchargeName { .. } => "TARIFF_SURCHARGE_NAME",
            Self::QuotaNegative => "TARIFF_QUOTA_NEGATIVE",
            Self::AllowanceNegative { .. } => "TARIFF_ALLOWANCE_NEGATIVE",
            Self::ExcludedMonth { .. } => "TARIFF_EXCLUDED_MONTH",
            Self::MinimumNegative { .. } => "TARIFF_MINIMUM_NEGATIVE",
            Self::TimeOfUseOfWater { .. } => "TARIFF_TIME_OF_USE_OF_WATER",
            Self::TimeOfUseWithAllowance { .. } => "TARIFF_TIME_OF_USE_WITH_ALLOWANCE",
            Self::TimeOfUseBelowZero { .. } => "TARIFF_TIME_OF_USE_BELOW_ZERO",
        }
    }
}

/// Why a usage cannot be rated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RatingError {
    #[error("{date} 没有生效的价格版本")]
    NoTariffVersion { date: NaiveDate },
    #[error("用量为负数，不能直接计费，请走更正流程")]
    UsageNegative,
    #[error("累计用量不能为负数")]
    QuantityToDateNegative,
    #[error("账期不在用量期间所跨的阶梯周期内")]
    BillingMonthOutside,
    #[error("金额或用量超出可计算范围")]
    Overflow,
    #[error(transparent)]
    Tariff(#[from] TariffError),
    #[error("计费算例无法读取：{reason}")]
    CaseUnreadable { reason: String },
}

impl RatingError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoTariffVersion { .. } => "RATING_NO_TARIFF_VERSION",
            Self::UsageNegative => "RATING_USAGE_NEGATIVE",
            Self::QuantityToDateNegative => "RATING_QUANTITY_TO_DATE_NEGATIVE",
            Self::BillingMonthOutside => "RATING_BILLING_MONTH_OUTSIDE",
            Self::Overflow => "RATING_OVERFLOW",
            Self::Tariff(error) => error.code(),
            Self::CaseUnreadable { .. } => "RATING_CASE_UNREADABLE",
        }
    }
}

impl BusinessError for RatingError {
    fn code(&self) -> &'static str {
        self.code()
    }
}
