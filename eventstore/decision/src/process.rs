//! Commands as data.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::{CommandContext, Stop, Workspace};

/// A command: what somebody wants, and the pure decision whether it may happen.
///
/// Serialisable, so that it can be hashed for idempotency and kept for later (`due`).
pub trait Process: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Stable name, `capability.verb_noun`.
    const NAME: &'static str;

    /// What the caller gets back. It is stored and repeated for a retried command, and must
    /// therefore hold ids and figures only, never personal data.
    type Outcome: Serialize + DeserializeOwned + Send + 'static;

    /// Stages events and claims in `workspace`, or says why not. It may be called several times.
    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Self::Outcome, Stop>;
}

/// A [`Process`] whose type is known at run time only.
pub trait ErasedProcess: Send + Sync {
    fn name(&self) -> &'static str;
    fn body(&self) -> Result<Value, serde_json::Error>;
    fn decide_erased(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Value, Stop>;
}

impl<P: Process> ErasedProcess for P {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn body(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    fn decide_erased(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Value, Stop> {
        let outcome = self.decide(context, workspace)?;
        serde_json::to_value(outcome).map_err(|error| Stop::Corrupt(error.to_string()))
    }
}

type Parse = fn(Value) -> Result<Box<dyn ErasedProcess>, serde_json::Error>;

/// Finds a process by its stored name, for commands kept in `due` or in a file.
#[derive(Default)]
pub struct ProcessRegistry {
    by_name: BTreeMap<&'static str, Parse>,
}

/// A stored command cannot be read back.
#[derive(Debug, Error)]
pub enum UnknownProcess {
    #[error("no process is registered under {0}")]
    Name(String),
    #[error("the body of {name} cannot be read: {source}")]
    Body {
        name: String,
        source: serde_json::Error,
    },
}

impl ProcessRegistry {
    #[must_use]
    pub fn with<P: Process>(mut self) -> Self {
        self.by_name.insert(P::NAME, |body| {
            Ok(Box::new(serde_json::from_value::<P>(body)?))
        });
        self
    }

    pub fn parse(&self, name: &str, body: Value) -> Result<Box<dyn ErasedProcess>, UnknownProcess> {
        let parse = self
            .by_name
            .get(name)
            .ok_or_else(|| UnknownProcess::Name(name.to_owned()))?;
        parse(body).map_err(|source| UnknownProcess::Body {
            name: name.to_owned(),
            source,
        })
    }
}
