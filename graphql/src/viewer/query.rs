use async_graphql::{Context, Object, Result};

use super::Me;
use crate::support::{Viewer, public};

#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is asking, as the server sees it.
    #[graphql(guard = "public()")]
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        Ok(Me::new(ctx.data::<Viewer>()?.clone()))
    }
}
