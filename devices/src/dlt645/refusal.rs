//! Why a meter refuses: the word in an abnormal answer.

/// One bit of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    pub bit: u8,
    /// A stable name.
    pub name: &'static str,
    pub title: &'static str,
}

impl Reason {
    pub(crate) const fn new(bit: u8, name: &'static str, title: &'static str) -> Self {
        Self { bit, name, title }
    }
}

/// The word as sent. One byte in the standards; later profiles answer control with two, whose bits
/// mean something else, so they are kept and not explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub word: Vec<u8>,
}

impl Refusal {
    /// The reasons named by an edition's table.
    pub(crate) fn named(
        &self,
        table: &'static [Reason],
    ) -> impl Iterator<Item = &'static Reason> + use<> {
        let byte = match *self.word {
            [byte] => byte,
            _ => 0,
        };
        table
            .iter()
            .filter(move |reason| byte & 1 << reason.bit != 0)
    }
}
