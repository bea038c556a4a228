//! What gateways call. A wrong signature is refused; everything verified is taken, whatever it says,
//! and kept to the byte.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use chaobiao_decision::Personal;
use chaobiao_domain::gateway_order::{
    CallOutcome, GatewayChannel, NoteRefundAnswer, NoteReport, ReportSource,
};
use chaobiao_domain::units::{Fen, GatewayOrderNo, GatewayRefundNo};
use chaobiao_eventstore::CommandError;
use chaobiao_integrations::unionpay::{Fields, TradeResult};
use chaobiao_integrations::wechat_pay::{
    Notice, NoticeContent, Refund, SignedHeaders, Transaction,
};
use serde_json::json;

use super::GatewayDesk;

pub(super) const WECHAT_PAY: &str = "/callback/wechatpay";
pub(super) const UNION_PAY: &str = "/callback/unionpay";
/// Where the payer's browser comes back to.
pub(super) const UNION_PAY_BACK: &str = "/callback/unionpay/back";
const BODY_BYTES_MAX: usize = 64 * 1024;

pub fn routes(desk: GatewayDesk) -> Router {
    Router::new()
        .route(WECHAT_PAY, post(wechat_pay))
        .route(UNION_PAY, post(union_pay))
        .route(UNION_PAY_BACK, post(come_back).get(come_back))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(desk)
}

/// What became of a notice.
enum Taken {
    Yes,
    /// Not from the gateway.
    Distrusted,
    /// Not now: the gateway shall come again.
    Later,
}

/// What the browser brings proves nothing: the page asks how the order stands.
async fn come_back() -> Redirect {
    Redirect::to("/m/")
}

