//! What anybody on the other end may cost us.

use std::time::Duration;

use serde::Deserialize;

/// Caps and patience. Whoever goes beyond them is cut off and told of; others are not touched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Open links of all kinds, those not yet registered among them.
    pub links_max: usize,
    /// A longer registration is none.
    pub registration_bytes_max: usize,
    /// Whoever has not said by then who it is, is cut off, however busily it writes.
    pub registration_ms_max: u64,
    /// A registration without an end sign is over after this silence.
    pub registration_gap_ms: u64,
    /// A link on which nothing was heard for so long is dead.
    pub idle_ms_max: u64,
    /// A peer that does not take what we write is dead.
    pub write_ms_max: u64,
    /// What the network adds to a meter's own answering time, and to a gap within a frame.
    pub network_ms_max: u64,
    /// How long an answer may take from its due time to its end, whatever trickles in.
    pub frame_ms_max: u64,
    /// Noise a link may send within [`Limits::noise_window_ms`].
    pub noise_bytes_max: u64,
    pub noise_window_ms: u64,
    /// How long a flooding collector is not let in again.
    pub quarantine_ms: u64,
    /// A second link of the same name is refused while the first was heard within this time.
    pub alive_ms: u64,
    /// Quarantines told a minute; those beyond it are counted and told with the next.
    pub tells_per_minute_max: u32,
    /// A meter's clock farther off than this is told.
    pub clock_skew_s_max: u32,
    /// One forwarded request or answer.
    pub forward_bytes_max: usize,
    /// Observations that may wait to be taken; then polling waits.
    pub observations_max: usize,
    /// Commands and forwards that may wait at one bus.
    pub jobs_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            links_max: 4096,
            registration_bytes_max: 64,
            registration_ms_max: 10_000,
            registration_gap_ms: 200,
            idle_ms_max: 600_000,
            write_ms_max: 5_000,
            network_ms_max: 1_500,
            frame_ms_max: 5_000,
            noise_bytes_max: 65_536,
            noise_window_ms: 60_000,
            quarantine_ms: 300_000,
            alive_ms: 30_000,
            tells_per_minute_max: 60,
            clock_skew_s_max: 300,
            forward_bytes_max: 2048,
            observations_max: 1024,
            jobs_max: 64,
        }
    }
}

macro_rules! durations {
    ($($name:ident = $field:ident;)*) => {
        impl Limits {
            $(pub(crate) fn $name(&self) -> Duration {
                Duration::from_millis(self.$field)
            })*
        }
    };
}

durations! {
    registration = registration_ms_max;
    registration_gap = registration_gap_ms;
    idle = idle_ms_max;
    write = write_ms_max;
    network = network_ms_max;
    frame = frame_ms_max;
    noise_window = noise_window_ms;
    quarantine = quarantine_ms;
    alive = alive_ms;
}
