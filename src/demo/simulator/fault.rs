use chaobiao_domain::units::Index;
use rust_decimal::Decimal;
use serde::Serialize;

use super::super::draw::Draws;

/// What goes wrong with a reading, or with a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Two digits next to each other change places.
    Transposed,
    /// One digit is taken for another.
    Misread,
    /// The index of the meter next door.
    Neighbour,
    /// Six times as much flows for a month.
    Leak,
    /// From now on the register stands still.
    Standstill,
    /// Somebody uses what a vacant room should not.
    Vacant,
}

impl Fault {
    pub const ALL: [Self; 6] = [
        Self::Transposed,
        Self::Misread,
        Self::Neighbour,
        Self::Leak,
        Self::Standstill,
        Self::Vacant,
    ];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Transposed => "抄码颠倒",
            Self::Misread => "看错一位",
            Self::Neighbour => "抄成邻表",
            Self::Leak => "漏水漏电",
            Self::Standstill => "表计停走",
            Self::Vacant => "空置用能",
        }
    }

    /// Readings in ten thousand that it befalls.
    const fn in_ten_thousand(self) -> i64 {
        match self {
            Self::Transposed | Self::Misread => 30,
            Self::Neighbour | Self::Leak => 20,
            Self::Standstill | Self::Vacant => 5,
        }
    }

    /// What happens this time; mostly nothing.
    pub(super) fn draw(draws: &mut Draws) -> Option<Self> {
        let mut left = draws.between(0, 9_999);
        Self::ALL.into_iter().find(|fault| {
            left -= fault.in_ten_thousand();
            left < 0
        })
    }

    /// Whether the meter is right and what is written down is not.
    pub(super) const fn is_of_the_reader(self) -> bool {
        matches!(self, Self::Transposed | Self::Misread | Self::Neighbour)
    }
}

/// Digits of whole units, as many as the dial has.
fn face(index: Index, digits: u8) -> Vec<u8> {
    let whole = index.value().trunc().to_string();
    format!("{whole:0>width$}", width = usize::from(digits)).into_bytes()
}

fn from_face(face: &[u8], of: Index) -> Option<Index> {
    let whole: Decimal = std::str::from_utf8(face).ok()?.parse().ok()?;
    Index::try_new(whole + of.value().fract()).ok()
}

/// What is written down instead of the truth; none where the mistake would change nothing.
pub(super) fn written_down(
    fault: Fault,
    truth: Index,
    digits: u8,
    next_door: Index,
    draws: &mut Draws,
) -> Option<Index> {
    let mut face = face(truth, digits);
    match fault {
        Fault::Transposed => {
            let pairs: Vec<usize> = (1..face.len())
                .filter(|at| face[at - 1] != face[*at])
                .collect();
            let at = *pairs.get(draws.below(pairs.len()))?;
            face.swap(at - 1, at);
            from_face(&face, truth)
        }
        Fault::Misread => {
            let at = draws.below(face.len());
            let other = u8::try_from(draws.between(1, 9)).ok()?;
            face[at] = b'0' + (face[at] - b'0' + other) % 10;
            from_face(&face, truth)
        }
        Fault::Neighbour => Some(next_door).filter(|index| *index != truth),
        Fault::Leak | Fault::Standstill | Fault::Vacant => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_changes_what_it_says_it_changes() {
        let mut draws = Draws::new(1, "mistakes");
        let truth: Index = "01268.50".parse().unwrap();
        let next_door: Index = "77".parse().unwrap();
        for _ in 0..50 {
            let mut wrong = |fault| written_down(fault, truth, 5, next_door, &mut draws);
            let swapped = face(wrong(Fault::Transposed).unwrap(), 5);
            let differ = |other: &[u8]| {
                let pairs = other.iter().zip(b"01268");
                pairs.filter(|(one, other)| one != other).count()
            };
            assert_eq!(differ(&swapped), 2, "{swapped:?}");
            assert_eq!(differ(&face(wrong(Fault::Misread).unwrap(), 5)), 1);
            assert_eq!(wrong(Fault::Neighbour), Some(next_door));
            assert_eq!(wrong(Fault::Leak), None);
        }
        let same: Index = "11111".parse().unwrap();
        let nothing = written_down(Fault::Transposed, same, 5, next_door, &mut draws);
        assert_eq!(nothing, None);
    }

    #[test]
    fn faults_befall_as_many_as_they_should() {
        let mut draws = Draws::new(1, "befalls");
        let befallen = (0..100_000).filter(|_| Fault::draw(&mut draws).is_some());
        assert!((1_000..1_200).contains(&befallen.count()));
    }
}
