//! What a socket and a session share.

use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::clock;
use super::egress::Egress;
use super::upstream::Upstream;
use crate::pipe::{Express, Given, Marks, Overflow, Part, Party, PipeId, Queue, Side};
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::{Mutex, Rank};
use crate::wait::Inbox;

/// Wakes a session's task.
#[derive(Debug)]
pub(crate) struct TaskSignal {
    waker: Mutex<Option<Waker>>,
}

impl TaskSignal {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { waker: Mutex::new(Rank::Leaf, None) })
    }

    /// Remembers whom to wake. The task registers before it looks, so that no wake is lost.
    pub(crate) fn register(&self, waker: &Waker) {
        let mut slot = self.waker.lock();
        if !slot.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *slot = Some(waker.clone());
        }
    }

    pub(crate) fn wake(&self) {
        let waker = self.waker.lock().clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Party for TaskSignal {
    fn wake(&self, _side: Side) {
        Self::wake(self);
    }
}

/// A socket's inbox as a party of one pipe.
#[derive(Debug)]
pub(crate) struct InboxParty {
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) pipe: PipeId,
}

impl Party for InboxParty {
    fn wake(&self, side: Side) {
        match side {
            Side::Readable => self.inbox.readable(self.pipe),
            Side::Writable => self.inbox.writable(self.pipe),
        }
    }
}

/// What a socket asked a session to do at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// Go on.
    Open,
    /// Send what is queued, until the deadline if there is one; then end.
    Linger(Option<Instant>),
    /// End the connection: another one has taken its name.
    Evicted,
}

/// How the queues of a session are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionSpec {
    pub(crate) outbound: Marks,
    pub(crate) inbound: Marks,
    pub(crate) outbound_overflow: Overflow,
    pub(crate) inbound_overflow: Overflow,
}

/// A message written past the queue is at most this large.
const EXPRESS_OCTETS: usize = 8 * 1024;
/// After this long without a send, a sender may write past the queue again.
const QUIET_NANOS: u64 = 50_000;

/// One pipe between a socket and a session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) pipe: PipeId,
    pub(crate) outbound: Arc<Queue>,
    pub(crate) inbound: Arc<Queue>,
    pub(crate) egress: Mutex<Egress>,
    pub(crate) signal: Arc<TaskSignal>,
    pub(crate) upstream: Upstream,
    closing: Mutex<Closing>,
    /// It was the endpoint that was closed, not the socket.
    is_disconnected: AtomicBool,
    /// The task sleeps and nothing is queued: a look without a lock.
    asleep: AtomicBool,
    /// Another session has taken its place at the endpoint.
    succeeded: AtomicBool,
    /// A send may be written from the caller's thread.
    credit: AtomicBool,
    /// When a send last found the task asleep, in nanoseconds since `born`.
    last_send: AtomicU64,
    born: Instant,
}

impl Session {
    pub(crate) fn new(pipe: PipeId, inbox: &Arc<Inbox>, spec: &SessionSpec) -> Arc<Self> {
        let signal = TaskSignal::new();
        let party = || Arc::new(InboxParty { inbox: Arc::clone(inbox), pipe });
        Arc::new(Self {
            pipe,
            outbound: Queue::new(spec.outbound, spec.outbound_overflow, party(), signal.clone()),
            inbound: Queue::new(spec.inbound, spec.inbound_overflow, signal.clone(), party()),
            egress: Mutex::new(Rank::Egress, Egress::new(spec.outbound_overflow)),
            signal,
            upstream: Upstream::new(),
            closing: Mutex::new(Rank::Leaf, Closing::Open),
            is_disconnected: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            succeeded: AtomicBool::new(false),
            credit: AtomicBool::new(true),
            last_send: AtomicU64::new(0),
            born: Instant::now(),
        })
    }

    /// Asks the session to end: nothing more is read, and what is queued is sent within `linger`.
    pub(crate) fn close(&self, linger: Option<Duration>) {
        self.stop(linger);
        self.inbound.close_reader();
        self.signal.wake();
    }

