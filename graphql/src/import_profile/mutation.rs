use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::import_profile::{ProfileChanged, PublishImportProfile, RetireImportProfile};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ImportProfileId;

use super::query::find;
use super::types::{ImportLayoutInput, ImportProfile};
use crate::support::{Ran, UserError, field, may, run};

#[derive(InputObject)]
pub(super) struct PublishImportProfileInput {
    idempotency_key: String,
    profile_id: String,
    layout: ImportLayoutInput,
}

#[derive(InputObject)]
pub(super) struct RetireImportProfileInput {
    idempotency_key: String,
    profile_id: String,
}

macro_rules! payload {
    ($($payload:ident),+) => {$(
        #[derive(SimpleObject)]
        pub(super) struct $payload {
            /// Null once it is retired.
            import_profile: Option<ImportProfile>,
            user_errors: Vec<UserError>,
            /// Done, but what is shown may still be older.
            pending: bool,
        }

        impl $payload {
            async fn of(ctx: &Context<'_>, ran: Ran<ProfileChanged>) -> Result<Self> {
                let import_profile = match &ran.outcome {
                    Some(changed) => find(ctx, &changed.profile_id).await?,
                    None => None,
                };
                let (user_errors, pending) = (ran.user_errors, ran.pending);
                Ok(Self { import_profile, user_errors, pending })
            }
        }
    )+};
}

payload!(PublishImportProfilePayload, RetireImportProfilePayload);

#[derive(Default)]
pub struct ImportProfileMutation;

#[Object]
impl ImportProfileMutation {
    /// Says how a kind of file is read, from now on.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn publish_import_profile(
        &self,
        ctx: &Context<'_>,
        input: PublishImportProfileInput,
    ) -> Result<PublishImportProfilePayload> {
        let profile_id = field("profileId", ImportProfileId::try_new(&input.profile_id));
        let layout = input.layout.read();
        let process = profile_id.and_then(|profile_id| {
            Ok(PublishImportProfile {
                profile_id,
                layout: layout?,
            })
        });
        let key = &input.idempotency_key;
        let ran = run(ctx, "publishImportProfile", key, process).await?;
        PublishImportProfilePayload::of(ctx, ran).await
    }

    /// Takes a profile out of use.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn retire_import_profile(
        &self,
        ctx: &Context<'_>,
        input: RetireImportProfileInput,
    ) -> Result<RetireImportProfilePayload> {
        let profile_id = field("profileId", ImportProfileId::try_new(&input.profile_id));
        let process = profile_id.map(|profile_id| RetireImportProfile { profile_id });
        let key = &input.idempotency_key;
        let ran = run(ctx, "retireImportProfile", key, process).await?;
        RetireImportProfilePayload::of(ctx, ran).await
    }
}
