//! Who is calling: the first bytes of a link.

use tokio::time::{Instant, timeout_at};

use super::{Line, Registration};
use crate::limits::Limits;
use crate::meter::CollectorId;
use crate::observation::Quarantine;

/// Why a caller is not let in; nothing if it only went away again.
pub(crate) type Refused = Option<Quarantine>;

/// Waits for the caller's name. Costs no more than the limits, however slowly or busily it writes.
pub(crate) async fn register(
    line: &mut Line,
    registration: &Registration,
    limits: &Limits,
) -> Result<CollectorId, Refused> {
    let until = Instant::now() + limits.registration();
    match registration {
        Registration::Fixed(id) => Ok(id.clone()),
        Registration::Wrapped => wrapped(line, until).await,
        Registration::Text(prefix) => text(line, prefix, until, limits).await,
    }
}

/// Bytes that may come before the wrapper's first good frame.
const WRAPPED_BYTES_MAX: usize = 4096;

async fn wrapped(line: &mut Line, until: Instant) -> Result<CollectorId, Refused> {
    let mut bytes = 0;
    loop {
        match timeout_at(until, line.fill()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(None),
            Err(_) => return Err(Some(Quarantine::RegistrationTooSlow)),
        }
        bytes += line.filled();
        let taken = line.take().await.map_err(|_| None)?;
        if let Some(id) = taken.alive {
            return Ok(id);
        }
        if bytes > WRAPPED_BYTES_MAX {
            return Err(Some(Quarantine::RegistrationTooLong));
        }
    }
}

async fn text(
    line: &mut Line,
    prefix: &str,
    until: Instant,
    limits: &Limits,
) -> Result<CollectorId, Refused> {
    let mut held: Vec<u8> = Vec::new();
    let end = loop {
        let due = if held.is_empty() {
            until
        } else {
            until.min(Instant::now() + limits.registration_gap())
        };
        match timeout_at(due, line.fill()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(None),
            Err(_) if Instant::now() >= until => {
                return Err(Some(Quarantine::RegistrationTooSlow));
            }
            Err(_) => break held.len(),
        }
        let before = held.len();
        held.extend(line.take_raw());
        let ended = held.iter().skip(before).position(|byte| is_end(*byte));
        let end = ended.map(|place| before + place);
        if end.unwrap_or(held.len()) > limits.registration_bytes_max {
            return Err(Some(Quarantine::RegistrationTooLong));
        }
        if let Some(end) = end {
            break end;
        }
    };
    let (name, rest) = held.split_at(end);
    let unreadable = Some(Quarantine::RegistrationUnreadable);
    let name = std::str::from_utf8(name).map_err(|_| unreadable)?;
    let name = name.trim().strip_prefix(prefix).ok_or(unreadable)?;
    let id = name.trim().parse().map_err(|_| unreadable)?;
    let ends = rest.iter().take_while(|byte| is_end(**byte)).count();
    let rest = rest.get(ends..).unwrap_or_default();
    if !rest.is_empty() {
        line.put_back(rest);
    }
    Ok(id)
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0)
}
