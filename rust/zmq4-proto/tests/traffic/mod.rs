//! A naive reader of traffic: what a driver makes of the decoder's walks, in the slowest way.

#![allow(dead_code, reason = "each test file uses its part")]

use zmq4_proto::{Decoder, Fault, Frame, FrameHeader, FrameKind, WalkStop};

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inbound {
    /// A whole message.
    Message(Vec<Frame>),
    /// The body of a command frame.
    Command(Vec<u8>),
    /// The connection's end.
    Fault(Fault),
}

/// Collects octets and drives a [`Decoder`] over them.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    decoder: Decoder,
    /// Octets that the decoder has not walked.
    unwalked: Vec<u8>,
    /// Frames of the unfinished message.
    frames: Vec<Frame>,
    /// A large frame whose body is arriving: its kind, its length, its body so far.
    large: Option<(FrameKind, u64, Vec<u8>)>,
    failed: bool,
}

impl Reader {
    /// A reader between messages.
    pub(crate) fn new(decoder: Decoder) -> Self {
        Self { decoder, unwalked: Vec::new(), frames: Vec::new(), large: None, failed: false }
    }

    /// Takes octets and returns what they complete, asking for at most `budget` messages a walk.
    pub(crate) fn read(&mut self, input: &[u8], budget: usize) -> Vec<Inbound> {
        let mut inbound = Vec::new();
        self.unwalked.extend_from_slice(input);
        while !self.failed && self.finish_large(&mut inbound) {
            let walk = self.decoder.walk(&mut self.unwalked, budget);
            self.slice(walk.frames_end, walk.messages, &mut inbound);
            match walk.stop {
                WalkStop::NeedMore { frame_len } => {
                    assert!(frame_len == 0 || frame_len > self.unwalked.len());
                    break;
                }
                WalkStop::Command { body, end } => {
                    let frame: Vec<u8> = self.unwalked.drain(..end - walk.frames_end).collect();
                    inbound.push(Inbound::Command(frame[body.start - walk.frames_end..].to_vec()));
                }
                WalkStop::Large { header_len, kind, body_len } => {
                    self.unwalked.drain(..header_len);
                    self.large = Some((kind, body_len, Vec::new()));
                }
                WalkStop::Budget => assert_eq!(walk.messages, budget),
                WalkStop::Fault(fault) => {
                    inbound.push(Inbound::Fault(fault));
                    self.failed = true;
                }
            }
        }
        inbound
    }

    /// Moves octets into the large frame, if there is one; false while it is not whole.
    fn finish_large(&mut self, inbound: &mut Vec<Inbound>) -> bool {
        let Some((kind, body_len, mut body)) = self.large.take() else {
            return true;
        };
        let missing = usize::try_from(body_len).map_or(usize::MAX, |len| len - body.len());
        body.extend(self.unwalked.drain(..missing.min(self.unwalked.len())));
        if u64::try_from(body.len()) != Ok(body_len) {
            self.large = Some((kind, body_len, body));
            return false;
        }
        self.add(kind, &body, inbound);
        true
    }

    /// Takes the walked frames apart; they must complete as many messages as the walk has counted.
    fn slice(&mut self, frames_end: usize, messages: usize, inbound: &mut Vec<Inbound>) {
        let walked: Vec<u8> = self.unwalked.drain(..frames_end).collect();
        let (mut rest, before) = (walked.as_slice(), inbound.len());
        while let Some((header, header_len)) = FrameHeader::decode(rest).unwrap() {
            let end = header_len + usize::try_from(header.body_len).unwrap();
            assert_eq!(rest[0] & 0xfc, 0, "only MORE and LONG are left");
            self.add(header.kind, &rest[header_len..end], inbound);
            rest = &rest[end..];
        }
        assert!(rest.is_empty());
        assert_eq!(inbound.len() - before, messages);
    }

    fn add(&mut self, kind: FrameKind, body: &[u8], inbound: &mut Vec<Inbound>) {
        self.frames.push(Frame::from(body));
        if kind == FrameKind::Last {
            inbound.push(Inbound::Message(std::mem::take(&mut self.frames)));
        }
    }
}

/// A message of these frames.
pub(crate) fn message(bodies: &[&[u8]]) -> Inbound {
    Inbound::Message(bodies.iter().map(|&body| Frame::from(body)).collect())
}
