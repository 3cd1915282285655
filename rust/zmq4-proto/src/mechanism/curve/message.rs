//! MESSAGE: the frame that a frame of traffic becomes.
//!
//! ```text
//!   header | "\x07MESSAGE" | count, 8 octets | tag, 16 octets | inner flags | body
//!                                                             └─── sealed text ───┘
//! ```
//!
//! Wire form: RFC 26/CurveZMQ, "Formal Grammar", rule `message`.

use std::{mem, ops::Range};

use super::boxes::{Boxed, TAG_LEN};
use crate::{
    FrameHeader, FrameKind,
    command::SecurityCommand,
    error::{Fault, Malformed},
    frame::{header_len, put_header},
};

/// The parts of a MESSAGE behind its header.
pub(super) struct Message<'a> {
    /// The end of its nonce.
    pub(super) count: u64,
    pub(super) tag: &'a mut [u8; TAG_LEN],
    /// Inner flags and body, sealed or not.
    pub(super) text: &'a mut [u8],
}

impl<'a> Message<'a> {
    pub(super) fn split(octets: &'a mut [u8]) -> Result<Self, Fault> {
        let count = count_of(octets)?;
        let (_name_and_count, sealed) =
            octets.split_first_chunk_mut::<COUNT_END>().ok_or(Malformed::NotSealed)?;
        let (tag, text) = sealed.split_first_chunk_mut().ok_or(Malformed::NotSealed)?;
        Ok(Self { count, tag, text })
    }
}

/// The count of a MESSAGE; nothing of it is verified.
pub(super) fn count_of(octets: &[u8]) -> Result<u64, Fault> {
    if octets.len() < OVERHEAD {
        return Err(too_short(octets.len()));
    }
    let (name, rest) = octets.split_first_chunk().ok_or(Malformed::NotSealed)?;
    if name != NAME {
        return Err(Malformed::NotSealed.into());
    }
    rest.first_chunk().map(|&count| u64::from_be_bytes(count)).ok_or(Malformed::NotSealed.into())
}

/// Where the body is that begins at `begin`, behind its header, if all of it is there.
pub(super) fn body_at(octets: &[u8], header: FrameHeader, begin: usize) -> Option<Range<usize>> {
    let end = begin.checked_add(usize::try_from(header.body_len).ok()?)?;
    (end <= octets.len()).then_some(begin..end)
}

/// The boxes of the MESSAGEs in octets that are nothing else.
pub(super) struct Messages<'a> {
    rest: &'a mut [u8],
}

impl<'a> Messages<'a> {
    pub(super) fn of(octets: &'a mut [u8]) -> Self {
        Self { rest: octets }
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Boxed<'a>;

    fn next(&mut self) -> Option<Boxed<'a>> {
        let (header, header_len) = FrameHeader::decode(self.rest).ok()??;
        let body = body_at(self.rest, header, header_len)?;
        let (frame, rest) = mem::take(&mut self.rest).split_at_mut_checked(body.end)?;
        self.rest = rest;
        let Message { count, tag, text } = Message::split(frame.get_mut(body)?).ok()?;
        Some(Boxed { tail: count.to_be_bytes(), tag, text })
    }
}

/// Appends the MESSAGE of a frame, not sealed yet.
pub(super) fn put(wire: &mut Vec<u8>, kind: FrameKind, count: u64, body: &[u8]) {
    // The outer flags are those of a message, as in libzmq, whatever is inside.
    put_header(wire, FrameKind::Last, OVERHEAD + body.len());
    let head = unsealed_head(kind, count);
    wire.extend_from_slice(&head);
    wire.extend_from_slice(body);
}

/// Name, count, room for the tag, and inner flags.
fn unsealed_head(kind: FrameKind, count: u64) -> [u8; OVERHEAD] {
    let mut head = [0; OVERHEAD];
    if let Some((name, rest)) = head.split_first_chunk_mut() {
        *name = *NAME;
        if let Some((place, _tag_and_flags)) = rest.split_first_chunk_mut() {
            *place = count.to_be_bytes();
        }
    }
    if let Some(flags) = head.last_mut() {
        *flags = inner_flags(kind);
    }
    head
}

/// Length of the MESSAGE of a frame with such a body, header included.
pub(super) fn len_of(body_len: usize) -> usize {
    let message_len = OVERHEAD.saturating_add(body_len);
    message_len.saturating_add(header_len(message_len))
}

/// Reads the inner flags; the other bits are ignored, and so is MORE beside COMMAND.
pub(super) fn kind_of(flags: u8) -> FrameKind {
    if flags & INNER_COMMAND != 0 {
        FrameKind::Command
    } else if flags & INNER_MORE != 0 {
        FrameKind::More
    } else {
        FrameKind::Last
    }
}

pub(super) fn too_short(len: usize) -> Fault {
    Malformed::CommandLength { command: SecurityCommand::Message, len }.into()
}

fn inner_flags(kind: FrameKind) -> u8 {
    match kind {
        FrameKind::Last => 0,
        FrameKind::More => INNER_MORE,
        FrameKind::Command => INNER_COMMAND,
    }
}

/// The name of a MESSAGE, with its length.
const NAME: &[u8; 8] = b"\x07MESSAGE";
const COUNT_END: usize = NAME.len() + 8;
/// Offset of the text behind the header.
pub(super) const TEXT_AT: usize = COUNT_END + TAG_LEN;
/// What sealing adds to a body: name, count, tag and inner flags.
pub(super) const OVERHEAD: usize = TEXT_AT + 1;
/// Inner flag: another frame of the same message follows.
const INNER_MORE: u8 = 0x01;
/// Inner flag: the frame is a command. It is not the bit of an outer command.
const INNER_COMMAND: u8 = 0x02;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_inner_flags_are_ignored() {
        assert_eq!(
            [0xfc, 0xfd, 0xfe, 0xff].map(kind_of),
            [FrameKind::Last, FrameKind::More, FrameKind::Command, FrameKind::Command,]
        );
    }

    #[test]
    fn messages_end_at_the_first_octets_that_are_none() {
        let mut wire = Vec::new();
        put(&mut wire, FrameKind::Last, 1, b"one");
        put(&mut wire, FrameKind::Last, 2, &[2; 300]);
        wire.extend_from_slice(b"\0\x05HELLO");
        put(&mut wire, FrameKind::Last, 3, b"three");

        let texts: Vec<usize> = Messages::of(&mut wire).map(|boxed| boxed.text.len()).collect();

        assert_eq!(texts, [4, 301]);
    }
}
