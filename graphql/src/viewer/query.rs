use async_graphql::{Context, Enum, Object, Result, SimpleObject};

use crate::support::{Viewer, public};

/// What kind of person is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ViewerKind {
    Anonymous,
    Customer,
    Staff,
}

/// Who is asking.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "Viewer")]
pub struct Me {
    kind: ViewerKind,
}

#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is asking, as the server sees it.
    #[graphql(guard = "public()")]
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        let kind = match ctx.data::<Viewer>()? {
            Viewer::Anonymous => ViewerKind::Anonymous,
            Viewer::Customer(_) => ViewerKind::Customer,
            Viewer::Staff(_) => ViewerKind::Staff,
        };
        Ok(Me { kind })
    }
}