    /// As [`Self::close`], but what was read before may still be received.
    pub(crate) fn leave(&self, linger: Option<Duration>) {
        self.stop(linger);
        self.inbound.close_intake();
        self.inbound.close_writer();
        self.signal.wake();
    }

    /// Nothing more is sent. The caller wakes the task: it may be asleep elsewhere than on the queues.
    fn stop(&self, linger: Option<Duration>) {
        let deadline = linger.and_then(clock::after);
        *self.closing.lock() = Closing::Linger(deadline);
        self.outbound.close_writer();
    }

    /// Ends the connection, but not what it brought: that may still be read.
    pub(crate) fn evict(&self) {
        {
            let mut closing = self.closing.lock();
            if *closing == Closing::Open {
                *closing = Closing::Evicted;
            }
        }
        self.signal.wake();
    }

    /// The connection from which it was evicted has ended; another may come.
    pub(super) fn readmit(&self) {
        let mut closing = self.closing.lock();
        if *closing == Closing::Evicted {
            *closing = Closing::Open;
        }
    }

    /// The connection has ended, and what is queued was for nobody else. Returns how many messages that were.
    pub(crate) fn forget(&self) -> usize {
        let lost = {
            let mut egress = self.egress.lock();
            egress.forget();
            self.outbound.forget()
        };
        self.outbound.wake_writer();
        lost
    }

    /// Another session takes its place at the endpoint, whose state is that one's from now on.
    pub(crate) fn step_down(&self) {
        self.succeeded.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_succeeded(&self) -> bool {
        self.succeeded.load(Ordering::Relaxed)
    }

    /// Notes that its endpoint is about to be closed, and the socket is not.
    pub(crate) fn disconnect(&self) {
        self.is_disconnected.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_disconnected(&self) -> bool {
        self.is_disconnected.load(Ordering::SeqCst)
    }

    /// Changes the marks at once. Returns the queues whose writers are to be woken.
    pub(crate) fn set_marks(&self, spec: &SessionSpec) -> Vec<Arc<Queue>> {
        let pairs = [(&self.outbound, spec.outbound), (&self.inbound, spec.inbound)];
        pairs
            .into_iter()
            .filter(|(queue, marks)| queue.set_marks(*marks))
            .map(|(q, _)| q.clone())
            .collect()
    }

    pub(crate) fn closing(&self) -> Closing {
        *self.closing.lock()
    }

    /// Traffic came from the peer, so a send now is an answer: it may go at once.
    pub(crate) fn grant_credit(&self) {
        self.credit.store(true, Ordering::Relaxed);
    }

    pub(crate) fn set_asleep(&self, asleep: bool) {
        self.asleep.store(asleep, Ordering::Relaxed);
    }

    /// Whether this send may go past the queue. A sender in full flood finds the task awake and pays one
    /// load; a sender that finds it asleep may go if it holds credit or has been quiet.
    fn may_pass(&self, octets: usize) -> bool {
        if !self.asleep.load(Ordering::Relaxed) || octets > EXPRESS_OCTETS {
            return false;
        }
        if self.credit.swap(false, Ordering::Relaxed) {
            return true;
        }
        let now = u64::try_from(self.born.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let is_quiet =
            now.saturating_sub(self.last_send.swap(now, Ordering::Relaxed)) > QUIET_NANOS;
        // Otherwise this message wakes the task: until it has slept again the clock is not looked at.
        self.set_asleep(is_quiet);
        is_quiet
    }
}

impl Express for Session {
    #[inline]
    fn send(&self, parts: &[Part<'_>], octets: usize) -> Option<Given> {
        if !self.may_pass(octets) {
            return None;
        }
        let mut egress = self.egress.try_lock()?;
        // Looked at under the lock under which the session encodes what is owed.
        if self.upstream.is_owed() || !egress.is_idle() || !self.outbound.is_idle() {
            return None;
        }
        if egress.write_through(parts, octets)? {
            return Some(Given::Done);
        }
        // The kernel took a part, or nothing, or the link is broken: the session sees to the rest.
        self.outbound.count(octets);
        self.set_asleep(false);
        Some(Given::Wake)
    }
}
