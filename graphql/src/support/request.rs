//! What is known about the request besides its document.

use async_graphql::dataloader::DataLoader;
use async_graphql::{Context, Request, Result};
use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::access_log::{AccessEntry, AccessKind};
use chaobiao_domain::staff::{Employment, LookUp};
use chaobiao_domain::units::{CustomerId, StaffLogin};
use chaobiao_eventstore::StoreError;
use chaobiao_eventstore::access::{AccessError, Principal, SessionToken};
use chaobiao_projections::roles;
use uuid::Uuid;

use super::personal::PersonalLoader;

use super::{CustomerViewer, ReadLoader, Services, StaffViewer, Viewer};

/// Put into every request's context data by the transport.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestInfo {
    /// Given to the caller with faults, and to be found in the logs.
    pub request_id: String,
    /// The caller's address as far as it can be trusted.
    pub origin: Option<String>,
    /// What the caller's cookie says; it may be over.
    pub session: Option<SessionToken>,
    /// The caller came by HTTPS.
    pub secure: bool,
}

/// Gives a request all that resolvers look for in its context. Loaders belong to one request: they
/// must never answer one viewer with what another was shown.
pub fn prepare(
    request: Request,
    services: &Services,
    viewer: Viewer,
    info: RequestInfo,
) -> Request {
    let personal = PersonalLoader::new(services.store().clone());
    let rows = ReadLoader(services.store().clone());
    request
        .data(viewer)
        .data(info)
        .data(DataLoader::new(personal, tokio::spawn))
        .data(DataLoader::new(rows, tokio::spawn))
}

/// In a request's data: it came over a socket, which is for subscriptions.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsOnly;

impl Services {
    /// The viewer a session token stands for at this moment. Rights come from the roles somebody has
    /// and what these give, so what is taken from either is gone with the next request.
    pub async fn viewer(&self, token: Option<&SessionToken>) -> Result<Viewer, AccessError> {
        let Some(token) = token else {
            return Ok(Viewer::Anonymous);
        };
        let Some(session) = self.access.session(token).await? else {
            return Ok(Viewer::Anonymous);
        };
        self.viewer_of(&session.principal, session.must_change_password)
            .await
    }

    /// The viewer a principal is, signed in.
    pub async fn viewer_of(
        &self,
        principal: &Principal,
        must_change_password: bool,
    ) -> Result<Viewer, AccessError> {
        let viewer = match principal {
            Principal::Customer(id) => {
                let customer_id = CustomerId::try_new(id).map_err(corrupt)?;
                Viewer::Customer(CustomerViewer { customer_id })
            }
            Principal::Staff(login) => {
                let login = StaffLogin::try_new(login).map_err(corrupt)?;
                let Some(mut employment) = self.employment(&login).await? else {
                    return Ok(Viewer::Anonymous);
                };
                if must_change_password {
                    employment.roles.clear();
                    employment.permissions.clear();
                }
                Viewer::Staff(StaffViewer {
                    login,
                    campus: employment.campus,
                    confined: employment.confined,
                    roles: employment.roles,
                    permissions: employment.permissions,
                    must_change_password,
                })
            }
        };
        Ok(viewer)
    }

    async fn employment(&self, login: &StaffLogin) -> Result<Option<Employment>, AccessError> {
        let held = roles::query::held(self.store().pool(), login.as_str()).await?;
        let Some(held) = held else {
            // Hired a moment ago, perhaps: the events know first.
            let now = self.store().clock().now();
            let context = CommandContext::new(Uuid::nil(), Actor::Anonymous, now);
            let process = LookUp {
                login: login.clone(),
            };
            return self.bus.preview(&context, &process).await.map_err(corrupt);
        };
        Ok(held.employed.then_some(Employment {
            campus: held.campus,
            confined: held.confined,
            roles: held.roles,
            permissions: held.permissions,
        }))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
fn corrupt(error: impl ToString) -> AccessError {
    StoreError::Corrupt(error.to_string()).into()
}

/// Tells the access log what the viewer of this request did. `subject` names whom or what it was
/// about, such as `account/8001`; never by personal data.
pub fn record(ctx: &Context<'_>, kind: AccessKind, what: &str, subject: Option<String>) {
    record_refusal(ctx, kind, what, subject, None);
}

/// [`record`] with the code of a refusal.
pub fn record_refusal(
    ctx: &Context<'_>,
    kind: AccessKind,
    what: &str,
    subject: Option<String>,
    code: Option<&str>,
) {
    let Ok(services) = Services::of(ctx) else {
        return;
    };
    let info = ctx.data_opt::<RequestInfo>().cloned().unwrap_or_default();
    let viewer = ctx.data_opt::<Viewer>().cloned().unwrap_or_default();
    services.access_log.record(AccessEntry {
        subject,
        code: code.map(str::to_owned),
        ..entry(services, &info, &viewer, kind, what)
    });
}

/// [`record`] for a viewer who was somebody else, or nobody, when the request came.
pub(super) fn record_as(
    services: &Services,
    info: &RequestInfo,
    viewer: &Viewer,
    kind: AccessKind,
    what: &str,
) {
    record_route(services, info, viewer, kind, what, None);
}

/// [`record`] for what is asked for beside GraphQL.
pub fn record_route(
    services: &Services,
    info: &RequestInfo,
    viewer: &Viewer,
    kind: AccessKind,
    what: &str,
    subject: Option<String>,
) {
    services.access_log.record(AccessEntry {
        subject,
        ..entry(services, info, viewer, kind, what)
    });
}

fn entry(
    services: &Services,
    info: &RequestInfo,
    viewer: &Viewer,
    kind: AccessKind,
    what: &str,
) -> AccessEntry {
    AccessEntry {
        at: services.store().clock().now(),
        kind,
        actor: viewer.actor(),
        what: what.to_owned(),
        subject: None,
        code: None,
        origin: info.origin.clone(),
        request_id: Some(info.request_id.clone()),
    }
}
