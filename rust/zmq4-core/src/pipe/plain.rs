//! Runs of plain messages: one frame each, whose octets lie in the segment. That is what most traffic is, and
//! a run of them is worth a path without detours: nothing is measured twice, nothing is written to be reloaded.

use std::sync::Arc;

use zmq4_proto::{FrameKind, header_len, put_frame};

use super::backlog::{Backlog, Overflow, Tally};
use super::end::PipeEnd;
use super::local::LocalBatch;
use super::message::{Header, MessageRef};
use super::queue::Queue;
use super::segment::{Part, Segment};
use crate::peer::Peer;

/// A message of one frame that lies where it is: borrowed, nothing copied.
#[derive(Clone, Copy, Debug)]
pub struct PlainRef<'a> {
    /// Header and body of its frame.
    pub wire: &'a [u8],
    /// Who sent it.
    pub peer: Option<&'a Arc<Peer>>,
    /// The number of the pipe it came through, within its socket.
    pub pipe: u64,
}

/// Takes messages in runs.
pub trait TakeMany {
    /// So many more may follow.
    fn expect(&mut self, messages: usize) {
        let _ = messages;
    }

    /// Takes a plain one.
    fn plain(&mut self, message: PlainRef<'_>);

    /// Takes any other.
    fn other(&mut self, message: MessageRef<'_>);
}

impl PipeEnd {
    /// Shows the plain messages at the front of the local batch to `take`, at most `most` of them, and not
    /// many more octets. Returns how much that was, and whether the inbound queue's writer is to be woken.
    ///
    /// Where a message says more than its frame, as from a ROUTER's peer, there are none.
    pub(crate) fn take_plain(&mut self, most: Tally, take: &mut impl TakeMany) -> (Tally, bool) {
        if self.envelope > 0 || self.origin.routing_id.is_some() {
            return (Tally::default(), false);
        }
        let from = Source { peer: self.peer.as_ref(), pipe: self.origin.pipe.0 };
        self.local.take_plain(most, &self.inbound, from, take)
    }
}

/// Where the messages of a run come from.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// If the segment does not say.
    pub(super) peer: Option<&'a Arc<Peer>>,
    pub(super) pipe: u64,
}

impl LocalBatch {
    pub(super) fn take_plain(
        &mut self,
        most: Tally,
        queue: &Queue,
        from: Source<'_>,
        take: &mut impl TakeMany,
    ) -> (Tally, bool) {
        let (mut all, mut wake) = (Tally::default(), false);
        while !self.is_conflating {
            let budget = most.less(all).least(self.until_acknowledgement());
            let Some(segment) = self.segments.front_mut() else { break };
            let run = segment.take_plain(budget, from, take);
            if run.messages == 0 {
                break;
            }
            all.add(run.messages, run.octets);
            wake |= self.took(run, queue);
        }
        (all, wake)
    }
}

impl Segment {
    #[inline]
    fn take_plain(&mut self, most: Tally, from: Source<'_>, take: &mut impl TakeMany) -> Tally {
        let mut run = Tally::default();
        if !self.externals.is_empty() {
            return run;
        }
        let (messages, peer) = (most.messages.min(self.messages), self.peer.as_ref().or(from.peer));
        take.expect(messages);
        let mut rest = self.bytes.get(self.head..).unwrap_or_default();
        while run.messages < messages && run.octets < most.octets {
            let Some(header) = Header::at(rest, 0).filter(Header::is_last) else { break };
            let Some((wire, behind)) = rest.split_at_checked(header.len + header.body) else {
                break;
            };
            take.plain(PlainRef { wire, peer, pipe: from.pipe });
            run.add(1, wire.len());
            rest = behind;
        }
        self.head += run.octets;
        self.messages -= run.messages;
        self.octets -= run.octets;
        run
    }
}

impl Backlog {
    /// Encodes messages of one copied frame each behind the others, until one does not fit without further
    /// ado, or so many octets came together.
    pub(super) fn append_plain(&mut self, frames: &[Part<'_>], most_octets: usize) -> Tally {
        let mut all = Tally::default();
        while self.overflow != Overflow::Conflate && all.octets < most_octets {
            let rest = frames.get(all.messages..).unwrap_or_default();
            let Some(first @ Part::Copy(_)) = rest.first() else { break };
            if !self.admits(first.wire_len()) {
                break;
            }
            let (marks, tally) = (self.marks, self.tally);
            let segment = self.segment_for(first.wire_len(), None);
            let run = segment.append_plain(rest, most_octets - all.octets, |run, octets| {
                marks.admits(tally.messages + run.messages, tally.octets + run.octets, octets)
            });
            if run.messages == 0 {
                break;
            }
            all.add(run.messages, run.octets);
            self.tally.add(run.messages, run.octets);
        }
        all
    }
}

impl Segment {
    #[inline]
    fn append_plain(
        &mut self,
        frames: &[Part<'_>],
        most_octets: usize,
        admits: impl Fn(Tally, usize) -> bool,
    ) -> Tally {
        let mut run = Tally::default();
        for frame in frames {
            let Part::Copy(body) = frame else { break };
            let octets = header_len(body.len()) + body.len();
            if run.octets >= most_octets || !self.takes(octets, None) || !admits(run, octets) {
                break;
            }
            put_frame(&mut self.bytes, FrameKind::Last, body);
            run.add(1, octets);
        }
        self.messages += run.messages;
        self.octets += run.octets;
        run
    }
}
