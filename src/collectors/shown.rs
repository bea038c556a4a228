//! What the gateway tells, in the words of whoever looks on.

use chaobiao_domain::collector::Oddity;
use chaobiao_gateway::observation::Oddity as Odd;
use chaobiao_gateway::talk::MeterReading;
use chaobiao_gateway::{CollectorId, MeterAddress, Observation, Outcome};
use chaobiao_graphql::support::LiveFrame;
use chrono::{DateTime, Utc};

/// What is strange, and how it is said.
pub(super) fn odd(what: &Odd) -> (Oddity, String) {
    match what {
        Odd::TwoAnswers => (Oddity::TwoAnswers, "同一地址有两个不同的应答".to_owned()),
        Odd::WildcardAddress => (Oddity::WildcardAddress, "以通配地址应答".to_owned()),
        Odd::Clock { shown: Some(shown) } => (Oddity::Clock, format!("表计时钟 {shown}")),
        Odd::Clock { shown: None } => (Oddity::Clock, "表计时钟不是有效时间".to_owned()),
        Odd::WentBack { before, now, .. } => {
            (Oddity::WentBack, format!("读数由 {before} 变为 {now}"))
        }
        Odd::MovedFrom { collector } => (Oddity::Moved, format!("此前接在采集器 {collector}")),
        Odd::Misfit { item } => (
            Oddity::Misfit,
            format!("数据标识 {item:08X} 的应答长度不符"),
        ),
    }
}

fn of(
    collector: &CollectorId,
    address: Option<&MeterAddress>,
    at: DateTime<Utc>,
    what: impl Into<String>,
) -> LiveFrame {
    LiveFrame {
        number: 0,
        collector_no: collector.to_string(),
        address: address.map(ToString::to_string),
        at,
        what: what.into(),
        frame: None,
    }
}

fn bytes(frame: LiveFrame, bytes: &[u8]) -> LiveFrame {
    LiveFrame {
        frame: Some(hex::encode_upper(bytes)),
        ..frame
    }
}

fn answer(reading: &MeterReading) -> LiveFrame {
    let what = reading.index().map_or_else(
        || format!("应答 {:08X}", reading.item),
        |index| format!("应答 {index} {}", index.unit.symbol()),
    );
    let frame = of(&reading.collector, Some(&reading.meter), reading.at, what);
    bytes(frame, &reading.frames.concat())
}

/// What is shown of it, if anything.
pub(super) fn shown(observation: &Observation) -> Option<LiveFrame> {
    use Observation as O;
    Some(match observation {
        O::CollectorSeen {
            collector,
            peer,
            at,
        } => of(collector, None, *at, format!("上线，来自 {peer}")),
        O::CollectorLost { collector, why, at } => of(collector, None, *at, format!("离线：{why}")),
        // What was ordered is told with its end; an order to a relay has no frame to show.
        O::Reading(reading)
        | O::CommandDone {
            outcome: Outcome::Read(reading),
            ..
        } => answer(reading),
        O::Missing {
            collector,
            meter,
            attempts,
            at,
            ..
        } => of(
            collector,
            Some(meter),
            *at,
            format!("无有效应答，已问 {attempts} 次"),
        ),
        O::CommandSent {
            collector,
            meter,
            at,
            ..
        } => of(collector, Some(meter), *at, "指令已发出"),
        O::SweepDone {
            collector,
            sweep,
            at,
        } => {
            let all = sweep.answered + sweep.missing;
            let what = format!("本轮采集结束：{} / {all} 有应答", sweep.answered);
            of(collector, None, *at, what)
        }
        O::Odd {
            collector,
            meter,
            what,
            at,
        } => of(collector, meter.as_ref(), *at, odd(what).1),
        O::Quarantined {
            collector: Some(collector),
            why,
            at,
            ..
        } => of(collector, None, *at, format!("隔离：{why}")),
        O::Forwarded {
            collector,
            answer,
            at,
            ..
        } => bytes(of(collector, None, *at, "透传"), answer),
        O::ForwardBlocked {
            collector,
            request,
            at,
            ..
        } => bytes(of(collector, None, *at, "透传被拦截"), request),
        O::MeterFound { .. } | O::Quarantined { .. } | O::CommandDone { .. } => return None,
    })
}
