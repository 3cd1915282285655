//! [`PeerCadence`]: how often the peer pings us, guessed from when it did.

use std::time::{Duration, Instant};

/// When PONGs are due while the peer's PINGs cannot be read.
///
/// A peer's time-out begins with its PING and is as long as its interval unless set otherwise.
/// PONGs go out twice an interval, beginning when the next PING is expected: at the bare interval,
/// one late PONG would be one too late.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PeerCadence {
    last_ping: Option<Instant>,
    /// Time between the last two PINGs, but not below `SHORTEST`.
    interval: Option<Duration>,
}

impl PeerCadence {
    /// Notes a PING.
    pub(super) fn on_ping(&mut self, now: Instant) {
        let since_last = self.last_ping.map(|last| now.saturating_duration_since(last));
        self.interval = since_last.map(|interval| interval.max(SHORTEST)).or(self.interval);
        self.last_ping = Some(now);
    }

    /// When the first PONG is due if reading stops now; `None` if that is beyond the clock.
    pub(super) fn first_pong(&self, now: Instant) -> Option<Instant> {
        let next_ping =
            self.last_ping.unwrap_or(now).checked_add(self.interval.unwrap_or(UNKNOWN))?;
        Some(next_ping.max(now))
    }

    /// Time between two PONGs; not zero.
    pub(super) fn pong_interval(&self) -> Duration {
        self.interval.map_or(UNKNOWN, |interval| interval / 2)
    }
}

/// Assumed until two PINGs were seen.
const UNKNOWN: Duration = Duration::from_secs(1);
/// PINGs that were read together do not make us answer in a loop.
const SHORTEST: Duration = Duration::from_millis(100);
