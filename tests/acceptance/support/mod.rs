//! A server process of its own for one test, and the least HTTP needed to talk to it.

#![allow(dead_code, reason = "every test file uses its own part of this")]
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

pub(crate) mod centre;
pub(crate) mod client;
pub(crate) mod home;
pub(crate) mod stand;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// The binary, without any configuration of the developer's own environment.
pub(crate) fn chaobiao(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chaobiao"));
    for (name, _) in std::env::vars_os() {
        let ours = name.to_string_lossy().starts_with("CHAOBIAO_") && name != "CHAOBIAO_PG_BIN";
        if ours || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    // A round that begins in the middle of a test would only disturb it.
    command.env("CHAOBIAO_VERIFICATION__INTERVAL_HOURS", "0");
    command.arg("--data-dir").arg(data_dir).stdin(Stdio::null());
    command
}

pub(crate) fn run(mut command: Command) -> Output {
    command.output().unwrap()
}

/// A running server; killed when dropped, so that a failed test leaves none.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it printed before its address.
    pub(crate) said: String,
}

impl Server {
    /// Starts `command` with `serve` on any free port and waits for its address.
    pub(crate) fn start(mut command: Command, arguments: &[&str]) -> Self {
        command
            .arg("serve")
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().unwrap().unwrap();
            if let Some((_, address)) = line.trim().split_once("http://") {
                break address.parse().unwrap();
            }
            said = format!("{said}{line}\n");
        };
        Self {
            child,
            address,
            said,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(name, self.child.id());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + Duration::from_mins(1);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not end in a minute");
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::parse(&String::from_utf8_lossy(&bytes))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn signal(name: &str, pid: u32) {
    assert!(
        Command::new("kill")
            .args([name, &pid.to_string()])
            .status()
            .unwrap()
            .success()
    );
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        Self {
            status,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// The main process of the embedded cluster, while there is one.
pub(crate) fn postmaster(data_dir: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(data_dir.join("postgres/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok()
}

/// Ends a cluster whose server was killed on purpose, and removes its socket's directory.
pub(crate) fn stop_orphan(data_dir: &Path) {
    let Ok(text) = std::fs::read_to_string(data_dir.join("postgres/postmaster.pid")) else {
        return;
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let _ = Command::new("kill").args(["-QUIT", lines[0]]).status();
    if let Some(socket_directory) = lines.get(4).filter(|path| !path.is_empty()) {
        let _ = std::fs::remove_dir_all(socket_directory);
    }
}
