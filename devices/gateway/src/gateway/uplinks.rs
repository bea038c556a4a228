//! Radios that speak by themselves, through a network server.

use std::io;

use tokio::io::AsyncReadExt as _;

use super::Gateway;
use crate::bus::read_any;
use crate::link::Stream;
use crate::meter::total_of;
use crate::observation::{Observation, Oddity, Quarantine};
use crate::talk::{MeterReading, Said, Via};
use crate::time::on_the_wall;
use crate::wrapper::lora::{Lines, Uplink, UplinkError};

pub(super) async fn take(gateway: &Gateway, mut stream: impl Stream, peer: &str) -> io::Result<()> {
    let mut lines = Lines::default();
    let mut chunk = vec![0; 4096];
    let mut stopping = gateway.shared.stopping.subscribe();
    loop {
        let count = tokio::select! {
            count = stream.read(&mut chunk) => count?,
            _ = stopping.wait_for(|on| *on) => return Ok(()),
        };
        let mut all = Vec::new();
        let last = count == 0;
        // The last line may have no end.
        let piece = if last {
            &b"\n"[..]
        } else {
            chunk.get(..count).unwrap_or_default()
        };
        lines.feed(piece, |one| all.push(one));
        for uplink in all {
            one(gateway, uplink, peer).await;
        }
        if last {
            return Ok(());
        }
    }
}

pub(super) async fn one(gateway: &Gateway, uplink: Result<Uplink, UplinkError>, peer: &str) {
    let shared = &gateway.shared;
    let uplink = match uplink {
        Ok(uplink) => uplink,
        Err(why) => {
            tracing::debug!(peer, %why, "no uplink");
            shared.quarantine(peer, None, Quarantine::Datagram).await;
            return;
        }
    };
    let Some(plan) = shared.plan_of(&uplink.device) else {
        let id = Some(uplink.device);
        shared.quarantine(peer, id, Quarantine::Unknown).await;
        return;
    };
    let overheard = read_any(&uplink.payload, Some(&plan));
    if overheard.is_empty() {
        let id = Some(uplink.device.clone());
        shared.quarantine(peer, id, Quarantine::Datagram).await;
    }
    for one in overheard {
        let item = match &one.said {
            Said::Value { item, .. } | Said::Water { item, .. } => *item,
            _ => total_of(one.protocol),
        };
        let at = shared.now();
        let odd = |what| Observation::Odd {
            collector: uplink.device.clone(),
            meter: Some(one.meter),
            what,
            at,
        };
        if let Some(collector) = shared.heard(one.meter, &uplink.device) {
            shared.tell(odd(Oddity::MovedFrom { collector })).await;
        }
        if let Some(shown) = one.said.clock() {
            let off = shown.map(|shown| (shown - on_the_wall(at)).num_seconds().unsigned_abs());
            // A radio sends when it can: what it stored for hours is no wrong clock.
            if off.is_none_or(|off| off > UPLINK_SKEW_S_MAX) {
                shared.tell(odd(Oddity::Clock { shown })).await;
            }
        }
        let reading = MeterReading {
            collector: uplink.device.clone(),
            meter: one.meter,
            protocol: one.protocol,
            item,
            frames: vec![one.frame],
            data: one.data,
            said: one.said,
            via: Via::Uplink,
            attempt: 0,
            asked_at: at,
            at,
        };
        shared.tell(Observation::Reading(Box::new(reading))).await;
    }
}

const UPLINK_SKEW_S_MAX: u64 = 48 * 3600;
