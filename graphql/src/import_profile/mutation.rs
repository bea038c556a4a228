use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_domain::import_profile::{ProfileChanged, PublishImportProfile, RetireImportProfile};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ImportProfileId;

use super::query::find;
use super::types::{ImportLayoutInput, ImportProfile};
use crate::support::{field, may, payloads, run};

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

payloads!(
    /// Null once it is retired.
    import_profile: ImportProfile, |ctx, changed: ProfileChanged| find(ctx, &changed.profile_id);
    PublishImportProfilePayload,
    RetireImportProfilePayload
);

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
