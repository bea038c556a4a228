//! Between the words of the gateway and those of the domain.

use chaobiao_devices::quantity::{Quantity, Unit};
use chaobiao_devices::{Protocol, cjt188, dlt645};
use chaobiao_domain::units::{
    CollectorNo, DeviceAddress, Index, MeterProtocol, RawFrame, parse_decimal,
};
use chaobiao_gateway::meter::total_of;
use chaobiao_gateway::talk::MeterReading;
use chaobiao_gateway::{CollectorId, MeterAddress};
use rust_decimal::Decimal;

pub(super) fn collector_no(id: &CollectorId) -> Option<CollectorNo> {
    id.as_str().parse().ok()
}

pub(super) fn address_of(address: &MeterAddress) -> Option<DeviceAddress> {
    DeviceAddress::try_new(address.to_string()).ok()
}

/// As the gateway speaks to it.
pub(super) fn meter_address(address: &str) -> Option<MeterAddress> {
    match address.split_once('-') {
        Some((kind, digits)) => Some(MeterAddress::Cjt188 {
            kind: u8::from_str_radix(kind, 16).ok()?,
            address: digits.parse::<cjt188::Address>().ok()?,
        }),
        None => Some(MeterAddress::Dlt645(
            address.parse::<dlt645::Address>().ok()?,
        )),
    }
}

pub(super) const fn protocol(protocol: MeterProtocol) -> Protocol {
    match protocol {
        MeterProtocol::Dlt645Of1997 => Protocol::Dlt645Of1997,
        MeterProtocol::Dlt645Of2007 => Protocol::Dlt645Of2007,
        MeterProtocol::Cjt188 => Protocol::Cjt188,
    }
}

pub(super) const fn protocol_of(protocol: Protocol) -> MeterProtocol {
    match protocol {
        Protocol::Dlt645Of1997 => MeterProtocol::Dlt645Of1997,
        Protocol::Dlt645Of2007 => MeterProtocol::Dlt645Of2007,
        Protocol::Cjt188 => MeterProtocol::Cjt188,
    }
}

/// What a register shows, in kilowatt-hours or cubic metres; none in any other unit.
fn index(quantity: Quantity) -> Option<Index> {
    let shown = parse_decimal(&quantity.to_string(), "读数").ok()?;
    let factor = match quantity.unit {
        Unit::KilowattHour | Unit::CubicMetre => Decimal::ONE,
        Unit::WattHour | Unit::Litre => Decimal::new(1, 3),
        Unit::MegawattHour => Decimal::ONE_THOUSAND,
        _ => return None,
    };
    Index::try_new(shown.checked_mul(factor)?).ok()
}

/// Whether a meter was asked for its total register.
pub(super) fn is_total(reading: &MeterReading) -> bool {
    reading.item == total_of(reading.protocol)
}

/// The index of the total register, if a meter was asked for that and said it.
pub(super) fn total(reading: &MeterReading) -> Option<Index> {
    is_total(reading)
        .then(|| reading.index())
        .flatten()
        .and_then(index)
}

/// The frames as one, as they went over the line.
pub(super) fn frame(reading: &MeterReading) -> Option<RawFrame> {
    RawFrame::try_new(hex::encode(reading.frames.concat())).ok()
}