async fn wechat_pay(State(desk): State<GatewayDesk>, headers: HeaderMap, body: Bytes) -> Response {
    let fail = |status| {
        (
            status,
            axum::Json(json!({ "code": "FAIL", "message": "失败" })),
        )
    };
    match desk.take_wechat_notice(&headers, &body).await {
        Taken::Yes => StatusCode::NO_CONTENT.into_response(),
        Taken::Distrusted => fail(StatusCode::UNAUTHORIZED).into_response(),
        Taken::Later => fail(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    }
}

async fn union_pay(State(desk): State<GatewayDesk>, body: Bytes) -> Response {
    match desk.take_union_pay_notice(&body).await {
        Taken::Yes => (StatusCode::OK, "ok").into_response(),
        Taken::Distrusted => StatusCode::BAD_REQUEST.into_response(),
        Taken::Later => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn distrusted(channel: GatewayChannel, error: &dyn std::error::Error) -> Taken {
    tracing::warn!(gateway = channel.as_str(), %error, "a notice is not believed");
    metrics::counter!("chaobiao_gateway_notices_distrusted_total", "gateway" => channel.as_str())
        .increment(1);
    Taken::Distrusted
}

/// Something verified that cannot be an order of ours: nothing will change when it comes again.
fn unusable(channel: GatewayChannel, what: &str) -> Taken {
    tracing::error!(
        gateway = channel.as_str(),
        what,
        "a verified notice cannot be used"
    );
    Taken::Yes
}

impl GatewayDesk {
    async fn take_wechat_notice(&self, headers: &HeaderMap, body: &[u8]) -> Taken {
        let channel = GatewayChannel::WechatPay;
        let Some(gateway) = &self.gateways.wechat_pay else {
            return Taken::Later;
        };
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let signed = SignedHeaders::read(header);
        let notice = match gateway.receive(&signed, body, &self.stamp()).await {
            Ok(notice) => notice,
            Err(error) => return distrusted(channel, &error),
        };
        let Notice { id, content } = notice;
        match content {
            NoticeContent::Transaction(transaction) if transaction.is_paid() => {
                let source = ReportSource::Notice { notice_id: id };
                let evidence = String::from_utf8_lossy(body).into_owned();
                let appid = &gateway.merchant().appid;
                match wechat_report(&transaction, appid, source, Some(evidence)) {
                    Some(report) => self.take(report, body).await,
                    None => unusable(channel, "a transaction without number or amount"),
                }
            }
            NoticeContent::Transaction(_) => Taken::Yes,
            NoticeContent::Refund(refund, order_no) => {
                self.take_refund(&refund, &order_no, body).await
            }
            NoticeContent::Other(kind) => unusable(channel, &kind),
        }
    }

    async fn take_union_pay_notice(&self, body: &[u8]) -> Taken {
        let channel = GatewayChannel::UnionPay;
        let Some(gateway) = &self.gateways.union_pay else {
            return Taken::Later;
        };
        let fields = match Fields::from_form(body) {
            Ok(fields) => fields,
            Err(error) => return distrusted(channel, &error),
        };
        if let Err(error) = gateway.receive(&fields, self.bus.store().clock().now()) {
            return distrusted(channel, &error);
        }
        let Some(result) = TradeResult::of(&fields) else {
            return unusable(channel, "a notice without number or amount");
        };
        if !TradeResult::succeeded(&fields) || result.txn_type != "01" {
            // A refund is asked about until its end is known.
            return Taken::Yes;
        }
        let source = ReportSource::Notice {
            notice_id: result.query_id.clone(),
        };
        let evidence = String::from_utf8_lossy(body).into_owned();
        match union_pay_report(&result, source, Some(evidence)) {
            Some(report) => self.take(report, body).await,
            None => unusable(channel, "a number that is none of ours"),
        }
    }

    /// The very same notice again is the same command, and hears the same.
    async fn take(&self, report: NoteReport, body: &[u8]) -> Taken {
        let key = String::from_utf8_lossy(body);
        let id = self.bus.command_id("gateway/notice", &key);
        let executed = self.bus.execute(self.context(id), report).await;
        taken(executed.map(drop))
    }

    async fn take_refund(&self, refund: &Refund, order_no: &str, body: &[u8]) -> Taken {
        let order_no = GatewayOrderNo::try_new(order_no);
        let refund_no = GatewayRefundNo::try_new(&refund.out_refund_no);
        let (Ok(order_no), Ok(refund_no)) = (order_no, refund_no) else {
            return unusable(GatewayChannel::WechatPay, "a refund that is none of ours");
        };
        let (outcome, done) = refund_outcome(&refund.status);
        let answer = NoteRefundAnswer {
            order_no,
            refund_no,
            outcome,
            done,
        };
        let key = String::from_utf8_lossy(body);
        let id = self.bus.command_id("gateway/notice", &key);
        taken(self.bus.execute(self.context(id), answer).await.map(drop))
    }
}

fn taken(executed: Result<(), CommandError>) -> Taken {
    match executed {
        Ok(()) => Taken::Yes,
        Err(CommandError::Refused(rejection)) => {
            tracing::warn!(code = rejection.code, "a notice changes nothing");
            Taken::Yes
        }
        Err(error) => {
            tracing::error!(%error, "a notice could not be kept");
            Taken::Later
        }
    }
}

/// What `WeChat` Pay's word for a refund means.
pub(super) fn refund_outcome(status: &str) -> (CallOutcome, bool) {
    match status {
        "SUCCESS" => (CallOutcome::Accepted, true),
        "PROCESSING" => (CallOutcome::Accepted, false),
        other => {
            let code = other.to_owned();
            (CallOutcome::Refused { code }, false)
        }
    }
}

/// `appid` is ours: money for another account of the merchant's is another merchant's.
pub(super) fn wechat_report(
    transaction: &Transaction,
    appid: &str,
    source: ReportSource,
    evidence: Option<String>,
) -> Option<NoteReport> {
    let order_no = GatewayOrderNo::try_new(&transaction.out_trade_no).ok()?;
    let amount = transaction.amount.as_ref()?;
    let subject = NoteReport::subject(&order_no);
    let merchant = if transaction.appid == appid {
        transaction.mchid.clone()
    } else {
        format!("{}/{}", transaction.mchid, transaction.appid)
    };
    Some(NoteReport {
        source,
        channel: GatewayChannel::WechatPay,
        merchant,
        transaction_id: transaction.transaction_id.clone()?,
        amount: Fen::new(amount.total),
        currency: amount.currency.clone(),
        paid_at: transaction.success_time.map(Into::into),
        evidence: evidence.map(|evidence| Personal::new(subject, evidence)),
        order_no,
    })
}

pub(super) fn union_pay_report(
    result: &TradeResult,
    source: ReportSource,
    evidence: Option<String>,
) -> Option<NoteReport> {
    let order_no = GatewayOrderNo::try_new(&result.order_id).ok()?;
    let subject = NoteReport::subject(&order_no);
    let currency = match result.currency.as_str() {
        "156" => "CNY",
        other => other,
    };
    Some(NoteReport {
        source,
        channel: GatewayChannel::UnionPay,
        merchant: result.mer_id.clone(),
        transaction_id: result.query_id.clone(),
        amount: Fen::new(result.amount_fen),
        currency: currency.to_owned(),
        paid_at: result.trace_time.map(Into::into),
        evidence: evidence.map(|evidence| Personal::new(subject, evidence)),
        order_no,
    })
}
