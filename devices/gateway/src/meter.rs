//! Who is spoken to: collectors, the meters behind them, and what is to be asked of each.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use chaobiao_devices::{Profile, Protocol, cjt188, dlt645};
use serde::Deserialize;

/// A collector's own name: what it registers with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct CollectorId(Arc<str>);

/// The text names no collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("采集器编号应为 1 至 64 个字母、数字或 - _ . : 字符")]
pub struct CollectorIdError;

impl CollectorId {
    const CHARACTERS_MAX: usize = 64;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CollectorId {
    type Err = CollectorIdError;

    fn from_str(text: &str) -> Result<Self, CollectorIdError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        let fits = (1..=Self::CHARACTERS_MAX).contains(&text.len());
        if fits && text.bytes().all(plain) {
            Ok(Self(text.into()))
        } else {
            Err(CollectorIdError)
        }
    }
}

impl TryFrom<String> for CollectorId {
    type Error = CollectorIdError;

    fn try_from(text: String) -> Result<Self, CollectorIdError> {
        text.parse()
    }
}

impl fmt::Display for CollectorId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A meter's address on its bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeterAddress {
    Dlt645(dlt645::Address),
    /// With the kind of meter, which is part of every frame.
    Cjt188 {
        kind: u8,
        address: cjt188::Address,
    },
}

impl MeterAddress {
    /// Whether some of it stands for any digits.
    pub fn is_wildcard(&self) -> bool {
        match self {
            Self::Dlt645(address) => address.is_wildcard() || address.is_broadcast(),
            Self::Cjt188 { address, .. } => address.is_wildcard() || address.is_broadcast(),
        }
    }
}

impl fmt::Display for MeterAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dlt645(address) => write!(formatter, "{address}"),
            Self::Cjt188 { kind, address } => write!(formatter, "{kind:02X}-{address}"),
        }
    }
}

/// A meter to be read, and which identifiers of it. None: what its protocol has as the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    pub address: MeterAddress,
    /// Nothing where it has to be found out.
    pub profile: Option<Arc<Profile>>,
    pub items: Arc<[u32]>,
}

impl Meter {
    pub fn known(address: MeterAddress, profile: &Arc<Profile>) -> Self {
        Self {
            address,
            profile: Some(Arc::clone(profile)),
            items: Arc::new([]),
        }
    }
}

/// The identifier of the total: what a bill is made from.
pub fn total_of(protocol: Protocol) -> u32 {
    match protocol {
        Protocol::Dlt645Of2007 => 0x0001_0000,
        Protocol::Dlt645Of1997 => 0x9010,
        Protocol::Cjt188 => 0x901F,
    }
}

/// What is to be asked behind one collector, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorPlan {
    pub sweep_every: Duration,
    /// Rounds after the first begin at multiples of that from China's midnight, so that what
    /// meters show can be told apart by intervals of the day.
    pub aligned: bool,
    /// A sweep begins up to so much later, so that not all collectors are asked at once.
    pub jitter_max: Duration,
    /// How often a read is repeated that was not answered well.
    pub retries: u8,
    pub meters: Vec<Meter>,
}

impl CollectorPlan {
    pub fn every(sweep_every: Duration, meters: Vec<Meter>) -> Self {
        Self {
            sweep_every,
            aligned: false,
            jitter_max: sweep_every / 20,
            retries: 2,
            meters,
        }
    }

    pub(crate) fn meter(&self, address: &MeterAddress) -> Option<&Meter> {
        let mut meters = self.meters.iter();
        meters.find(|meter| meter.address == *address)
    }
}

/// All collectors there are. Whoever else dials in is a stranger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub collectors: BTreeMap<CollectorId, Arc<CollectorPlan>>,
}

impl Plan {
    /// Meters planned behind more than one collector.
    pub fn planned_twice(&self) -> Vec<MeterAddress> {
        let mut meters: Vec<MeterAddress> = self
            .collectors
            .values()
            .flat_map(|plan| plan.meters.iter().map(|meter| meter.address))
            .collect();
        meters.sort_unstable();
        let mut twice: Vec<MeterAddress> = meters
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| pair[0])
            .collect();
        twice.dedup();
        twice
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collectors_name_is_plain() {
        assert!("DTU-15821049734".parse::<CollectorId>().is_ok());
        for bad in ["", "a b", "集中器", "x\n", &"9".repeat(65)] {
            assert!(bad.parse::<CollectorId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_meter_behind_two_collectors_is_found_in_the_plan() {
        let profile = Arc::new(Profile::standard(Protocol::Dlt645Of2007));
        let meter =
            |text: &str| Meter::known(MeterAddress::Dlt645(text.parse().unwrap()), &profile);
        let minute = Duration::from_mins(1);
        let plan = |meters| Arc::new(CollectorPlan::every(minute, meters));
        let mut all = Plan::default();
        let id = |text: &str| text.parse::<CollectorId>().unwrap();
        all.collectors
            .insert(id("A"), plan(vec![meter("1"), meter("2")]));
        all.collectors
            .insert(id("B"), plan(vec![meter("2"), meter("3")]));
        assert_eq!(all.planned_twice(), [meter("2").address]);
    }
}
