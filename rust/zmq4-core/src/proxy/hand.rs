//! The message that has left one socket and is not in the other yet.

use std::ops::Range;

use zmq4_proto::Frame;

use crate::pipe::{FrameRef, MessageRef, Part};

/// Holds at most one message; its memory is kept for the next one.
#[derive(Debug, Default)]
pub(super) struct Hand {
    octets: Vec<u8>,
    frames: Vec<Body>,
}

#[derive(Debug)]
enum Body {
    /// Where it lies in the octets.
    Copied(Range<usize>),
    Shared(Frame),
}

impl Hand {
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Takes a message up. One from a ROUTER begins with the name of its sender, as a ROUTER at the other
    /// end needs it. Source: RFC 28/REQREP, "The ROUTER Socket Type".
    pub(super) fn take_up(&mut self, message: MessageRef<'_>) {
        if let Some(sender) = message.sender() {
            self.copy(sender);
        }
        for frame in message.frames() {
            match frame {
                FrameRef::Inline(body) => self.copy(body),
                FrameRef::External(body) => self.frames.push(Body::Shared(body.clone())),
            }
        }
    }

    fn copy(&mut self, body: &[u8]) {
        let at = self.octets.len();
        self.octets.extend_from_slice(body);
        self.frames.push(Body::Copied(at..self.octets.len()));
    }

    /// The frames, to be sent.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let part = |body: &Body| match body {
            Body::Copied(range) => Part::Copy(self.octets.get(range.clone()).unwrap_or_default()),
            Body::Shared(frame) => Part::Share(frame.clone()),
        };
        self.frames.iter().map(part).collect()
    }

    /// Lets go of the message.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.octets.clear();
        if self.octets.capacity() > KEPT {
            self.octets = Vec::new();
        }
    }
}

/// Octets of memory that are kept for the next message.
const KEPT: usize = 256 * 1024;
