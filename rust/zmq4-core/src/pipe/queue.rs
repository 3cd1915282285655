//! One direction of a pipe: a mutex around what is queued, and the handshake of sleep.
//!
//! A reader that finds nothing marks itself *asleep* under the lock; the writer that pushes next sees the
//! mark under the same lock, clears it, and is the one who wakes. A writer that is refused marks itself
//! *blocked* and is woken once half of what counts has been acknowledged. So no wake is lost and none is
//! doubled, and a batch of any length costs one. Loom walks every interleaving (`queue_loom.rs`).

use std::collections::VecDeque;
use std::sync::Arc;

use super::backlog::{Backlog, Overflow, Tally};
use super::marks::Marks;
use super::party::{Party, Pushed, Refill, Refused, Side};
use super::segment::{Part, Segment};
use super::spares::Spares;
use crate::peer::Peer;
use crate::sync::{Mutex, Rank};

/// A sleeping reader is woken when this many octets are queued, and does not wait for the rest of a run.
const EARLY_WAKE: usize = 64 * 1024;

/// One direction of a pipe.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(super) state: Mutex<State>,
    reader: Arc<dyn Party>,
    writer: Arc<dyn Party>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) backlog: Backlog,
    reader: Reading,
    writer: Writing,
}

/// The reader's flags.
#[derive(Debug)]
struct Reading {
    is_asleep: bool,
    is_gone: bool,
    /// It is there, but not interested: what is written is dropped.
    discards: bool,
}

/// The writer's flags.
#[derive(Debug, Default)]
struct Writing {
    is_blocked: bool,
    is_gone: bool,
    /// It waits until nothing counts any more.
    awaits_drain: bool,
}

impl Queue {
    pub(crate) fn new(
        marks: Marks,
        overflow: Overflow,
        writer: Arc<dyn Party>,
        reader: Arc<dyn Party>,
    ) -> Arc<Self> {
        let state = State {
            backlog: Backlog::new(marks, overflow),
            reader: Reading { is_asleep: true, is_gone: false, discards: false },
            writer: Writing::default(),
        };
        Arc::new(Self { state: Mutex::new(Rank::Queue, state), reader, writer })
    }

