//! What providers tell us afterwards: whether a message has arrived. Nothing of it is signed, so it is
//! believed for nothing else, and only from whoever knows where to bring it.

use chaobiao_domain::units::instant_of;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;

/// Both bring far fewer at a time.
const REPORTS_MAX: usize = 1000;

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The provider's number of the message.
    pub message_id: String,
    /// Ours, where the provider says it back.
    pub reference: Option<String>,
    pub delivered: bool,
    /// In the provider's words; never the phone.
    pub said: String,
    pub at: DateTime<Utc>,
}

/// Not reports as this provider brings them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not delivery reports")]
pub struct ReportError;

#[derive(Deserialize)]
struct OfTencent {
    user_receive_time: String,
    report_status: String,
    #[serde(default)]
    errmsg: String,
    #[serde(default)]
    description: String,
    sid: String,
}

#[derive(Deserialize)]
struct OfAliyun {
    report_time: String,
    success: bool,
    #[serde(default)]
    err_code: String,
    #[serde(default)]
    err_msg: String,
    biz_id: String,
    out_id: Option<String>,
}

/// Reports of Tencent Cloud.
pub fn of_tencent(body: &[u8]) -> Result<Vec<Report>, ReportError> {
    read(body, |report: OfTencent| {
        Some(Report {
            message_id: report.sid,
            reference: None,
            delivered: report.report_status == "SUCCESS",
            said: said(&report.errmsg, &report.description),
            at: instant(&report.user_receive_time)?,
        })
    })
}

/// What Tencent Cloud wants to hear once they are kept.
pub const TENCENT_HEARD: &str = r#"{"result":0,"errmsg":"OK"}"#;

/// Reports of Alibaba Cloud.
pub fn of_aliyun(body: &[u8]) -> Result<Vec<Report>, ReportError> {
    read(body, |report: OfAliyun| {
        Some(Report {
            message_id: report.biz_id,
            reference: report.out_id.filter(|ours| !ours.is_empty()),
            delivered: report.success,
            said: said(&report.err_code, &report.err_msg),
            at: instant(&report.report_time)?,
        })
    })
}

/// What Alibaba Cloud wants to hear once they are kept.
pub const ALIYUN_HEARD: &str = r#"{"code":0,"msg":"OK"}"#;

fn read<'a, T: Deserialize<'a>>(
    body: &'a [u8],
    report: impl Fn(T) -> Option<Report>,
) -> Result<Vec<Report>, ReportError> {
    let brought: Vec<T> = serde_json::from_slice(body).map_err(|_| ReportError)?;
    if brought.len() > REPORTS_MAX {
        return Err(ReportError);
    }
    let reports: Option<Vec<Report>> = brought.into_iter().map(report).collect();
    let reports = reports.ok_or(ReportError)?;
    let nameless = reports.iter().any(|report| report.message_id.is_empty());
    if nameless {
        Err(ReportError)
    } else {
        Ok(reports)
    }
}

fn said(code: &str, words: &str) -> String {
    if words.is_empty() || words == code {
        code.to_owned()
    } else {
        format!("{code} {words}")
    }
}

/// `2026-09-01 08:03:04`, by the clock of Beijing.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%d %H:%M:%S");
    local.ok().map(instant_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_of_both_providers_say_which_message_and_whether_it_arrived() {
        let tencent = br#"[{"user_receive_time":"2026-09-01 08:03:04","nationcode":"86",
            "mobile":"18511122266","report_status":"FAIL","errmsg":"MK:0001",
            "description":"blacklisted","sid":"2019:1"}]"#;
        let [report] = &of_tencent(tencent).unwrap()[..] else {
            panic!("one report")
        };
        assert_eq!(
            (report.message_id.as_str(), report.delivered),
            ("2019:1", false)
        );
        assert_eq!(report.said, "MK:0001 blacklisted");
        assert_eq!(report.at.to_rfc3339(), "2026-09-01T00:03:04+00:00");
        let aliyun = br#"[{"phone_number":"18511122266","send_time":"2026-09-01 08:03:00",
            "report_time":"2026-09-01 08:03:04","success":true,"err_code":"DELIVERED",
            "err_msg":"DELIVERED","sms_size":"1","biz_id":"9006^0","out_id":"0190"}]"#;
        let [report] = &of_aliyun(aliyun).unwrap()[..] else {
            panic!("one report")
        };
        assert!(report.delivered);
        assert_eq!(report.said, "DELIVERED");
        assert_eq!(report.reference.as_deref(), Some("0190"));
    }

    #[test]
    fn what_is_no_report_is_refused_as_a_whole() {
        let timeless = br#"[{"user_receive_time":"soon","report_status":"SUCCESS","sid":"1"}]"#;
        let nameless =
            br#"[{"user_receive_time":"2026-09-01 08:03:04","report_status":"SUCCESS","sid":""}]"#;
        for body in [&b"{}"[..], b"", b"[{}]", timeless, nameless] {
            assert_eq!(of_tencent(body), Err(ReportError));
            assert_eq!(of_aliyun(body), Err(ReportError));
        }
        assert_eq!(of_tencent(b"[]"), Ok(Vec::new()));
    }
}
