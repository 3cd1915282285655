//! Who stands at the ends of a queue, and what they are told by it.

/// What a party of a queue is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// There is something to take, or the end of it.
    Readable,
    /// There is room again, or nobody to take.
    Writable,
}

/// Somebody who reads or writes a queue and can be woken: a socket's inbox or a session's task.
pub(crate) trait Party: Send + Sync + std::fmt::Debug {
    /// Called after every lock has been released.
    fn wake(&self, side: Side);
}

/// A message was queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    Quiet,
    WakeReader,
}

impl Pushed {
    /// What two pushes amount to.
    pub(crate) fn or(self, other: Self) -> Self {
        if self == Self::Quiet { other } else { self }
    }
}

/// A message was not queued; it is still the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Full,
    Closed,
}

/// What a reader finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refill {
    /// Segments were handed over.
    Some,
    /// Nothing; the reader is now marked asleep.
    Empty,
    /// Nothing, and nothing will come.
    Ended,
}
