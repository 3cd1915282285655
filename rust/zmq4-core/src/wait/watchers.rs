//! Those who wait for the next change of something that is not a queue: an endpoint, a context.

use std::sync::Arc;

use super::Waiter;
use crate::sync::{Mutex, Rank};

/// Everybody is rung at the next change, once.
#[derive(Debug)]
pub(crate) struct Watchers {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    waiting: Vec<(u64, Waiter)>,
}

/// A registered waiter. Dropping it ends the wait and leaves nothing behind.
#[derive(Debug)]
pub struct Watch {
    watchers: Arc<Watchers>,
    id: u64,
}

impl Watchers {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { inner: Mutex::new(Rank::Leaf, Inner::default()) })
    }

    /// Registers a waiter. It looks once more before it sleeps.
    pub(crate) fn add(self: &Arc<Self>, waiter: Waiter) -> Watch {
        let mut inner = self.inner.lock();
        let id = inner.next;
        inner.next += 1;
        inner.waiting.push((id, waiter));
        Watch { watchers: Arc::clone(self), id }
    }

    /// Something changed.
    pub(crate) fn ring(&self) {
        let waiting = std::mem::take(&mut self.inner.lock().waiting);
        for (_, waiter) in waiting {
            waiter.ring();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let left = {
            let mut inner = self.watchers.inner.lock();
            let at = inner.waiting.iter().position(|&(id, _)| id == self.id);
            at.map(|at| inner.waiting.swap_remove(at))
        };
        drop(left);
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;
    use crate::wait::Parker;

    #[test]
    fn a_wait_that_is_over_leaves_nothing_behind() {
        let watchers = Watchers::new();
        let parker = Parker::new().expect("a descriptor for the parker");

        drop(watchers.add(Waiter::Thread(Arc::clone(&parker))));

        assert_eq!(Arc::strong_count(&parker), 1);
    }
}
