use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::ArticleError;
use super::event::{ArticleCategory, ArticleEvent, ArticleText};
use super::markup::danger;
use crate::units::{ArticleId, CampusId};

pub(super) const TITLE_LENGTH_MAX: usize = 80;
pub(super) const BODY_LENGTH_MAX: usize = 20_000;
pub(super) const REASON_LENGTH_MAX: usize = 200;

/// One article, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Article {
    #[default]
    Absent,
    Drafted {
        /// Of the newest version.
        version: u32,
        text: ArticleText,
        /// The version everybody sees.
        published: Option<u32>,
    },
}

/// What may be asked of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArticleCommand {
    Draft {
        article_id: ArticleId,
        category: ArticleCategory,
        campus: Option<CampusId>,
        text: ArticleText,
    },
    Revise(ArticleText),
    /// The newest version, when none is named.
    Publish {
        version: Option<u32>,
    },
    Withdraw {
        reason: String,
    },
}

impl Article {
    /// The number of its newest version; none of an article that does not exist.
    pub fn version(&self) -> Option<u32> {
        match self {
            Self::Absent => None,
            Self::Drafted { version, .. } => Some(*version),
        }
    }
}

fn fits(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.chars().count())
}

fn check(text: &ArticleText) -> Result<ArticleText, ArticleError> {
    let text = ArticleText {
        title: text.title.trim().to_owned(),
        body: text.body.trim().to_owned(),
    };
    if !fits(&text.title, TITLE_LENGTH_MAX) || text.title.contains('\n') {
        return Err(ArticleError::TitleInvalid);
    }
    if !fits(&text.body, BODY_LENGTH_MAX) {
        return Err(ArticleError::BodyInvalid);
    }
    match danger(&text.title).or_else(|| danger(&text.body)) {
        Some(what) => Err(ArticleError::Unsafe(what)),
        None => Ok(text),
    }
}

impl Aggregate for Article {
    const TYPE: &'static str = "article";
    type Command = ArticleCommand;
    type Event = ArticleEvent;
    type Error = ArticleError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ArticleCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ArticleError> {
        let event = match (&*self, command) {
            (
                Self::Absent,
                ArticleCommand::Draft {
                    article_id,
                    category,
                    campus,
                    text,
                },
            ) => Some(ArticleEvent::Drafted {
                article_id,
                category,
                campus,
                text: check(&text)?,
            }),
            (Self::Absent, _) => return Err(ArticleError::Unknown),
            (Self::Drafted { .. }, ArticleCommand::Draft { .. }) => {
                return Err(ArticleError::AlreadyDrafted);
            }
            (Self::Drafted { version, text, .. }, ArticleCommand::Revise(revised)) => {
                let revised = check(&revised)?;
                (*text != revised).then(|| ArticleEvent::Revised {
                    version: version + 1,
                    text: revised,
                })
            }
            (
                Self::Drafted {
                    version, published, ..
                },
                ArticleCommand::Publish { version: wanted },
            ) => {
                let wanted = wanted.unwrap_or(*version);
                if !(1..=*version).contains(&wanted) {
                    return Err(ArticleError::VersionUnknown);
                }
                (*published != Some(wanted)).then_some(ArticleEvent::Published { version: wanted })
            }
            (Self::Drafted { published, .. }, ArticleCommand::Withdraw { reason }) => {
                if published.is_none() {
                    return Err(ArticleError::NotPublished);
                }
                let reason = reason.trim().to_owned();
                if !fits(&reason, REASON_LENGTH_MAX) {
                    return Err(ArticleError::ReasonInvalid);
                }
                Some(ArticleEvent::Withdrawn { reason })
            }
        };
        if let Some(event) = event {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ArticleEvent) {
        match (&mut *self, event) {
            (_, ArticleEvent::Drafted { text, .. }) => {
                *self = Self::Drafted {
                    version: 1,
                    text,
                    published: None,
                };
            }
            (
                Self::Drafted { version, text, .. },
                ArticleEvent::Revised {
                    version: next,
                    text: revised,
                },
            ) => {
                *version = next;
                *text = revised;
            }
            (Self::Drafted { published, .. }, ArticleEvent::Published { version }) => {
                *published = Some(version);
            }
            (Self::Drafted { published, .. }, ArticleEvent::Withdrawn { .. }) => *published = None,
            (Self::Absent, _) => {}
        }
    }
}
