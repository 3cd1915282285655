//! Segments: runs of whole messages as wire octets, with large bodies held by reference.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use zmq4_proto::{Frame, FrameKind, header_len, put_header};

use crate::peer::Peer;

/// One frame as a sender hands it over.
#[derive(Debug)]
pub enum Part<'a> {
    /// Octets that are copied into the queue.
    Copy(&'a [u8]),
    /// A body that may be queued by reference; one shorter than [`Part::SHARED_FROM`] is copied.
    Share(Frame),
    /// A body that is queued by reference, because many queues get it.
    Refer(Frame),
}

impl<'a> Part<'a> {
    /// The same frame once more.
    pub(crate) fn again(&'a self) -> Self {
        match self {
            Self::Copy(octets) => Self::Copy(octets),
            Self::Share(frame) => Self::Share(frame.clone()),
            Self::Refer(frame) => Self::Refer(frame.clone()),
        }
    }
}

impl Part<'_> {
    /// Bodies of at least this many octets are queued by reference; smaller ones are copied, because a
    /// copy into the arena costs less than keeping their owner alive.
    pub const SHARED_FROM: usize = zmq4_proto::LARGE_BODY;

    /// The frame for many queues: a body of more than [`Part::SPREAD_BY_COPY`] octets is made once, and
    /// each of them refers to it. A thousand slow subscribers do not hold a thousand copies.
    pub(crate) fn for_many(&self) -> Part<'_> {
        match self {
            Self::Copy(octets) if octets.len() > Self::SPREAD_BY_COPY => {
                Part::Refer(Frame::from(octets.to_vec()))
            }
            Self::Copy(octets) => Part::Copy(octets),
            Self::Share(frame) | Self::Refer(frame) => Part::Refer(frame.clone()),
        }
    }

    /// A body of so many octets is copied for each of many queues.
    const SPREAD_BY_COPY: usize = 256;

    /// The body.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Copy(octets) => octets,
            Self::Share(frame) | Self::Refer(frame) => frame,
        }
    }

    /// Octets of the frame on the wire: header and body.
    #[inline]
    pub(crate) fn wire_len(&self) -> usize {
        let body = self.as_bytes().len();
        header_len(body) + body
    }
}

/// A body that is not in the segment's own octets.
pub(crate) struct External {
    /// Index into the segment's octets before which the body belongs.
    pub(crate) at: usize,
    pub(crate) body: Frame,
}

/// Whole messages, encoded: every segment begins and ends on a message boundary.
#[derive(Default)]
pub(crate) struct Segment {
    /// Frame headers and copied bodies; the first `head` octets have been taken already.
    pub(crate) bytes: Vec<u8>,
    pub(crate) head: usize,
    /// Bodies held by reference, in wire order; those before `head` have been taken.
    pub(crate) externals: VecDeque<External>,
    /// Whole messages from `head` on.
    pub(crate) messages: usize,
    /// Wire octets from `head` on, external bodies included.
    pub(crate) octets: usize,
    /// Whose messages these are; inbound only. A segment never mixes connections.
    pub(crate) peer: Option<Arc<Peer>>,
}

// What a message holds is its sender's and its receiver's own: a password, perhaps, on its way to whoever
// judges it. Sockets are shown with what they hold, but not with that.
impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("External").field("at", &self.at).field("len", &self.body.len()).finish()
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment")
            .field("len", &self.bytes.len())
            .field("head", &self.head)
            .field("externals", &self.externals)
            .field("messages", &self.messages)
            .field("octets", &self.octets)
            .field("peer", &self.peer)
            .finish()
    }
}

/// A segment takes further messages up to this many octets of its own memory; a larger message has one
/// of its own.
pub(crate) const SEGMENT_OCTETS: usize = 256 * 1024;

impl Segment {
    pub(crate) fn from(peer: Option<Arc<Peer>>) -> Self {
        Self { peer, ..Self::default() }
    }

    /// Whole messages given as contiguous wire octets.
    pub(crate) fn of_octets(octets: &[u8], messages: usize) -> Self {
        Self { bytes: octets.to_vec(), messages, octets: octets.len(), ..Self::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages == 0
    }

    /// Whether a message of `octets` from `peer` may be appended here. What counts is the segment's own
    /// memory: octets that were taken already (messages dropped at the front as fast as they come at the
    /// end must not make it grow without end), but not bodies held by reference.
    #[inline]
    pub(crate) fn takes(&self, octets: usize, peer: Option<&Arc<Peer>>) -> bool {
        let inline = if octets < Part::SHARED_FROM { octets } else { 0 };
        self.bytes.len() + inline <= SEGMENT_OCTETS
            && match (&self.peer, peer) {
                (None, None) => true,
                (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
                (None, Some(_)) | (Some(_), None) => false,
            }
    }

    /// Encodes one message behind the others.
    #[inline]
    pub(crate) fn append(&mut self, parts: &[Part<'_>], octets: usize) {
        if let [Part::Copy(body)] = parts {
            put_header(&mut self.bytes, FrameKind::Last, body.len());
            self.bytes.extend_from_slice(body);
        } else {
            self.append_parts(parts);
        }
        self.messages += 1;
        self.octets += octets;
    }

    fn append_parts(&mut self, parts: &[Part<'_>]) {
        let mut left = parts.len();
        for part in parts {
            left -= 1;
            let kind = if left == 0 { FrameKind::Last } else { FrameKind::More };
            self.append_frame(kind, part);
        }
    }

    /// Encodes one frame of a message that is still being put together.
    pub(crate) fn append_frame(&mut self, kind: FrameKind, part: &Part<'_>) {
        put_header(&mut self.bytes, kind, part.as_bytes().len());
        match part {
            Part::Share(body) if body.len() >= Part::SHARED_FROM => {
                self.externals.push_back(External { at: self.bytes.len(), body: body.clone() });
            }
            Part::Refer(body) if !body.is_empty() => {
                self.externals.push_back(External { at: self.bytes.len(), body: body.clone() });
            }
            Part::Copy(_) | Part::Share(_) | Part::Refer(_) => {
                self.bytes.extend_from_slice(part.as_bytes());
            }
        }
    }

    /// Moves all of `other`'s messages behind this segment's.
    pub(crate) fn absorb(&mut self, mut other: Self) {
        let shift = self.bytes.len();
        self.bytes.extend_from_slice(other.bytes.get(other.head..).unwrap_or_default());
        for external in other.externals.drain(..) {
            let at = external.at - other.head + shift;
            self.externals.push_back(External { at, body: external.body });
        }
        self.messages += other.messages;
        self.octets += other.octets;
    }

    /// Empties the segment and keeps its memory, so that a busy pipe does not allocate; what a single
    /// large message made of it is not kept.
    pub(crate) fn recycle(mut self) -> Self {
        self.bytes.clear();
        if self.bytes.capacity() > 2 * SEGMENT_OCTETS {
            self.bytes = Vec::new();
        }
        self.externals.clear();
        Self { bytes: self.bytes, externals: self.externals, ..Self::default() }
    }
}
