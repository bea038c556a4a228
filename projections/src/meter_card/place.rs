//! Places as people write them: 紫荆 3 号楼 305, 紫荆3-305 and 紫荆3栋305室 are one room.

use chaobiao_domain::units::normalise_digits;

/// What is said after a number and tells nothing.
const COUNTERS: [&str; 14] = [
    "号", "号楼", "楼", "栋", "号栋", "幢", "号幢", "座", "单元", "层", "室", "号室", "房", "号房",
];

/// A place as it is looked up.
pub(crate) fn place_key(text: &str) -> String {
    telling(words(text)).join("-")
}

/// The keys of a room: its place from each word on, so that one may leave out the beginning.
pub(super) fn place_keys(building: &str, room: &str) -> Vec<String> {
    let mut words = words(building);
    words.extend(self::words(room));
    let words = telling(words);
    (0..words.len())
        .map(|from| words[from..].join("-"))
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digit,
    Latin,
    Other,
    Gap,
}

fn kind(sign: char) -> Kind {
    match sign {
        '0'..='9' => Kind::Digit,
        'a'..='z' => Kind::Latin,
        _ if sign.is_alphanumeric() => Kind::Other,
        _ => Kind::Gap,
    }
}

/// Runs of digits, of Latin letters and of other signs.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for piece in text.split_whitespace() {
        let mut before = Kind::Gap;
        for sign in normalise_digits(piece).to_lowercase().chars() {
            let now = kind(sign);
            match words.last_mut() {
                _ if now == Kind::Gap => {}
                Some(word) if before == now => word.push(sign),
                _ => words.push(sign.to_string()),
            }
            before = now;
        }
    }
    words
}

/// Without the counters after numbers.
fn telling(words: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        let after_a_number = kept
            .last()
            .is_some_and(|last| last.starts_with(|sign: char| sign.is_ascii_digit()));
        if !(after_a_number && COUNTERS.contains(&word.as_str())) {
            kept.push(word);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_one_however_it_is_written() {
        let keys = place_keys("紫荆 3 号楼", "305");
        assert_eq!(keys, ["紫荆-3-305", "3-305", "305"]);
        for text in [
            "紫荆3号楼305",
            "紫荆 3-305",
            "紫荆３栋３０５室",
            "3-305",
            "305室",
        ] {
            assert!(keys.contains(&place_key(text)), "{text}");
        }
        for text in ["紫荆", "紫荆3", "3号楼"] {
            assert!(
                keys.iter().any(|key| key.starts_with(&place_key(text))),
                "{text}"
            );
        }
        assert_ne!(place_key("33-05"), place_key("3-305"));
    }

    #[test]
    fn numbers_side_by_side_stay_apart_and_names_keep_their_last_sign() {
        assert_eq!(place_keys("3", "A305"), ["3-a-305", "a-305", "305"]);
        assert_eq!(place_key("元培楼 2 单元"), "元培楼-2");
        assert_eq!(place_key(" - "), "");
    }
}
