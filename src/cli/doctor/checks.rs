//! What the numbers of the store mean. The limits are those of `docs/alerts.yml`; what to do is in
//! `docs/runbook.md`.

use chaobiao_eventstore::operate::{LogVitals, Vitals};

use super::Check;

const OPEN_TRANSACTION_MS_MAX: i64 = 5_000;
const UNSEALED_SECONDS_MAX: i64 = 30;
const CHECKPOINT_SECONDS_MAX: i64 = 600;
const LAG_SECONDS_MAX: i64 = 60;
const BACKLOG_SECONDS_MAX: i64 = 600;
/// Three times as long as a lease outlives its holder: one that changes hands is no fault.
const IDLE_SECONDS_MAX: i64 = 30;

/// With no server running nothing moves, and only what waits for a person is judged.
pub(super) fn of(vitals: &Vitals) -> Vec<Check> {
    let running = vitals.leases.iter().any(|lease| lease.held);
    let mut checks = vec![leases(vitals, running)];
    checks.extend(log(&vitals.log, running));
    checks.push(lag(vitals, running));
    checks.push(waiting(vitals));
    checks.push(verifications(vitals));
    checks
}

fn leases(vitals: &Vitals, running: bool) -> Check {
    let idle = vitals.leases.iter().filter(|lease| lease.free_s > IDLE_SECONDS_MAX);
    let free: Vec<&str> = idle.map(|lease| lease.name.as_str()).collect();
    let held: Vec<_> = vitals.leases.iter().filter(|lease| lease.held).collect();
    let owners: std::collections::BTreeSet<_> = held.iter().map(|lease| lease.owner).collect();
    let detail = match (running, free.is_empty()) {
        (false, _) => "没有服务在运行".to_owned(),
        (true, true) => {
            format!("正常（{} 项后台任务，{} 个节点）", held.len(), owners.len())
        }
        (true, false) => format!("无人执行：{}", free.join("、")),
    };
    Check {
        name: "租约",
        passed: !running || free.is_empty(),
        detail,
    }
}

fn log(log: &LogVitals, running: bool) -> [Check; 5] {
    let limited = |name, value: i64, max: i64, detail: String| Check {
        name,
        passed: value <= max || !running,
        detail,
    };
    [
        Check {
            name: "未结事务",
            passed: log.oldest_open_ms <= OPEN_TRANSACTION_MS_MAX,
            detail: format!("最老 {} 毫秒", log.oldest_open_ms),
        },
        limited(
            "编号",
            log.unsealed_age_s,
            UNSEALED_SECONDS_MAX,
            format!("{} 个事件待编号，最老 {} 秒", log.unsealed_events, log.unsealed_age_s),
        ),
        limited(
            "检查点",
            log.checkpoint_age_s,
            CHECKPOINT_SECONDS_MAX,
            format!("{} 个事件待签名，最老 {} 秒", log.unsigned_leaves, log.checkpoint_age_s),
        ),
        limited(
            "待发消息",
            log.outbox_age_s,
            BACKLOG_SECONDS_MAX,
            format!("{} 条，最老 {} 秒", log.outbox_queued, log.outbox_age_s),
        ),
        limited(
            "到期任务",
            log.due_age_s,
            BACKLOG_SECONDS_MAX,
            format!("{} 项，最老 {} 秒", log.due_overdue, log.due_age_s),
        ),
    ]
}

fn lag(vitals: &Vitals, running: bool) -> Check {
    let live = vitals.consumers.iter().filter(|c| !c.name.starts_with("standby:"));
    let late: Vec<String> = live
        .filter(|consumer| consumer.lag_s > LAG_SECONDS_MAX)
        .map(|c| format!("{} 落后 {} 个事件（{} 秒）", c.name, c.lag, c.lag_s))
        .collect();
    Check {
        name: "读模型与策略",
        passed: !running || late.is_empty(),
        detail: if late.is_empty() { "已追平".to_owned() } else { late.join("；") },
    }
}

fn waiting(vitals: &Vitals) -> Check {
    let lists: Vec<String> = vitals
        .waiting
        .iter()
        .filter(|waiting| waiting.count > 0)
        .map(|waiting| format!("{} {} {}", waiting.list, waiting.item, waiting.count))
        .collect();
    Check {
        name: "待人处理",
        passed: lists.is_empty(),
        detail: if lists.is_empty() { "无".to_owned() } else { lists.join("；") },
    }
}

