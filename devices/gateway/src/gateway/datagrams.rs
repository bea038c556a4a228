//! Collectors that send datagrams: a name in each, and a bus for each name.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::Gateway;
use crate::bus;
use crate::link::{Labelling, Line, Peer};
use crate::meter::CollectorId;
use crate::observation::Quarantine;
use crate::shared::locked;
use crate::wrapper::{Unwrapped, data_unit, label};

const DATAGRAM_BYTES_MAX: usize = 2048;
const WAITING_MAX: usize = 16;

struct Known {
    inbox: mpsc::Sender<Vec<u8>>,
    peer: Peer,
}

/// What a datagram says.
struct Parsed {
    id: CollectorId,
    labelling: Labelling,
    inner: Vec<u8>,
    answer: Option<Vec<u8>>,
}

fn parse(datagram: &[u8]) -> Option<Parsed> {
    if let Some((id, inner)) = label::read(datagram) {
        return Some(Parsed {
            id,
            labelling: Labelling::Letters,
            inner: inner.to_vec(),
            answer: None,
        });
    }
    let (id, what) = data_unit::datagram(datagram)?;
    let (inner, answer) = match what {
        Some(Unwrapped::Inner(inner)) => (inner, None),
        Some(Unwrapped::Alive { answer, .. }) => (Vec::new(), Some(answer)),
        Some(Unwrapped::Leaving) | None => (Vec::new(), None),
    };
    Some(Parsed {
        id,
        labelling: Labelling::DataUnit,
        inner,
        answer,
    })
}

pub(super) async fn listen(gateway: &Gateway, socket: Arc<UdpSocket>) {
    let mut known: HashMap<CollectorId, Known> = HashMap::new();
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    let mut stopping = gateway.shared.stopping.subscribe();
    loop {
        let received = tokio::select! {
            received = socket.recv_from(&mut buffer) => received,
            _ = stopping.wait_for(|on| *on) => return,
        };
        // A peer that does not listen any more is told here, too; it concerns its datagram alone.
        let Ok((count, from)) = received else {
            continue;
        };
        let datagram = buffer.get(..count).unwrap_or_default();
        if let Some(parsed) = parse(datagram) {
            take(gateway, &socket, &mut known, parsed, from).await;
        } else {
            let peer = from.to_string();
            let why = Quarantine::Datagram;
            gateway.shared.quarantine(&peer, None, why).await;
        }
    }
}

async fn take(
    gateway: &Gateway,
    socket: &Arc<UdpSocket>,
    known: &mut HashMap<CollectorId, Known>,
    parsed: Parsed,
    from: SocketAddr,
) {
    known.retain(|_, one| !one.inbox.is_closed());
    let here = known
        .get(&parsed.id)
        .is_some_and(|one| *locked(&one.peer) == from);
    if !here {
        let Some(one) = open(gateway, socket, &parsed, from).await else {
            return;
        };
        known.insert(parsed.id.clone(), one);
    }
    if let Some(answer) = parsed.answer {
        let sent = socket.try_send_to(&answer, from);
        tracing::trace!(%from, ok = sent.is_ok(), "datagram answered");
    }
    if let Some(one) = known.get(&parsed.id) {
        // One that sends faster than it is heard loses its own datagrams.
        let kept = one.inbox.try_send(parsed.inner);
        tracing::trace!(%from, ok = kept.is_ok(), "datagram taken");
    }
}

async fn open(
    gateway: &Gateway,
    socket: &Arc<UdpSocket>,
    parsed: &Parsed,
    from: SocketAddr,
) -> Option<Known> {
    let shared = &gateway.shared;
    let place = gateway.place(&from.to_string()).await?;
    let seat = match shared.seat(&parsed.id, &from.to_string()) {
        Ok(seat) => seat,
        Err(why) => {
            let id = Some(parsed.id.clone());
            shared.quarantine(&from.to_string(), id, why).await;
            return None;
        }
    };
    let (inbox, datagrams) = mpsc::channel(WAITING_MAX);
    let peer: Peer = Arc::new(Mutex::new(from));
    let line = Line::datagrams(
        datagrams,
        Arc::clone(socket),
        Arc::clone(&peer),
        parsed.labelling,
        parsed.id.clone(),
    );
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        bus::run(seat, line, from.to_string(), shared).await;
        drop(place);
    });
    Some(Known { inbox, peer })
}
