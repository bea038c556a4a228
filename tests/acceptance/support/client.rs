//! Somebody at a page: a session cookie, GraphQL, and photos.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use super::Answer;

/// One person's browser.
pub(crate) struct Client {
    pub(super) address: SocketAddr,
    cookie: Option<String>,
    keys: u32,
    name: String,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, name: &str) -> Self {
        Self {
            address,
            cookie: None,
            keys: 0,
            name: name.to_owned(),
        }
    }

    /// What the browser sends along: `name=value`.
    pub(crate) fn cookie(&self) -> Option<String> {
        self.cookie.clone()
    }

    /// A key nobody has used in this test.
    pub(crate) fn new_key(&mut self) -> String {
        self.keys += 1;
        format!("test-key-{}-{:08}", self.name, self.keys)
    }

    /// Asks, and gives the whole answer: `data` and `errors`.
    pub(crate) fn ask(&mut self, query: &str, variables: &Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self.post("/graphql", "application/json", body.as_bytes());
        serde_json::from_str(&answer.body)
            .unwrap_or_else(|error| panic!("{error} in the answer {}", answer.body))
    }

    /// Asks what must be answered, and gives `data`.
    pub(crate) fn query(&mut self, query: &str, variables: &Value) -> Value {
        let mut answer = self.ask(query, variables);
        assert!(answer["errors"].is_null(), "{query}: {answer}");
        answer["data"].take()
    }

    /// One mutation with its input; gives the payload. `fields` are those asked for beside
    /// `userErrors`. A key is added where the input has none.
    pub(crate) fn mutate(&mut self, name: &str, mut input: Value, fields: &str) -> Value {
        if input["idempotencyKey"].is_null() && !KEYLESS.contains(&name) {
            input["idempotencyKey"] = self.new_key().into();
        }
        let mut type_name = name.to_owned();
        type_name[..1].make_ascii_uppercase();
        let query = format!(
            "mutation($input: {type_name}Input!) {{ {name}(input: $input) {{ {fields} \
             userErrors {{ code message field }} }} }}"
        );
        let mut data = self.query(&query, &json!({ "input": input }));
        data[name].take()
    }

    /// A mutation that must be accepted.
    pub(crate) fn must(&mut self, name: &str, input: Value, fields: &str) -> Value {
        let payload = self.mutate(name, input, fields);
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        payload
    }

    /// A mutation that must be refused: its code and field.
    pub(crate) fn refused(&mut self, name: &str, input: Value) -> (String, String) {
        let payload = self.mutate(name, input, "");
        let error = &payload["userErrors"][0];
        let message = error["message"].as_str().unwrap_or_default();
        assert!(!message.is_ascii(), "the message is Chinese: {payload}");
        let field = error["field"].as_array().map_or_else(String::new, |path| {
            path.iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(".")
        });
        (error["code"].as_str().unwrap_or_default().to_owned(), field)
    }

    /// The code of the top-level error of an answer.
    pub(crate) fn error_code(&mut self, query: &str, variables: &Value) -> String {
        let answer = self.ask(query, variables);
        answer["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no error code in {answer}"))
            .to_owned()
    }

    /// Uploads bytes as a photo.
    pub(crate) fn upload(&mut self, bytes: &[u8]) -> Answer {
        const BOUNDARY: &str = "----chaobiao-test-boundary";
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"photo\"; \
             filename=\"dial.png\"\r\nContent-Type: image/png\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        self.post(
            "/photos",
            &format!("multipart/form-data; boundary={BOUNDARY}"),
            &body,
        )
    }

    /// Uploads a picture of a dial and gives its hash.
    pub(crate) fn photograph(&mut self, shade: u8) -> String {
        let answer = self.upload(&dial(shade));
        let body: Value = serde_json::from_str(&answer.body)
            .unwrap_or_else(|_| panic!("{}: {}", answer.status, answer.body));
        body["hash"]
            .as_str()
            .unwrap_or_else(|| panic!("{body}"))
            .to_owned()
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "text/plain", &[])
    }

    pub(crate) fn post(&mut self, path: &str, content_type: &str, body: &[u8]) -> Answer {
        self.send("POST", path, content_type, body)
    }

    /// A file with its bytes as they came.
    pub(crate) fn download(&mut self, path: &str) -> (Answer, Vec<u8>) {
        let bytes = self.exchange("GET", path, "text/plain", &[]);
        let answer = Answer::parse(&String::from_utf8_lossy(&bytes));
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        (answer, bytes[end.unwrap() + 4..].to_vec())
    }

    fn send(&mut self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Answer {
        let bytes = self.exchange(method, path, content_type, body);
        let answer = Answer::parse(&String::from_utf8_lossy(&bytes));
        if let Some(cookie) = answer.header("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            self.cookie = Some(original_case(&bytes, pair));
        }
        answer
    }

    fn exchange(&mut self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        let cookie = self
            .cookie
            .as_ref()
            .map(|c| format!("Cookie: {c}\r\n"))
            .unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{cookie}\
             X-Requested-With: chaobiao\r\nContent-Type: {content_type}\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        )
        .unwrap();
        // The server may refuse a large body before it has read all of it.
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        bytes
    }
}

/// Mutations without an idempotency key: they open and close the door.
const KEYLESS: [&str; 6] = [
    "requestPhoneCode",
    "loginWithWechat",
    "customerLogin",
    "staffLogin",
    "changePassword",
    "resetPassword",
];

/// [`Answer`] keeps its head in lower case; a cookie's value must come back as it was.
fn original_case(bytes: &[u8], lower: &str) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let start = text.to_ascii_lowercase().find(lower).unwrap_or_default();
    text[start..start + lower.len()].to_owned()
}

/// A small picture: PNG, one shade of grey, so that every shade has a hash of its own.
pub(crate) fn dial(shade: u8) -> Vec<u8> {
    let picture = image::GrayImage::from_pixel(32, 16, image::Luma([shade]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}
