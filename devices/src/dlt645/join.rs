//! Long answers: a first part that says more follows, then parts that have to be asked for.

use super::{Address, Frame, Wire};

/// A long answer being put together. Never longer than [`Join::PARTS_MAX`] parts.
#[derive(Clone, Debug)]
pub struct Join {
    wire: Wire,
    sequenced: bool,
    address: Address,
    first: u8,
    di: Vec<u8>,
    data: Vec<u8>,
    parts: u8,
    more: bool,
}

/// What a part did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// Taken; ask for the next.
    More,
    /// Taken; it was the last.
    Complete,
    /// The part before once more: the meter did not hear us ask on. Ask again.
    Repeated,
}

/// A part that does not belong; the whole answer is to be read anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    #[error("不是读数据的应答")]
    NotAnAnswer,
    #[error("后续帧来自另一块表")]
    OtherMeter,
    #[error("后续帧的数据标识不同")]
    OtherItem,
    #[error("后续帧序号应为 {wanted}，收到 {got}")]
    Gap { wanted: u8, got: u8 },
    #[error("后续帧过多")]
    TooMany,
    #[error("表计拒绝了后续帧")]
    Refused,
    #[error("数据已经完整")]
    Complete,
}

impl Join {
    /// Follow-up parts beyond this are a meter gone wrong.
    pub const PARTS_MAX: u8 = 16;

    /// Begins with the first answer, which may be the only one.
    pub(crate) fn begin(
        frame: &Frame<'_>,
        wire: Wire,
        function: u8,
        sequenced: bool,
    ) -> Result<Self, JoinError> {
        let plain = frame.data();
        let answer = frame.is_from_meter() && frame.function() == function;
        let split = plain.split_at_checked(usize::from(wire.di_bytes));
        let Some((di, data)) = split.filter(|_| answer && !frame.is_abnormal()) else {
            return Err(JoinError::NotAnAnswer);
        };
        Ok(Self {
            wire,
            sequenced,
            address: frame.address(),
            first: function,
            di: di.to_vec(),
            data: data.to_vec(),
            parts: 0,
            more: frame.more_follows(),
        })
    }

    /// Takes what was answered to the request for the part [`Join::wanted`].
    pub fn add(&mut self, frame: &Frame<'_>) -> Result<Added, JoinError> {
        let Some(wanted) = self.wanted() else {
            return Err(JoinError::Complete);
        };
        if !frame.is_from_meter() {
            return Err(JoinError::NotAnAnswer);
        }
        if frame.address() != self.address {
            return Err(JoinError::OtherMeter);
        }
        let plain = frame.data();
        let split = plain.split_at_checked(usize::from(self.wire.di_bytes));
        if frame.function() == self.first && self.parts == 0 && !frame.is_abnormal() {
            return Ok(Added::Repeated);
        }
        if frame.function() != self.first + 1 {
            return Err(JoinError::NotAnAnswer);
        }
        if frame.is_abnormal() {
            return Err(JoinError::Refused);
        }
        let Some((_, mut data)) = split.filter(|(di, _)| *di == self.di) else {
            return Err(JoinError::OtherItem);
        };
        if self.sequenced {
            let Some((&got, before)) = data.split_last() else {
                return Err(JoinError::OtherItem);
            };
            data = before;
            if self.parts > 0 && got == self.parts {
                return Ok(Added::Repeated);
            }
            if got != wanted {
                return Err(JoinError::Gap { wanted, got });
            }
        }
        if self.parts == Self::PARTS_MAX {
            return Err(JoinError::TooMany);
        }
        self.data.extend_from_slice(data);
        self.parts += 1;
        self.more = frame.more_follows();
        Ok(if self.more {
            Added::More
        } else {
            Added::Complete
        })
    }

    /// The number of the part to ask for; nothing if the answer is complete.
    pub fn wanted(&self) -> Option<u8> {
        self.more.then_some(self.parts + 1)
    }

    /// The meter it comes from.
    pub fn address(&self) -> Address {
        self.address
    }

    /// The identifier, as sent.
    pub(crate) fn di_wire(&self) -> &[u8] {
        &self.di
    }

    /// The whole data without identifiers and part numbers; nothing while parts are missing.
    pub fn data(&self) -> Option<&[u8]> {
        (!self.more).then_some(&self.data)
    }
}
