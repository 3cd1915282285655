//! [`Handshakes`] of a socket, counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// How the handshakes of a socket went, in either direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Handshakes {
    /// Connections that came from, or were made to, an address that is not let in. There was no handshake.
    pub barred: u64,
    /// Handshakes that began.
    pub begun: u64,
    /// Of these, those that were completed.
    pub completed: u64,
    /// Of these, those of peers that we did not let in, or of which nobody said whether we should.
    pub refused: u64,
    /// Of these, those that came to nothing for another reason: a fault, a silence, or the peer's will.
    pub failed: u64,
    /// Of these, those that were given up because too many were unfinished.
    pub crowded_out: u64,
    /// Of these, those that waited because handshakes had used up their share of the I/O thread's time.
    pub delayed: u64,
}

/// Where they are counted.
#[derive(Debug, Default)]
pub(crate) struct HandshakeCounts {
    pub(crate) barred: Count,
    pub(crate) begun: Count,
    pub(crate) completed: Count,
    pub(crate) refused: Count,
    pub(crate) failed: Count,
    pub(crate) crowded_out: Count,
    pub(crate) delayed: Count,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl HandshakeCounts {
    pub(crate) fn look(&self) -> Handshakes {
        Handshakes {
            barred: self.barred.now(),
            begun: self.begun.now(),
            completed: self.completed.now(),
            refused: self.refused.now(),
            failed: self.failed.now(),
            crowded_out: self.crowded_out.now(),
            delayed: self.delayed.now(),
        }
    }
}
