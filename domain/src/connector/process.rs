use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::{Connector, ConnectorCommand};
use super::error::{ConnectorError, REASON_LENGTH_MAX};
use super::event::{ConnectorRegistered, RunOutcome};
use super::settings::ConnectorSettings;
use crate::import_profile::ImportProfile;
use crate::units::{ConnectorId, FileHash, written};

/// The connector a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorChanged {
    pub connector_id: ConnectorId,
}

fn execute(
    connector_id: &ConnectorId,
    command: ConnectorCommand,
    workspace: &mut Workspace,
) -> Result<ConnectorChanged, Stop> {
    workspace.execute::<Connector>(connector_id.as_str(), command)?;
    Ok(ConnectorChanged {
        connector_id: connector_id.clone(),
    })
}

/// What it brings has to be readable.
fn check_profile(settings: &ConnectorSettings, workspace: &mut Workspace) -> Result<(), Stop> {
    let profile = workspace.get::<ImportProfile>(settings.profile_id.as_str())?;
    profile.layout()?;
    Ok(())
}

/// Fetching is not for people to say they did.
fn require_system(context: &CommandContext) -> Result<(), ConnectorError> {
    match context.actor {
        Actor::System(_) => Ok(()),
        _ => Err(ConnectorError::NotTheSystem),
    }
}

/// Sets up where readings of another platform are fetched from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterConnector {
    pub connector_id: ConnectorId,
    pub settings: ConnectorSettings,
}

impl Process for RegisterConnector {
    const NAME: &'static str = "connector.register";
    type Outcome = ConnectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ConnectorChanged, Stop> {
        check_profile(&self.settings, workspace)?;
        let registered = ConnectorRegistered {
            connector_id: self.connector_id.clone(),
            settings: self.settings.clone(),
            at: context.at,
            by: context.actor.clone(),
        };
        let command = ConnectorCommand::Register(Box::new(registered));
        execute(&self.connector_id, command, workspace)
    }
}

/// From now on it is otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeConnector {
    pub connector_id: ConnectorId,
    pub settings: ConnectorSettings,
}

impl Process for ChangeConnector {
    const NAME: &'static str = "connector.change";
    type Outcome = ConnectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ConnectorChanged, Stop> {
        check_profile(&self.settings, workspace)?;
        let settings = Box::new(self.settings.clone());
        let command = ConnectorCommand::Change(settings, context.actor.clone(), context.at);
        execute(&self.connector_id, command, workspace)
    }
}

/// Nothing is fetched until it is resumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseConnector {
    pub connector_id: ConnectorId,
    pub reason: String,
}

impl Process for PauseConnector {
    const NAME: &'static str = "connector.pause";
    type Outcome = ConnectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ConnectorChanged, Stop> {
        let reason = written(&self.reason, "原因", REASON_LENGTH_MAX)
            .map_err(|_| ConnectorError::ReasonInvalid)?;
        let command = ConnectorCommand::Pause(reason, context.actor.clone(), context.at);
        execute(&self.connector_id, command, workspace)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumeConnector {
    pub connector_id: ConnectorId,
}

impl Process for ResumeConnector {
    const NAME: &'static str = "connector.resume";
    type Outcome = ConnectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ConnectorChanged, Stop> {
        let command = ConnectorCommand::Resume(context.actor.clone(), context.at);
        execute(&self.connector_id, command, workspace)
    }
}

/// Somebody does not want to wait until it is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestConnectorRun {
    pub connector_id: ConnectorId,
}

impl Process for RequestConnectorRun {
    const NAME: &'static str = "connector.request_run";
    type Outcome = ConnectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ConnectorChanged, Stop> {
        let command = ConnectorCommand::RequestRun(context.actor.clone(), context.at);
        execute(&self.connector_id, command, workspace)
    }
}

/// A node begins a run: of several nodes one does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartConnectorRun {
    pub connector_id: ConnectorId,
    pub node: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedRun {
    pub run: u32,
    pub settings: ConnectorSettings,
    /// The last file that came in whole.
    pub last_file: Option<FileHash>,
}

impl Process for StartConnectorRun {
    const NAME: &'static str = "connector.start_run";
    type Outcome = StartedRun;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<StartedRun, Stop> {
        require_system(context)?;
        let command = ConnectorCommand::StartRun(self.node.clone(), context.at);
        execute(&self.connector_id, command, workspace)?;
        let connector = workspace.get::<Connector>(self.connector_id.as_str())?;
        let record = connector.registered(&self.connector_id)?;
        Ok(StartedRun {
            run: record.run,
            settings: record.settings.clone(),
            last_file: record.last_file.clone(),
        })
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndConnectorRun {
    pub connector_id: ConnectorId,
    pub run: u32,
    pub outcome: RunOutcome,
}

impl Process for EndConnectorRun {
    const NAME: &'static str = "connector.end_run";
    type Outcome = ConnectorChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ConnectorChanged, Stop> {
        require_system(context)?;
        let command = ConnectorCommand::EndRun(self.run, self.outcome.clone(), context.at);
        execute(&self.connector_id, command, workspace)
    }
}
