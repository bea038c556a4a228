use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ImportProfileId;
use chaobiao_projections::import_profiles::query;

use super::types::{ImportProfile, ImportProfileVersion};
use crate::support::{Services, internal, may};

#[derive(Default)]
pub struct ImportProfileQuery;

#[Object]
impl ImportProfileQuery {
    /// Profiles files are taken in with.
    #[graphql(
        guard = "may(Permission::ManageMeters)",
        complexity = "20 + 20 * child_complexity"
    )]
    async fn import_profiles(&self, ctx: &Context<'_>) -> Result<Vec<ImportProfile>> {
        let profiles = query::list(Services::of(ctx)?.store().pool(), None).await;
        let profiles = profiles.map_err(|error| internal(ctx, error))?;
        Ok(profiles.into_iter().map(ImportProfile::from).collect())
    }

    /// Every version of a profile as it was published, in use or not, the newest first.
    #[graphql(
        guard = "may(Permission::ManageMeters)",
        complexity = "20 + 20 * child_complexity"
    )]
    async fn import_profile_versions(
        &self,
        ctx: &Context<'_>,
        profile_id: String,
    ) -> Result<Vec<ImportProfileVersion>> {
        let Ok(profile_id) = ImportProfileId::try_new(profile_id) else {
            return Ok(Vec::new());
        };
        let versions = query::versions(Services::of(ctx)?.store().pool(), &profile_id).await;
        let versions = versions.map_err(|error| internal(ctx, error))?;
        Ok(versions
            .into_iter()
            .map(ImportProfileVersion::from)
            .collect())
    }
}

pub(super) async fn find(
    ctx: &Context<'_>,
    profile_id: &ImportProfileId,
) -> Result<Option<ImportProfile>> {
    let profiles = query::list(Services::of(ctx)?.store().pool(), Some(profile_id)).await;
    let profiles = profiles.map_err(|error| internal(ctx, error))?;
    Ok(profiles.into_iter().next().map(ImportProfile::from))
}
