//! Decides commands over a workspace that no store is behind: what was not decided here never was.

use chaobiao_decision::{Actor, CommandContext, Process, Rejection, Stop, Workspace};
use chaobiao_domain::account::Account;
use chaobiao_domain::meter::{Meter, MeterState};
use chaobiao_domain::units::{AccountNo, Fen, MeterNo};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::DemoError;
use super::books::Books;

/// How often a command may ask for more streams: each asks for a handful.
const ROUNDS: usize = 16;

#[derive(Default)]
pub(super) struct Desk {
    workspace: Workspace,
    commands: u128,
    /// Kept where there is money in the play.
    pub(super) books: Option<Books>,
}

impl Desk {
    /// What a command comes to; its events are taken, as by a commit.
    pub(super) fn run<P: Process>(
        &mut self,
        at: DateTime<Utc>,
        actor: &Actor,
        process: &P,
    ) -> Result<Result<P::Outcome, Rejection>, DemoError> {
        self.commands += 1;
        let context = CommandContext::new(Uuid::from_u128(self.commands), actor.clone(), at);
        for _ in 0..ROUNDS {
            let stop = match process.decide(&context, &mut self.workspace) {
                Ok(outcome) => {
                    let decided = self.workspace.accept();
                    if let Some(books) = &mut self.books {
                        for event in &decided.events {
                            books.take(event)?;
                        }
                    }
                    return Ok(Ok(outcome));
                }
                Err(stop) => stop,
            };
            self.workspace.rollback();
            match stop {
                Stop::Need(streams) => {
                    for stream in streams {
                        self.workspace.feed(stream, Vec::new());
                    }
                }
                Stop::NeedClaim(key) => self.workspace.feed_claim(key, None),
                Stop::Refused(rejection) => return Ok(Err(rejection)),
                Stop::Corrupt(what) => return Err(DemoError::Simulation(what)),
            }
        }
        Err(DemoError::Simulation(format!(
            "{} asks without end",
            P::NAME
        )))
    }

    /// The same for what must pass.
    pub(super) fn must<P: Process>(
        &mut self,
        at: DateTime<Utc>,
        actor: &Actor,
        process: &P,
    ) -> Result<P::Outcome, DemoError> {
        self.run(at, actor, process)?
            .map_err(|refusal| DemoError::Refused {
                process: P::NAME,
                refusal,
            })
    }

    /// What an account owes and what it holds, as it stands.
    pub(super) fn balance(&mut self, account_no: &AccountNo) -> Result<(Fen, Fen), DemoError> {
        let account = self
            .workspace
            .get::<Account>(account_no.as_str())
            .map_err(|_| DemoError::Simulation(format!("no account {account_no}")))?;
        let seen = account
            .opened(account_no)
            .map(|record| (record.ledger().open_amount(), record.ledger().credit()))
            .map_err(|error| DemoError::Simulation(error.to_string()));
        self.workspace.rollback();
        seen
    }

    /// A meter as it stands.
    pub(super) fn meter<T>(
        &mut self,
        meter_no: &MeterNo,
        look: impl FnOnce(&MeterState, &Meter) -> T,
    ) -> Result<T, DemoError> {
        let missing = || DemoError::Simulation(format!("no meter {meter_no}"));
        let meter = self
            .workspace
            .get::<Meter>(meter_no.as_str())
            .map_err(|_| missing())?;
        let seen = match meter.registered() {
            Ok(state) => look(state, meter),
            Err(_) => return Err(missing()),
        };
        self.workspace.rollback();
        Ok(seen)
    }
}
