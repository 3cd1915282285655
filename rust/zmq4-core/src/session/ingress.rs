//! The receiving half of a connection: octets in, whole messages out.
//!
//! Headers are walked once, here; whole messages are copied into the pipe's segment as they came, and the
//! receiver parses them one at a time. What is unfinished is staged: a partial frame in a buffer of its
//! exact size, a large body in one that grows with the data, the frames of an unfinished message in a
//! segment of their own. Nothing of it is visible before the message is whole.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use zmq4_proto::{Command, Decoder, Fault, Frame, FrameKind, TrafficLimits, Walk, WalkStop};

use super::large::{LargeBody, Received};
use crate::options::SessionOptions;
use crate::peer::Peer;
use crate::pipe::{Part, Pushed, Queue, Segment};
use crate::transport::Link;

/// What the peer asks of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Ping { ttl_deciseconds: u16, context: Vec<u8> },
    Error(Vec<u8>),
}

/// What makes the connection unusable.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The peer broke the rules.
    Fault(Fault),
    /// The system refused.
    Io(io::Error),
}

/// What was found besides messages.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) requests: Vec<Request>,
    pub(super) wake_reader: bool,
    /// The connection is to be closed; everything before the trouble has been delivered.
    pub(super) trouble: Option<Trouble>,
}

/// The receiving half.
#[derive(Debug)]
pub(super) struct Ingress {
    decoder: Decoder,
    peer: Arc<Peer>,
    /// An incomplete frame, from its header on.
    fragment: Vec<u8>,
    /// The fragment's whole length, or 0 while its header is incomplete.
    fragment_len: usize,
    /// Whole frames of an unfinished message.
    assembly: Segment,
    large: Option<LargeBody>,
    /// Octets that were read but not walked, because the pipe is full.
    rest: Vec<u8>,
    /// The usual size of a message, to read no more than the pipe has room for.
    mean: usize,
}

/// The smallest read when the pipe is short of room.
const SMALL_READ: usize = 8 * 1024;
/// Requests of the peer that are kept between two writes; a flood of them is coalesced.
const MAX_REQUESTS: usize = 16;

impl Ingress {
    pub(super) fn new(options: &SessionOptions, peer: Arc<Peer>, leftover: Vec<u8>) -> Self {
        let limits = TrafficLimits {
            max_message_size: options.max_message_size,
            max_frames: options.max_frames,
            max_message_octets: options.max_message_octets,
        };
        Self {
            decoder: Decoder::new(limits),
            peer,
            fragment: Vec::new(),
            fragment_len: 0,
            assembly: Segment::default(),
            large: None,
            rest: leftover,
            mean: 64,
        }
    }

