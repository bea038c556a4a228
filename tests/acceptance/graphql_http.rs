//! `/graphql` as the transport: media types, statuses, the header against forged requests, sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic in its helpers, too"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::Answer;
use crate::support::centre::{ALL_DESKS, Centre};
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;
use tungstenite::{Message, WebSocket};

const ME: &str = r#"{"query":"{ me { kind } }"}"#;

fn send(centre: &Centre, method: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(centre.server.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let headers: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    write!(
        stream,
        "{method} /graphql HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{}\
         Content-Length: {}\r\n\r\n{body}",
        headers.concat(),
        body.len()
    )
    .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Answer::parse(&String::from_utf8_lossy(&bytes))
}

const OURS: (&str, &str) = ("X-Requested-With", "chaobiao");
const JSON: (&str, &str) = ("Content-Type", "application/json");

#[tokio::test]
async fn a_post_is_answered_in_the_type_that_was_asked_for() {
    let centre = Centre::new().await;
    let plain = send(&centre, "POST", &[OURS, JSON], ME);
    assert_eq!(plain.status, 200);
    assert_eq!(
        plain.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(plain.header("cache-control"), Some("no-store"));
    let accept = (
        "Accept",
        "application/graphql-response+json, application/json;q=0.9",
    );
    let modern = send(&centre, "POST", &[OURS, JSON, accept], ME);
    let expected = "application/graphql-response+json; charset=utf-8";
    assert_eq!(modern.header("content-type"), Some(expected));
    assert_eq!(modern.body, r#"{"data":{"me":{"kind":"ANONYMOUS"}}}"#);
    assert_eq!(
        send(&centre, "POST", &[OURS, JSON, ("Accept", "text/html")], ME).status,
        406
    );
}

#[tokio::test]
async fn what_another_site_can_send_is_refused() {
    let centre = Centre::new().await;
    assert_eq!(
        send(&centre, "POST", &[JSON], ME).status,
        400,
        "without our header"
    );
    let form = ("Content-Type", "text/plain");
    assert_eq!(send(&centre, "POST", &[OURS, form], ME).status, 415);
    let get = send(&centre, "GET", &[OURS], "");
    assert_eq!((get.status, get.header("allow")), (405, Some("post")));
    assert_eq!(send(&centre, "DELETE", &[OURS], "").status, 405);
}

#[tokio::test]
async fn the_status_tells_what_was_wrong() {
    let centre = Centre::new().await;
    let padded = json!({ "query": format!("{{ me {{ kind }} }} #{}", "x".repeat(70_000)) });
    let padded = padded.to_string();
    for (body, status, code) in [
        ("nonsense", 400, "BAD_REQUEST"),
        (r#"{"query":"{ me"}"#, 400, "GRAPHQL_PARSE_FAILED"),
        (
            r#"{"query":"{ nothing }"}"#,
            422,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            r#"{"query":"{ __schema { types { name } } }"}"#,
            200,
            // In production the schema is not told.
            r#"{"__schema":null}"#,
        ),
        (
            r#"{"query":"{ bindingQueue { totalCount } }"}"#,
            401,
            "UNAUTHENTICATED",
        ),
        (padded.as_str(), 413, ""),
    ] {
        let answer = send(&centre, "POST", &[OURS, JSON], body);
        let shown = &body[..body.len().min(60)];
        assert_eq!(answer.status, status, "{shown}: {}", answer.body);
        assert!(answer.body.contains(code), "{shown}: {}", answer.body);
    }
}

type Socket = WebSocket<TcpStream>;

fn open(centre: &Centre, cookie: &str, origin: &str) -> Result<Socket, tungstenite::Error> {
    open_as(centre, "graphql-transport-ws", cookie, origin)
}

fn open_as(
    centre: &Centre,
    protocol: &'static str,
    cookie: &str,
    origin: &str,
) -> Result<Socket, tungstenite::Error> {
    let address = centre.server.address;
    let mut request = format!("ws://{address}/graphql").into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", HeaderValue::from_static(protocol));
    headers.insert("Cookie", HeaderValue::from_str(cookie).unwrap());
    headers.insert("Origin", HeaderValue::from_str(origin).unwrap());
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    match tungstenite::client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(error)) => Err(error),
        Err(tungstenite::HandshakeError::Interrupted(_)) => panic!("the handshake hangs"),
    }
}

fn tell(socket: &mut Socket, message: &Value) {
    socket.send(Message::text(message.to_string())).unwrap();
}

fn hear(socket: &mut Socket) -> Value {
    loop {
        if let Message::Text(text) = socket.read().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[tokio::test]
async fn a_socket_carries_subscriptions_for_its_session_and_nothing_else() {
    let mut centre = Centre::equipped().await;
    let manager = centre.staff("m1", &["MANAGER"]);
    let cookie = manager.cookie().unwrap();
    let site = format!("http://{}", centre.server.address);
    assert!(open(&centre, &cookie, "https://evil.example").is_err());

    let mut socket = open(&centre, &cookie, &site).unwrap();
    tell(&mut socket, &json!({ "type": "connection_init" }));
    assert_eq!(hear(&mut socket)["type"], "connection_ack");
    let subscribe = |id: &str, query: &str| json!({ "id": id, "type": "subscribe", "payload": { "query": query } });
    tell(
        &mut socket,
        &subscribe("1", "subscription { workQueueChanged { bindingsPending } }"),
    );
    let first = hear(&mut socket);
    assert_eq!(
        (&first["type"], &first["id"]),
        (&json!("next"), &json!("1"))
    );
    assert_eq!(
        first["payload"]["data"]["workQueueChanged"]["bindingsPending"],
        0
    );

    tell(
        &mut socket,
        &subscribe("2", "mutation { logoutEverywhere { userErrors { code } } }"),
    );
    let refused = hear(&mut socket);
    assert_eq!(refused["id"], "2");
    assert_eq!(
        refused["payload"]["errors"][0]["extensions"]["code"],
        "BAD_REQUEST"
    );
}

/// A subscription of the work queue; `heard` is what the last answer was called.
fn watch(socket: &mut Socket, id: &str, heard: Option<&Value>) {
    let mut payload = json!({ "query": "subscription { workQueueChanged { bindingsPending } }" });
    if let Some(heard) = heard {
        payload["extensions"] = json!({ "after": heard });
    }
    tell(
        socket,
        &json!({ "id": id, "type": "subscribe", "payload": payload }),
    );
}

#[tokio::test]
async fn x8_whoever_comes_back_is_told_what_has_changed_since_and_nothing_else() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    let cookie = manager.cookie().unwrap();
    let site = format!("http://{}", centre.server.address);
    let connect = || {
        let mut socket = open(&centre, &cookie, &site).unwrap();
        tell(&mut socket, &json!({ "type": "connection_init" }));
        assert_eq!(hear(&mut socket)["type"], "connection_ack");
        socket
    };
    let mut socket = connect();
    watch(&mut socket, "1", None);
    let first = hear(&mut socket);
    let cursor = &first["payload"]["extensions"]["cursor"];
    assert!(cursor.is_string(), "{first}");

    // Nothing has happened: what is heard first belongs to somebody who has heard nothing yet.
    let mut socket = connect();
    watch(&mut socket, "1", Some(cursor));
    std::thread::sleep(Duration::from_millis(500));
    watch(&mut socket, "2", None);
    let heard = hear(&mut socket);
    assert_eq!(heard["id"], "2");
    assert_eq!(&heard["payload"]["extensions"]["cursor"], cursor);

    // Something did.
    let mut resident = centre.customer("13800138000", "RESIDENT");
    Centre::household(&mut manager, "8001", "王芳");
    let request = json!({ "accountNo": "8001", "holderName": "王芳" });
    resident.must("requestBinding", request, "pending");
    let mut socket = connect();
    watch(&mut socket, "1", Some(cursor));
    let told = hear(&mut socket);
    let data = &told["payload"]["data"];
    assert_eq!(data["workQueueChanged"]["bindingsPending"], 1, "{told}");
    assert_ne!(&told["payload"]["extensions"]["cursor"], cursor);
}

/// The code a socket is closed with after these messages.
fn closed_after(mut socket: Socket, messages: &[Value]) -> u16 {
    for message in messages {
        tell(&mut socket, message);
        if message["type"] == "connection_init" && message["again"].is_null() {
            assert_eq!(hear(&mut socket)["type"], "connection_ack");
        }
    }
    loop {
        if let Message::Close(frame) = socket.read().unwrap() {
            return frame.unwrap().code.into();
        }
    }
}

#[tokio::test]
async fn a_socket_closes_with_the_codes_of_its_protocol() {
    let mut centre = Centre::equipped().await;
    let cookie = centre.staff("m1", &["MANAGER"]).cookie().unwrap();
    let site = format!("http://{}", centre.server.address);
    let init = json!({ "type": "connection_init" });
    let again = json!({ "type": "connection_init", "again": true });
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": {
        "query": "subscription { workQueueChanged { bindingsPending } }" } });
    let nonsense = json!({ "type": "nonsense" });
    for (code, messages) in [
        (4400, vec![nonsense.clone()]),
        (4400, vec![init.clone(), nonsense]),
        (4401, vec![subscribe.clone()]),
        (4409, vec![init.clone(), subscribe.clone(), subscribe]),
        (4429, vec![init, again]),
        (4408, vec![]),
    ] {
        let socket = open(&centre, &cookie, &site).unwrap();
        assert_eq!(closed_after(socket, &messages), code, "{messages:?}");
    }
}
