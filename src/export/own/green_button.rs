//! Green Button (NAESB REQ.21, ESPI): an Atom feed of usage points, the meters of an account.

use std::io;

use chaobiao_domain::units::{AccountNo, Commodity};
use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::asked::{Interval, MeterReadings};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const ESPI: &str = "http://naesb.org/espi";
/// No more than a double's digits, and less than anybody's meter has.
const DECIMALS_MAX: u32 = 6;

type Xml = Writer<Vec<u8>>;

/// What ESPI's code lists say of a commodity.
struct Codes {
    /// `ServiceKind`
    service: &'static str,
    /// `CommodityKind`
    commodity: &'static str,
    /// `MeasurementKind`
    measurement: &'static str,
    /// `UnitSymbolKind`: watt-hours, cubic metres.
    unit: &'static str,
    /// How many powers of ten our unit is above that.
    above: i32,
}

const fn codes(commodity: Commodity) -> Codes {
    match commodity {
        Commodity::Electricity => Codes {
            service: "0",
            commodity: "1",
            measurement: "12",
            unit: "72",
            above: 3,
        },
        Commodity::Water => Codes {
            service: "2",
            commodity: "9",
            measurement: "58",
            unit: "42",
            above: 0,
        },
    }
}

/// Every interval of every meter; values are whole numbers with a power of ten, never rounded.
pub(super) fn feed(
    account_no: &AccountNo,
    meters: &[MeterReadings],
    now: DateTime<Utc>,
) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let feed = xml.create_element("feed").with_attribute(("xmlns", ATOM));
    feed.write_inner_content(|xml| {
        let name = format!("account/{account_no}");
        text(xml, "id", &urn(&name))?;
        text(xml, "title", &format!("户号 {account_no} 用量"))?;
        text(xml, "updated", &instant(now))?;
        link(xml, "self", &format!("RetailCustomer/{account_no}"))?;
        local_time(xml, now)?;
        for (place, meter) in (1..).zip(meters) {
            usage_point(xml, &format!("{name}/{place}"), place, meter, now)?;
        }
        Ok(())
    })?;
    Ok(xml.into_inner())
}

/// Shanghai, which knows no summer time.
fn local_time(xml: &mut Xml, now: DateTime<Utc>) -> io::Result<()> {
    let title = "Asia/Shanghai";
    entry(xml, "LocalTimeParameters/01", &[], title, now, |xml| {
        content(xml, "LocalTimeParameters", |xml| {
            text(xml, "dstEndRule", "00000000")?;
            text(xml, "dstOffset", "0")?;
            text(xml, "dstStartRule", "00000000")?;
            text(xml, "tzOffset", "28800")
        })
    })
}

fn usage_point(
    xml: &mut Xml,
    name: &str,
    place: u32,
    meter: &MeterReadings,
    now: DateTime<Utc>,
) -> io::Result<()> {
    let codes = codes(meter.commodity);
    let point = format!("UsagePoint/{place:02}");
    let reading = format!("{point}/MeterReading/01");
    let kind = format!("ReadingType/{place:02}");
    let block = format!("{reading}/IntervalBlock/01");
    let title = format!("表 {}", meter.meter_no);
    let at = |path: &str| format!("{name}/{path}");
    let related = ["LocalTimeParameters/01", reading.as_str()];
    entry(xml, &at(&point), &related, &title, now, |xml| {
        content(xml, "UsagePoint", |xml| {
            inside(xml, "ServiceCategory", |xml| {
                text(xml, "kind", codes.service)
            })
        })
    })?;
    let related = [block.as_str(), kind.as_str()];
    entry(xml, &at(&reading), &related, &title, now, |xml| {
        content(xml, "MeterReading", |_| Ok(()))
    })?;
    let scale = scale(&meter.intervals);
    let power = codes.above - i32::try_from(scale).unwrap_or_default();
    entry(xml, &at(&kind), &[], &title, now, |xml| {
        content(xml, "ReadingType", |xml| {
            // Between two readings; forwards.
            text(xml, "accumulationBehaviour", "4")?;
            text(xml, "commodity", codes.commodity)?;
            text(xml, "currency", "156")?;
            text(xml, "flowDirection", "1")?;
            text(xml, "kind", codes.measurement)?;
            text(xml, "powerOfTenMultiplier", &power.to_string())?;
            text(xml, "uom", codes.unit)
        })
    })?;
    let Some((first, last)) = meter.intervals.first().zip(meter.intervals.last()) else {
        return Ok(());
    };
    entry(xml, &at(&block), &[], &title, now, |xml| {
        content(xml, "IntervalBlock", |xml| {
            inside(xml, "interval", |xml| period(xml, first.from, last.to))?;
            for interval in &meter.intervals {
                inside(xml, "IntervalReading", |xml| {
                    inside(xml, "timePeriod", |xml| {
                        period(xml, interval.from, interval.to)
                    })?;
                    text(xml, "value", &whole(interval.usage, scale))
                })?;
            }
            Ok(())
        })
    })
}

