//! The least HTTP needed to ask the server again and again on one connection.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::process::Logins;
use crate::Failure;

/// Somebody's browser.
pub(crate) struct Browser {
    connection: BufReader<TcpStream>,
    cookie: Option<String>,
}

impl Browser {
    async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let connection = TcpStream::connect(address).await?;
        connection.set_nodelay(true)?;
        Ok(Self {
            connection: BufReader::new(connection),
            cookie: None,
        })
    }

    pub(crate) async fn sign_in(address: SocketAddr, logins: &Logins) -> Result<Self, Failure> {
        let mut browser = Self::open(address).await?;
        let login = "mutation($input: StaffLoginInput!) { staffLogin(input: $input) {
            userErrors { code message } } }";
        let input = json!({ "login": logins.login, "password": logins.password });
        let data = browser.ask(login, &json!({ "input": input })).await?;
        if data["staffLogin"]["userErrors"] == json!([]) {
            Ok(browser)
        } else {
            Err(Failure::Program(data.to_string()))
        }
    }

    /// What shows whose browser it is.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Asks GraphQL; gives `data` of an answer without errors.
    pub(crate) async fn ask(&mut self, query: &str, variables: &Value) -> Result<Value, Failure> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let body = self.post("/graphql", &body).await?;
        let mut answer: Value = serde_json::from_slice(&body)?;
        if answer["errors"].is_null() {
            Ok(answer["data"].take())
        } else {
            Err(Failure::Program(answer.to_string()))
        }
    }

    async fn post(&mut self, path: &str, body: &str) -> Result<Vec<u8>, Failure> {
        let cookie = self.cookie.as_deref().unwrap_or_default();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\nCookie: {cookie}\r\n\
             X-Requested-With: chaobiao\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.connection.write_all(request.as_bytes()).await?;
        let mut length = None;
        loop {
            let mut line = String::new();
            if self.connection.read_line(&mut line).await? == 0 {
                return Err(Failure::Program("the server hung up".to_owned()));
            }
            let Some((name, value)) = line.trim().split_once(": ") else {
                if line.trim().is_empty() {
                    break;
                }
                continue;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().ok();
            } else if name.eq_ignore_ascii_case("set-cookie") {
                self.cookie = value.split(';').next().map(str::to_owned);
            }
        }
        let length =
            length.ok_or_else(|| Failure::Program("an answer without length".to_owned()))?;
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body).await?;
        Ok(body)
    }
}
