//! Finding accounts by what a person at the counter says.
//!
//! Names and phones are sealed in the events and stay so: the directory keeps numbers of a blind
//! index over the beginnings of a name and the last digits of a phone, and looks a search up among
//! them. Of somebody whose key is destroyed nothing is found any more.

use chaobiao_domain::units::normalise_digits;
use chaobiao_eventstore::BlindIndex;

use crate::meter_card::place_key;

/// No name is told apart by more characters than these.
const NAME_PREFIX_MAX: usize = 16;
/// A single character would tell by its frequency which surname it stands for.
const NAME_PREFIX_MIN: usize = 2;
const PHONE_DIGITS: usize = 11;
const PHONE_SUFFIX_MIN: usize = 4;
/// Shorter, a place fits half the campus.
const PLACE_LENGTH_MIN: usize = 2;

pub(super) const HOLDER: &str = "account.holder";
pub(super) const PHONE: &str = "account.phone";

fn normalised(text: &str) -> String {
    normalise_digits(text).to_lowercase()
}

/// The tokens a holder is found by: every beginning of the name.
pub(super) fn holder_tokens(index: &BlindIndex, name: &str) -> Vec<i64> {
    let signs: Vec<char> = normalised(name).chars().collect();
    let longest = signs.len().min(NAME_PREFIX_MAX);
    (NAME_PREFIX_MIN.min(longest)..=longest)
        .filter(|length| *length > 0)
        .map(|length| index.token(HOLDER, &signs[..length].iter().collect::<String>()))
        .collect()
}

/// The tokens a phone is found by: its last digits, from four on.
pub(super) fn phone_tokens(index: &BlindIndex, phone: &str) -> Vec<i64> {
    (PHONE_SUFFIX_MIN..=phone.len())
        .map(|length| index.token(PHONE, &phone[phone.len() - length..]))
        .collect()
}

/// What whoever searches may search by, besides numbers of accounts and meters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Names and phones.
    pub persons: bool,
    /// Buildings and rooms.
    pub places: bool,
}

/// A text as it is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSearch {
    /// The beginning of an account's or a meter's number.
    pub(super) number: String,
    pub(super) place: Option<String>,
    pub(super) token: Option<i64>,
}

impl AccountSearch {
    /// `None` when the text is empty.
    pub fn new(index: &BlindIndex, text: &str, reach: Reach) -> Option<Self> {
        let number = normalise_digits(text);
        if number.is_empty() {
            return None;
        }
        let place = place_key(text);
        let long_enough = place.chars().count() >= PLACE_LENGTH_MIN;
        Some(Self {
            token: person_token(index, text).filter(|_| reach.persons),
            place: (reach.places && long_enough).then_some(place),
            number,
        })
    }

    /// Whether names or phones are among what is looked through.
    pub fn by_person(&self) -> bool {
        self.token.is_some()
    }
}

fn person_token(index: &BlindIndex, text: &str) -> Option<i64> {
    let text = normalised(text);
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let fits = (PHONE_SUFFIX_MIN..=PHONE_DIGITS).contains(&text.len());
        return fits.then(|| index.token(PHONE, &text));
    }
    let beginning: String = text.chars().take(NAME_PREFIX_MAX).collect();
    Some(index.token(HOLDER, &beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> BlindIndex {
        BlindIndex::new([7; 32])
    }

    fn finds(tokens: &[i64], text: &str) -> bool {
        let everything = Reach {
            persons: true,
            places: true,
        };
        let search = AccountSearch::new(&index(), text, everything).unwrap();
        search.token.is_some_and(|token| tokens.contains(&token))
    }

    #[test]
    fn a_name_is_found_by_its_beginning_and_not_by_its_surname_alone() {
        let tokens = holder_tokens(&index(), "欧阳 小明");
        for text in ["欧阳", "欧阳小", "欧阳小明", " 欧阳小明 "] {
            assert!(finds(&tokens, text), "{text}");
        }
        for text in ["欧", "小明", "欧阳小明明", "欧阳大"] {
            assert!(!finds(&tokens, text), "{text}");
        }
        let short = holder_tokens(&index(), "王");
        assert!(finds(&short, "王") && short.len() == 1);
        assert!(holder_tokens(&index(), "").is_empty());
    }

    #[test]
    fn a_long_name_is_found_whole() {
        let name = "信".repeat(40);
        let tokens = holder_tokens(&index(), &name);
        assert_eq!(tokens.len(), NAME_PREFIX_MAX - NAME_PREFIX_MIN + 1);
        assert!(finds(&tokens, &name));
    }

    #[test]
    fn a_phone_is_found_whole_or_by_its_last_digits() {
        let tokens = phone_tokens(&index(), "13800138000");
        for text in ["13800138000", "１３８００１３８０００", "8000", "138000"] {
            assert!(finds(&tokens, text), "{text}");
        }
        for text in ["000", "1380", "13800138001"] {
            assert!(!finds(&tokens, text), "{text}");
        }
    }

    #[test]
    fn without_the_right_nobody_is_searched_for() {
        let numbers_only = AccountSearch::new(&index(), "王小明", Reach::default()).unwrap();
        assert_eq!((numbers_only.token, numbers_only.place), (None, None));
        assert_eq!(AccountSearch::new(&index(), " 　", Reach::default()), None);
    }
}
