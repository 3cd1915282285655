//! The time, as the runtime has it: virtual in tests.

use std::time::{Duration, Instant};

pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The end of a wait that begins now; none if it lies beyond what the clock can say.
pub(super) fn after(wait: Duration) -> Option<Instant> {
    now().checked_add(wait)
}
