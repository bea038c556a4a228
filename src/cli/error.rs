use std::error::Error;
use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use chaobiao_embedded_postgres::EmbeddedError;

use crate::database::OpenError;

const FAILED: u8 = 1;
/// Scripts tell "already running" from other failures by this status.
const ALREADY_RUNNING: u8 = 3;
/// Everything went as it should, but for some rows of the file.
const ROWS_REFUSED: u8 = 2;

/// Some rows of an imported file were refused; the others were taken in.
#[derive(Debug, thiserror::Error)]
#[error("{0} 行被退回")]
pub(super) struct RowsRefused(pub(super) usize);

/// A file was compared, and does not agree with what is recorded.
#[derive(Debug, thiserror::Error)]
#[error("{0} 项差异待核查")]
pub(super) struct DifferencesFound(pub(super) usize);

/// Any failure of a command, with the exit status it deserves. It does not implement `Error`, so
/// that `?` turns every error type into it.
#[derive(Debug)]
pub struct CommandError(Box<dyn Error + Send + Sync>);

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for CommandError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl CommandError {
    /// Prints the error and its causes to standard error.
    pub(super) fn report(&self) -> ExitCode {
        // `chaobiao … | head` closes the pipe early; nothing is wrong with that.
        if self.causes().any(is_broken_pipe) {
            return ExitCode::SUCCESS;
        }
        let mut text = format!("错误：{}\n", self.0);
        let mut last = self.0.to_string();
        for cause in self.causes().skip(1) {
            let message = cause.to_string();
            // A transparent error repeats its inner one.
            if message != last {
                text.push_str("  原因：");
                text.push_str(&message);
                text.push('\n');
                last = message;
            }
        }
        // With standard error closed there is nobody to tell.
        let _ = io::stderr().lock().write_all(text.as_bytes());
        ExitCode::from(self.status())
    }

    fn status(&self) -> u8 {
        let running = self.causes().any(|cause| {
            matches!(
                cause.downcast_ref(),
                Some(OpenError::Embedded(EmbeddedError::AlreadyRunning { .. }))
            )
        });
        let refused = |cause: &(dyn Error + 'static)| {
            cause.is::<RowsRefused>() || cause.is::<DifferencesFound>()
        };
        if running {
            ALREADY_RUNNING
        } else if self.causes().any(refused) {
            ROWS_REFUSED
        } else {
            FAILED
        }
    }

    fn causes(&self) -> impl Iterator<Item = &(dyn Error + 'static)> {
        let first: &(dyn Error + 'static) = self.0.as_ref();
        std::iter::successors(Some(first), |cause: &&'_ (dyn Error + 'static)| {
            (*cause).source()
        })
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
