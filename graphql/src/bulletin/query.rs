use async_graphql::{Context, Object, Result};
use chaobiao_domain::bulletin::article;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::bulletin::{self, ArticleFilter};
use chaobiao_projections::outages::{self, OutageFilter};

use super::article_types::{Article, ArticleCategory, CampusOffice};
use super::outage_types::{Outage, reach};
use crate::support::{
    Connection, Services, Viewer, connection, internal, may, page, page_size, public,
};

#[derive(Default)]
pub struct BulletinQuery;

async fn list(
    ctx: &Context<'_>,
    name: &str,
    filter: &ArticleFilter,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<Article>> {
    let page = page(ctx, name, first, after.as_deref())?;
    let pool = Services::of(ctx)?.store().pool();
    let slice = bulletin::articles(pool, filter, &page).await;
    connection(
        ctx,
        name,
        slice.map_err(|error| internal(ctx, error))?,
        Article,
    )
}

fn stored(category: Option<ArticleCategory>) -> Option<String> {
    let category = category.map(article::ArticleCategory::from);
    category.map(|category| category.as_str().to_owned())
}

#[Object]
impl BulletinQuery {
    /// Published articles, the newest first, for everybody: those of a campus and those for all.
    #[graphql(
        guard = "public()",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn articles(
        &self,
        ctx: &Context<'_>,
        category: Option<ArticleCategory>,
        campus_id: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Article>> {
        let filter = ArticleFilter {
            category: stored(category),
            campus: campus_id,
            unpublished_too: false,
        };
        list(ctx, "articles", &filter, first, after).await
    }

    /// Drafts, published and withdrawn articles in their newest version, for who writes them.
    #[graphql(
        guard = "may(Permission::ManageBulletin)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn article_drafts(
        &self,
        ctx: &Context<'_>,
        category: Option<ArticleCategory>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Article>> {
        let filter = ArticleFilter {
            category: stored(category),
            campus: None,
            unpublished_too: true,
        };
        list(ctx, "article_drafts", &filter, first, after).await
    }

    /// A published article; in its newest version, published or not, for who writes them.
    #[graphql(guard = "public()")]
    async fn article(&self, ctx: &Context<'_>, article_id: String) -> Result<Option<Article>> {
        let pool = Services::of(ctx)?.store().pool();
        let row = if ctx.data::<Viewer>()?.may(Permission::ManageBulletin) {
            bulletin::by_id(pool, &article_id).await
        } else {
            bulletin::published_by_id(pool, &article_id).await
        };
        Ok(row.map_err(|error| internal(ctx, error))?.map(Article))
    }

    /// 联系我们: where the offices are and whom to ask there. Their hours stand with `campuses`.
    #[graphql(guard = "public()", complexity = "1 + 10 * child_complexity")]
    async fn campus_offices(&self, ctx: &Context<'_>) -> Result<Vec<CampusOffice>> {
        let rows = bulletin::offices(Services::of(ctx)?.store().pool()).await;
        let rows = rows.map_err(|error| internal(ctx, error))?;
        Ok(rows.into_iter().map(CampusOffice).collect())
    }

    /// Outages by their beginning, for everybody: of campuses and buildings. What is cut off alone
    /// is shown to those it is cut off from, and to staff.
    #[graphql(
        guard = "public()",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn outages(
        &self,
        ctx: &Context<'_>,
        campus_id: Option<String>,
        #[graphql(default, desc = "What is over or cancelled as well.")] past_too: bool,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Outage>> {
        let page = page(ctx, "outages", first, after.as_deref())?;
        let store = Services::of(ctx)?.store();
        let filter = OutageFilter {
            campus: campus_id,
            current_at: (!past_too).then(|| store.clock().now()),
            reach: reach(ctx.data::<Viewer>()?),
        };
        let slice = outages::outages(store.pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "outages", slice, Outage::from)
    }
}
