//! The program as a child process.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::Failure;

/// Who manages the demo campus, and who looks after its meters, as `chaobiao demo` names the logins.
const MANAGER: &str = "lu.zhiyuan";
const TECHNICIAN: &str = "tie.shan";

pub(crate) struct Program {
    binary: PathBuf,
    pub(crate) data_dir: PathBuf,
}

/// Those of the campus's staff who are asked in the name of.
pub(crate) struct Staff {
    /// May look at everything.
    pub(crate) manager: Logins,
    /// May hand in what devices have read.
    pub(crate) technician: Logins,
}

pub(crate) struct Logins {
    pub(crate) login: &'static str,
    pub(crate) password: String,
}

/// Resident memory in megabytes, now and at its greatest.
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) most: u64,
}

impl Program {
    pub(crate) fn new(binary: PathBuf, data_dir: PathBuf) -> Self {
        Self { binary, data_dir }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .arg("--data-dir")
            .arg(&self.data_dir)
            .env_remove("DATABASE_URL")
            // A round that begins in the middle would be measured with the rest.
            .env("CHAOBIAO_VERIFICATION__INTERVAL_HOURS", "0")
            .stdin(Stdio::null());
        command
    }

    /// Runs to the end; what it says is an error unless it went well.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let output = self.command().args(arguments).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(said);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(Failure::Program(format!("{arguments:?}: {said}{errors}")))
    }

    /// A campus of fourteen months.
    pub(crate) fn make_campus(&self, meters: u32) -> Result<Staff, Failure> {
        let said = self.run(&["demo", "--meters", &meters.to_string()])?;
        let of = |login: &'static str| {
            let mut words = said.lines().map(|line| line.split_whitespace());
            let password =
                words.find_map(|mut words| (words.next() == Some(login)).then(|| words.next())?);
            match password {
                Some(password) => Ok(Logins {
                    login,
                    password: password.to_owned(),
                }),
                None => Err(Failure::Program(format!("no {login} in: {said}"))),
            }
        };
        Ok(Staff {
            manager: of(MANAGER)?,
            technician: of(TECHNICIAN)?,
        })
    }

    /// Starts the server and waits until it listens.
    pub(crate) fn serve(&self) -> Result<Server, Failure> {
        let mut child = self
            .command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut lines = child
            .stdout
            .take()
            .map(BufReader::new)
            .into_iter()
            .flat_map(BufReader::lines);
        let address = lines.find_map(|line| {
            let line = line.ok()?;
            line.trim().split_once("http://")?.1.parse().ok()
        });
        match address {
            Some(address) => Ok(Server { child, address }),
            None => Err(Failure::Program("the server did not start".to_owned())),
        }
    }
}

/// Killed when dropped without [`Server::stop`].
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn memory(&self) -> Result<Memory, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
            Some(kilobytes.div_ceil(1024))
        };
        match (megabytes("VmRSS:"), megabytes("VmHWM:")) {
            (Some(now), Some(most)) => Ok(Memory { now, most }),
            _ => Err(Failure::Program(format!("no memory in: {status}"))),
        }
    }

    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status()?;
        if told.success() {
            self.child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Of a server that has stopped there is nothing to kill or to wait for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
