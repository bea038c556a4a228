//! Requests, by protocol.

use chaobiao_devices::cjt188::{self, DiOrder, Target, ValveOrder};
use chaobiao_devices::dlt645::{self, Operator, Password};
use chaobiao_devices::dlt645_2007::Order;
use chaobiao_devices::stream::PREAMBLE;
use chaobiao_devices::{Profile, Protocol, dlt645_1997, dlt645_2007};
use chrono::NaiveDateTime;

use crate::command::SwitchTo;
use crate::meter::{MeterAddress, total_of};

const PREAMBLE_BYTES: usize = 4;

/// Wakes the meter first.
pub(crate) fn with_preamble(request: &[u8]) -> Vec<u8> {
    [&[PREAMBLE; PREAMBLE_BYTES][..], request].concat()
}

/// One meter, as it wants to be spoken to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk<'a> {
    pub(crate) address: MeterAddress,
    pub(crate) profile: &'a Profile,
    /// 188: the order it was heard to use.
    pub(crate) di_order: Option<DiOrder>,
    /// 188: our count of requests.
    pub(crate) seq: u8,
}

/// An order to a relay or valve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Switching {
    pub(crate) to: SwitchTo,
    pub(crate) password: Password,
    pub(crate) operator: Operator,
    pub(crate) valid_until: NaiveDateTime,
}

impl Talk<'_> {
    fn target(&self, kind: u8, address: cjt188::Address) -> Target {
        Target {
            meter_type: kind,
            address,
            di_order: self.di_order.unwrap_or(self.profile.di_order),
        }
    }

    fn water(
        &self,
        kind: u8,
        address: cjt188::Address,
        request: &cjt188::Request,
    ) -> Option<Vec<u8>> {
        request.encode(&self.target(kind, address), self.profile.cjt188_wire())
    }

    /// The request for an identifier; nothing if the meter has none such.
    pub(crate) fn read(&self, item: u32) -> Option<Vec<u8>> {
        let wire = self.profile.dlt645_wire();
        match (self.profile.protocol, self.address) {
            (Protocol::Dlt645Of2007, MeterAddress::Dlt645(address)) => {
                let di = dlt645_2007::Di::from_wire(item.to_le_bytes());
                let arguments = Vec::new();
                dlt645_2007::Request::Read { di, arguments }.encode(&address, wire)
            }
            (Protocol::Dlt645Of1997, MeterAddress::Dlt645(address)) => {
                let item = u16::try_from(item).ok()?;
                let di = dlt645_1997::Di::from_wire(item.to_le_bytes());
                let arguments = Vec::new();
                dlt645_1997::Request::Read { di, arguments }.encode(&address, wire)
            }
            (Protocol::Cjt188, MeterAddress::Cjt188 { kind, address }) => {
                let di = cjt188::Di(u16::try_from(item).ok()?);
                let seq = self.seq;
                self.water(kind, address, &cjt188::Request::Read { di, seq })
            }
            _ => None,
        }
    }

    /// The order to a relay or valve; nothing where the protocol has none.
    pub(crate) fn switch(&self, order: &Switching) -> Option<Vec<u8>> {
        match (self.profile.protocol, self.address) {
            (Protocol::Dlt645Of2007, MeterAddress::Dlt645(address)) => {
                let request = dlt645_2007::Request::Control {
                    password: order.password,
                    operator: order.operator,
                    order: match order.to {
                        SwitchTo::Off => Order::Trip,
                        SwitchTo::On => Order::Close,
                        SwitchTo::PermitOn => Order::PermitClose,
                    },
                    valid_until: order.valid_until,
                };
                request.encode(&address, self.profile.dlt645_wire())
            }
            (Protocol::Cjt188, MeterAddress::Cjt188 { kind, address }) => {
                let valve = match order.to {
                    SwitchTo::Off => ValveOrder::Close,
                    SwitchTo::On => ValveOrder::Open,
                    SwitchTo::PermitOn => return None,
                };
                let seq = self.seq;
                let request = cjt188::Request::Valve { seq, order: valve };
                self.water(kind, address, &request)
            }
            _ => None,
        }
    }

    /// The item that shows where a relay or valve is.
    pub(crate) fn switch_item(&self) -> u32 {
        match self.profile.protocol {
            Protocol::Dlt645Of2007 => 0x0400_0503,
            Protocol::Dlt645Of1997 | Protocol::Cjt188 => total_of(self.profile.protocol),
        }
    }
}

