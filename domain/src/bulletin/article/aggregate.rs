use std::collections::BTreeSet;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::ArticleError;
use super::event::{ArticleCategory, ArticleEvent, ArticleText, Audience};
use super::markup::danger;
use crate::units::{ArticleId, CampusId};

pub(super) const TITLE_LENGTH_MAX: usize = 80;
pub(super) const BODY_LENGTH_MAX: usize = 20_000;
pub(super) const REASON_LENGTH_MAX: usize = 200;
const BUILDING_LENGTH_MAX: usize = 60;

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
        /// Of each version, the first of them first.
        #[serde(default)]
        titles: Vec<String>,
        /// Who has been told of which version.
        #[serde(default)]
        pushed: BTreeSet<(u32, Audience)>,
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
    Push {
        article_id: ArticleId,
        audience: Audience,
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

/// The same version goes to the same people once.
fn push(
    article_id: ArticleId,
    published: Option<u32>,
    titles: &[String],
    pushed: &BTreeSet<(u32, Audience)>,
    audience: Audience,
) -> Result<ArticleEvent, ArticleError> {
    let version = published.ok_or(ArticleError::NotPublished)?;
    let place = usize::try_from(version).unwrap_or(usize::MAX);
    let title = titles.get(place.wrapping_sub(1));
    let title = title.ok_or(ArticleError::VersionUnknown)?.clone();
    if let Audience::Building { building, .. } = &audience
        && !fits(building.trim(), BUILDING_LENGTH_MAX)
    {
        return Err(ArticleError::BuildingInvalid);
    }
    if pushed.contains(&(version, audience.clone())) {
        return Err(ArticleError::AlreadyPushed);
    }
    Ok(ArticleEvent::Pushed {
        article_id,
        version,
        title,
        audience,
    })
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
            (
                Self::Drafted {
                    published,
                    titles,
                    pushed,
                    ..
                },
                ArticleCommand::Push {
                    article_id,
                    audience,
                },
            ) => Some(push(article_id, *published, titles, pushed, audience)?),
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
                    titles: vec![text.title.clone()],
                    text,
                    published: None,
                    pushed: BTreeSet::new(),
                };
            }
            (
                Self::Drafted {
                    version,
                    text,
                    titles,
                    ..
                },
                ArticleEvent::Revised {
                    version: next,
                    text: revised,
                },
            ) => {
                *version = next;
                titles.push(revised.title.clone());
                *text = revised;
            }
            (
                Self::Drafted { pushed, .. },
                ArticleEvent::Pushed {
                    version, audience, ..
                },
            ) => {
                pushed.insert((version, audience));
            }
            (Self::Drafted { published, .. }, ArticleEvent::Published { version }) => {
                *published = Some(version);
            }
            (Self::Drafted { published, .. }, ArticleEvent::Withdrawn { .. }) => *published = None,
            (Self::Absent, _) => {}
        }
    }
}
