use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::bulletin::article::{
    ArticleChanged, ArticleError, ArticleText, Audience, DraftArticle, PublishArticle, PushArticle,
    ReviseArticle, WithdrawArticle,
};
use chaobiao_domain::bulletin::outage::OutageError;
use chaobiao_domain::campus::SetOfficeContact;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, ArticleId, CampusId};
use chaobiao_projections::bulletin;

use super::article_types::{Article, ArticleCategory, CampusOffice};
use crate::support::{Services, UserError, field, internal, may, payloads, run};

#[derive(InputObject)]
pub(super) struct DraftArticleInput {
    idempotency_key: String,
    category: ArticleCategory,
    /// For all campuses, when left out.
    campus_id: Option<String>,
    title: String,
    /// Plain text or Markdown; HTML and links to scripts are refused.
    body: String,
}

#[derive(InputObject)]
pub(super) struct ReviseArticleInput {
    idempotency_key: String,
    article_id: String,
    title: String,
    body: String,
}

#[derive(InputObject)]
pub(super) struct PublishArticleInput {
    idempotency_key: String,
    article_id: String,
    /// The newest, when left out.
    version: Option<i32>,
}

#[derive(InputObject)]
pub(super) struct PushArticleInput {
    idempotency_key: String,
    article_id: String,
    campus_id: String,
    /// One building or one account; the whole campus, when both are left out.
    building: Option<String>,
    account_no: Option<String>,
}

#[derive(InputObject)]
pub(super) struct WithdrawArticleInput {
    idempotency_key: String,
    article_id: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct SetOfficeContactInput {
    idempotency_key: String,
    campus_id: String,
    place: String,
    person_in_charge: String,
    contact: String,
}

payloads!(
    article: Article, |ctx, changed: ArticleChanged| find(ctx, changed);
    DraftArticlePayload,
    ReviseArticlePayload,
    PublishArticlePayload,
    PushArticlePayload,
    WithdrawArticlePayload
);

#[derive(SimpleObject)]
pub(super) struct SetOfficeContactPayload {
    office: Option<CampusOffice>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

async fn find(ctx: &Context<'_>, changed: &ArticleChanged) -> Result<Option<Article>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = bulletin::by_id(pool, changed.article_id.as_str()).await;
    Ok(row.map_err(|error| internal(ctx, error))?.map(Article))
}

fn id(text: &str) -> Result<ArticleId, Rejection> {
    field("articleId", ArticleId::try_new(text))
}

fn draft(input: DraftArticleInput) -> Result<DraftArticle, Rejection> {
    let campus = input.campus_id.as_deref().map(CampusId::try_new);
    Ok(DraftArticle {
        category: input.category.into(),
        campus: field("campusId", campus.transpose())?,
        text: ArticleText {
            title: input.title,
            body: input.body,
        },
    })
}

fn push(input: PushArticleInput) -> Result<PushArticle, Rejection> {
    let campus = field("campusId", CampusId::try_new(&input.campus_id))?;
    let audience = match (input.building, input.account_no) {
        (None, None) => Audience::Campus { campus },
        (Some(building), None) => Audience::Building { campus, building },
        (None, Some(account_no)) => Audience::Account {
            campus,
            account_no: field("accountNo", AccountNo::try_new(account_no))?,
        },
        (Some(_), Some(_)) => return Err(OutageError::AreaAmbiguous.into()),
    };
    Ok(PushArticle {
        article_id: id(&input.article_id)?,
        audience,
    })
}

#[derive(Default)]
pub struct BulletinMutation;

#[Object]
impl BulletinMutation {
    /// Writes the first version of an article; nobody outside sees it yet.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn draft_article(
        &self,
        ctx: &Context<'_>,
        input: DraftArticleInput,
    ) -> Result<DraftArticlePayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "draftArticle", &key, draft(input)).await?;
        DraftArticlePayload::of(ctx, ran).await
    }

    /// Writes the next version; what is published stays until it is published.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn revise_article(
        &self,
        ctx: &Context<'_>,
        input: ReviseArticleInput,
    ) -> Result<ReviseArticlePayload> {
        let process = id(&input.article_id).map(|article_id| ReviseArticle {
            article_id,
            text: ArticleText {
                title: input.title,
                body: input.body,
            },
        });
        let ran = run(ctx, "reviseArticle", &input.idempotency_key, process).await?;
        ReviseArticlePayload::of(ctx, ran).await
    }

    /// Shows a version to everybody.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn publish_article(
        &self,
        ctx: &Context<'_>,
        input: PublishArticleInput,
    ) -> Result<PublishArticlePayload> {
        let process = id(&input.article_id).and_then(|article_id| {
            let version = input.version.map(u32::try_from).transpose();
            let version = version.map_err(|_| ArticleError::VersionUnknown)?;
            Ok(PublishArticle {
                article_id,
                version,
            })
        });
        let ran = run(ctx, "publishArticle", &input.idempotency_key, process).await?;
        PublishArticlePayload::of(ctx, ran).await
    }

    /// 推送: tells everybody who has bound an account there of what is published, by the official account
    /// or by text message. The same version goes to the same people once.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn push_article(
        &self,
        ctx: &Context<'_>,
        input: PushArticleInput,
    ) -> Result<PushArticlePayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "pushArticle", &key, push(input)).await?;
        PushArticlePayload::of(ctx, ran).await
    }

    /// Takes an article away from the public.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn withdraw_article(
        &self,
        ctx: &Context<'_>,
        input: WithdrawArticleInput,
    ) -> Result<WithdrawArticlePayload> {
        let process = id(&input.article_id).map(|article_id| WithdrawArticle {
            article_id,
            reason: input.reason,
        });
        let ran = run(ctx, "withdrawArticle", &input.idempotency_key, process).await?;
        WithdrawArticlePayload::of(ctx, ran).await
    }

    /// Says where the office of a campus is and whom to ask there.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn set_office_contact(
        &self,
        ctx: &Context<'_>,
        input: SetOfficeContactInput,
    ) -> Result<SetOfficeContactPayload> {
        let campus_id = field("campusId", CampusId::try_new(&input.campus_id));
        let process = campus_id.map(|campus_id| SetOfficeContact {
            campus_id,
            place: input.place,
            person_in_charge: input.person_in_charge,
            contact: input.contact,
        });
        let ran = run(ctx, "setOfficeContact", &input.idempotency_key, process).await?;
        let offices = bulletin::offices(Services::of(ctx)?.store().pool()).await;
        let offices = offices.map_err(|error| internal(ctx, error))?;
        let office = ran.outcome.and_then(|changed| {
            let mut offices = offices.into_iter();
            offices.find(|office| office.campus == changed.campus_id.as_str())
        });
        Ok(SetOfficeContactPayload {
            office: office.map(CampusOffice),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