/// One way to find out who is on a bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    AddressOf2007,
    TotalOf2007,
    TotalOf1997,
    /// For meters of 1997 that answer under a wildcard.
    NumberOf1997,
    AddressOfWater,
}

/// In this order: a meter that knows an early one does not answer a later one.
pub(crate) const PROBES: [Probe; 4] = [
    Probe::AddressOf2007,
    Probe::TotalOf2007,
    Probe::TotalOf1997,
    Probe::AddressOfWater,
];

impl Probe {
    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::AddressOf2007 | Self::TotalOf2007 => Protocol::Dlt645Of2007,
            Self::TotalOf1997 | Self::NumberOf1997 => Protocol::Dlt645Of1997,
            Self::AddressOfWater => Protocol::Cjt188,
        }
    }

    /// Whom it is asked of.
    pub(crate) fn address(self) -> MeterAddress {
        match self {
            Self::AddressOf2007 | Self::TotalOf2007 => MeterAddress::Dlt645(dlt645::Address::ANY),
            Self::TotalOf1997 | Self::NumberOf1997 => {
                MeterAddress::Dlt645(dlt645::Address::BROADCAST)
            }
            Self::AddressOfWater => MeterAddress::Cjt188 {
                kind: cjt188::ANY_TYPE,
                address: cjt188::Address::ANY,
            },
        }
    }

    pub(crate) fn request(self) -> Option<Vec<u8>> {
        let profile = Profile::standard(self.protocol());
        let talk = Talk {
            address: self.address(),
            profile: &profile,
            di_order: None,
            seq: 0,
        };
        match self {
            Self::AddressOf2007 => {
                dlt645_2007::Request::ReadAddress.encode(&dlt645::Address::ANY, dlt645_2007::WIRE)
            }
            Self::AddressOfWater => {
                cjt188::Request::ReadAddress { seq: 0 }.encode(&Target::ANY, cjt188::Wire::STANDARD)
            }
            Self::TotalOf2007 | Self::TotalOf1997 => talk.read(total_of(self.protocol())),
            Self::NumberOf1997 => talk.read(0xC032),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(request: Option<Vec<u8>>) -> String {
        hex::encode_upper(request.unwrap())
    }

    #[test]
    fn r34_unknown_meters_are_asked_as_the_standards_say() {
        let sent = PROBES.map(|probe| text(probe.request()));
        assert_eq!(
            sent,
            [
                "68AAAAAAAAAAAA681300DF16",
                "68AAAAAAAAAAAA68110433333433AE16",
                "68999999999999680102 43C3 6F16".replace(' ', "").as_str(),
                "68AAAAAAAAAAAAAAAA0303810A00 49 16"
                    .replace(' ', "")
                    .as_str(),
            ]
        );
    }

    #[test]
    fn r33_orders_go_only_where_there_is_a_relay_or_valve() {
        let order = Switching {
            to: SwitchTo::Off,
            password: Password {
                level: 2,
                secret: [0; 3],
            },
            operator: Operator([0; 4]),
            valid_until: NaiveDateTime::default(),
        };
        let switched = |protocol, address, to| {
            let profile = Profile::standard(protocol);
            let talk = Talk {
                address,
                profile: &profile,
                di_order: None,
                seq: 1,
            };
            talk.switch(&Switching { to, ..order })
        };
        let electric = MeterAddress::Dlt645("123015300110".parse().unwrap());
        let water = MeterAddress::Cjt188 {
            kind: 0x10,
            address: "1".parse().unwrap(),
        };
        assert!(switched(Protocol::Dlt645Of2007, electric, SwitchTo::Off).is_some());
        assert_eq!(
            switched(Protocol::Dlt645Of1997, electric, SwitchTo::Off),
            None
        );
        assert_eq!(switched(Protocol::Cjt188, electric, SwitchTo::Off), None);
        assert_eq!(switched(Protocol::Cjt188, water, SwitchTo::PermitOn), None);
        let sent = text(switched(Protocol::Cjt188, water, SwitchTo::Off));
        assert_eq!(sent[20..30], "04A0170199"[..]);
    }
}
