//! 平台对接: readings another platform has already are fetched by themselves (R17).
//!
//! A connector says where they are, by which profile they are read, and how often. Each run is recorded
//! with what became of it; what it brings goes the way of every imported file.

mod aggregate;
mod error;
mod event;
mod process;
mod settings;
#[cfg(test)]
mod tests;

pub use aggregate::{Connector, ConnectorCommand, ConnectorRecord};
pub use error::ConnectorError;
pub use event::{ConnectorEvent, ConnectorRegistered, FileRows, ImportedFile, RunOutcome};
pub use process::{
    ChangeConnector, ConnectorChanged, EndConnectorRun, PauseConnector, RegisterConnector,
    RequestConnectorRun, ResumeConnector, StartConnectorRun, StartedRun,
};
pub use settings::{ConnectorSettings, ConnectorSource, Schedule, next_run};
