use std::io::{self, Write as _};

/// Writes one line of a command's result to standard output.
pub(super) fn line(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{text}")?;
    // The server's one line must be seen at once, also through a pipe.
    output.flush()
}
