//! Messages as they lie in a segment: borrowed, measured, and taken from the front.

use std::collections::VecDeque;
use std::sync::Arc;

use zmq4_proto::{Frame, LONG, MORE, RoutingId, header_len};

use super::end::Origin;
use super::segment::{External, Segment};
use crate::peer::Peer;

/// One message as it lies in a segment: borrowed, nothing copied.
#[derive(Clone, Copy, Debug)]
pub struct MessageRef<'a> {
    wire: &'a [u8],
    /// Where `wire` begins in its segment.
    base: usize,
    externals: &'a VecDeque<External>,
    extent: Extent,
    /// How many of the bodies held by reference come before this message's frames.
    skipped: usize,
    peer: Option<&'a Arc<Peer>>,
    origin: Option<&'a Origin>,
}

/// How much of a segment one message takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Octets in the segment: headers and copied bodies.
    bytes: usize,
    frames: usize,
    externals: usize,
    /// Octets on the wire: with the external bodies.
    pub(super) octets: usize,
}

/// One frame of a [`MessageRef`].
#[derive(Clone, Copy, Debug)]
pub enum FrameRef<'a> {
    /// The body lies in the segment.
    Inline(&'a [u8]),
    /// The body is held by reference.
    External(&'a Frame),
}

impl<'a> FrameRef<'a> {
    /// The body.
    #[inline]
    pub fn as_bytes(self) -> &'a [u8] {
        match self {
            Self::Inline(body) => body,
            Self::External(frame) => frame,
        }
    }

    /// Octets on the wire: header and body.
    fn wire_len(self) -> usize {
        let body = self.as_bytes().len();
        header_len(body) + body
    }

    /// The body as a value of its own; by reference where it already is one.
    pub fn to_frame(self) -> Frame {
        match self {
            Self::Inline(body) => Frame::from(body),
            Self::External(frame) => frame.clone(),
        }
    }
}

impl<'a> MessageRef<'a> {
    /// Number of frames, at least one.
    #[inline]
    pub fn frame_count(&self) -> usize {
        self.extent.frames
    }

    /// The frames in order.
    pub fn frames(&self) -> Frames<'a> {
        Frames {
            wire: self.wire,
            at: 0,
            base: self.base,
            externals: self.externals,
            next: self.skipped,
        }
    }

    /// The message without its first frames, which must be fewer than it has.
    pub(crate) fn without_front(self, frames: usize) -> Self {
        let mut envelope = self.frames();
        let octets: usize = envelope.by_ref().take(frames).map(FrameRef::wire_len).sum();
        Self {
            wire: self.wire.get(envelope.at..).unwrap_or_default(),
            base: self.base + envelope.at,
            extent: Extent {
                bytes: self.extent.bytes - envelope.at,
                frames: self.extent.frames - frames,
                externals: self.extent.externals - (envelope.next - self.skipped),
                octets: self.extent.octets - octets,
            },
            skipped: envelope.next,
            ..self
        }
    }

    /// The only frame, if there is but one.
    #[inline]
    pub fn single(&self) -> Option<FrameRef<'a>> {
        if self.extent.frames == 1 { self.frames().next() } else { None }
    }

    /// The message as wire octets (headers and copied bodies) when no body is held by reference.
    #[inline]
    pub fn wire(&self) -> Option<&'a [u8]> {
        (self.extent.externals == 0).then_some(self.wire)
    }

    /// Octets on the wire: headers and bodies.
    #[inline]
    pub fn wire_octets(&self) -> usize {
        self.extent.octets
    }

    /// What [`super::local::LocalBatch::pop`] needs to drop this message.
    #[inline]
    pub(crate) fn extent(&self) -> Extent {
        self.extent
    }

    /// Names the pipe it came through, and the sender, if the segment does not.
    #[allow(
        clippy::inline_always,
        reason = "a call here writes and reloads a large struct: a third of a receive"
    )]
    #[inline(always)]
    pub(crate) fn from(self, peer: Option<&'a Arc<Peer>>, origin: &'a Origin) -> Self {
        Self { peer: self.peer.or(peer), origin: Some(origin), ..self }
    }

    /// Who sent it.
    #[inline]
    pub fn peer(&self) -> Option<&'a Arc<Peer>> {
        self.peer
    }

    /// The routing id under which a ROUTER knows the sender; none on other types.
    #[inline]
    pub fn sender(&self) -> Option<&'a RoutingId> {
        self.origin?.routing_id.as_ref()
    }

    /// The number of the pipe it came through, within its socket; never reused.
    pub fn pipe_number(&self) -> Option<u64> {
        Some(self.origin?.pipe.0)
    }
}

/// The frames of a message.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    wire: &'a [u8],
    at: usize,
    base: usize,
    externals: &'a VecDeque<External>,
    next: usize,
}

impl<'a> Iterator for Frames<'a> {
    type Item = FrameRef<'a>;

