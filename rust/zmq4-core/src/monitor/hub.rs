//! Where events are told and listened to.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use super::{Event, Happening};
use crate::error::ListenError;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, Rank};
use crate::wait::{Waiter, Watch, Watchers};

/// A socket's events. Telling never waits for a listener: who does not keep up loses the oldest.
#[derive(Debug)]
pub(crate) struct Hub {
    state: Mutex<State>,
    /// Whether anybody listens: a look without the lock.
    is_heard: AtomicBool,
    watchers: Arc<Watchers>,
}

#[derive(Debug, Default)]
struct State {
    rings: Vec<Ring>,
    next: u64,
    end: Option<End>,
}

/// Why nothing more will be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Closed,
    Terminated,
}

/// What one listener has not taken yet.
#[derive(Debug)]
struct Ring {
    id: u64,
    capacity: usize,
    events: VecDeque<Arc<Event>>,
    /// Events that were dropped in front of those.
    missed: u64,
}

/// An event as a listener hears it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The event.
    pub event: Arc<Event>,
    /// How many events before it this listener has lost, because it did not keep up.
    pub missed: u64,
}

/// A listener: it hears of everything that happens from its making on. Dropping it ends it.
#[derive(Debug)]
pub struct EventStream {
    hub: Arc<Hub>,
    id: u64,
}

impl Hub {
    pub(crate) fn new() -> Arc<Self> {
        let state = Mutex::new(Rank::Leaf, State::default());
        let is_heard = AtomicBool::new(false);
        Arc::new(Self { state, is_heard, watchers: Watchers::new() })
    }

    /// Whether telling has any use.
    #[inline]
    pub(crate) fn is_heard(&self) -> bool {
        self.is_heard.load(Ordering::Relaxed)
    }

    /// Tells everybody what happened at an endpoint. Called with no lock held.
    pub(crate) fn tell(&self, endpoint: &Arc<str>, what: impl FnOnce() -> Happening) {
        if self.is_heard() {
            self.put(endpoint, what());
            self.ring();
        }
    }

    /// Lays an event before everybody and wakes nobody: the caller owes a [`Self::ring`], once it has
    /// released what it holds.
    pub(crate) fn put(&self, endpoint: &Arc<str>, what: Happening) {
        let endpoint = Arc::clone(endpoint);
        let mut state = self.state.lock();
        if state.end == Some(End::Closed) {
            return;
        }
        // The clock is read under the lock, so that all rings are in the order of time.
        let event = Arc::new(Event { endpoint, at: Instant::now(), what });
        for ring in &mut state.rings {
            ring.push(&event);
        }
    }

    /// Wakes everybody who waits.
    pub(crate) fn ring(&self) {
        self.watchers.ring();
    }

    /// Begins to listen; at most `capacity` events wait to be taken.
    pub(crate) fn listen(self: &Arc<Self>, capacity: usize) -> Result<EventStream, ListenError> {
        let mut state = self.state.lock();
        if let Some(end) = state.end {
            return Err(end.into());
        }
        let id = state.next;
        state.next += 1;
        state.rings.push(Ring::new(id, capacity));
        self.is_heard.store(true, Ordering::Relaxed);
        Ok(EventStream { hub: Arc::clone(self), id })
    }

    /// The socket is closed: what was told before may still be taken.
    pub(crate) fn close(&self) {
        self.end(End::Closed);
        self.is_heard.store(false, Ordering::Relaxed);
    }

    /// The context is terminated, and the socket not closed yet.
    pub(crate) fn terminate(&self) {
        self.end(End::Terminated);
    }

    fn end(&self, end: End) {
        {
            let mut state = self.state.lock();
            if state.end != Some(End::Closed) {
                state.end = Some(end);
            }
        }
        self.watchers.ring();
    }

    fn forget(&self, id: u64) {
        let gone = {
            let mut state = self.state.lock();
            let at = state.rings.iter().position(|ring| ring.id == id);
            let gone = at.map(|at| state.rings.swap_remove(at));
            let is_heard = !state.rings.is_empty() && state.end != Some(End::Closed);
            self.is_heard.store(is_heard, Ordering::Relaxed);
            gone
        };
        drop(gone);
        self.watchers.ring();
    }
}

impl Ring {
    fn new(id: u64, capacity: usize) -> Self {
        Self { id, capacity: capacity.max(1), events: VecDeque::new(), missed: 0 }
    }

    fn push(&mut self, event: &Arc<Event>) {
        if self.events.len() >= self.capacity {
            self.events.pop_front();
            self.missed += 1;
        }
        self.events.push_back(Arc::clone(event));
    }

    fn pop(&mut self) -> Option<Heard> {
        let event = self.events.pop_front()?;
        Some(Heard { event, missed: std::mem::take(&mut self.missed) })
    }
}

impl EventStream {
    /// Takes the oldest event.
    ///
    /// # Errors
    ///
    /// [`ListenError::Empty`] if there is none now; the others if there will be none.
    pub fn try_next(&self) -> Result<Heard, ListenError> {
        let mut state = self.hub.state.lock();
        let end = state.end;
        let ring = state.rings.iter_mut().find(|ring| ring.id == self.id);
        let ring = ring.ok_or(ListenError::Closed)?;
        ring.pop().ok_or_else(|| end.map_or(ListenError::Empty, Into::into))
    }

