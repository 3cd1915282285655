//! The receiving half of a connection: octets in, whole messages out.
//!
//! Headers are walked once, here; whole messages are copied into the pipe's segment as they came, and the
//! receiver parses them one at a time. What is unfinished is staged: a partial frame in a buffer of its
//! exact size, a large body in one that grows with the data, the frames of an unfinished message in a
//! segment of their own. Nothing of it is visible before the message is whole. What is sealed is opened first.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use zmq4_proto::{
    Command, Decoder, Frame, FrameKind, Opener, TrafficLimits, Version, Walk, WalkStop, put_header,
};

use super::found::{Found, Trouble};
use super::intake::{Intake, MAX_TOPIC};
use super::large::{LargeBody, Received};
use super::unsealing::Unsealing;
use crate::options::SessionOptions;
use crate::peer::Peer;
use crate::pipe::{Part, Queue, Segment};
use crate::subscription::Wish;
use crate::transport::Link;

/// The receiving half.
#[derive(Debug)]
pub(super) struct Ingress {
    decoder: Decoder,
    /// Opens what is sealed. What follows sees plain frames only, and of an encrypted connection whole ones.
    unsealing: Option<Box<Unsealing>>,
    peer: Arc<Peer>,
    /// Hears what the peer says, where the socket publishes.
    intake: Option<Intake>,
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

impl Ingress {
    pub(super) fn new(options: &SessionOptions, peer: Arc<Peer>, leftover: Vec<u8>) -> Self {
        let limits = TrafficLimits {
            max_message_size: options.max_message_size,
            max_frames: options.max_frames,
            max_message_octets: options.max_message_octets,
        };
        Self {
            decoder: Decoder::new(limits),
            unsealing: None,
            peer,
            intake: None,
            fragment: Vec::new(),
            fragment_len: 0,
            assembly: Segment::default(),
            large: None,
            rest: leftover,
            mean: 64,
        }
    }

    /// Has somebody hear what the peer says before it is delivered.
    pub(super) fn with_intake(mut self, intake: Option<Intake>) -> Self {
        if intake.is_some() {
            self.decoder = self.decoder.with_max_topic(MAX_TOPIC);
        }
        self.intake = intake;
        self
    }

    /// Has everything opened, what was left over by the handshake included. Comes last, when the limits are
    /// known.
    pub(super) fn with_opener(mut self, opener: Option<Box<Opener>>) -> Self {
        self.unsealing = opener.map(|mut opener| {
            opener.limit_bodies(Some(self.decoder.longest_body()));
            Box::new(Unsealing::new(opener, std::mem::take(&mut self.rest)))
        });
        self
    }

    /// Octets of memory that are held.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        let large = self.large.as_ref().map_or(0, |large| large.body.capacity());
        let sealed = self.unsealing.as_ref().map_or(0, |unsealing| unsealing.memory());
        let octets = [&self.fragment, &self.rest, &self.assembly.bytes].map(Vec::capacity);
        octets.iter().sum::<usize>() + large + sealed
    }

    /// Whether octets wait for room in the pipe, or to be looked at.
    pub(super) fn has_rest(&self) -> bool {
        self.has_unwalked() || self.unsealing.as_ref().is_some_and(|unsealing| unsealing.has_rest())
    }

