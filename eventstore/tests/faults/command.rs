//! What writers ask for, and what it must come to: the oracle's own account of the domain.

use std::collections::BTreeMap;

use chaobiao_decision::ErasedProcess;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::domain::{JAR_EMPTY, LABEL_TAKEN, Label, Level, Move, Put, Take};

const JARS: [&str; 4] = ["a", "b", "c", "d"];
const TAGS: [&str; 4] = ["t1", "t2", "t3", "t4"];
const LABELS: [&str; 5] = ["red", "green", "blue", "white", "black"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Put {
        jar: &'static str,
        amount: i64,
    },
    Take {
        jar: &'static str,
        amount: i64,
    },
    Move {
        from: &'static str,
        to: &'static str,
        amount: i64,
    },
    Level {
        from: &'static str,
        to: &'static str,
    },
    Label {
        tag: &'static str,
        label: &'static str,
    },
}

/// An event as the oracle expects it: stream, type, amount or label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) stream: String,
    pub(crate) event_type: String,
    pub(crate) value: Value,
}

impl Command {
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        let jar = chance.pick(&JARS);
        let other = JARS[(JARS.iter().position(|j| *j == jar).unwrap_or(0)
            + 1
            + chance.index(JARS.len() - 1))
            % JARS.len()];
        match chance.below(10) {
            0..3 => Self::Put {
                jar,
                amount: chance.amount(9),
            },
            3..5 => Self::Take {
                jar,
                amount: chance.amount(15),
            },
            5..7 => Self::Move {
                from: jar,
                to: other,
                amount: chance.amount(12),
            },
            7 => Self::Level {
                from: jar,
                to: other,
            },
            _ => Self::Label {
                tag: chance.pick(&TAGS),
                label: chance.pick(&LABELS),
            },
        }
    }

    /// Whether it writes the jar, or takes the label, for which `refused` is refused.
    pub(crate) fn concerns_refusal_of(self, refused: Self) -> bool {
        match refused {
            Self::Take { jar: wanted, .. } | Self::Move { from: wanted, .. } => match self {
                Self::Put { jar, .. } | Self::Take { jar, .. } => jar == wanted,
                Self::Move { from, to, .. } => from == wanted || to == wanted,
                Self::Level { to, .. } => to == wanted,
                Self::Label { .. } => false,
            },
            Self::Label { label: wanted, .. } => {
                matches!(self, Self::Label { label, .. } if label == wanted)
            }
            Self::Put { .. } | Self::Level { .. } => false,
        }
    }

    /// Another command, for the check that an id cannot be used again.
    pub(crate) fn another(self) -> Self {
        let (jar, amount) = ("a", 1_000);
        match self {
            Self::Put { jar, amount } => Self::Put {
                jar,
                amount: amount + 1,
            },
            _ => Self::Put { jar, amount },
        }
    }

    pub(crate) fn process(self) -> Box<dyn ErasedProcess> {
        match self {
            Self::Put { jar, amount } => Box::new(Put {
                jar: jar.to_owned(),
                amount,
            }),
            Self::Take { jar, amount } => Box::new(Take {
                jar: jar.to_owned(),
                amount,
            }),
            Self::Move { from, to, amount } => Box::new(Move {
                from: from.to_owned(),
                to: to.to_owned(),
                amount,
            }),
            Self::Level { from, to } => Box::new(Level {
                from: from.to_owned(),
                to: to.to_owned(),
            }),
            Self::Label { tag, label } => Box::new(Label {
                tag: tag.to_owned(),
                label: label.to_owned(),
            }),
        }
    }
}

/// The state all accepted commands so far give.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) jars: BTreeMap<String, i64>,
    /// Who has which label.
    pub(crate) labels: BTreeMap<String, String>,
}

impl State {
    pub(crate) fn balance(&self, jar: &str) -> i64 {
        self.jars.get(jar).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, jar: &str, amount: i64) {
        *self.jars.entry(jar.to_owned()).or_insert(0) += amount;
    }

    /// Whether the command is refused in this state, and with which code.
    pub(crate) fn refusal(&self, command: Command) -> Option<&'static str> {
        match command {
            Command::Take { jar, amount }
            | Command::Move {
                from: jar, amount, ..
            } => (amount > self.balance(jar)).then_some(JAR_EMPTY),
            Command::Label { tag, label } => self
                .labels
                .get(label)
                .is_some_and(|holder| holder != tag)
                .then_some(LABEL_TAKEN),
            Command::Put { .. } | Command::Level { .. } => None,
        }
    }

    /// Does what the command says; its outcome and its events.
    pub(crate) fn apply(&mut self, command: Command) -> (Value, Vec<Effect>) {
        let effect = |stream: String, event_type: &str, value: Value| Effect {
            stream,
            event_type: event_type.to_owned(),
            value,
        };
        let put = |jar, amount: i64| effect(format!("jar/{jar}"), "jar.put", json!(amount));
        let taken = |jar, amount: i64| effect(format!("jar/{jar}"), "jar.taken", json!(amount));
        match command {
            Command::Put { jar, amount } => {
                self.add(jar, amount);
                (json!(self.balance(jar)), vec![put(jar, amount)])
            }
            Command::Take { jar, amount } => {
                self.add(jar, -amount);
                (json!(self.balance(jar)), vec![taken(jar, amount)])
            }
            Command::Move { from, to, amount } => {
                self.add(from, -amount);
                self.add(to, amount);
                (
                    json!(self.balance(from)),
                    vec![taken(from, amount), put(to, amount)],
                )
            }
            Command::Level { from, to } => {
                let amount = self.balance(from) % 7 + 1;
                self.add(to, amount);
                (json!(amount), vec![put(to, amount)])
            }
            Command::Label { tag, label } => {
                self.labels.retain(|_, holder| holder != tag);
                self.labels.insert(label.to_owned(), tag.to_owned());
                let labelled = effect(format!("tag/{tag}"), "tag.labelled", json!(label));
                (Value::Null, vec![labelled])
            }
        }
    }
}
