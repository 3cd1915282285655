//! Connections whose handshake is not done: counted, and the most overdue dropped when there are too many.
//!
//! One whose greeting is not whole is overdue soon. From then on our last word may have been said, and messages of
//! the peer be on their way, which are lost with the connection: it has longer.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::options::Limits;
use crate::sync::{Mutex, Rank};

/// The unfinished handshakes of one listener.
#[derive(Debug)]
pub(super) struct Pending {
    inner: Mutex<Inner>,
    /// A handshake is over.
    left: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    is_closed: bool,
    /// In the order in which they came.
    queue: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    id: u64,
    /// From then on it makes way for others.
    due: Instant,
    /// None for peers on this machine, which the per-address limit does not concern.
    address: Option<IpAddr>,
    task: Option<AbortHandle>,
}

/// One unfinished handshake; dropping it says that it is over.
#[derive(Debug)]
pub(super) struct Place {
    pending: Arc<Pending>,
    id: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pending.inner.lock().queue.retain(|entry| entry.id != self.id);
        self.pending.left.notify_one();
    }
}

impl Pending {
    pub(super) fn new() -> Arc<Self> {
        let inner = Mutex::new(Rank::Leaf, Inner::default());
        Arc::new(Self { inner, left: Notify::new() })
    }

    /// Waits until there is a place, or until one had the time that a handshake may need. A crowd
    /// that comes back at once, as after a restart, queues in the kernel and is served in turn; peers that
    /// say nothing do not keep others waiting.
    pub(super) async fn await_place(&self) {
        while let Some(patience) = self.patience() {
            tokio::select! {
                () = self.left.notified() => {}
                () = tokio::time::sleep(patience) => {}
            }
        }
    }

    fn patience(&self) -> Option<Duration> {
        let inner = self.inner.lock();
        if inner.queue.len() < Limits::PENDING_HANDSHAKES {
            return None;
        }
        let due = inner.queue.iter().map(|entry| entry.due).min()?;
        Some(due.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    /// A place for one more; the most overdue make way if there are too many, first those of `address`.
    pub(super) fn enter(self: &Arc<Self>, address: Option<IpAddr>) -> Place {
        let mut dropped = Vec::new();
        let id = {
            let mut inner = self.inner.lock();
            let same = inner.queue.iter().filter(|entry| entry.address == address).count();
            if address.is_some() && same >= Limits::PENDING_HANDSHAKES_PER_ADDRESS {
                dropped.extend(inner.take_most_overdue(|entry| entry.address == address));
            }
            if inner.queue.len() >= Limits::PENDING_HANDSHAKES {
                dropped.extend(inner.take_most_overdue(|_| true));
            }
            let id = inner.next;
            inner.next += 1;
            let due = Instant::now() + Limits::GREETING_PATIENCE;
            inner.queue.push(Entry { id, due, address, task: None });
            id
        };
        abort(dropped);
        Place { pending: Arc::clone(self), id }
    }

    /// Remembers the task that has the place, so that it can be dropped.
    pub(super) fn assign(&self, id: u64, task: AbortHandle) {
        let mut inner = self.inner.lock();
        if inner.is_closed {
            drop(inner);
            task.abort();
            return;
        }
        if let Some(entry) = inner.queue.iter_mut().find(|entry| entry.id == id) {
            entry.task = Some(task);
        }
    }

    /// Drops all of them: the listener closes.
    pub(super) fn close(&self) {
        let all = {
            let mut inner = self.inner.lock();
            inner.is_closed = true;
            std::mem::take(&mut inner.queue)
        };
        abort(all);
    }
}

impl Inner {
    fn take_most_overdue(&mut self, may_be: impl Fn(&Entry) -> bool) -> Option<Entry> {
        let candidates = self.queue.iter().enumerate().filter(|(_, entry)| may_be(entry));
        let (at, _) = candidates.min_by_key(|(_, entry)| entry.due)?;
        Some(self.queue.remove(at))
    }
}

impl Place {
    /// The peer's greeting is whole: it has longer for the rest.
    pub(super) fn greeted(&self) {
        let mut inner = self.pending.inner.lock();
        if let Some(entry) = inner.queue.iter_mut().find(|entry| entry.id == self.id) {
            entry.due += Limits::HANDSHAKE_PATIENCE.saturating_sub(Limits::GREETING_PATIENCE);
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Whether somebody else has it by now, because there were too many.
    pub(super) fn is_taken(&self) -> bool {
        let inner = self.pending.inner.lock();
        !inner.is_closed && inner.queue.iter().all(|entry| entry.id != self.id)
    }
}

fn abort(entries: impl IntoIterator<Item = Entry>) {
    for task in entries.into_iter().filter_map(|entry| entry.task) {
        task.abort();
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    fn len(pending: &Pending) -> usize {
        pending.inner.lock().queue.len()
    }

    #[test]
    fn a_handshake_that_is_over_leaves_its_place() {
        let pending = Pending::new();

        drop(pending.enter(None));

        assert_eq!(len(&pending), 0);
    }

    #[test]
    fn one_address_has_at_most_its_share() {
        let pending = Pending::new();
        let places: Vec<_> =
            (0..300).map(|_| pending.enter(Some(IpAddr::from([192, 0, 2, 1])))).collect();

        assert_eq!(len(&pending), Limits::PENDING_HANDSHAKES_PER_ADDRESS);
        drop(places);
    }

    #[test]
    fn a_listener_has_at_most_its_number_and_the_oldest_make_way() {
        let pending = Pending::new();
        let places: Vec<_> = (0..600).map(|_| pending.enter(None)).collect();

        assert_eq!(len(&pending), Limits::PENDING_HANDSHAKES);
        assert_eq!(pending.inner.lock().queue.first().map(|entry| entry.id), Some(88));
        assert!(places[..88].iter().all(Place::is_taken));
        assert!(!places[88].is_taken());
        pending.close();
        assert!(!places[0].is_taken(), "a listener that closes needs no room");
    }

    #[test]
    fn who_has_greeted_makes_way_behind_those_who_have_not() {
        let pending = Pending::new();
        let places: Vec<_> = (0..Limits::PENDING_HANDSHAKES).map(|_| pending.enter(None)).collect();
        places[..100].iter().for_each(Place::greeted);

        let _newcomers: Vec<_> = (0..100).map(|_| pending.enter(None)).collect();

        assert!(!places[..100].iter().any(Place::is_taken));
        assert!(places[100..200].iter().all(Place::is_taken));
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_greeted_has_longer_and_not_for_ever() {
        let pending = Pending::new();
        let places: Vec<_> = (0..Limits::PENDING_HANDSHAKES).map(|_| pending.enter(None)).collect();
        places.iter().for_each(Place::greeted);
        let begin = Instant::now();

        pending.await_place().await;

        assert_eq!(begin.elapsed(), Limits::HANDSHAKE_PATIENCE);
        drop(places);
    }
}
