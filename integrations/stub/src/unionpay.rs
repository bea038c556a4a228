//! `UnionPay`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chaobiao_integrations::unionpay::{Chain, Fields, Merchant, UnionPay, UnionPayConfig};
use chaobiao_integrations::{
    Answer, CallError, Called, Certificate, SigningKey, Wire, WireRequest,
};
use chrono::{DateTime, Utc};

use crate::{Flaw, Trouble, Troubles, test_file};

#[derive(Debug)]
struct Order {
    fields: Fields,
    paid: bool,
}

#[derive(Debug, Default)]
struct Ledger {
    orders: BTreeMap<String, Order>,
    troubles: Troubles,
    backs: Vec<Fields>,
}

/// The gateway with its merchant 777290058110048.
#[derive(Debug)]
pub struct UnionPayStub {
    now: Mutex<DateTime<Utc>>,
    ledger: Mutex<Ledger>,
}

fn certificate(text: &str) -> Certificate {
    Certificate::from_pem(text).unwrap()
}

impl UnionPayStub {
    pub const MER_ID: &'static str = "777290058110048";

    pub fn new(now: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(now),
            ledger: Mutex::default(),
        })
    }

    /// Our client, set up for this gateway.
    pub fn client(self: &Arc<Self>) -> UnionPay {
        let config = UnionPayConfig {
            base_url: "http://127.0.0.1/unionpay".to_owned(),
            merchant: Merchant {
                mer_id: Self::MER_ID.to_owned(),
                key: SigningKey::from_pem(test_file!("merchant_key")).unwrap(),
                certificate: certificate(test_file!("merchant_cert")),
            },
            chain: Chain {
                root: certificate(test_file!("unionpay_root_cert")),
                middle: certificate(test_file!("unionpay_middle_cert")),
                sandbox: false,
            },
        };
        UnionPay::new(config, Arc::clone(self) as Arc<_>)
    }

    pub fn set_now(&self, now: DateTime<Utc>) {
        *self.now.lock().unwrap() = now;
    }

    pub fn trouble(&self, trouble: Trouble) {
        self.ledger.lock().unwrap().troubles.push_back(trouble);
    }

    /// The payer's browser posts our form; refused with the code a real gateway gives.
    pub fn post(&self, form: &[(String, String)]) -> Result<(), &'static str> {
        let mut fields = Fields::default();
        for (name, value) in form {
            fields.set(name, value.as_str());
        }
        check(&fields)?;
        let mut ledger = self.ledger.lock().unwrap();
        let number = fields.get("orderId").unwrap().to_owned();
        if ledger.orders.contains_key(&number) {
            return Err("12");
        }
        ledger.orders.insert(
            number,
            Order {
                fields,
                paid: false,
            },
        );
        Ok(())
    }

    pub fn pay(&self, order_no: &str) {
        self.ledger
            .lock()
            .unwrap()
            .orders
            .get_mut(order_no)
            .unwrap()
            .paid = true;
    }

    fn query_id(order_no: &str) -> String {
        let digits: String = order_no
            .bytes()
            .map(|byte| (byte % 10).to_string())
            .collect();
        format!("{:0<21}", &digits[..digits.len().min(21)])
    }

    /// A notice of an order that was paid, as a form.
    pub fn notice(&self, order_no: &str, flaw: Flaw) -> Vec<u8> {
        let order = self.ledger.lock().unwrap().orders[order_no].fields.clone();
        let of = |name: &str| order.get(name).unwrap().to_owned();
        let mut fields = Fields::default();
        for name in [
            "version",
            "encoding",
            "txnType",
            "txnSubType",
            "bizType",
            "accessType",
            "merId",
            "orderId",
            "txnTime",
            "txnAmt",
            "currencyCode",
        ] {
            fields.set(name, of(name));
        }
        fields.set("queryId", Self::query_id(order_no));
        fields.set("respCode", "00");
        fields.set("respMsg", "成功[0000000]");
        fields.set("accNo", "6216***********0018");
        fields.set("traceTime", &of("txnTime")[4..]);
        match flaw {
            Flaw::Amount(amount) => fields.set("txnAmt", amount.to_string()),
            Flaw::Merchant(merchant) => fields.set("merId", merchant),
            _ => {}
        }
        let mut signed = sign(fields, flaw);
        if flaw == Flaw::Changed {
            signed.set("txnAmt", "1");
        }
        signed.to_form().into_bytes()
    }

    fn query(ledger: &Ledger, fields: &Fields) -> Fields {
        let number = fields.get("orderId").unwrap_or_default();
        let known = ledger.orders.get(number);
        let known = known.filter(|order| order.fields.get("txnTime") == fields.get("txnTime"));
        let mut answer = Fields::default();
        let Some(order) = known else {
            return answer.with("respCode", "34");
        };
        for (name, value) in order.fields.iter() {
            if !["signature", "certId", "frontUrl", "backUrl"].contains(&name) {
                answer.set(name, value);
            }
        }
        answer.set("respCode", "00");
        if order.paid {
            answer.set("queryId", Self::query_id(number));
            answer.with("origRespCode", "00")
        } else {
            answer.with("origRespCode", "05")
        }
    }
}