    /// Whether plain octets wait for room in the pipe.
    pub(super) fn has_unwalked(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Walks what was left over when the pipe was full.
    pub(super) fn resume(&mut self, room: usize, queue: &Queue, found: &mut Found) {
        if self.has_unwalked() {
            let mut rest = std::mem::take(&mut self.rest);
            self.feed(&mut rest, room, queue, found);
        }
        if let Some(mut unsealing) = self.unsealing.take() {
            unsealing.resume(self, room, queue, found);
            self.unsealing = Some(unsealing);
        }
    }

    /// How much to read into the lent buffer of `capacity` when the pipe has room for `room` messages.
    pub(super) fn appetite(&self, room: usize, capacity: usize) -> usize {
        room.saturating_mul(self.mean).max(SMALL_READ).min(capacity)
    }

    /// The large body that is being received, if one is.
    fn arriving(&mut self) -> Option<&mut LargeBody> {
        match &mut self.unsealing {
            None => self.large.as_mut(),
            Some(unsealing) => unsealing.large(),
        }
    }

    /// How much of a large body is yet to come.
    pub(super) fn missing_of_large(&mut self) -> usize {
        self.arriving().map_or(0, |large| large.missing())
    }

    /// Reads the rest of a large body straight into its place, if one is being received. What comes
    /// behind it, a header as a rule, is read into `behind` by the same call.
    pub(super) fn poll_large(
        &mut self,
        cx: &mut Context<'_>,
        link: &Link,
        behind: &mut [u8],
    ) -> Option<Poll<io::Result<Received>>> {
        self.arriving().map(|large| large.poll_read(cx, link, behind))
    }

    /// Takes octets from the wire, plain or sealed; delivers about `room` messages and keeps the rest.
    pub(super) fn take(&mut self, input: &mut [u8], room: usize, queue: &Queue, found: &mut Found) {
        let Some(mut unsealing) = self.unsealing.take() else {
            return self.feed(input, room, queue, found);
        };
        unsealing.feed(input, self, room, queue, found);
        self.unsealing = Some(unsealing);
    }

    /// Takes plain octets; delivers about `room` messages and keeps the rest.
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
        self.share(kind, Bytes::from(body), queue, found);
    }

    /// Takes a whole plain frame of a message whose body is large: it is delivered as it is. The limits are
    /// looked at as if it came in pieces.
    pub(super) fn feed_body(
        &mut self,
        kind: FrameKind,
        body: Bytes,
        queue: &Queue,
        found: &mut Found,
    ) {
        let mut header = Vec::new();
        put_header(&mut header, kind, body.len());
        self.feed(&mut header, 1, queue, found);
        if self.large.take().is_some() {
            self.share(kind, body, queue, found);
        }
    }

    fn share(&mut self, kind: FrameKind, body: Bytes, queue: &Queue, found: &mut Found) {
        let part = Part::Share(Frame::from(body));
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
                if self.peer.version.is_none_or(Version::has_commands) {
                    let body = input.get(body).unwrap_or_default();
                    self.command(body, queue, found);
                }
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
            if self.intake.is_some() {
                self.hear(Segment::of_octets(whole, walk.messages), queue, found);
            } else {
                found.pushed(queue.push_octets(whole, walk.messages, &self.peer));
            }
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
        if self.intake.is_some() {
            self.hear(message, queue, found);
        } else {
            found.pushed(queue.push_segment(message));
        }
    }

    /// Hands messages to the intake, one by one.
    fn hear(&self, mut messages: Segment, queue: &Queue, found: &mut Found) {
        while let (Some(intake), Some(message)) = (&self.intake, messages.front()) {
            match intake.message(message, &self.peer, queue) {
                Ok(pushed) => found.pushed(pushed),
                Err(refused) => {
                    found.trouble = Some(Trouble::Insatiable(refused));
                    return;
                }
            }
            messages.drop_front();
        }
    }

    /// Does what a command asks for, or notes it. Unknown and broken commands are ignored, as in the
    /// field; so are those that other socket types would act on.
    fn command(&self, body: &[u8], queue: &Queue, found: &mut Found) {
        let command = Command::parse(body);
        let (wish, topic) = match command {
            Command::Subscribe(topic) => (Wish::Subscribe, topic),
            Command::Cancel(topic) => (Wish::Cancel, topic),
            Command::Ready(_)
            | Command::Error(_)
            | Command::Ping { .. }
            | Command::Pong { .. }
            | Command::Unknown { .. }
            | Command::Malformed => return found.request(&command),
        };
        let Some(intake) = &self.intake else { return };
        match intake.wish(wish, topic, &self.peer, queue) {
            Ok(pushed) => found.pushed(pushed),
            Err(refused) => found.trouble = Some(Trouble::Insatiable(refused)),
        }
    }

    fn stage(&mut self, partial: &[u8], frame_len: usize) {
        self.fragment_len = frame_len;
        if !partial.is_empty() {
            self.fragment = Vec::with_capacity(frame_len.max(partial.len()));
            self.fragment.extend_from_slice(partial);
        }
    }
}
