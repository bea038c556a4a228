//! A thousand concentrators with 64 meters each, polled once: how long, and how much memory.
//!
//! `cargo run -p chaobiao-gateway --example many_concentrators -- [CONCENTRATORS]`
//! The gateway is this process; the concentrators are one of their own, so that the figures are the
//! gateway's.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and ends where anything is amiss"
)]

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chaobiao_gateway::link::Door;
use chaobiao_gateway::simulator::{self, Profiles, Street};
use chaobiao_gateway::time::{Clock, RunningClock};
use chaobiao_gateway::{CollectorPlan, Gateway, Limits, Observation, Plan};
use tokio::net::TcpListener;

const SEED: u64 = 2026;
/// The rounds begin within this time.
const JITTER: Duration = Duration::from_secs(2);

fn clock() -> Arc<dyn Clock> {
    Arc::new(RunningClock::from("2026-11-28T00:00:00Z".parse().unwrap()))
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["--concentrators", count, to] => simulate(count.parse().unwrap(), to).await,
        [count] => measure(count.parse().unwrap()).await,
        _ => measure(1000).await,
    }
}

async fn simulate(count: u32, to: &str) {
    let to = to.parse().unwrap();
    let street = Street::new(SEED);
    let clock = clock();
    let mut links = Vec::new();
    for number in 0..count {
        let concentrator = Arc::new(Mutex::new(street.concentrator(number)));
        links.push(tokio::spawn(simulator::dial(
            concentrator,
            to,
            Arc::clone(&clock),
        )));
    }
    for link in links {
        // The gateway ends them.
        let _ = link.await;
    }
}

fn plan(count: u32) -> Plan {
    let street = Street::new(SEED);
    let profiles = Profiles::default();
    let mut plan = Plan::default();
    for number in 0..count {
        let concentrator = street.concentrator(number);
        let own = CollectorPlan {
            jitter_max: JITTER,
            ..concentrator.plan(Duration::from_hours(1), &profiles)
        };
        plan.collectors.insert(concentrator.id, Arc::new(own));
    }
    plan
}

async fn measure(count: u32) {
    let (gateway, mut told) = Gateway::new(Limits::default(), clock(), SEED, plan(count));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap().to_string();
    let listening = gateway.clone();
    tokio::spawn(async move { listening.listen(listener, Door::default()).await });
    let began = Instant::now();
    let mut street = Command::new(std::env::current_exe().unwrap())
        .args(["--concentrators", &count.to_string(), &to])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let (mut rounds, mut answered, mut missing, mut readings) = (0, 0, 0, 0);
    while rounds < count {
        match told.recv().await.unwrap() {
            Observation::Reading(reading) => {
                assert!(reading.index().is_some());
                readings += 1;
            }
            Observation::SweepDone { sweep, .. } => {
                rounds += 1;
                answered += sweep.answered;
                missing += sweep.missing;
            }
            Observation::CollectorLost { collector, why, .. } => panic!("{collector}: {why}"),
            _ => {}
        }
    }
    let took = began.elapsed();
    gateway.stop();
    street.kill().unwrap();
    street.wait().unwrap();
    assert_eq!(readings, answered);
    println!("{count} concentrators, {answered} meters read, {missing} missing");
    println!("{} ms, VmHWM {}", took.as_millis(), high_water());
}

/// The most memory this process ever had.
fn high_water() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or("unknown").trim().to_owned()
}