/// The decimals all usages can be written with.
fn scale(intervals: &[Interval]) -> u32 {
    let scales = intervals
        .iter()
        .map(|interval| interval.usage.normalize().scale());
    scales.max().unwrap_or_default().min(DECIMALS_MAX)
}

fn whole(usage: Decimal, scale: u32) -> String {
    let mut scaled = usage;
    scaled.rescale(scale);
    scaled.mantissa().to_string()
}

fn period(xml: &mut Xml, from: DateTime<Utc>, to: DateTime<Utc>) -> io::Result<()> {
    let seconds = to.signed_duration_since(from).num_seconds();
    text(xml, "duration", &seconds.to_string())?;
    text(xml, "start", &from.timestamp().to_string())
}

fn entry(
    xml: &mut Xml,
    name: &str,
    related: &[&str],
    title: &str,
    now: DateTime<Utc>,
    content: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    inside(xml, "entry", |xml| {
        text(xml, "id", &urn(name))?;
        link(xml, "self", name)?;
        for other in related {
            link(xml, "related", other)?;
        }
        text(xml, "title", title)?;
        content(xml)?;
        text(xml, "published", &instant(now))?;
        text(xml, "updated", &instant(now))
    })
}

fn content(
    xml: &mut Xml,
    kind: &str,
    fill: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    inside(xml, "content", |xml| {
        let element = xml.create_element(kind).with_attribute(("xmlns", ESPI));
        element.write_inner_content(fill).map(|_| ())
    })
}

fn inside(
    xml: &mut Xml,
    name: &str,
    fill: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    xml.create_element(name)
        .write_inner_content(fill)
        .map(|_| ())
}

fn text(xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    let element = xml.create_element(name);
    element
        .write_text_content(BytesText::new(value))
        .map(|_| ())
}

fn link(xml: &mut Xml, relation: &str, to: &str) -> io::Result<()> {
    let element = xml.create_element("link");
    let element = element.with_attributes([("rel", relation), ("href", to)]);
    element.write_empty().map(|_| ())
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The same entry has the same name whenever it is written.
fn urn(name: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
        .urn()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usages_are_whole_numbers_of_a_power_of_ten() {
        let usages = ["12.50", "0.125", "7"].map(|text| text.parse::<Decimal>().unwrap());
        let at = DateTime::UNIX_EPOCH;
        let intervals = usages.map(|usage| Interval {
            from: at,
            to: at,
            usage,
        });
        assert_eq!(scale(&intervals), 3);
        let values = intervals.map(|interval| whole(interval.usage, 3));
        assert_eq!(values, ["12500", "125", "7000"]);
        assert_eq!(scale(&[]), 0);
    }

    #[test]
    fn an_entry_keeps_its_name() {
        assert_eq!(urn("account/10001"), urn("account/10001"));
        assert_ne!(urn("account/10001"), urn("account/10002"));
    }
}
