//! The sending half of a connection: the out-buffer, and the lane for the protocol's own frames.

use std::io::IoSlice;
use std::sync::Arc;
use std::task::{Context, Poll};

use zmq4_proto::Sealer;

use super::Reason;
use super::outbuf::{MAX_SLICES, OutBuf, Taken};
use super::sealing::Sealing;
use crate::pipe::{Overflow, Part, Queue, Refill, Spares};
use crate::transport::Link;

/// What is on its way to the kernel. Shared by the session and by callers with write credit.
#[derive(Debug)]
pub(crate) struct Egress {
    out: OutBuf,
    /// Commands, sent at the next message boundary: never between the frames of a message.
    lane: Vec<u8>,
    /// Octets of the lane that the kernel took; of a sealed line, those that are sealed and on their way.
    lane_taken: usize,
    /// How much of the lane tells of subscriptions: answers to the peer have room all the same.
    lane_told: usize,
    line: Line,
    overflow: Overflow,
}

/// Where octets go. There is no way to write to a sealed line but through its sealer.
#[derive(Debug)]
enum Line {
    /// There is no connection.
    Cut,
    Plain(Arc<Link>),
    Sealed(Arc<Link>, Box<Sealing>),
}

/// What one write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flushed {
    /// The kernel took octets, and these whole messages with them.
    Wrote { octets: usize, taken: Taken },
    /// Nothing is queued and the queue's reader is marked asleep.
    Idle,
    /// Nothing is queued and nothing will be.
    Ended,
    /// The kernel takes no more for now, or there is no connection.
    Blocked,
}

/// In queues that replace or drop, so much is in flight at a time.
const LITTLE: usize = 8 * 1024;

impl Egress {
    pub(super) fn new(overflow: Overflow) -> Self {
        let (out, lane) = (OutBuf::default(), Vec::new());
        Self { out, lane, lane_taken: 0, lane_told: 0, line: Line::Cut, overflow }
    }

    /// A connection is there; if there is a sealer, nothing goes out that it has not sealed.
    pub(super) fn connect(&mut self, link: Arc<Link>, sealer: Option<Box<Sealer>>) {
        self.line = match sealer {
            None => Line::Plain(link),
            Some(sealer) => Line::Sealed(link, Box::new(Sealing::new(sealer))),
        };
    }

    /// The connection is gone. Messages that were not wholly taken wait for the next one.
    pub(super) fn disconnect(&mut self) {
        self.line = Line::Cut;
        self.clear_lane();
        self.out.rewind();
    }

    /// Drops what was taken from the queue and did not go out. There is no connection any more.
    pub(super) fn forget(&mut self) {
        self.out.clear();
    }