fn sign(fields: Fields, flaw: Flaw) -> Fields {
    let (key, certificate) = match flaw {
        Flaw::Forged => (
            test_file!("foreign_sign_key"),
            test_file!("foreign_sign_cert"),
        ),
        Flaw::ExpiredCertificate => (
            test_file!("unionpay_expired_key"),
            test_file!("unionpay_expired_cert"),
        ),
        _ => (
            test_file!("unionpay_sign_key"),
            test_file!("unionpay_sign_cert"),
        ),
    };
    // The gateway signs as a merchant does, and sends its certificate along.
    let mer_id = fields
        .get("merId")
        .unwrap_or(UnionPayStub::MER_ID)
        .to_owned();
    let signer = Merchant {
        mer_id,
        key: SigningKey::from_pem(key).unwrap(),
        certificate: Certificate::from_pem(certificate).unwrap(),
    };
    signer
        .sign(&fields.with("signPubKeyCert", certificate))
        .unwrap()
}

/// What a gateway refuses at the door.
fn check(fields: &Fields) -> Result<(), &'static str> {
    let merchant = Certificate::from_pem(test_file!("merchant_cert")).unwrap();
    let signature = fields.get("signature").unwrap_or_default();
    let mut unsigned = fields.clone();
    unsigned.remove("signature");
    let same = Merchant {
        mer_id: UnionPayStub::MER_ID.to_owned(),
        key: SigningKey::from_pem(test_file!("merchant_key")).unwrap(),
        certificate: merchant.clone(),
    };
    let expected = same.sign(&unsigned).unwrap();
    if expected.get("signature") != Some(signature)
        || fields.get("certId") != Some(merchant.serial_decimal())
        || fields.iter().any(|(_, value)| value.is_empty())
    {
        return Err("11");
    }
    let number = fields.get("orderId").unwrap_or_default();
    if !(8..=32).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err("10");
    }
    let amount = fields.get("txnAmt").unwrap_or("1");
    if amount.starts_with('0') || !amount.bytes().all(|b| b.is_ascii_digit()) {
        return Err("10");
    }
    Ok(())
}

impl Wire for UnionPayStub {
    fn call(&self, request: WireRequest) -> Called<'_> {
        Box::pin(async move {
            let mut ledger = self.ledger.lock().unwrap();
            let trouble = ledger.troubles.pop_front();
            let lost = || Err(CallError::Unknown("no answer in time".to_owned()));
            if trouble == Some(Trouble::Lost) {
                return lost();
            }
            let fields = Fields::from_form(&request.body).unwrap();
            let answer = match check(&fields) {
                Err(code) => Fields::default().with("respCode", code),
                Ok(()) if request.url.ends_with("queryTrans.do") => Self::query(&ledger, &fields),
                Ok(()) => {
                    ledger.backs.push(fields);
                    Fields::default().with("respCode", "00")
                }
            };
            if trouble == Some(Trouble::LostAfterEffect) {
                return lost();
            }
            let flaw = if trouble == Some(Trouble::Forged) {
                Flaw::Forged
            } else {
                Flaw::None
            };
            Ok(Answer {
                status: 200,
                headers: Vec::new(),
                body: sign(answer, flaw).to_line().into_bytes(),
            })
        })
    }
}
