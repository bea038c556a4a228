//! `WeChat` Pay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use chaobiao_integrations::wechat_pay::{ApiV3Key, Merchant, Platform, WechatPay, WechatPayConfig};
use chaobiao_integrations::{
    Answer, CallError, Called, Certificate, SigningKey, Wire, WireRequest,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{Flaw, Trouble, Troubles, test_file};

const API_V3_KEY: &[u8; 32] = b"test-only-key-of-32-bytes-000001";
type Headers = Vec<(&'static str, String)>;
/// Headers and body.
type NoticeParts = (Headers, Vec<u8>);

const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";

#[derive(Debug)]
struct Order {
    body: Value,
    state: &'static str,
    transaction_id: String,
}

#[derive(Debug, Default)]
struct Ledger {
    orders: BTreeMap<String, Order>,
    refunds: BTreeMap<String, (Value, &'static str)>,
    nonces: BTreeSet<String>,
    troubles: Troubles,
    calls: Vec<String>,
}

/// The gateway with its merchant 1900000109.
#[derive(Debug)]
pub struct WechatStub {
    now: Mutex<DateTime<Utc>>,
    ledger: Mutex<Ledger>,
    key: SigningKey,
    other_key: SigningKey,
    expired_key: SigningKey,
    serial: String,
    expired_serial: String,
    merchant_key: SigningKey,
}

fn key(text: &str) -> SigningKey {
    SigningKey::from_pem(text).unwrap()
}

fn certificate(text: &str) -> Certificate {
    Certificate::from_pem(text).unwrap()
}

impl WechatStub {
    pub const MCHID: &'static str = "1900000109";
    pub const APPID: &'static str = "wxd678efh567hg6787";
    pub const BASE: &'static str = "http://127.0.0.1/wechat";

    pub fn new(now: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(now),
            ledger: Mutex::default(),
            key: key(test_file!("wechat_platform_key")),
            other_key: key(test_file!("foreign_sign_key")),
            expired_key: key(test_file!("wechat_expired_key")),
            serial: certificate(test_file!("wechat_platform_cert"))
                .serial_hex()
                .to_owned(),
            expired_serial: certificate(test_file!("wechat_expired_cert"))
                .serial_hex()
                .to_owned(),
            merchant_key: key(test_file!("merchant_key")),
        })
    }

    /// Our client, set up for this gateway: both of its certificates are known, one has expired.
    pub fn client(self: &Arc<Self>) -> WechatPay {
        let platform = Platform::default()
            .with_certificate(certificate(test_file!("wechat_platform_cert")))
            .with_certificate(certificate(test_file!("wechat_expired_cert")));
        self.client_that_knows(platform)
    }

    /// Our client with other keys of the gateway's.
    pub fn client_that_knows(self: &Arc<Self>, platform: Platform) -> WechatPay {
        let config = WechatPayConfig {
            base_url: Self::BASE.to_owned(),
            merchant: Merchant {
                mchid: Self::MCHID.to_owned(),
                appid: Self::APPID.to_owned(),
                serial_no: "TEST".to_owned(),
                key: key(test_file!("merchant_key")),
                api_v3_key: ApiV3Key::new(API_V3_KEY).unwrap(),
            },
            platform,
        };
        WechatPay::new(config, Arc::clone(self) as Arc<_>)
    }

    pub fn set_now(&self, now: DateTime<Utc>) {
        *self.now.lock().unwrap() = now;
    }

    pub fn trouble(&self, trouble: Trouble) {
        self.ledger.lock().unwrap().troubles.push_back(trouble);
    }

    /// Method and path of every call so far.
    pub fn calls(&self) -> Vec<String> {
        self.ledger.lock().unwrap().calls.clone()
    }

    /// Somebody pays; the number the payment gets.
    pub fn pay(&self, order_no: &str) -> String {
        let mut ledger = self.ledger.lock().unwrap();
        let order = ledger.orders.get_mut(order_no).unwrap();
        assert_eq!(order.state, "NOTPAY", "only an open order can be paid");
        order.state = "SUCCESS";
        order.transaction_id.clone()
    }

    /// A refund that was accepted comes to its end.
    pub fn finish_refunds(&self, status: &'static str) {
        for (_, state) in self.ledger.lock().unwrap().refunds.values_mut() {
            *state = status;
        }
    }

    /// How many refunds there are: asked again, one stays one.
    pub fn refunds(&self) -> usize {
        self.ledger.lock().unwrap().refunds.len()
    }

    fn transaction(order_no: &str, order: &Order, flaw: Flaw, now: DateTime<Utc>) -> Value {
        let total = order.body["amount"]["total"].as_i64().unwrap();
        let (mchid, total) = match flaw {
            Flaw::Amount(amount) => (Self::MCHID, amount),
            Flaw::Merchant(mchid) => (mchid, total),
            _ => (Self::MCHID, total),
        };
        let mut transaction = json!({
            "appid": Self::APPID,
            "mchid": mchid,
            "out_trade_no": order_no,
            "trade_type": "JSAPI",
            "trade_state": order.state,
            "trade_state_desc": "",
            "amount": { "total": total, "payer_total": total, "currency": "CNY",
                        "payer_currency": "CNY" },
        });
        if order.state == "SUCCESS" {
            transaction["transaction_id"] = json!(order.transaction_id);
            transaction["success_time"] = json!(now.to_rfc3339());
        }
        transaction
    }

    /// A notice of an order that was paid: headers and body.
    pub fn notice(&self, order_no: &str, flaw: Flaw) -> NoticeParts {
        let now = *self.now.lock().unwrap();
        let transaction = {
            let ledger = self.ledger.lock().unwrap();
            Self::transaction(order_no, &ledger.orders[order_no], flaw, now)
        };
        self.wrap("TRANSACTION.SUCCESS", &transaction, flaw, now)
    }

    /// A notice of money for an order this gateway was never given.
    pub fn notice_of(&self, order_no: &str, total: i64) -> NoticeParts {
        let now = *self.now.lock().unwrap();
        let order = Order {
            body: json!({ "amount": { "total": total } }),
            state: "SUCCESS",
            transaction_id: format!("42{order_no}"),
        };
        let transaction = Self::transaction(order_no, &order, Flaw::None, now);
        self.wrap("TRANSACTION.SUCCESS", &transaction, Flaw::None, now)
    }

    fn wrap(
        &self,
        event_type: &str,
        resource: &Value,
        flaw: Flaw,
        now: DateTime<Utc>,
    ) -> NoticeParts {
        let sealed = ApiV3Key::new(API_V3_KEY).unwrap();
        let sealed = sealed.seal(
            resource.to_string().as_bytes(),
            "61f9c719728a",
            "transaction",
        );
        let body = json!({
            "id": format!("EV-{}", now.timestamp_micros()),
            "create_time": now.to_rfc3339(),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "resource": sealed.unwrap(),
        });
        let mut body = body.to_string().into_bytes();
        let at = match flaw {
            Flaw::Late => now - TimeDelta::minutes(10),
            _ => now,
        };
        let (key, serial) = match flaw {
            Flaw::Forged => (&self.other_key, &self.serial),
            Flaw::ExpiredCertificate => (&self.expired_key, &self.expired_serial),
            _ => (&self.key, &self.serial),
        };
        let headers = sign(key, serial, at, &body);
        if flaw == Flaw::Changed {
            let place = body.len() / 2;
            body[place] ^= 1;
        }
        (headers, body)
    }

    fn answer(&self, status: u16, body: &Value, forged: bool) -> Answer {
        let now = *self.now.lock().unwrap();
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let key = if forged { &self.other_key } else { &self.key };
        let headers = sign(key, &self.serial, now, &body);
        Answer {
            status,
            headers: headers
                .into_iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value))
                .collect(),
            body,
        }
    }

    fn check(&self, request: &WireRequest, path: &str, ledger: &mut Ledger) -> Result<(), Value> {
        let header = |name: &str| {
            let found = request.headers.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let authorization = header("authorization");
        let part = |name: &str| {
            let start = authorization.split_once(&format!("{name}=\""))?.1;
            Some(start.split_once('"')?.0.to_owned())
        };
        let wrong = || json!({ "code": "SIGN_ERROR", "message": "签名错误" });
        let (Some(nonce), Some(timestamp), Some(signature)) =
            (part("nonce_str"), part("timestamp"), part("signature"))
        else {
            return Err(wrong());
        };
        let mut message =
            format!("{}\n{path}\n{timestamp}\n{nonce}\n", request.method).into_bytes();
        message.extend_from_slice(&request.body);
        message.push(b'\n');
        let verified = self
            .merchant_key
            .verifying_key()
            .verifies(&message, &signature);
        let now = self.now.lock().unwrap().timestamp();
        let timely = timestamp
            .parse::<i64>()
            .is_ok_and(|at| now.abs_diff(at) < 300);
        let new = (16..=32).contains(&nonce.len()) && ledger.nonces.insert(nonce);
        let named = part("mchid").as_deref() == Some(Self::MCHID);
        if verified && timely && new && named && !header("user-agent").is_empty() {
            Ok(())
        } else {
            Err(wrong())
        }
    }

    fn refund(rest: &str, body: Value, ledger: &mut Ledger) -> (u16, Value) {
        let unknown = (404, json!({ "code": "RESOURCE_NOT_EXISTS", "message": "" }));
        if let Some(number) = rest.strip_prefix('/') {
            return match ledger.refunds.get(number) {
                Some((_, state)) => (200, refund_of(number, state)),
                None => unknown,
            };
        }
        let number = body["out_refund_no"].as_str().unwrap().to_owned();
        let order = body["out_trade_no"].as_str();
        let order = order.and_then(|no| ledger.orders.get(no));
        let fits = order.is_some_and(|order| {
            order.state == "SUCCESS" && order.body["amount"]["total"] == body["amount"]["total"]
        });
        if !fits {
            return unknown;
        }
        let refund = ledger.refunds.entry(number.clone());
        let refund = refund.or_insert((body, "PROCESSING"));
        (200, refund_of(&number, refund.1))
    }

    fn decide(
        request: &WireRequest,
        path: &str,
        ledger: &mut Ledger,
        now: DateTime<Utc>,
    ) -> (u16, Value) {
        let complaint = |status, code: &str| (status, json!({ "code": code, "message": code }));
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let route = path.split('?').next().unwrap();
        let named = route.strip_prefix("/v3/pay/transactions/out-trade-no/");
        if route == "/v3/certificates" {
            return (200, certificates());
        }
        if route == "/v3/pay/transactions/jsapi" {
            let number = body["out_trade_no"].as_str().unwrap().to_owned();
            let paid = ledger.orders.get(&number);
            if paid.is_some_and(|order| order.body != body || order.state != "NOTPAY") {
                return complaint(403, "OUT_TRADE_NO_USED");
            }
            let order = Order {
                transaction_id: format!("42{number}"),
                state: "NOTPAY",
                body,
            };
            let prepay_id = format!("wx{number}");
            ledger.orders.insert(number, order);
            return (200, json!({ "prepay_id": prepay_id }));
        }
        if let Some(number) = named.and_then(|rest| rest.strip_suffix("/close")) {
            return match ledger.orders.get_mut(number) {
                Some(order) if order.state == "SUCCESS" => complaint(400, "ORDERPAID"),
                Some(order) => {
                    order.state = "CLOSED";
                    (204, Value::Null)
                }
                None => complaint(404, "ORDER_NOT_EXIST"),
            };
        }
        if let Some(number) = named {
            return match ledger.orders.get(number) {
                Some(order) => (200, Self::transaction(number, order, Flaw::None, now)),
                None => complaint(404, "ORDER_NOT_EXIST"),
            };
        }
        if let Some(rest) = route.strip_prefix("/v3/refund/domestic/refunds") {
            return Self::refund(rest, body, ledger);
        }
        complaint(404, "NOT_FOUND")
    }
}