fn verifications(vitals: &Vitals) -> Check {
    let unequal: Vec<String> = vitals
        .verifications
        .iter()
        .filter(|verified| verified.differences > 0)
        .map(|verified| format!("{} 有 {} 行不一致", verified.projection, verified.differences))
        .collect();
    let oldest = vitals.verifications.iter().map(|v| v.verified_at).min();
    let detail = match (unequal.is_empty(), oldest) {
        (false, _) => unequal.join("；"),
        (true, None) => "尚未核对过".to_owned(),
        (true, Some(at)) => format!("一致（最早一次 {}）", at.format("%F %R UTC")),
    };
    Check {
        name: "读模型核对",
        passed: unequal.is_empty(),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use chaobiao_eventstore::operate::{
        ConsumerStatus, LeaseVitals, VerificationVitals, WaitingList,
    };
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    use super::*;

    fn at() -> DateTime<Utc> {
        "2026-11-27T00:00:00Z".parse().unwrap()
    }

    fn healthy() -> Vitals {
        let consumer = |name: &str, lag_s| ConsumerStatus {
            name: name.to_owned(),
            version: 1,
            state: "running".to_owned(),
            next_leaf: 5,
            lag: 0,
            lag_s,
            parked: 0,
            was_live: false,
            updated_at: at(),
        };
        Vitals {
            log: LogVitals {
                sealed_leaves: 5,
                oldest_open_ms: 3,
                unsealed_events: 0,
                unsealed_age_s: 0,
                unsigned_leaves: 2,
                checkpoint_age_s: 4,
                outbox_queued: 0,
                outbox_age_s: 0,
                due_overdue: 0,
                due_age_s: 0,
            },
            // Standby rows may take their time.
            consumers: vec![consumer("payments", 0), consumer("standby:payments", 900)],
            waiting: vec![WaitingList {
                list: "parked".to_owned(),
                item: "payments".to_owned(),
                count: 0,
            }],
            leases: vec![LeaseVitals {
                name: "sealer".to_owned(),
                owner: Some(Uuid::nil()),
                held: true,
                free_s: 0,
            }],
            verifications: vec![VerificationVitals {
                projection: "payments".to_owned(),
                verified_at: at(),
                next_leaf: 5,
                differences: 0,
            }],
        }
    }

    fn free_for(free_s: i64) -> LeaseVitals {
        LeaseVitals {
            name: "due".to_owned(),
            owner: None,
            held: false,
            free_s,
        }
    }

    fn failed(change: impl FnOnce(&mut Vitals)) -> Vec<&'static str> {
        let mut vitals = healthy();
        change(&mut vitals);
        let checks = of(&vitals).into_iter();
        checks.filter(|check| !check.passed).map(|check| check.name).collect()
    }

    #[test]
    fn each_number_beyond_its_limit_fails_its_check() {
        assert_eq!(failed(|_| ()), [""; 0]);
        assert_eq!(failed(|v| v.log.oldest_open_ms = 5_001), ["未结事务"]);
        assert_eq!(failed(|v| v.log.unsealed_age_s = 31), ["编号"]);
        assert_eq!(failed(|v| v.log.checkpoint_age_s = 601), ["检查点"]);
        assert_eq!(failed(|v| v.log.outbox_age_s = 601), ["待发消息"]);
        assert_eq!(failed(|v| v.log.due_age_s = 601), ["到期任务"]);
        assert_eq!(failed(|v| v.consumers[0].lag_s = 61), ["读模型与策略"]);
        assert_eq!(failed(|v| v.waiting[0].count = 1), ["待人处理"]);
        assert_eq!(failed(|v| v.verifications[0].differences = 1), ["读模型核对"]);
        assert_eq!(failed(|v| v.leases.push(free_for(31))), ["租约"]);
    }

    #[test]
    fn a_lease_that_changes_hands_is_no_fault() {
        assert_eq!(failed(|v| v.leases.push(free_for(30))), [""; 0]);
        // Nor does the server count as stopped meanwhile.
        let sealer_changes = |v: &mut Vitals| {
            v.leases.push(LeaseVitals {
                held: true,
                ..free_for(0)
            });
            v.leases[0].held = false;
            v.log.unsealed_age_s = 31;
        };
        assert_eq!(failed(sealer_changes), ["编号"]);
    }

    #[test]
    fn without_a_server_only_what_waits_for_a_person_fails() {
        let stopped = |v: &mut Vitals| {
            v.leases[0].held = false;
            v.log.unsealed_age_s = 900;
            v.consumers[0].lag_s = 900;
            v.waiting[0].count = 2;
        };
        assert_eq!(failed(stopped), ["待人处理"]);
    }
}
