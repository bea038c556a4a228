use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::{Article, ArticleCategory, ArticleCommand, ArticleText, Audience};
use crate::account::Account;
use crate::campus::require_campus;
use crate::units::{ArticleId, CampusId};

/// The article a command was about, and its newest version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleChanged {
    pub article_id: ArticleId,
    pub version: u32,
}

fn change(
    article_id: &ArticleId,
    command: ArticleCommand,
    workspace: &mut Workspace,
) -> Result<ArticleChanged, Stop> {
    workspace.execute::<Article>(article_id.as_str(), command)?;
    let article = workspace.get::<Article>(article_id.as_str())?;
    Ok(ArticleChanged {
        article_id: article_id.clone(),
        version: article.version().unwrap_or_default(),
    })
}

/// Writes a first version; nobody outside sees it yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DraftArticle {
    pub category: ArticleCategory,
    pub campus: Option<CampusId>,
    pub text: ArticleText,
}

impl Process for DraftArticle {
    const NAME: &'static str = "article.draft";
    type Outcome = ArticleChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ArticleChanged, Stop> {
        if let Some(campus) = &self.campus {
            require_campus(campus, "campusId", workspace)?;
        }
        let article_id = ArticleId::try_new(context.derive_id("article").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let command = ArticleCommand::Draft {
            article_id: article_id.clone(),
            category: self.category,
            campus: self.campus.clone(),
            text: self.text.clone(),
        };
        change(&article_id, command, workspace)
    }
}

/// Writes the next version; what is published stays until it is published.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReviseArticle {
    pub article_id: ArticleId,
    pub text: ArticleText,
}

impl Process for ReviseArticle {
    const NAME: &'static str = "article.revise";
    type Outcome = ArticleChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ArticleChanged, Stop> {
        let command = ArticleCommand::Revise(self.text.clone());
        change(&self.article_id, command, workspace)
    }
}

/// Shows a version to everybody: the newest, when none is named.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublishArticle {
    pub article_id: ArticleId,
    pub version: Option<u32>,
}

impl Process for PublishArticle {
    const NAME: &'static str = "article.publish";
    type Outcome = ArticleChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ArticleChanged, Stop> {
        let version = self.version;
        change(
            &self.article_id,
            ArticleCommand::Publish { version },
            workspace,
        )
    }
}

/// Tells those concerned of what an article says now (R9).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushArticle {
    pub article_id: ArticleId,
    pub audience: Audience,
}

impl Process for PushArticle {
    const NAME: &'static str = "article.push";
    type Outcome = ArticleChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ArticleChanged, Stop> {
        require_campus(self.audience.campus(), "campusId", workspace)?;
        if let Audience::Account { account_no, .. } = &self.audience {
            let account = workspace.get::<Account>(account_no.as_str())?;
            account.opened(account_no)?;
        }
        let command = ArticleCommand::Push {
            article_id: self.article_id.clone(),
            audience: self.audience.clone(),
        };
        change(&self.article_id, command, workspace)
    }
}

/// Takes an article away from the public.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithdrawArticle {
    pub article_id: ArticleId,
    pub reason: String,
}

impl Process for WithdrawArticle {
    const NAME: &'static str = "article.withdraw";
    type Outcome = ArticleChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ArticleChanged, Stop> {
        let reason = self.reason.clone();
        change(
            &self.article_id,
            ArticleCommand::Withdraw { reason },
            workspace,
        )
    }
}