    /// Octets of memory that are held.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        let large = self.large.as_ref().map_or(0, |large| large.body.capacity());
        self.fragment.capacity() + self.rest.capacity() + self.assembly.bytes.capacity() + large
    }

    /// Whether octets wait for room in the pipe.
    pub(super) fn has_rest(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Walks what was left over when the pipe was full.
    pub(super) fn resume(&mut self, room: usize, queue: &Queue, found: &mut Found) {
        let mut rest = std::mem::take(&mut self.rest);
        self.feed(&mut rest, room, queue, found);
    }

    /// How much to read into the lent buffer of `capacity` when the pipe has room for `room` messages.
    pub(super) fn appetite(&self, room: usize, capacity: usize) -> usize {
        room.saturating_mul(self.mean).max(SMALL_READ).min(capacity)
    }

    /// How much of a large body is yet to come.
    pub(super) fn missing_of_large(&self) -> usize {
        self.large.as_ref().map_or(0, LargeBody::missing)
    }

    /// Reads the rest of a large body straight into its place, if one is being received. What comes
    /// behind it, a header as a rule, is read into `behind` by the same call.
    pub(super) fn poll_large(
        &mut self,
        cx: &mut Context<'_>,
        link: &Link,
        behind: &mut [u8],
    ) -> Option<Poll<io::Result<Received>>> {
        self.large.as_mut().map(|large| large.poll_read(cx, link, behind))
    }

    /// Takes octets from the wire; delivers about `room` messages and keeps the rest.
    pub(super) fn feed(
        &mut self,
        mut input: &mut [u8],
        mut room: usize,
        queue: &Queue,
        found: &mut Found,
    ) {
        while !input.is_empty() && found.trouble.is_none() {
            input = if self.large.is_some() {
                self.feed_large(input, queue, found)
            } else if !self.fragment.is_empty() {
                self.feed_fragment(input, &mut room, queue, found)
            } else if room == 0 {
                self.rest = input.to_vec();
                return;
            } else {
                self.feed_frames(input, &mut room, queue, found)
            };
        }
    }

    fn feed_large<'a>(
        &mut self,
        input: &'a mut [u8],
        queue: &Queue,
        found: &mut Found,
    ) -> &'a mut [u8] {
        let Some(large) = self.large.as_mut() else { return input };
        match large.take(input) {
            Ok(taken) => {
                self.finish_large(queue, found);
                input.get_mut(taken..).unwrap_or_default()
            }
            Err(error) => {
                found.trouble = Some(Trouble::Io(error));
                input
            }
        }
    }

    /// Ends a large body that has become whole.
    pub(super) fn finish_large(&mut self, queue: &Queue, found: &mut Found) {
        if !self.large.as_ref().is_some_and(LargeBody::is_whole) {
            return;
        }
        let Some(LargeBody { kind, body, .. }) = self.large.take() else { return };
        let part = Part::Share(Frame::from(Bytes::from(body)));
        self.assembly.append_frame(kind, &part);
        self.assembly.octets += part.wire_len();
        if kind == FrameKind::Last {
            self.publish(queue, found);
        }
    }

    /// Adds to a partial frame no more than it needs, and walks it when it is whole.
    fn feed_fragment<'a>(
        &mut self,
        input: &'a mut [u8],
        room: &mut usize,
        queue: &Queue,
        found: &mut Found,
    ) -> &'a mut [u8] {
        // While the header is incomplete, an octet at a time: there are at most nine.
        let missing = self.fragment_len.saturating_sub(self.fragment.len()).max(1);
        let (taken, left) = input.split_at_mut(missing.min(input.len()));
        self.fragment.extend_from_slice(taken);
        if self.fragment.len() >= self.fragment_len {
            let mut fragment = std::mem::take(&mut self.fragment);
            let behind = self.feed_frames(&mut fragment, room, queue, found);
            debug_assert!(behind.is_empty(), "a fragment holds one frame");
        }
        left
    }

    /// Walks whole frames and delivers the messages they make; returns what the walk did not pass.
    fn feed_frames<'a>(
        &mut self,
        input: &'a mut [u8],
        room: &mut usize,
        queue: &Queue,
        found: &mut Found,
    ) -> &'a mut [u8] {
        let continues = self.assembly.octets > 0;
        let walk = self.decoder.walk(input, if continues { 1 } else { (*room).max(1) });
        self.deliver(input, &walk, continues, queue, found);
        *room = room.saturating_sub(walk.messages);
        let next = match walk.stop {
            WalkStop::Budget => walk.frames_end,
            WalkStop::NeedMore { frame_len } => {
                self.stage(input.get(walk.frames_end..).unwrap_or_default(), frame_len);
                input.len()
            }
            WalkStop::Command { body, end } => {
                command(input, body, found);
                end
            }
            WalkStop::Large { header_len, kind, body_len } => {
                self.large = Some(LargeBody::new(kind, body_len));
                walk.frames_end + header_len
            }
            WalkStop::Fault(fault) => {
                found.trouble = Some(Trouble::Fault(fault));
                input.len()
            }
        };
        input.get_mut(next..).unwrap_or_default()
    }

    fn deliver(
        &mut self,
        input: &[u8],
        walk: &Walk,
        continues: bool,
        queue: &Queue,
        found: &mut Found,
    ) {
        let whole = input.get(..walk.messages_end).unwrap_or_default();
        if continues {
            self.assemble(whole);
            if walk.messages > 0 {
                self.publish(queue, found);
            }
        } else if let Some(mean) = whole.len().checked_div(walk.messages) {
            self.mean = (self.mean * 7 + mean) / 8;
            found.pushed(queue.push_octets(whole, walk.messages, &self.peer));
        }
        self.assemble(input.get(walk.messages_end..walk.frames_end).unwrap_or_default());
    }

    fn assemble(&mut self, frames: &[u8]) {
        self.assembly.bytes.extend_from_slice(frames);
        self.assembly.octets += frames.len();
    }

    fn publish(&mut self, queue: &Queue, found: &mut Found) {
        let mut message = std::mem::take(&mut self.assembly);
        message.messages = 1;
        message.peer = Some(Arc::clone(&self.peer));
        self.mean = (self.mean * 7 + message.octets) / 8;
        found.pushed(queue.push_segment(message));
    }

    fn stage(&mut self, partial: &[u8], frame_len: usize) {
        self.fragment_len = frame_len;
        if !partial.is_empty() {
            self.fragment = Vec::with_capacity(frame_len.max(partial.len()));
            self.fragment.extend_from_slice(partial);
        }
    }
}

impl Found {
    fn pushed(&mut self, pushed: Pushed) {
        self.wake_reader |= pushed == Pushed::WakeReader;
    }
}

/// Notes what a command asks for. Unknown and broken commands are ignored, as in the field; so are
/// those that other socket types would act on.
fn command(input: &[u8], body: Range<usize>, found: &mut Found) {
    let request = match Command::parse(input.get(body).unwrap_or_default()) {
        Command::Ping { ttl_deciseconds, context } => {
            Request::Ping { ttl_deciseconds, context: context.to_vec() }
        }
        Command::Error(reason) => Request::Error(reason.to_vec()),
        Command::Ready(_)
        | Command::Pong { .. }
        | Command::Subscribe(_)
        | Command::Cancel(_)
        | Command::Unknown { .. }
        | Command::Malformed => return,
    };
    if found.requests.len() == MAX_REQUESTS {
        found.requests.remove(0);
    }
    found.requests.push(request);
}