    #[inline]
    fn next(&mut self) -> Option<FrameRef<'a>> {
        let header = Header::at(self.wire, self.at)?;
        self.at += header.len;
        if let Some(external) = self.externals.get(self.next)
            && external.at == self.base + self.at
        {
            self.next += 1;
            return Some(FrameRef::External(&external.body));
        }
        let body = self.wire.get(self.at..self.at + header.body)?;
        self.at += header.body;
        Some(FrameRef::Inline(body))
    }
}

/// The header of a frame that was encoded here or has passed the decoder.
#[derive(Clone, Copy)]
pub(crate) struct Header {
    more: bool,
    pub(crate) len: usize,
    pub(crate) body: usize,
}

impl Header {
    /// Whether no further frame of the message follows.
    #[inline]
    pub(super) fn is_last(&self) -> bool {
        !self.more
    }

    #[allow(
        clippy::inline_always,
        reason = "a call here writes and reloads a large struct: a third of a receive"
    )]
    #[inline(always)]
    pub(crate) fn at(wire: &[u8], at: usize) -> Option<Self> {
        let flags = *wire.get(at)?;
        let more = flags & MORE != 0;
        if flags & LONG == 0 {
            let body = usize::from(*wire.get(at + 1)?);
            return Some(Self { more, len: 2, body });
        }
        let body = u64::from_be_bytes(*wire.get(at + 1..)?.first_chunk()?);
        Some(Self { more, len: 9, body: usize::try_from(body).ok()? })
    }
}

impl Extent {
    /// Measures the message at `head` of a segment.
    #[allow(
        clippy::inline_always,
        reason = "a call here writes and reloads a large struct: a third of a receive"
    )]
    #[inline(always)]
    fn measure(bytes: &[u8], head: usize, externals: &VecDeque<External>) -> Option<Self> {
        let header = Header::at(bytes, head)?;
        if !header.more && externals.is_empty() {
            let octets = header.len + header.body;
            return Some(Self { bytes: octets, frames: 1, externals: 0, octets });
        }
        Self::measure_frames(bytes, head, externals)
    }

    fn measure_frames(bytes: &[u8], head: usize, externals: &VecDeque<External>) -> Option<Self> {
        let mut extent = Self::default();
        loop {
            let header = Header::at(bytes, head + extent.bytes)?;
            extent.frames += 1;
            extent.octets += header.len + header.body;
            extent.bytes += header.len;
            let external = externals.get(extent.externals);
            if external.is_some_and(|external| external.at == head + extent.bytes) {
                extent.externals += 1;
            } else {
                extent.bytes += header.body;
            }
            if !header.more {
                return Some(extent);
            }
        }
    }
}

impl Segment {
    /// The first message.
    #[allow(
        clippy::inline_always,
        reason = "a call here writes and reloads a large struct: a third of a receive"
    )]
    #[inline(always)]
    pub(crate) fn front(&self) -> Option<MessageRef<'_>> {
        if self.messages == 0 {
            return None;
        }
        let extent = Extent::measure(&self.bytes, self.head, &self.externals)?;
        let wire = self.bytes.get(self.head..self.head + extent.bytes)?;
        let (base, externals) = (self.head, &self.externals);
        let peer = self.peer.as_ref();
        Some(MessageRef { wire, base, externals, extent, skipped: 0, peer, origin: None })
    }

    #[inline]
    pub(super) fn advance(&mut self, extent: Extent) {
        self.head += extent.bytes;
        self.messages -= 1;
        self.octets -= extent.octets;
        if extent.externals > 0 {
            self.externals.drain(..extent.externals);
        }
    }

    /// Drops the first message and says how many wire octets it had.
    pub(crate) fn drop_front(&mut self) -> usize {
        let Some(extent) = self.front().map(|message| message.extent) else { return 0 };
        self.advance(extent);
        extent.octets
    }

    /// Splits off the messages whose octets lie wholly within the first `octets` of the segment, at
    /// least one of them.
    pub(crate) fn split_front(&mut self, octets: usize) -> Self {
        let mut part = Self::from(self.peer.clone());
        while let Some(extent) = self.front().map(|message| message.extent) {
            if !part.is_empty() && part.octets + extent.octets > octets {
                break;
            }
            let shift = self.head - part.bytes.len();
            let wire = self.bytes.get(self.head..self.head + extent.bytes).unwrap_or_default();
            part.bytes.extend_from_slice(wire);
            for external in self.externals.drain(..extent.externals) {
                part.externals.push_back(External { at: external.at - shift, ..external });
            }
            part.messages += 1;
            part.octets += extent.octets;
            self.advance(Extent { externals: 0, ..extent });
        }
        part
    }

    /// Drops the messages that lie wholly within the first `taken` wire octets; returns how many
    /// messages and octets that were.
    pub(crate) fn settle(&mut self, taken: usize) -> (usize, usize) {
        let (mut messages, mut octets) = (0, 0);
        while let Some(extent) = self.front().map(|message| message.extent) {
            if octets + extent.octets > taken {
                break;
            }
            self.advance(extent);
            messages += 1;
            octets += extent.octets;
        }
        (messages, octets)
    }
}