    /// Octets of memory that are held.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        let segments = self.out.segments.iter().chain(self.out.emptied.iter());
        let plain: usize = segments.map(|segment| segment.bytes.capacity()).sum();
        plain + if let Line::Sealed(_, sealing) = &self.line { sealing.memory() } else { 0 }
    }

    /// Gives back the memory that a burst left behind.
    pub(super) fn trim(&mut self) {
        self.out.emptied = Spares::default();
        if self.out.is_empty() {
            self.out.segments.shrink_to_fit();
        }
        if let Line::Sealed(_, sealing) = &mut self.line {
            sealing.trim();
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.out.is_empty() && self.lane.is_empty()
    }

    /// Where commands to the peer are encoded.
    pub(super) fn lane(&mut self) -> &mut Vec<u8> {
        &mut self.lane
    }

    /// Has subscriptions encoded, as soon as the lane is free.
    pub(super) fn tell(&mut self, encode: impl FnOnce(&mut Vec<u8>)) {
        if self.lane.is_empty() {
            encode(&mut self.lane);
            self.lane_told = self.lane.len();
        }
    }

    /// Octets of the lane that do not tell of subscriptions.
    pub(super) fn answers(&self) -> usize {
        self.lane.len() - self.lane_told
    }

    /// Writes one small message from the caller's thread. None if there is no connection; otherwise
    /// whether the kernel took all of it: if not, the rest is left for the session.
    pub(super) fn write_through(&mut self, parts: &[Part<'_>], octets: usize) -> Option<bool> {
        let Line::Plain(link) = &self.line else { return self.seal_through(parts, octets) };
        let mut segment = self.out.emptied.take(0);
        segment.append(parts, octets);
        // A write error is the session's to find: the message waits in the buffer like any other.
        let taken = link.write_now(&segment.bytes).unwrap_or(0);
        if taken == octets {
            self.out.emptied.keep(Some(segment));
            return Some(true);
        }
        self.out.segments.push_back(segment);
        self.out.advance(taken);
        Some(false)
    }

    /// As [`Self::write_through`], on a sealed line. What cannot be sealed is the session's to find, too.
    fn seal_through(&mut self, parts: &[Part<'_>], octets: usize) -> Option<bool> {
        let Line::Sealed(link, sealing) = &mut self.line else { return None };
        let mut segment = self.out.emptied.take(0);
        segment.append(parts, octets);
        self.out.segments.push_back(segment);
        if sealing.seal(&self.out, false).is_ok() {
            let taken = link.write_now(sealing.unsent()).unwrap_or(0);
            sealing.advance(taken, &mut self.out);
        }
        Some(self.out.is_empty())
    }

    /// Makes one write of all there is, taking what the queue holds if nothing is left over.
    pub(super) fn flush(&mut self, cx: &mut Context<'_>, queue: &Queue) -> Result<Flushed, Reason> {
        if matches!(self.line, Line::Cut) {
            return Ok(Flushed::Blocked);
        }
        if self.is_idle() {
            match self.swap(queue) {
                Refill::Some => {}
                Refill::Empty => return Ok(Flushed::Idle),
                Refill::Ended => return Ok(Flushed::Ended),
            }
        }
        let Line::Plain(link) = &self.line else { return self.flush_sealed(cx) };
        let mut slices = [IoSlice::new(&[]); MAX_SLICES];
        let n = self.gather(&mut slices);
        match link.poll_write(cx, slices.get(..n).unwrap_or_default()) {
            Poll::Pending => Ok(Flushed::Blocked),
            Poll::Ready(Err(error)) => Err(error.into()),
            Poll::Ready(Ok(octets)) => Ok(Flushed::Wrote { octets, taken: self.advance(octets) }),
        }
    }

    /// Makes one write of a run that is sealed; seals the next one if nothing is left of the last.
    fn flush_sealed(&mut self, cx: &mut Context<'_>) -> Result<Flushed, Reason> {
        let Line::Sealed(link, sealing) = &mut self.line else { return Ok(Flushed::Blocked) };
        if sealing.is_spent() {
            let command_waits = !self.lane.is_empty();
            if command_waits && sealing.at_boundary() {
                self.lane_taken = sealing.seal_commands(&self.lane)?;
            } else {
                sealing.seal(&self.out, command_waits)?;
            }
        }
        match link.poll_write(cx, &[IoSlice::new(sealing.unsent())]) {
            Poll::Pending => Ok(Flushed::Blocked),
            Poll::Ready(Err(error)) => Err(error.into()),
            Poll::Ready(Ok(octets)) => {
                Ok(Flushed::Wrote { octets, taken: self.advance_sealed(octets) })
            }
        }
    }

    fn swap(&mut self, queue: &Queue) -> Refill {
        if self.overflow == Overflow::Refuse {
            queue.take(&mut self.out.segments, &mut self.out.emptied)
        } else {
            queue.take_little(&mut self.out.segments, LITTLE)
        }
    }

    fn gather<'a>(&'a self, slices: &mut [IoSlice<'a>; MAX_SLICES]) -> usize {
        let lane = self.lane.get(self.lane_taken..).unwrap_or_default();
        if lane.is_empty() {
            return self.out.gather(slices, 0, usize::MAX);
        }
        let mut n = 0;
        if !self.out.at_boundary() {
            n = self.out.gather(slices, 0, self.out.until_boundary());
        }
        if let Some(slot) = slices.get_mut(n) {
            *slot = IoSlice::new(lane);
            n += 1;
        }
        n
    }

    fn advance(&mut self, mut octets: usize) -> Taken {
        let lane = self.lane.len() - self.lane_taken;
        if lane == 0 {
            return self.out.advance(octets);
        }
        let mut settled = Taken::default();
        if !self.out.at_boundary() {
            let message = self.out.until_boundary().min(octets);
            settled = self.out.advance(message);
            octets -= message;
        }
        self.lane_taken += octets;
        debug_assert!(self.lane_taken <= self.lane.len(), "more was written than gathered");
        if self.lane_taken == self.lane.len() {
            self.clear_lane();
        }
        settled
    }

    fn advance_sealed(&mut self, octets: usize) -> Taken {
        let Line::Sealed(_, sealing) = &mut self.line else { return Taken::default() };
        if self.lane_taken == 0 {
            return sealing.advance(octets, &mut self.out);
        }
        sealing.advance_commands(octets);
        if sealing.is_spent() {
            self.lane.drain(..self.lane_taken);
            self.lane_told = self.lane_told.saturating_sub(self.lane_taken);
            self.lane_taken = 0;
        }
        Taken::default()
    }

    fn clear_lane(&mut self) {
        self.lane.clear();
        self.lane_taken = 0;
        self.lane_told = 0;
    }
}
