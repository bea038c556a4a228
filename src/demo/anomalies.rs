//! What is wrong on this campus, so that every screen has something to show.

use chaobiao_domain::units::{AccountNo, MeterNo, ValueError};

use super::DemoOptions;
use super::cast::Cast;
use super::plan::Plan;

/// What an anomaly is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Meter(MeterNo),
    Account(AccountNo),
}

/// One planted anomaly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// Stable, for tests.
    pub key: &'static str,
    /// As people call it.
    pub name: &'static str,
    pub subject: Subject,
    /// The query of the API that finds it.
    pub query: &'static str,
}

/// Who plays it, chosen from the cast.
enum Player {
    Meter(fn(&Cast) -> usize),
    Place(fn(&Cast) -> usize),
}

/// Key, name, query, player.
const PLANTED: [(&str, &str, &str, Player); 20] = [
    (
        "leaking_pipe",
        "水管漏水，用量突增，待复核",
        "readingReview(status: HELD, rule: V7)",
        Player::Meter(|cast| cast.leaking_pipe),
    ),
    (
        "transposed_digits",
        "抄码颠倒，读数倒退，待复核",
        "readingReview(status: HELD, rule: V5)",
        Player::Meter(|cast| cast.transposed_digits),
    ),
    (
        "rejected_and_read_again",
        "读数退回后次日重抄",
        "readingReview(status: REJECTED)",
        Player::Meter(|cast| cast.rejected_and_read_again),
    ),
    (
        "rolled_over",
        "表码过圈",
        "readingReview(status: ACCEPTED, rule: V5)",
        Player::Meter(|cast| cast.rolled_over),
    ),
    (
        "stuck_meter",
        "水表停走，连续零用量",
        "readingReview(rule: V10, severity: VISIT)",
        Player::Meter(|cast| cast.stuck_meter),
    ),
    (
        "empty_room",
        "暑假空房用电 226 度",
        "meter { readings }",
        Player::Meter(|cast| cast.empty_room),
    ),
    (
        "corrected_reading",
        "多抄 60 度，两人更正",
        "readingReview(status: CORRECTED)",
        Player::Meter(|cast| cast.corrected_reading),
    ),
    (
        "replaced_for_fault",
        "故障换表，新表底度 37",
        "replacements(reason: FAULT)",
        Player::Meter(|cast| cast.replaced_for_fault),
    ),
    (
        "changed_ratio",
        "增容换表，倍率 1 变 20",
        "replacements(multiplierChanged: true)",
        Player::Meter(|cast| cast.changed_ratio),
    ),
    (
        "never_home",
        "连续数月无人，未抄",
        "unreadMeters(reason: NO_ONE_HOME)",
        Player::Meter(|cast| cast.never_home),
    ),
    (
        "flooded_pit",
        "表井水淹，未抄",
        "unreadMeters(reason: FLOODED)",
        Player::Meter(|cast| cast.flooded_pit),
    ),
    (
        "broken_meter",
        "表坏报修，未抄",
        "unreadMeters(reason: METER_BROKEN)",
        Player::Meter(|cast| cast.broken_meter),
    ),
    (
        "long_in_arrears",
        "连续多月欠费",
        "unpaidNotices",
        Player::Place(|cast| cast.long_in_arrears),
    ),
    (
        "paid_in_part",
        "只缴一半",
        "unpaidNotices",
        Player::Place(|cast| cast.paid_in_part),
    ),
    (
        "paid_too_much",
        "多缴，余额留存",
        "accounts { credit }",
        Player::Place(|cast| cast.paid_too_much),
    ),
    (
        "paid_wrongly",
        "缴错户号，已冲正",
        "payments",
        Player::Place(|cast| cast.paid_wrongly),
    ),
    (
        "joint_cheque",
        "一张支票缴多个户号",
        "payments",
        Player::Place(|cast| cast.joint_cheque.first().copied().unwrap_or(0)),
    ),
    (
        "paid_elsewhere",
        "跨校区缴费",
        "payments",
        Player::Place(|cast| cast.paid_elsewhere),
    ),
    (
        "third_tier",
        "用水进入第三阶梯",
        "bills(tierFrom: 3)",
        Player::Place(|cast| cast.third_tier),
    ),
    (
        "late_binding",
        "绑定申请超过一个工作日未审核",
        "bindingQueue(overdueOnly: true)",
        Player::Place(|cast| cast.late_binding),
    ),
];

/// Every anomaly of the demo that these options make.
pub fn anomalies(options: DemoOptions) -> Result<Vec<Anomaly>, ValueError> {
    let plan = Plan::new(options.seed, options.meters)?;
    let cast = Cast::of(&plan);
    let anomaly = |(key, name, query, player)| Anomaly {
        key,
        name,
        subject: match player {
            Player::Meter(chosen) => Subject::Meter(plan.meters[chosen(&cast)].meter_no.clone()),
            Player::Place(chosen) => {
                Subject::Account(plan.places[chosen(&cast)].account_no.clone())
            }
        },
        query,
    };
    Ok(PLANTED.into_iter().map(anomaly).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn twenty_anomalies_are_planted_on_subjects_of_their_own() {
        for meters in [200, 2_000] {
            let today = "2026-11-23".parse().unwrap();
            let planted = anomalies(DemoOptions {
                seed: 1,
                today,
                meters,
            })
            .unwrap();
            assert_eq!(planted.len(), 20);
            let subjects: HashSet<String> = planted
                .iter()
                .map(|it| format!("{:?}", it.subject))
                .collect();
            assert_eq!(subjects.len(), 20);
        }
    }
}
