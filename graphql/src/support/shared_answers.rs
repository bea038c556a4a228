//! Answers that many watch: asked for once, and handed to all of them.

use std::any::Any;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use async_graphql::{Context, Result};
use tokio::sync::Mutex as AsyncMutex;

/// How old an answer may be whose read models have not changed since: some count what is due by now.
const FRESH: Duration = Duration::from_secs(1);

/// A field with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question(String);

impl Question {
    pub(super) fn of(ctx: &Context<'_>) -> Result<Self> {
        let field = ctx.field();
        let mut arguments = field.arguments()?;
        arguments.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut text = field.name().to_owned();
        for (name, value) in arguments {
            // Writing to a string does not fail.
            let _ = write!(text, " {name}: {value}");
        }
        Ok(Self(text))
    }
}

/// The questions somebody watches.
#[derive(Clone, Default)]
pub struct SharedAnswers(Arc<Mutex<HashMap<Question, Weak<dyn Any + Send + Sync>>>>);

impl SharedAnswers {
    pub(super) fn watch<T: Send + Sync + 'static>(&self, question: Question) -> Shown<T> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|_, kept| kept.strong_count() > 0);
        let kept = watched.get(&question).and_then(Weak::upgrade);
        if let Some(Ok(kept)) = kept.map(Arc::downcast) {
            return Shown(kept);
        }
        let shown = Shown(Arc::new(AsyncMutex::new(None)));
        let kept: Arc<dyn Any + Send + Sync> = shown.0.clone();
        watched.insert(question, Arc::downgrade(&kept));
        shown
    }
}

/// One question, as long as anybody watches it.
pub(super) struct Shown<T>(Arc<AsyncMutex<Option<Answer<T>>>>);

impl<T> Clone for Shown<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Answer<T> {
    value: T,
    /// What `revision` said before the question was asked.
    revision: i64,
    asked_at: Instant,
}

impl<T: Clone> Shown<T> {
    /// The answer to how things are at `revision` or later, by `ask` unless somebody has it already.
    pub(super) async fn answer<F>(
        &self,
        revision: impl Fn() -> i64,
        ask: impl FnOnce() -> F,
    ) -> Result<T, String>
    where
        F: Future<Output = Result<T, String>>,
    {
        let wanted = revision();
        let mut kept = self.0.lock().await;
        if let Some(answer) = &*kept
            && answer.revision >= wanted
            && answer.asked_at.elapsed() < FRESH
        {
            return Ok(answer.value.clone());
        }
        let (asked_at, revision) = (Instant::now(), revision());
        let value = ask().await?;
        *kept = Some(Answer {
            value: value.clone(),
            revision,
            asked_at,
        });
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    use super::*;

    fn question(text: &str) -> Question {
        Question(text.to_owned())
    }

    #[tokio::test]
    async fn many_watchers_of_one_question_ask_once_a_change() {
        let answers = SharedAnswers::default();
        let (revision, asked) = (AtomicI64::new(1), AtomicU32::new(0));
        let watchers: Vec<Shown<i64>> = (0..50).map(|_| answers.watch(question("a"))).collect();
        for change in 1..4 {
            revision.store(change, Ordering::SeqCst);
            let all = watchers.iter().map(|shown| {
                shown.answer(
                    || revision.load(Ordering::SeqCst),
                    || async {
                        asked.fetch_add(1, Ordering::SeqCst);
                        tokio::task::yield_now().await;
                        Ok(change * 10)
                    },
                )
            });
            let told = futures::future::join_all(all).await;
            assert_eq!(told, vec![Ok(change * 10); 50]);
            assert_eq!(i64::from(asked.load(Ordering::SeqCst)), change);
        }
    }

    #[tokio::test]
    async fn another_question_or_nobody_left_asks_anew() {
        let answers = SharedAnswers::default();
        let ask = |shown: Shown<u8>, value: u8| async move {
            shown.answer(|| 1, || async move { Ok(value) }).await
        };
        let first = answers.watch(question("a"));
        assert_eq!(ask(first.clone(), 1).await, Ok(1));
        assert_eq!(ask(answers.watch(question("a")), 2).await, Ok(1));
        assert_eq!(ask(answers.watch(question("b")), 3).await, Ok(3));
        drop(first);
        assert_eq!(ask(answers.watch(question("a")), 4).await, Ok(4));
        assert!(answers.0.lock().unwrap().len() <= 2);
    }

    #[tokio::test]
    async fn a_question_that_fails_is_asked_again() {
        let shown: Shown<u8> = SharedAnswers::default().watch(question("a"));
        let failed = shown.answer(|| 1, || async { Err("down".to_owned()) });
        assert_eq!(failed.await, Err("down".to_owned()));
        assert_eq!(shown.answer(|| 1, || async { Ok(7) }).await, Ok(7));
    }
}
