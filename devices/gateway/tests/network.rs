//! In a network of its own, without a way out.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

mod support;

use std::process::Command;
use std::sync::{Arc, Mutex};

use chaobiao_gateway::link::Door;
use chaobiao_gateway::relay::{self, Check, Epoch, Inbox, Mode, Outbox, Sizes};
use chaobiao_gateway::simulator;
use support::{Stand, indexes, planned, street, true_indexes};
use tokio::net::{TcpListener, TcpStream};

/// Set in the process that has the network to itself.
const INSIDE: &str = "CHAOBIAO_NETWORK_INSIDE";
const NAME: &str = "r38_the_gateway_needs_nothing_but_loopback";

/// Polls a concentrator and carries a record across, all over loopback.
async fn work() {
    let concentrator = street(8).concentrator(1);
    let mut stand = Stand::new(planned(&[&concentrator]));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    let gateway = stand.gateway.clone();
    tokio::spawn(async move { gateway.listen(listener, Door::default()).await });
    let shown = Arc::new(Mutex::new(concentrator));
    let clock = Arc::clone(&stand.clock);
    tokio::spawn(simulator::dial(Arc::clone(&shown), to, clock));
    let (all, _) = stand.round().await;
    assert_eq!(indexes(&all), true_indexes(&shown));

    let folder = std::env::temp_dir().join(format!("network-{}", std::process::id()));
    let (outbox, _) = Outbox::open(&folder.join("out"), Epoch(1), Sizes::default()).unwrap();
    let inbox = Inbox::open(&folder.join("in"), Sizes::default(), Check::new(|_| true)).unwrap();
    outbox.put(b"across".to_vec()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = TcpStream::connect(listener.local_addr().unwrap());
    let (here, there) = tokio::join!(listener.accept(), there);
    let mut came = inbox.watch();
    tokio::select! {
        ended = relay::send(&outbox, there.unwrap(), Mode::Acknowledged) => panic!("{ended:?}"),
        ended = relay::receive(&inbox, here.unwrap().0) => panic!("{ended:?}"),
        changed = came.changed() => changed.unwrap(),
    }
    assert_eq!(inbox.senders()[0].next, 2);
    std::fs::remove_dir_all(folder).unwrap();
}

/// The names of the network interfaces there are.
fn interfaces() -> Vec<String> {
    let table = std::fs::read_to_string("/proc/net/dev").unwrap();
    let names = table.lines().filter_map(|line| line.split_once(':'));
    names.map(|(name, _)| name.trim().to_owned()).collect()
}

#[tokio::test]
async fn r38_the_gateway_needs_nothing_but_loopback() {
    if std::env::var_os(INSIDE).is_some() {
        assert_eq!(interfaces(), ["lo"]);
        work().await;
        return;
    }
    // Where namespaces are not allowed the same is done with the network there is.
    let allowed = Command::new("unshare").args(["-rn", "true"]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        work().await;
        return;
    }
    let script = format!("ip link set lo up && exec \"$0\" --exact {NAME} --nocapture");
    let status = Command::new("unshare")
        .args(["-rn", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "yes")
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}