/// The present certificate, sealed for the merchant.
fn certificates() -> Value {
    let pem = test_file!("wechat_platform_cert");
    let sealed = ApiV3Key::new(API_V3_KEY).unwrap();
    let sealed = sealed
        .seal(pem.as_bytes(), "61f9c719728b", "certificate")
        .unwrap();
    json!({ "data": [{ "serial_no": certificate(pem).serial_hex(), "encrypt_certificate": sealed }] })
}

fn refund_of(number: &str, status: &str) -> Value {
    json!({ "refund_id": format!("50{number}"), "out_refund_no": number, "status": status })
}

fn sign(key: &SigningKey, serial: &str, at: DateTime<Utc>, body: &[u8]) -> Headers {
    let timestamp = at.timestamp().to_string();
    let mut message = format!("{timestamp}\n{NONCE}\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    vec![
        ("Wechatpay-Signature", key.sign(&message).unwrap()),
        ("Wechatpay-Timestamp", timestamp),
        ("Wechatpay-Nonce", NONCE.to_owned()),
        ("Wechatpay-Serial", serial.to_owned()),
    ]
}

impl Wire for WechatStub {
    fn call(&self, request: WireRequest) -> Called<'_> {
        Box::pin(async move {
            let now = *self.now.lock().unwrap();
            let path = request.url.strip_prefix(Self::BASE).unwrap().to_owned();
            let mut ledger = self.ledger.lock().unwrap();
            ledger.calls.push(format!("{} {path}", request.method));
            let trouble = ledger.troubles.pop_front();
            let lost = || Err(CallError::Unknown("no answer in time".to_owned()));
            if trouble == Some(Trouble::Lost) {
                return lost();
            }
            let (status, body) = match self.check(&request, &path, &mut ledger) {
                Ok(()) => Self::decide(&request, &path, &mut ledger, now),
                Err(wrong) => (401, wrong),
            };
            if trouble == Some(Trouble::LostAfterEffect) {
                return lost();
            }
            Ok(self.answer(status, &body, trouble == Some(Trouble::Forged)))
        })
    }
}
