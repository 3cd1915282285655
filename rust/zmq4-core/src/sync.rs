//! Locks and atomics: the standard library's, or loom's under `--cfg zmq4_loom`.
//!
//! Every lock of the core is made with a [`Rank`]. Ranks are the lock order of `docs/locking.md`; debug
//! builds assert that a thread takes locks in rising rank only, so a wrong order fails in the first test
//! that walks it, not in the first deadlock. Loom runs all its threads on one and finds deadlocks itself, so
//! there the ranks are not watched.

use std::ops::{Deref, DerefMut};

#[cfg(zmq4_loom)]
use loom::sync as imp;
#[cfg(not(zmq4_loom))]
use std::sync as imp;

pub(crate) use imp::atomic;

/// Where a lock stands in the order; a thread may only take a higher rank than it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// `Proxy`: a message on its way from one socket to another.
    Proxy,
    /// `Context`: sockets and inproc names.
    Registry,
    /// `Socket`: pattern, pipes' local ends, endpoints.
    State,
    /// `Session`: out-buffer and control lane.
    Egress,
    /// `Inbox`: active pipes and waiting callers.
    Inbox,
    /// One direction of a pipe: the batch and its flags.
    Queue,
    /// What is known of an endpoint.
    Endpoint,
    /// Leaves: wakers, ready lists, events. Nothing is locked under them.
    Leaf,
}

/// A mutex with a place in the lock order. A poisoned lock is taken all the same: the data guarded
/// here is consistent after every statement, and a panic already ended the connection it belongs to.
#[derive(Debug)]
pub(crate) struct Mutex<T> {
    inner: imp::Mutex<T>,
    #[cfg(all(debug_assertions, not(zmq4_loom)))]
    rank: Rank,
}

impl<T> Mutex<T> {
    pub(crate) fn new(rank: Rank, value: T) -> Self {
        #[cfg(any(not(debug_assertions), zmq4_loom))]
        let _ = rank;
        Self {
            inner: imp::Mutex::new(value),
            #[cfg(all(debug_assertions, not(zmq4_loom)))]
            rank,
        }
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        #[cfg(all(debug_assertions, not(zmq4_loom)))]
        held::enter(self.rank);
        let guard = self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        MutexGuard {
            guard,
            #[cfg(all(debug_assertions, not(zmq4_loom)))]
            rank: self.rank,
        }
    }

    /// Takes the lock if nobody holds it; used where waiting would reverse the lock order.
    #[inline]
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let guard = match self.inner.try_lock() {
            Ok(guard) => guard,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => return None,
        };
        #[cfg(all(debug_assertions, not(zmq4_loom)))]
        held::enter(self.rank);
        Some(MutexGuard {
            guard,
            #[cfg(all(debug_assertions, not(zmq4_loom)))]
            rank: self.rank,
        })
    }
}

/// Access to what a [`Mutex`] guards.
#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T> {
    guard: imp::MutexGuard<'a, T>,
    #[cfg(all(debug_assertions, not(zmq4_loom)))]
    rank: Rank,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

#[cfg(all(debug_assertions, not(zmq4_loom)))]
impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        held::leave(self.rank);
    }
}

/// The ranks this thread holds, for the assertion of the lock order.
#[cfg(all(debug_assertions, not(zmq4_loom)))]
mod held {
    use std::cell::RefCell;

    use super::Rank;

    thread_local! {
        static HELD: RefCell<Vec<Rank>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn enter(rank: Rank) {
        // A thread that is being torn down has no list any more; it takes no second lock either.
        let _ = HELD.try_with(|held| {
            let mut held = held.borrow_mut();
            assert!(
                held.last().is_none_or(|&last| last < rank) || std::thread::panicking(),
                "lock order: {rank:?} taken while holding {held:?}"
            );
            held.push(rank);
        });
    }

    pub(super) fn leave(rank: Rank) {
        let _ = HELD.try_with(|held| {
            let mut held = held.borrow_mut();
            if let Some(at) = held.iter().rposition(|&other| other == rank) {
                held.remove(at);
            }
        });
    }
}

#[cfg(all(test, debug_assertions, not(zmq4_loom)))]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "lock order")]
    fn a_lower_rank_under_a_higher_one_is_caught() {
        let state = Mutex::new(Rank::State, ());
        let queue = Mutex::new(Rank::Queue, ());

        let _queue = queue.lock();
        let _state = state.lock();
    }
}