    /// Whether [`Self::try_next`] would say anything else than that there is none now.
    pub fn has_next(&self) -> bool {
        let state = self.hub.state.lock();
        let ring = state.rings.iter().find(|ring| ring.id == self.id);
        state.end.is_some() || ring.is_none_or(|ring| !ring.events.is_empty())
    }

    /// Rings `waiter` at the next event, and at the end. The caller looks once more before it sleeps.
    pub fn watch(&self, waiter: Waiter) -> Watch {
        self.hub.watchers.add(waiter)
    }

    /// Stops listening. What was not taken is forgotten; whoever waits is woken.
    pub fn close(&self) {
        self.hub.forget(self.id);
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.close();
    }
}

impl From<End> for ListenError {
    fn from(end: End) -> Self {
        match end {
            End::Closed => Self::Closed,
            End::Terminated => Self::Terminated,
        }
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;
    use crate::wait::{Parked, Parker};

    fn attempt(hub: &Hub, attempt: u32) {
        hub.tell(&Arc::from("tcp://x"), || Happening::Connecting { attempt });
    }

    /// The attempts that were told of, each with the number of events missed before it.
    fn heard(events: &EventStream) -> Vec<(u32, u64)> {
        std::iter::from_fn(|| events.try_next().ok())
            .map(|heard| {
                let Happening::Connecting { attempt } = heard.event.what else {
                    panic!("{heard:?} was not told")
                };
                (attempt, heard.missed)
            })
            .collect()
    }

    #[test]
    fn a_listener_hears_what_is_told_after_its_making_in_order() {
        let hub = Hub::new();
        attempt(&hub, 1);

        let events = hub.listen(10).expect("open");
        attempt(&hub, 2);
        attempt(&hub, 3);

        assert_eq!(heard(&events), [(2, 0), (3, 0)]);
        assert_eq!(events.try_next().err(), Some(ListenError::Empty));
    }

    #[test]
    fn nothing_is_made_for_nobody() {
        let hub = Hub::new();
        let tell = || hub.tell(&Arc::from(""), || panic!("nobody listens"));

        tell();
        drop(hub.listen(10).expect("open"));

        tell();
    }

    #[test]
    fn who_does_not_keep_up_loses_the_oldest_and_is_told_how_many() {
        let hub = Hub::new();
        let (slow, quick) = (hub.listen(3).expect("open"), hub.listen(100).expect("open"));

        (0..10).for_each(|n| attempt(&hub, n));

        assert_eq!(heard(&slow), [(7, 7), (8, 0), (9, 0)]);
        assert_eq!(heard(&quick).len(), 10);
        attempt(&hub, 10);
        assert_eq!(heard(&slow), [(10, 0)], "nothing was missed since");
    }

    #[test]
    fn listeners_do_not_take_from_each_other() {
        let hub = Hub::new();
        let listeners: Vec<_> = (0..50).map(|_| hub.listen(10).expect("open")).collect();

        attempt(&hub, 1);

        assert!(listeners.iter().all(|events| heard(events) == [(1, 0)]));
    }

    #[test]
    fn times_never_go_back() {
        let hub = Hub::new();
        let events = hub.listen(1000).expect("open");

        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).for_each(|n| attempt(&hub, n)));
            }
        });

        let times = std::iter::from_fn(|| events.try_next().ok()).map(|heard| heard.event.at);
        let times: Vec<_> = times.collect();
        assert_eq!(times.len(), 400);
        assert!(times.is_sorted());
    }

    #[test]
    fn what_was_told_before_the_end_can_be_taken_after_it() {
        let hub = Hub::new();
        let events = hub.listen(10).expect("open");
        attempt(&hub, 1);

        hub.close();
        attempt(&hub, 2);

        assert_eq!(heard(&events), [(1, 0)]);
        assert_eq!(events.try_next().err(), Some(ListenError::Closed));
        assert_eq!(hub.listen(10).err(), Some(ListenError::Closed));
    }

    #[test]
    fn a_terminated_socket_is_still_heard_until_it_is_closed() {
        let hub = Hub::new();
        let events = hub.listen(10).expect("open");

        hub.terminate();
        assert_eq!(events.try_next().err(), Some(ListenError::Terminated));
        attempt(&hub, 1);
        assert_eq!(heard(&events), [(1, 0)]);

        hub.close();
        hub.terminate();
        assert_eq!(events.try_next().err(), Some(ListenError::Closed));
    }

    #[test]
    fn a_sleeping_listener_is_woken_by_an_event_and_by_every_end() {
        let ends: [fn(&Hub, &EventStream); 4] = [
            |hub, _| attempt(hub, 1),
            |hub, _| hub.close(),
            |hub, _| hub.terminate(),
            |_, events| events.close(),
        ];
        for end in ends {
            let hub = Hub::new();
            let events = hub.listen(10).expect("open");
            let parker = Parker::new().expect("a descriptor");
            let _watch = events.watch(Waiter::Thread(Arc::clone(&parker)));
            assert!(!events.has_next());

            end(&hub, &events);

            assert!(events.has_next());
            let slept = parker.park(Some(Instant::now()), None).expect("ppoll works");
            assert_eq!(slept, Parked::Woken);
        }
    }
}