    /// Queues one message of `octets` wire octets. The caller wakes the reader, after unlocking
    /// whatever it holds, if the answer says so.
    #[inline]
    pub(crate) fn push(&self, parts: &[Part<'_>], octets: usize) -> Result<Pushed, Refused> {
        let mut state = self.state.lock();
        if state.reader.is_gone {
            return Err(Refused::Closed);
        }
        if state.reader.discards {
            return Ok(Pushed::Quiet);
        }
        if state.backlog.append(parts, octets) {
            return Ok(state.pushed());
        }
        state.writer.is_blocked = true;
        Err(Refused::Full)
    }

    /// Queues messages of one frame each while they fit, under one lock. Returns how many; if the reader
    /// is to be woken it stops early, so that a long run does not keep it waiting.
    pub(crate) fn push_each(&self, frames: &[Part<'_>]) -> (usize, Pushed) {
        let mut state = self.state.lock();
        if state.reader.is_gone || state.reader.discards {
            return (0, Pushed::Quiet);
        }
        let early = if state.reader.is_asleep { EARLY_WAKE } else { usize::MAX };
        let Tally { messages: mut count, mut octets } = state.backlog.append_plain(frames, early);
        for frame in frames.get(count..).unwrap_or_default() {
            if octets >= early {
                break;
            }
            let len = frame.wire_len();
            if !state.backlog.append(std::slice::from_ref(frame), len) {
                state.writer.is_blocked = true;
                break;
            }
            count += 1;
            octets += len;
        }
        if count == 0 { (0, Pushed::Quiet) } else { (count, state.pushed()) }
    }

    /// Queues whole messages that were read from a link. Never refuses: the session asked for
    /// [`Self::room`] before it walked them.
    pub(crate) fn push_segment(&self, segment: Segment) -> Pushed {
        let mut state = self.state.lock();
        if state.reader.is_gone {
            return Pushed::Quiet;
        }
        state.backlog.append_segment(segment);
        state.pushed()
    }

    /// Queues `messages` whole messages given as contiguous wire octets without external bodies.
    pub(crate) fn push_octets(&self, octets: &[u8], messages: usize, peer: &Arc<Peer>) -> Pushed {
        let mut state = self.state.lock();
        if state.reader.is_gone {
            return Pushed::Quiet;
        }
        state.backlog.append_octets(octets, messages, peer);
        state.pushed()
    }

    /// How many more messages the marks admit; none marks the writer blocked.
    pub(crate) fn room(&self) -> usize {
        let mut state = self.state.lock();
        if state.backlog.overflow == Overflow::Conflate || state.reader.is_gone {
            return usize::MAX;
        }
        let Tally { messages, octets } = state.backlog.tally;
        let room = state.backlog.marks.room(messages, octets);
        state.writer.is_blocked = room == 0;
        room
    }

    /// Hands everything queued to the reader, in exchange for its emptied segments. What was taken
    /// counts until [`Self::acknowledge`].
    pub(crate) fn take(&self, into: &mut VecDeque<Segment>, emptied: &mut Spares) -> Refill {
        let mut state = self.state.lock();
        emptied.give(&mut state.backlog.spares);
        if state.backlog.hand_over(into) { Refill::Some } else { state.nothing() }
    }

    /// As [`Self::take`], for a reader that acknowledges in steps. If it finds nothing, what it still owes
    /// is acknowledged at once: where octets count or the marks have changed, a writer may be blocked
    /// although no step is complete, and both would sleep. The flag says whether the writer is to be woken.
    pub(crate) fn take_or_settle(
        &self,
        into: &mut VecDeque<Segment>,
        emptied: &mut Spares,
        owed: &mut Tally,
    ) -> (Refill, bool) {
        let mut state = self.state.lock();
        emptied.give(&mut state.backlog.spares);
        // Where old messages make way for new ones, as few as possible are taken out of the way's reach.
        let some = match state.backlog.overflow {
            Overflow::Refuse => state.backlog.hand_over(into),
            Overflow::DropOldest | Overflow::Conflate => state.backlog.hand_over_little(into, 0),
        };
        if some {
            return (Refill::Some, false);
        }
        let wake = state.acknowledge(std::mem::take(owed));
        (state.nothing(), wake)
    }

    /// Hands over no more than one segment of at most `octets`, for queues that replace or drop what
    /// is still queued: the less is in flight, the newer is what arrives.
    pub(crate) fn take_little(&self, into: &mut VecDeque<Segment>, octets: usize) -> Refill {
        let mut state = self.state.lock();
        let some = state.backlog.hand_over_little(into, octets);
        if some { Refill::Some } else { state.nothing() }
    }

    /// The reader is done with messages it took; says whether the writer is to be woken.
    pub(crate) fn acknowledge(&self, messages: usize, octets: usize) -> bool {
        self.state.lock().acknowledge(Tally { messages, octets })
    }

    /// Whether a message of so many octets would be taken; if not, the writer is woken once it may be.
    pub(crate) fn admits(&self, octets: usize) -> bool {
        let mut state = self.state.lock();
        let admits = state.backlog.admits(octets) || state.backlog.overflow != Overflow::Refuse;
        state.writer.is_blocked |= !admits;
        admits
    }

    /// The reader drops what is written instead of taking it.
    pub(crate) fn discard(&self) {
        self.state.lock().reader.discards = true;
    }

    /// Nothing more will be taken in; what is queued may still be read.
    pub(crate) fn close_intake(&self) {
        self.state.lock().reader.is_gone = true;
        self.wake_writer();
    }

    /// Nothing more will be written; what is queued may still be read.
    pub(crate) fn close_writer(&self) {
        let wake = {
            let mut state = self.state.lock();
            state.writer.is_gone = true;
            std::mem::take(&mut state.reader.is_asleep)
        };
        if wake {
            self.wake_reader();
        }
    }

    /// Drops what counts; what the reader has taken is dropped by the reader. Returns how many messages that
    /// were. The caller wakes the writer, after unlocking whatever it holds.
    pub(crate) fn forget(&self) -> usize {
        let (lost, batch) = {
            let mut state = self.state.lock();
            state.writer.is_blocked = false;
            state.backlog.forget()
        };
        drop(batch);
        lost
    }

    /// Nothing more will be read; what is queued is dropped. Returns how many messages that were.
    pub(crate) fn close_reader(&self) -> usize {
        let (lost, batch) = {
            let mut state = self.state.lock();
            state.reader.is_gone = true;
            state.writer.is_blocked = false;
            state.backlog.forget()
        };
        drop(batch);
        self.wake_writer();
        lost
    }

    /// Whether there is nothing to take and nothing will come.
    pub(crate) fn is_spent(&self) -> bool {
        let state = self.state.lock();
        state.backlog.batch.is_empty() && (state.writer.is_gone || state.reader.is_gone)
    }

    pub(crate) fn is_reader_gone(&self) -> bool {
        self.state.lock().reader.is_gone
    }

    pub(crate) fn is_writer_gone(&self) -> bool {
        self.state.lock().writer.is_gone
    }

    /// Whether only the newest message is kept.
    pub(crate) fn is_conflating(&self) -> bool {
        self.state.lock().backlog.overflow == Overflow::Conflate
    }

    /// Changes what happens to a message that does not fit.
    pub(crate) fn set_overflow(&self, overflow: Overflow) {
        self.state.lock().backlog.set_overflow(overflow);
    }

    /// What counts: queued, and taken but not yet acknowledged.
    pub(crate) fn tally(&self) -> Tally {
        self.state.lock().backlog.tally
    }

    /// Asks for a wake of the writer when nothing counts any more; false if that is so already.
    pub(crate) fn watch_drain(&self) -> bool {
        let mut state = self.state.lock();
        state.writer.awaits_drain = state.backlog.tally.messages > 0 && !state.reader.is_gone;
        state.writer.awaits_drain
    }

    pub(crate) fn marks(&self) -> Marks {
        self.state.lock().backlog.marks
    }

    /// Changes the marks at once; says whether a writer that was blocked is to be woken.
    pub(crate) fn set_marks(&self, marks: Marks) -> bool {
        let mut state = self.state.lock();
        state.backlog.marks = marks;
        let Tally { messages, octets } = state.backlog.tally;
        marks.room(messages, octets) > 0 && std::mem::take(&mut state.writer.is_blocked)
    }

    /// Octets of memory that are held.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        let backlog = &self.state.lock().backlog;
        let segments = backlog.batch.iter().chain(backlog.spares.iter());
        segments.map(|segment| segment.bytes.capacity()).sum()
    }

    /// Gives back the memory that a burst left behind, if nothing is queued.
    pub(crate) fn trim(&self) {
        self.state.lock().backlog.trim();
    }

    #[inline]
    pub(crate) fn wake_reader(&self) {
        self.reader.wake(Side::Readable);
    }

    #[inline]
    pub(crate) fn wake_writer(&self) {
        self.writer.wake(Side::Writable);
    }

    /// Whether the reader sleeps on an empty queue: then a caller may write past it (write credit).
    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        let State { backlog, reader, writer } = &*self.state.lock();
        reader.is_asleep && backlog.tally.messages == 0 && !reader.is_gone && !writer.is_gone
    }

