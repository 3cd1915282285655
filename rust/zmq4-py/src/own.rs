//! [`Own`]: what the boundary itself keeps of a socket's options, beside what the core has.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::security::Guard;

/// Options, or parts of them, that only the boundary knows.
#[derive(Debug, Default)]
pub(crate) struct Own {
    pub(crate) timeouts: Timeouts,
    pub(crate) guard: Guard,
}

/// The socket's own time limits, in nanoseconds; the largest number means for ever.
#[derive(Debug)]
pub(crate) struct Timeouts {
    send: AtomicU64,
    receive: AtomicU64,
}

impl Timeouts {
    fn read(slot: &AtomicU64) -> Option<Duration> {
        match slot.load(Ordering::Relaxed) {
            u64::MAX => None,
            nanos => Some(Duration::from_nanos(nanos)),
        }
    }

    fn write(slot: &AtomicU64, limit: Option<Duration>) {
        let nanos =
            limit.map_or(u64::MAX, |limit| u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX));
        slot.store(nanos, Ordering::Relaxed);
    }

    pub(crate) fn send(&self) -> Option<Duration> {
        Self::read(&self.send)
    }

    pub(crate) fn receive(&self) -> Option<Duration> {
        Self::read(&self.receive)
    }

    pub(crate) fn set_send(&self, limit: Option<Duration>) {
        Self::write(&self.send, limit);
    }

    pub(crate) fn set_receive(&self, limit: Option<Duration>) {
        Self::write(&self.receive, limit);
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { send: AtomicU64::new(u64::MAX), receive: AtomicU64::new(u64::MAX) }
    }
}
