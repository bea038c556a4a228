//! How a decision ends when it does not succeed.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{ClaimKey, StreamId};

/// A business refusal: nothing was written, and the person can do something about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[error("{code}: {message}")]
pub struct Rejection {
    /// Stable, `SCREAMING_SNAKE_CASE`, listed in `docs/errors.md`.
    pub code: String,
    /// Simplified Chinese, safe to show.
    pub message: String,
    /// Path into the command's input, `None` when the refusal concerns the command as a whole.
    pub field: Option<Vec<String>>,
}

impl Rejection {
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            field: None,
        }
    }

    #[must_use]
    pub fn on(mut self, field: &str) -> Self {
        self.field = Some(field.split('.').map(str::to_owned).collect());
        self
    }
}

/// A broken rule of the domain: its `Display` is the Chinese message.
pub trait BusinessError: std::error::Error {
    /// Stable code, listed in `docs/errors.md`.
    fn code(&self) -> &'static str;

    /// The input field the rule is about, `a.b` for a nested one.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

impl<E: BusinessError> From<E> for Rejection {
    fn from(error: E) -> Self {
        let rejection = Rejection::new(error.code(), error.to_string());
        match error.field() {
            Some(field) => rejection.on(field),
            None => rejection,
        }
    }
}

/// Why `decide` returned without an outcome.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// These streams must be loaded first; the call is repeated with them.
    Need(Vec<StreamId>),
    /// The holder of this claim must be looked up first; the call is repeated with it.
    NeedClaim(ClaimKey),
    /// The command is refused.
    Refused(Rejection),
    /// History cannot be read: a fault, never the caller's mistake.
    Corrupt(String),
}

impl Stop {
    /// Joins what several calls of `Workspace::need` ask for, so that it is loaded in one round
    /// trip.
    pub fn join(needs: impl IntoIterator<Item = Result<(), Self>>) -> Result<(), Self> {
        let mut streams = Vec::new();
        for need in needs {
            match need {
                Err(Self::Need(more)) => streams.extend(more),
                other => other?,
            }
        }
        if streams.is_empty() {
            Ok(())
        } else {
            Err(Self::Need(streams))
        }
    }
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection)
    }
}

impl<E: BusinessError> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}
