//! Where pipes announce that they became readable or writable, and where callers wait for that.

use std::collections::VecDeque;
use std::sync::OnceLock;

use super::{Beacon, Waiter};
use crate::pipe::PipeId;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::sync::{Mutex, Rank};

/// What a caller waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitSide {
    /// A message to take.
    Receive,
    /// Room to send, or a peer.
    Send,
    /// Everything handed to the kernel.
    Drain,
    /// Nothing but the end of the socket or of its context, which ends every other wait too.
    End,
}

/// Names one registered wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitId(u64);

/// What pipes announced since the last look.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) readable: Vec<PipeId>,
    pub(crate) writable: Vec<PipeId>,
}

/// A socket's announcements and waiting callers.
///
/// One announcement wakes one waiting receiver. Whoever leaves with messages left passes the wake on
/// ([`Self::pass_on`]), so that no receiver sleeps beside a full batch (the baton).
#[derive(Debug)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    /// Set when there are changes to collect: a look without the lock.
    changed: AtomicBool,
    /// Waiting receivers and senders: a look without the lock.
    receivers: AtomicUsize,
    senders: AtomicUsize,
    /// Room for one sender is not room for another: all are woken to look.
    rouses_all_senders: bool,
    /// Made when first asked for.
    beacon: OnceLock<Beacon>,
}

#[derive(Debug, Default)]
struct State {
    changes: Changes,
    next: u64,
    receivers: VecDeque<(u64, Waiter)>,
    senders: VecDeque<(u64, Waiter)>,
    drainers: VecDeque<(u64, Waiter)>,
    enders: VecDeque<(u64, Waiter)>,
}

impl State {
    fn list(&mut self, side: WaitSide) -> &mut VecDeque<(u64, Waiter)> {
        match side {
            WaitSide::Receive => &mut self.receivers,
            WaitSide::Send => &mut self.senders,
            WaitSide::Drain => &mut self.drainers,
            WaitSide::End => &mut self.enders,
        }
    }
}

impl Inbox {
    pub(crate) fn new(rouses_all_senders: bool) -> Self {
        Self {
            state: Mutex::new(Rank::Inbox, State::default()),
            changed: AtomicBool::new(false),
            receivers: AtomicUsize::new(0),
            senders: AtomicUsize::new(0),
            rouses_all_senders,
            beacon: OnceLock::new(),
        }
    }

    /// A pipe has something to take. Wakes one receiver.
    pub(crate) fn readable(&self, pipe: PipeId) {
        let waiter = {
            let mut state = self.state.lock();
            state.changes.readable.push(pipe);
            self.changed.store(true, Ordering::SeqCst);
            self.pop(&mut state, WaitSide::Receive)
        };
        if let Some(waiter) = waiter {
            waiter.ring();
        }
        self.light(WaitSide::Receive);
    }

    /// A pipe has room again, is drained, or is gone. Wakes a sender and everyone who drains.
    pub(crate) fn writable(&self, pipe: PipeId) {
        let mut woken = Vec::new();
        {
            let mut state = self.state.lock();
            state.changes.writable.push(pipe);
            self.changed.store(true, Ordering::SeqCst);
            woken.extend(self.pop(&mut state, WaitSide::Send));
            if self.rouses_all_senders {
                woken.extend(state.senders.drain(..).map(|(_, waiter)| waiter));
                self.count(&state);
            }
            woken.extend(state.drainers.drain(..).map(|(_, waiter)| waiter));
        }
        woken.into_iter().for_each(Waiter::ring);
        self.light(WaitSide::Send);
    }

    /// Wakes everyone, for instance because the socket was closed.
    pub(crate) fn ring_all(&self) {
        let mut waiters = Vec::new();
        {
            let mut state = self.state.lock();
            for side in [WaitSide::Receive, WaitSide::Send, WaitSide::Drain, WaitSide::End] {
                waiters.extend(state.list(side).drain(..).map(|(_, waiter)| waiter));
            }
            self.count(&state);
        }
        waiters.into_iter().for_each(Waiter::ring);
        if let Some(beacon) = self.beacon() {
            beacon.light();
        }
    }

    /// Whether there is something to [`Self::collect`].
    #[inline]
    pub(crate) fn has_changes(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// Takes what was announced.
    pub(crate) fn collect(&self, into: &mut Changes) {
        let mut state = self.state.lock();
        self.changed.store(false, Ordering::SeqCst);
        into.readable.append(&mut state.changes.readable);
        into.writable.append(&mut state.changes.writable);
    }

    /// Puts a waiter at the end of its line. The caller looks once more before it sleeps.
    pub(crate) fn register(&self, side: WaitSide, waiter: Waiter) -> WaitId {
        let mut state = self.state.lock();
        let id = state.next;
        state.next += 1;
        state.list(side).push_back((id, waiter));
        self.count(&state);
        WaitId(id)
    }

    /// Takes a waiter out of its line. False if it had been woken: then the wake was its, and it must
    /// [`Self::pass_on`] what it does not use.
    pub(crate) fn deregister(&self, side: WaitSide, id: WaitId) -> bool {
        let mut state = self.state.lock();
        let list = state.list(side);
        let found = list.iter().position(|&(other, _)| other == id.0);
        if let Some(at) = found {
            list.remove(at);
        }
        self.count(&state);
        found.is_some()
    }

    /// Whether somebody waits: a look without the lock.
    #[inline]
    pub(crate) fn has_waiters(&self, side: WaitSide) -> bool {
        match side {
            WaitSide::Receive => self.receivers.load(Ordering::Relaxed) != 0,
            WaitSide::Send => self.senders.load(Ordering::Relaxed) != 0,
            WaitSide::Drain | WaitSide::End => false,
        }
    }

    /// Wakes one more waiter of that side: the baton.
    pub(crate) fn pass_on(&self, side: WaitSide) {
        let waiter = self.pop(&mut self.state.lock(), side);
        if let Some(waiter) = waiter {
            waiter.ring();
        }
    }

    /// The descriptor that was asked for, if it was: a look without the lock.
    #[inline]
    pub(crate) fn beacon(&self) -> Option<&Beacon> {
        self.beacon.get()
    }

    /// Begins to show a descriptor. The caller holds the socket's lock, collects after this, whatever
    /// [`Self::has_changes`] says, and looks: who announces has seen the beacon, or is seen.
    pub(crate) fn expose(&self, beacon: Beacon) -> &Beacon {
        self.beacon.get_or_init(|| beacon)
    }

    /// Nothing was found in a look under the socket's lock, which is still held.
    pub(crate) fn dim(&self) {
        let Some(beacon) = self.beacon() else { return };
        beacon.dim();
        // What was announced since the look may have been lit before, and dimmed just now.
        if self.has_changes() {
            beacon.light();
        }
    }

    /// Nobody is to write to the descriptor any more.
    pub(crate) fn put_out(&self) {
        if let Some(beacon) = self.beacon() {
            beacon.put_out();
        }
    }

    fn light(&self, side: WaitSide) {
        if let Some(beacon) = self.beacon()
            && beacon.side() == side
        {
            beacon.light();
        }
    }

    fn pop(&self, state: &mut State, side: WaitSide) -> Option<Waiter> {
        let waiter = state.list(side).pop_front().map(|(_, waiter)| waiter);
        self.count(state);
        waiter
    }

    fn count(&self, state: &State) {
        self.receivers.store(state.receivers.len(), Ordering::Relaxed);
        self.senders.store(state.senders.len(), Ordering::Relaxed);
    }
}

#[cfg(all(test, zmq4_loom))]
#[path = "inbox_loom.rs"]
mod loom_tests;
