use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use super::ValueError;

/// A place on the earth in degrees (WGS 84), to a centimetre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct GeoPoint {
    latitude: Decimal,
    longitude: Decimal,
}

/// Written as text, as every decimal in an event.
#[derive(Serialize, Deserialize)]
struct Written {
    latitude: String,
    longitude: String,
}

impl TryFrom<Written> for GeoPoint {
    type Error = ValueError;

    fn try_from(written: Written) -> Result<Self, ValueError> {
        Self::try_new(
            super::parse_decimal(&written.latitude, "纬度")?,
            super::parse_decimal(&written.longitude, "经度")?,
        )
    }
}

impl From<GeoPoint> for Written {
    fn from(point: GeoPoint) -> Self {
        Self {
            latitude: point.latitude.to_string(),
            longitude: point.longitude.to_string(),
        }
    }
}

const PLACES: u32 = 7;
const HALF_TURN: Decimal = Decimal::from_parts(180, 0, 0, false, 0);
/// Of one degree along a meridian.
const METRES_PER_DEGREE: Decimal = Decimal::from_parts(111_195, 0, 0, false, 0);
/// π / 180, to ten decimals.
const RADIANS_PER_DEGREE: Decimal = Decimal::from_parts(174_532_925, 0, 0, false, 10);

impl GeoPoint {
    /// Finer digits than a centimetre are noise, and are dropped.
    pub fn try_new(latitude: Decimal, longitude: Decimal) -> Result<Self, ValueError> {
        let within = |degrees: Decimal, limit: u32, what| {
            if degrees.abs() > Decimal::from(limit) {
                Err(ValueError::OutOfRange { what })
            } else {
                Ok(degrees.round_dp(PLACES).normalize())
            }
        };
        Ok(Self {
            latitude: within(latitude, 90, "纬度")?,
            longitude: within(longitude, 180, "经度")?,
        })
    }

    pub const fn latitude(self) -> Decimal {
        self.latitude
    }

    pub const fn longitude(self) -> Decimal {
        self.longitude
    }

    /// Over the ground, to the metre: on a flat map of the surroundings, which is right to a
    /// thousandth over the size of a city.
    pub fn metres_to(self, other: Self) -> u64 {
        let north = (self.latitude - other.latitude) * METRES_PER_DEGREE;
        let middle = (self.latitude + other.latitude) / Decimal::TWO;
        let east = metres_east(shorter_way(self.longitude - other.longitude), middle);
        // At most 20,000 km squared: far within 64 bits.
        let squared = (north * north + east * east).round();
        squared.to_u64().unwrap_or(u64::MAX).isqrt()
    }

    /// Metres east and north of a place near by, on the same flat map.
    pub fn metres_from(self, origin: Self) -> (i64, i64) {
        let north = (self.latitude - origin.latitude) * METRES_PER_DEGREE;
        let degrees = self.longitude - origin.longitude;
        let east = metres_east(shorter_way(degrees), origin.latitude);
        // The shorter way leads west where the longitudes fall, unless it crosses the date line.
        let west = degrees.is_sign_negative() != (degrees.abs() > HALF_TURN);
        // At most half round the earth: far within 64 bits.
        let whole = |metres: Decimal| metres.round().to_i64().unwrap_or_default();
        (whole(if west { -east } else { east }), whole(north))
    }
}

fn metres_east(degrees: Decimal, latitude: Decimal) -> Decimal {
    degrees * METRES_PER_DEGREE * cosine(latitude * RADIANS_PER_DEGREE)
}

/// Round the earth the other way, where that is shorter.
fn shorter_way(degrees: Decimal) -> Decimal {
    let degrees = degrees.abs();
    degrees.min(Decimal::from(360) - degrees)
}

/// Its series: up to a quarter turn the ninth term is below a millionth.
fn cosine(radians: Decimal) -> Decimal {
    let square = (radians * radians).round_dp(12);
    let mut term = Decimal::ONE;
    let mut sum = term;
    for double in 1..=8_u32 {
        let step = Decimal::from(2 * double - 1) * Decimal::from(2 * double);
        term = -(term * square / step).round_dp(12);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: &str, longitude: &str) -> GeoPoint {
        GeoPoint::try_new(latitude.parse().unwrap(), longitude.parse().unwrap()).unwrap()
    }

    #[test]
    fn distances_are_right_to_the_metre_on_a_campus_and_to_a_thousandth_between_cities() {
        let here = point("39.999800", "116.326400");
        assert_eq!(here.metres_to(here), 0);
        // A thousandth of a degree north, then east at forty degrees.
        assert_eq!(here.metres_to(point("40.000800", "116.326400")), 111);
        assert_eq!(here.metres_to(point("39.999800", "116.327400")), 85);
        let beijing_to_tianjin = here.metres_to(point("39.104700", "117.170300"));
        assert!(
            (122_700..123_500).contains(&beijing_to_tianjin),
            "{beijing_to_tianjin}"
        );
        assert_eq!(point("0", "179.999").metres_to(point("0", "-179.999")), 222);
        assert_eq!(
            point("40.000800", "116.327400").metres_from(here),
            (85, 111)
        );
        assert_eq!(
            here.metres_from(point("40.000800", "116.327400")),
            (-85, -111)
        );
        assert_eq!(
            point("0", "-179.999").metres_from(point("0", "179.999")),
            (222, 0)
        );
        assert_eq!(
            point("0", "179.999").metres_from(point("0", "-179.999")),
            (-222, 0)
        );
    }

    #[test]
    fn a_place_is_on_the_earth() {
        let refused = |latitude: &str, longitude: &str| {
            GeoPoint::try_new(latitude.parse().unwrap(), longitude.parse().unwrap()).is_err()
        };
        assert!(refused("90.1", "0") && refused("0", "-180.1") && !refused("-90", "180"));
        let written = serde_json::to_value(point("39.12345674", "116.5")).unwrap();
        let as_text = serde_json::json!({ "latitude": "39.1234567", "longitude": "116.5" });
        assert_eq!(written, as_text);
        assert_eq!(
            serde_json::from_value::<GeoPoint>(written).unwrap(),
            point("39.1234567", "116.5")
        );
    }
}
