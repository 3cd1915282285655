//! Waiting: who sleeps, where, and how they are woken.
//!
//! Callers wait in an [`Inbox`], one a socket, and nowhere else. What wakes them is a [`Waiter`].

mod beacon;
mod event;
mod inbox;
mod loop_signal;
mod parker;
mod watchers;

pub(crate) use beacon::Beacon;
pub(crate) use inbox::{Changes, Inbox};
pub use inbox::{WaitId, WaitSide};
pub use loop_signal::LoopSignal;
pub use parker::{Parked, Parker};
pub use watchers::Watch;
pub(crate) use watchers::Watchers;

use std::sync::Arc;
use std::task::Waker;

/// Somebody who waits for a socket.
#[derive(Clone, Debug)]
pub enum Waiter {
    /// A thread, asleep on its own descriptor.
    Thread(Arc<Parker>),
    /// A future of an event loop: the loop's descriptor, and the token that tells the loop which.
    Loop(Arc<LoopSignal>, u64),
    /// A Rust task.
    Task(Waker),
}

impl Waiter {
    /// Wakes it. Called with no lock held.
    pub(crate) fn ring(self) {
        match self {
            Self::Thread(parker) => parker.unpark(),
            Self::Loop(signal, token) => signal.ring(token),
            Self::Task(waker) => waker.wake(),
        }
    }
}
