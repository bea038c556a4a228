use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::connector::{
    ChangeConnector, ConnectorChanged, PauseConnector, RegisterConnector, RequestConnectorRun,
    ResumeConnector,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ConnectorId;

use super::query::find;
use super::types::{Connector, ConnectorSettingsInput};
use crate::support::{field, may, payloads, run};

#[derive(InputObject)]
pub(super) struct RegisterConnectorInput {
    idempotency_key: String,
    connector_id: String,
    settings: ConnectorSettingsInput,
}

#[derive(InputObject)]
pub(super) struct ChangeConnectorInput {
    idempotency_key: String,
    connector_id: String,
    settings: ConnectorSettingsInput,
}

#[derive(InputObject)]
pub(super) struct PauseConnectorInput {
    idempotency_key: String,
    connector_id: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ResumeConnectorInput {
    idempotency_key: String,
    connector_id: String,
}

#[derive(InputObject)]
pub(super) struct RequestConnectorRunInput {
    idempotency_key: String,
    connector_id: String,
}

payloads!(
    connector: Connector, |ctx, changed: ConnectorChanged| find(ctx, changed.connector_id.as_str());
    RegisterConnectorPayload,
    ChangeConnectorPayload,
    PauseConnectorPayload,
    ResumeConnectorPayload,
    RequestConnectorRunPayload
);

fn id(text: &str) -> Result<ConnectorId, Rejection> {
    field("connectorId", ConnectorId::try_new(text))
}

#[derive(Default)]
pub struct ConnectorMutation;

#[Object]
impl ConnectorMutation {
    /// Sets up where readings of another platform are fetched from, and how often (平台对接).
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn register_connector(
        &self,
        ctx: &Context<'_>,
        input: RegisterConnectorInput,
    ) -> Result<RegisterConnectorPayload> {
        let connector_id = id(&input.connector_id);
        let settings = input.settings.read();
        let process = connector_id.and_then(|connector_id| {
            Ok(RegisterConnector {
                connector_id,
                settings: settings?,
            })
        });
        let ran = run(ctx, "registerConnector", &input.idempotency_key, process).await?;
        RegisterConnectorPayload::of(ctx, ran).await
    }

    /// From now on it is otherwise.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn change_connector(
        &self,
        ctx: &Context<'_>,
        input: ChangeConnectorInput,
    ) -> Result<ChangeConnectorPayload> {
        let connector_id = id(&input.connector_id);
        let settings = input.settings.read();
        let process = connector_id.and_then(|connector_id| {
            Ok(ChangeConnector {
                connector_id,
                settings: settings?,
            })
        });
        let ran = run(ctx, "changeConnector", &input.idempotency_key, process).await?;
        ChangeConnectorPayload::of(ctx, ran).await
    }

    /// Nothing is fetched until it is resumed (停用).
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn pause_connector(
        &self,
        ctx: &Context<'_>,
        input: PauseConnectorInput,
    ) -> Result<PauseConnectorPayload> {
        let process = id(&input.connector_id).map(|connector_id| PauseConnector {
            connector_id,
            reason: input.reason,
        });
        let ran = run(ctx, "pauseConnector", &input.idempotency_key, process).await?;
        PauseConnectorPayload::of(ctx, ran).await
    }

    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn resume_connector(
        &self,
        ctx: &Context<'_>,
        input: ResumeConnectorInput,
    ) -> Result<ResumeConnectorPayload> {
        let process = id(&input.connector_id).map(|connector_id| ResumeConnector { connector_id });
        let ran = run(ctx, "resumeConnector", &input.idempotency_key, process).await?;
        ResumeConnectorPayload::of(ctx, ran).await
    }

    /// Has it run as soon as may be; what became of it is in `connectorRuns`.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn request_connector_run(
        &self,
        ctx: &Context<'_>,
        input: RequestConnectorRunInput,
    ) -> Result<RequestConnectorRunPayload> {
        let process =
            id(&input.connector_id).map(|connector_id| RequestConnectorRun { connector_id });
        let key = &input.idempotency_key;
        let ran = run(ctx, "requestConnectorRun", key, process).await?;
        RequestConnectorRunPayload::of(ctx, ran).await
    }
}
