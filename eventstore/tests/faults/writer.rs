//! Writers: each asks for one command after the other, and asks again until it has an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_eventstore::{Clock as _, CommandError, Executed};
use serde_json::Value;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::chance::Chance;
use crate::command::Command;
use crate::node::Node;
use crate::world::{Answer, Answered, History, PATIENCE, World};

/// A node that says nothing for so long is given up; the command may still be executed.
const TIMEOUT: Duration = Duration::from_millis(1_500);

pub(crate) struct Writer {
    chance: Chance,
    nodes: Arc<Vec<Node>>,
    history: Arc<History>,
    stopping: Arc<AtomicBool>,
}

/// What came of asking one node.
enum Said {
    Answered {
        answer: Answer,
        repeated: bool,
    },
    KeyReused,
    /// Executed or not: nobody knows.
    Nothing(String),
}

impl Writer {
    /// Writes until the world stops its writers, and at least `least` commands.
    pub(crate) fn spawn(world: &World, chance: Chance, least: u32) -> JoinHandle<()> {
        let mut writer = Self {
            chance,
            nodes: Arc::clone(&world.nodes),
            history: Arc::clone(&world.history),
            stopping: Arc::clone(&world.stopping),
        };
        tokio::spawn(async move {
            let mut written = 0;
            while written < least || !writer.stopping.load(Ordering::Relaxed) {
                writer.write().await;
                written += 1;
                let pause = writer.chance.below(12);
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        })
    }

    async fn write(&mut self) {
        let (id, command) = (self.chance.id(), Command::draw(&mut self.chance));
        let asked = self.history.tick();
        let answer = self.insist(id, command).await;
        let heard = self.history.tick();
        self.history.add(Answered {
            id,
            command,
            asked,
            heard,
            answer: answer.clone(),
        });
        if self.chance.one_in(4) {
            self.deliver_again(id, command, &answer).await;
        }
        if self.chance.one_in(16) {
            let said = self.ask(id, command.another()).await;
            assert!(
                matches!(said, Said::KeyReused | Said::Nothing(_)),
                "{id} was used for {command:?} and then for another command"
            );
        }
    }

    /// Asks any node, again and again under the same id.
    async fn insist(&mut self, id: Uuid, command: Command) -> Answer {
        let began = Instant::now();
        loop {
            match self.ask(id, command).await {
                Said::Answered { answer, .. } => return answer,
                Said::KeyReused => panic!("{id} is new, and was used before"),
                Said::Nothing(reason) => {
                    assert!(
                        began.elapsed() < PATIENCE,
                        "{command:?} has no answer: {reason}"
                    );
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }

    /// The same command once more, wherever: the same answer, if there is one.
    async fn deliver_again(&mut self, id: Uuid, command: Command, first: &Answer) {
        if let Said::Answered { answer, repeated } = self.ask(id, command).await {
            assert_eq!(&answer, first, "{command:?} was answered in two ways");
            assert!(
                repeated || matches!(answer, Answer::Refused(_)),
                "{command:?} was executed twice"
            );
        }
    }

    async fn ask(&mut self, id: Uuid, command: Command) -> Said {
        let node = &self.nodes[self.chance.index(self.nodes.len())];
        let Some(bus) = node.bus() else {
            return Said::Nothing(format!("{} is dead", node.name));
        };
        let actor = Actor::Staff("li".to_owned());
        let context = CommandContext::new(id, actor, node.clock.now());
        let asking = bus.execute_erased(context, command.process());
        match tokio::time::timeout(TIMEOUT, asking).await {
            Ok(said) => understand(said),
            Err(_) => Said::Nothing("it takes too long".to_owned()),
        }
    }
}

fn understand(said: Result<Executed<Value>, CommandError>) -> Said {
    match said {
        Ok(executed) => Said::Answered {
            answer: Answer::Accepted(executed.outcome),
            repeated: executed.repeated,
        },
        Err(CommandError::Refused(rejection)) => Said::Answered {
            answer: Answer::Refused(rejection.code),
            repeated: false,
        },
        Err(CommandError::KeyReused) => Said::KeyReused,
        Err(error @ (CommandError::Conflict | CommandError::Fault(_))) => {
            Said::Nothing(format!("{error:?}"))
        }
    }
}
