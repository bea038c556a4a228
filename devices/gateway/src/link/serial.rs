//! A serial device file. Speed and parity are set before (`stty -F /dev/ttyS1 2400 cs8 parenb
//! -parodd -cstopb raw -echo`): what opens here is bytes.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use tokio::io::Join;
use tokio::net::unix::pipe::{Receiver, Sender};

/// `O_NONBLOCK | O_NOCTTY` of Linux on the machines we build for: waiting is the runtime's, and a
/// device that hangs up must not end the process.
const FLAGS: i32 = 0o4000 | 0o400;

/// An open device: one handle for each direction.
pub type SerialDevice = Join<Receiver, Sender>;

/// Opens a device file for both directions.
pub fn open(path: &Path) -> io::Result<SerialDevice> {
    let reads = Receiver::from_file_unchecked(file(path)?)?;
    let writes = Sender::from_file_unchecked(file(path)?)?;
    Ok(tokio::io::join(reads, writes))
}

fn file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .custom_flags(FLAGS)
        .open(path)
}
