//! The few of the network's 6,625 characters that numbers and times are written with. The places
//! are those of the fetched model, whose hash is checked.

/// Between two characters.
pub(super) const BLANK: usize = 0;

const DIGITS: [usize; 10] = [26, 93, 25, 94, 632, 631, 933, 29, 27, 1109];
const CAPITALS: [usize; 26] = [
    1221, 3588, 4244, 1220, 4381, 1219, 5128, 425, 3587, 2697, 5193, 3506, 3639, 3589, 4741, 1310,
    4731, 5127, 1217, 1381, 4497, 5405, 5033, 5200, 1218, 4136,
];
/// Small letters that are mistaken for digits, and those of `No`.
const OTHERS: [(usize, char); 13] = [
    (28, '-'),
    (487, '/'),
    (466, '.'),
    (32, ':'),
    (5530, ':'),
    (485, '年'),
    (64, '月'),
    (132, '日'),
    (276, '时'),
    (186, '分'),
    (4245, 'o'),
    (2710, 'l'),
    (3538, 'i'),
];

pub(super) fn character(class: usize) -> Option<char> {
    let nth = |first: u8, place: usize| u8::try_from(place).ok().map(|n| char::from(first + n));
    if let Some(place) = DIGITS.iter().position(|known| *known == class) {
        return nth(b'0', place);
    }
    if let Some(place) = CAPITALS.iter().position(|known| *known == class) {
        return nth(b'A', place);
    }
    let other = OTHERS.iter().find(|(known, _)| *known == class);
    other.map(|(_, character)| *character)
}