    /// Counts a message that bypasses the batch, the remainder of a credit write. The caller wakes the
    /// reader, which sees to it.
    pub(crate) fn count(&self, octets: usize) {
        let mut state = self.state.lock();
        state.backlog.tally.add(1, octets);
        state.reader.is_asleep = false;
    }
}

impl State {
    #[inline]
    fn pushed(&mut self) -> Pushed {
        if std::mem::take(&mut self.reader.is_asleep) { Pushed::WakeReader } else { Pushed::Quiet }
    }

    fn nothing(&mut self) -> Refill {
        if self.writer.is_gone || self.reader.is_gone {
            return Refill::Ended;
        }
        self.reader.is_asleep = true;
        Refill::Empty
    }

    fn acknowledge(&mut self, done: Tally) -> bool {
        self.backlog.tally.subtract(done.messages, done.octets);
        let Tally { messages, octets } = self.backlog.tally;
        let drained = self.writer.awaits_drain && messages == 0;
        self.writer.awaits_drain &= !drained;
        let resumed = self.writer.is_blocked && self.backlog.marks.resumes(messages, octets);
        self.writer.is_blocked &= !resumed;
        drained || resumed
    }
}

#[cfg(all(test, zmq4_loom))]
#[path = "queue_loom.rs"]
mod loom_tests;
