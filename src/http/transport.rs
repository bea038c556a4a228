//! graphql-transport-ws with the close codes its specification names (ADR 0013).
//!
//! async-graphql answers the messages; this watches over their order and says with which code a
//! socket ends where that would close it with another one or not at all.

use std::collections::HashSet;
use std::time::Duration;

use async_graphql::http::{
    ClientMessage, WebSocket as Conversation, WebSocketProtocols, WsMessage,
};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::StreamExt as _;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;

use super::socket::Socket;

pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// Who opens a socket begins to speak within this time.
const INIT_WITHIN: Duration = Duration::from_secs(10);
/// Messages that may wait while others are worked on.
const MESSAGES_WAITING_MAX: usize = 64;

/// Why the server ends a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Closing(u16, String);

impl Closing {
    fn invalid_message() -> Self {
        Self(4400, "Invalid message".to_owned())
    }

    fn unauthorized() -> Self {
        Self(4401, "Unauthorized".to_owned())
    }

    fn no_common_protocol() -> Self {
        Self(4406, "Subprotocol not acceptable".to_owned())
    }

    fn init_timeout() -> Self {
        Self(4408, "Connection initialisation timeout".to_owned())
    }

    fn subscriber_exists(id: &str) -> Self {
        // The reason of a close frame has room for 123 bytes.
        let id: String = id.chars().take(20).collect();
        Self(4409, format!("Subscriber for {id} already exists"))
    }

    fn too_many_inits() -> Self {
        Self(4429, "Too many initialisation requests".to_owned())
    }

    /// Policy violation (RFC 6455).
    fn flood() -> Self {
        Self(1008, "Too many messages at once".to_owned())
    }
}

/// What has been said so far.
#[derive(Debug, Default)]
struct Order {
    begun: bool,
    acknowledged: bool,
    live: HashSet<String>,
}

/// What of the server's own messages matters for the order.
#[derive(Deserialize)]
struct Said {
    r#type: String,
    id: Option<String>,
}

impl Order {
    /// Reads what the client says, or tells why that ends the socket.
    fn admit(&mut self, bytes: &[u8]) -> Result<ClientMessage, Closing> {
        let message = ClientMessage::from_bytes(bytes).map_err(|_| Closing::invalid_message())?;
        match &message {
            ClientMessage::ConnectionInit { .. } => {
                if std::mem::replace(&mut self.begun, true) {
                    return Err(Closing::too_many_inits());
                }
            }
            ClientMessage::Start { id, .. } => {
                if !self.acknowledged {
                    return Err(Closing::unauthorized());
                }
                if !self.live.insert(id.clone()) {
                    return Err(Closing::subscriber_exists(id));
                }
            }
            ClientMessage::Stop { id } => drop(self.live.remove(id)),
            // The older protocol's word.
            ClientMessage::ConnectionTerminate => return Err(Closing::invalid_message()),
            ClientMessage::Ping { .. } | ClientMessage::Pong { .. } => {}
        }
        Ok(message)
    }

    fn note(&mut self, text: &str) {
        let Ok(Said { r#type, id }) = serde_json::from_str(text) else {
            return;
        };
        match (r#type.as_str(), id) {
            ("connection_ack", _) => self.acknowledged = true,
            ("complete" | "error", Some(id)) => drop(self.live.remove(&id)),
            _ => {}
        }
    }
}

/// Speaks with one client to the end.
pub(super) async fn converse(mut stream: WebSocket, socket: Socket) {
    let closing = if stream.protocol().is_some_and(|name| name == PROTOCOL) {
        conversation(&mut stream, socket).await
    } else {
        Some(Closing::no_common_protocol())
    };
    if let Some(Closing(code, reason)) = closing {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        // The client may be gone already.
        drop(stream.send(Message::Close(Some(frame))).await);
    }
}

/// `None` when the client ended it.
async fn conversation(stream: &mut WebSocket, socket: Socket) -> Option<Closing> {
    let (heard, messages) = mpsc::channel(MESSAGES_WAITING_MAX);
    let messages = ReceiverStream::new(messages).map(Ok);
    let protocol = WebSocketProtocols::GraphQLWS;
    let mut answers = Conversation::from_message_stream(socket, messages, protocol);
    let mut order = Order::default();
    let begin_by = Instant::now() + INIT_WITHIN;
    loop {
        tokio::select! {
            () = sleep_until(begin_by), if !order.begun => return Some(Closing::init_timeout()),
            message = stream.recv() => {
                let bytes = match message {
                    Some(Ok(Message::Text(text))) => text.as_bytes().to_vec(),
                    Some(Ok(Message::Binary(bytes))) => bytes.to_vec(),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                };
                match order.admit(&bytes) {
                    Ok(message) => {
                        if heard.try_send(message).is_err() {
                            return Some(Closing::flood());
                        }
                    }
                    Err(closing) => return Some(closing),
                }
            }
            answer = answers.next() => match answer {
                Some(WsMessage::Text(text)) => {
                    order.note(&text);
                    if stream.send(Message::Text(text.into())).await.is_err() {
                        return None;
                    }
                }
                Some(WsMessage::Close(code, reason)) => return Some(Closing(code, reason)),
                None => return None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INIT: &[u8] = br#"{"type":"connection_init"}"#;

    fn subscribe(id: &str) -> Vec<u8> {
        format!(r#"{{"type":"subscribe","id":"{id}","payload":{{"query":"{{ a }}"}}}}"#).into()
    }

    fn code(answer: Result<ClientMessage, Closing>) -> u16 {
        answer.map_or_else(|Closing(code, _)| code, |_| 0)
    }

    #[test]
    fn what_is_out_of_order_ends_the_socket_with_its_own_code() {
        let mut order = Order::default();
        assert_eq!(code(order.admit(b"nonsense")), 4400);
        assert_eq!(code(order.admit(&subscribe("1"))), 4401);
        assert_eq!(code(order.admit(INIT)), 0);
        assert_eq!(
            code(order.admit(&subscribe("1"))),
            4401,
            "not acknowledged yet"
        );
        order.note(r#"{"type":"connection_ack"}"#);
        assert_eq!(code(order.admit(&subscribe("1"))), 0);
        assert_eq!(code(order.admit(&subscribe("1"))), 4409);
        assert_eq!(code(order.admit(INIT)), 4429);
    }

    #[test]
    fn an_id_is_free_again_when_either_side_has_ended_it() {
        let mut order = Order {
            begun: true,
            acknowledged: true,
            ..Order::default()
        };
        for end in ["server", "client"] {
            assert_eq!(code(order.admit(&subscribe("1"))), 0, "{end}");
            match end {
                "server" => order.note(r#"{"type":"complete","id":"1"}"#),
                _ => assert_eq!(code(order.admit(br#"{"type":"complete","id":"1"}"#)), 0),
            }
        }
        assert_eq!(code(order.admit(&subscribe("1"))), 0);
    }
}
