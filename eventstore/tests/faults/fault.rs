//! The faults, drawn from the seed and done to the world one after the other.

use std::time::Duration;

use chaobiao_testing::Death;

use crate::chance::Chance;
use crate::foreign::Stalled;
use crate::gate::{self, BOUNDARIES, Fate};
use crate::node::LEASE;
use crate::world::World;

/// How long a fault waits for a commit to come by.
const COMES_BY: Duration = Duration::from_millis(700);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A node is killed wherever it is.
    Kill { node: usize },
    /// A node is killed at a commit.
    KillAt { boundary: &'static str, fate: Fate },
    /// A node stands still for longer than its leases hold.
    Freeze { node: usize },
    /// Sessions are ended by the database.
    Terminate { odd: bool },
    /// Statements are cancelled.
    Cancel { odd: bool },
    /// There is no space left for one table.
    DiskFull { table: &'static str },
    /// A node's clock is wrong by so many seconds from now on.
    Clock { node: usize, seconds_ahead: i64 },
    /// PostgreSQL dies and recovers.
    Crash { death: Death },
    /// PostgreSQL dies for good; a copy of its files takes over.
    FailOver,
    /// All nodes die; a dump with unsealed rows is all that is left.
    Restore,
}

/// A fault, and whether another program's transaction is open meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Round {
    pub(crate) fault: Fault,
    pub(crate) stalled: Option<bool>,
    pub(crate) pause_ms: u64,
}

const ROUNDS: usize = 5;

/// The faults of a seed: a handful of light ones and, but for each fifth seed, a heavy one.
pub(crate) fn plan(seed: u64, nodes: usize, chance: &mut Chance) -> Vec<Round> {
    let mut rounds: Vec<Round> = (0..ROUNDS).map(|_| light(nodes, chance)).collect();
    let heavy = match seed % 5 {
        0 => return rounds,
        1 => Fault::Crash { death: Death::Kill },
        2 => Fault::Crash {
            death: Death::Immediate,
        },
        3 => Fault::FailOver,
        _ => Fault::Restore,
    };
    let place = chance.index(ROUNDS);
    rounds[place].fault = heavy;
    rounds
}

fn light(nodes: usize, chance: &mut Chance) -> Round {
    let node = chance.index(nodes);
    let fault = match chance.below(12) {
        0..2 => Fault::Kill { node },
        2..6 => Fault::KillAt {
            boundary: chance.pick(&BOUNDARIES),
            fate: chance.pick(&[Fate::Lands, Fate::RollsBack]),
        },
        6 => Fault::Freeze { node },
        7 => Fault::Terminate {
            odd: chance.one_in(2),
        },
        8 => Fault::Cancel {
            odd: chance.one_in(2),
        },
        9..11 => Fault::DiskFull {
            table: chance.pick(&BOUNDARIES),
        },
        _ => Fault::Clock {
            node,
            seconds_ahead: chance.pick(&[-7_200, -60, 120, 240, 600]),
        },
    };
    Round {
        fault,
        stalled: chance.one_in(3).then(|| chance.one_in(2)),
        pause_ms: 20 + chance.below(200),
    }
}

impl Round {
    pub(crate) async fn happen(self, world: &mut World) {
        let pause = Duration::from_millis(self.pause_ms);
        tokio::time::sleep(pause).await;
        let commits = self.stalled.or(match self.fault {
            // So that there are rows the sealer has not reached.
            Fault::Restore => Some(true),
            _ => None,
        });
        let mut stalled = match commits {
            Some(_) => Some(Stalled::begin(world).await),
            None => None,
        };
        tokio::time::sleep(pause).await;
        if self.fault == Fault::Restore {
            world.kill_all();
            end(world, stalled.take(), commits).await;
        }
        self.fault.strike(world).await;
        tokio::time::sleep(pause).await;
        end(world, stalled, commits).await;
        world.start_all().await;
    }
}

async fn end(world: &mut World, stalled: Option<Stalled>, commits: Option<bool>) {
    if let (Some(stalled), Some(commits)) = (stalled, commits) {
        stalled.end(world, commits).await;
    }
}

impl Fault {
    async fn strike(self, world: &mut World) {
        match self {
            Self::Kill { node } => world.nodes[node].kill(),
            Self::KillAt { boundary, fate } => {
                gate::kill_at(world, boundary, fate, COMES_BY).await;
            }
            Self::Freeze { node } => {
                let duration = LEASE * 5 / 2;
                world.nodes[node].freeze(duration);
                tokio::time::sleep(duration).await;
            }
            Self::Terminate { odd } => signal_sessions(world, "pg_terminate_backend", odd).await,
            Self::Cancel { odd } => signal_sessions(world, "pg_cancel_backend", odd).await,
            Self::DiskFull { table } => {
                gate::fill_disk(world, table, Duration::from_millis(300)).await;
            }
            Self::Clock {
                node,
                seconds_ahead,
            } => world.nodes[node].clock.jump_to(seconds_ahead),
            Self::Crash { death } => {
                world.cluster.die(death);
                world.cluster.recover().await;
            }
            Self::FailOver => {
                world.cluster.die(Death::Kill);
                world.kill_all();
                world.cluster.fail_over().await;
            }
            Self::Restore => world.cluster.restore(&world.database).await,
        }
    }
}

async fn signal_sessions(world: &World, function: &str, odd: bool) {
    let mut superuser = world.superuser().await;
    let sql = format!(
        "SELECT {function}(pid) FROM pg_stat_activity WHERE usename = 'chaobiao' AND pid % 2 = $1"
    );
    sqlx::query(&sql)
        .bind(i32::from(odd))
        .execute(&mut superuser)
        .await
        .expect("sessions are signalled");
}
