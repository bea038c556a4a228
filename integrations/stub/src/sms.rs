//! Tencent Cloud and Alibaba Cloud SMS, on one port; which of them is meant shows in the headers.

mod aliyun;
mod tencent;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use ring::{digest, hmac};

use crate::listen::{Listening, Reply, Request};

/// The next call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsTrouble {
    /// The message goes out, and the connection breaks before anything is said.
    LostAfterSending,
    /// The message goes out, and the answer does not come while anybody waits.
    Slow,
    /// A machine in between is sorry, with 503.
    Broken,
    /// The provider's own fault, as its JSON.
    InternalError,
    OutOfMoney,
    TooManyCalls,
}

/// A message that has reached its phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub provider: &'static str,
    pub phone: String,
    pub template: String,
    /// Tencent's have no names; they are numbered from 1.
    pub values: BTreeMap<String, String>,
    pub reference: String,
    at: DateTime<Utc>,
}

#[derive(Debug)]
struct Ledger {
    received: Vec<Received>,
    nonces: BTreeSet<String>,
    troubles: VecDeque<SmsTrouble>,
    calls: usize,
    clock: fn() -> DateTime<Utc>,
}

/// What is wrong with a message, as one provider says it.
enum Refusal {
    Template,
    Values,
    Phone,
    Limit,
}

impl Ledger {
    fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// Takes a message in as the phone company would. Two templates are approved: one with a code
    /// of digits and minutes, one with any text.
    fn take(&mut self, message: Received, pause: TimeDelta) -> Result<(), Refusal> {
        let digits = |text: &String| text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit());
        let values: Vec<&String> = message.values.values().collect();
        match message.template.trim_start_matches("SMS_") {
            "1110" if values.len() == 2 && values.iter().copied().all(digits) => {}
            "1111" if values.len() == 1 => {}
            "1110" | "1111" => return Err(Refusal::Values),
            _ => return Err(Refusal::Template),
        }
        if message.phone.len() != 11 || !message.phone.starts_with('1') {
            return Err(Refusal::Phone);
        }
        let code = message.template.ends_with("1110");
        let earlier = self.received.iter().filter(|earlier| {
            earlier.phone == message.phone && earlier.template == message.template
        });
        if code
            && earlier
                .clone()
                .any(|earlier| message.at - earlier.at < pause)
        {
            return Err(Refusal::Limit);
        }
        self.received.push(message);
        Ok(())
    }
}

/// Both providers, listening; they end when this is dropped.
#[derive(Debug)]
pub struct SmsStub {
    ledger: Arc<Mutex<Ledger>>,
    listening: Mutex<Option<Listening>>,
    address: SocketAddr,
}

impl SmsStub {
    pub const KEY_ID: &'static str = "AKIDtestonlytestonly";
    pub const SECRET: &'static str = "test-only-secret-of-a-provider";
    pub const APP_ID: &'static str = "1400006666";
    pub const SIGN_NAME: &'static str = "水电管理中心";

    /// On any free port.
    pub fn start(clock: fn() -> DateTime<Utc>) -> Self {
        let ledger = Arc::new(Mutex::new(Ledger {
            received: Vec::new(),
            nonces: BTreeSet::new(),
            troubles: VecDeque::new(),
            calls: 0,
            clock,
        }));
        let listening = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &ledger);
        Self {
            address: listening.address,
            listening: Mutex::new(Some(listening)),
            ledger,
        }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Nobody listens any more.
    pub fn stop(&self) {
        *self.listening.lock().unwrap() = None;
    }

    /// On the same port as before.
    pub fn start_again(&self) {
        *self.listening.lock().unwrap() = Some(listen(self.address, &self.ledger));
    }

    pub fn trouble(&self, trouble: SmsTrouble) {
        self.ledger.lock().unwrap().troubles.push_back(trouble);
    }

    pub fn received(&self) -> Vec<Received> {
        self.ledger.lock().unwrap().received.clone()
    }

    /// How many calls there were, good or bad.
    pub fn calls(&self) -> usize {
        self.ledger.lock().unwrap().calls
    }
}

fn listen(address: SocketAddr, ledger: &Arc<Mutex<Ledger>>) -> Listening {
    let ledger = Arc::clone(ledger);
    Listening::start(address, move |request| {
        answer(&mut ledger.lock().unwrap(), request)
    })
}

fn answer(ledger: &mut Ledger, request: &Request) -> Reply {
    ledger.calls += 1;
    let trouble = ledger.troubles.pop_front();
    if trouble == Some(SmsTrouble::Broken) {
        return Reply::Html(503);
    }
    let reply = if request.header("x-tc-action").is_empty() {
        aliyun::answer(ledger, request, trouble)
    } else {
        tencent::answer(ledger, request, trouble)
    };
    match trouble {
        Some(SmsTrouble::LostAfterSending) => Reply::Silence,
        Some(SmsTrouble::Slow) => Reply::Never,
        _ => reply,
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
}
