//! Frame headers: the flags octet and the length that open every ZMTP frame.
//!
//! Wire form: RFC 37/ZMTP, "Framing". This module reads and writes headers only; bodies are sliced
//! by [`crate::Decoder`].

use crate::error::{Fault, Malformed};

/// Flag: another frame of the same message follows.
pub const MORE: u8 = 0x01;
/// Flag: the length is eight octets, not one.
pub const LONG: u8 = 0x02;
/// Flag: the body is a command.
pub const COMMAND: u8 = 0x04;
/// The longest header: flags and an eight-octet length.
pub const MAX_HEADER_LEN: usize = 9;

/// The three frames of ZMTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// A frame of a message, not its last.
    More,
    /// The last frame of a message.
    Last,
    /// A command.
    Command,
}

impl FrameKind {
    /// Reads the kind from a flags octet.
    ///
    /// Reserved bits are ignored, and so is MORE beside COMMAND.
    #[inline]
    pub fn from_flags(flags: u8) -> Self {
        if flags & COMMAND != 0 {
            Self::Command
        } else if flags & MORE != 0 {
            Self::More
        } else {
            Self::Last
        }
    }

    /// The flags octet of a short frame of this kind.
    #[inline]
    pub fn flags(self) -> u8 {
        match self {
            Self::More => MORE,
            Self::Last => 0,
            Self::Command => COMMAND,
        }
    }
}

/// What a frame header says about the body that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Which of ZMTP's three frames follows.
    pub kind: FrameKind,
    /// Length of the body in octets; always below 2^63.
    pub body_len: u64,
}

impl FrameHeader {
    /// Reads a header from the front of `input`.
    ///
    /// Returns the header and the octets it took, or `None` while `input` is too short to tell. The
    /// long form is accepted for any length.
    ///
    /// # Errors
    ///
    /// [`Malformed::FrameLength`] if the 64-bit length has its top bit set.
    #[inline]
    pub fn decode(input: &[u8]) -> Result<Option<(Self, usize)>, Fault> {
        let Some((&flags, rest)) = input.split_first() else {
            return Ok(None);
        };
        let kind = FrameKind::from_flags(flags);
        if flags & LONG == 0 {
            Ok(rest.first().map(|&len| (Self { kind, body_len: len.into() }, SHORT_HEADER_LEN)))
        } else {
            Self::decode_long(kind, rest)
        }
    }

    fn decode_long(kind: FrameKind, rest: &[u8]) -> Result<Option<(Self, usize)>, Fault> {
        let Some(&len) = rest.first_chunk() else {
            return Ok(None);
        };
        let body_len = u64::from_be_bytes(len);
        if body_len > MAX_BODY_LEN {
            return Err(Malformed::FrameLength { announced: body_len }.into());
        }
        Ok(Some((Self { kind, body_len }, MAX_HEADER_LEN)))
    }
}

/// Appends the shortest header for a body of `body_len` octets.
#[inline]
pub fn put_header(out: &mut Vec<u8>, kind: FrameKind, body_len: usize) {
    if let Ok(short) = u8::try_from(body_len) {
        out.extend_from_slice(&[kind.flags(), short]);
    } else {
        put_long_header(out, kind, body_len);
    }
}

/// Appends a whole frame: the shortest header, then `body`.
#[inline]
pub fn put_frame(out: &mut Vec<u8>, kind: FrameKind, body: &[u8]) {
    put_header(out, kind, body.len());
    out.extend_from_slice(body);
}

/// Length of the header that [`put_header`] writes: 2 or 9.
#[inline]
pub fn header_len(body_len: usize) -> usize {
    if body_len <= MAX_SHORT_BODY { SHORT_HEADER_LEN } else { MAX_HEADER_LEN }
}

/// The shortest header for a body of `body_len` octets, and how many of the octets belong to it.
pub(crate) fn encode_header(kind: FrameKind, body_len: usize) -> ([u8; MAX_HEADER_LEN], usize) {
    match u8::try_from(body_len) {
        Ok(short) => ([kind.flags(), short, 0, 0, 0, 0, 0, 0, 0], SHORT_HEADER_LEN),
        Err(_) => (long_header(kind, body_len), MAX_HEADER_LEN),
    }
}

fn put_long_header(out: &mut Vec<u8>, kind: FrameKind, body_len: usize) {
    out.extend_from_slice(&long_header(kind, body_len));
}

fn long_header(kind: FrameKind, body_len: usize) -> [u8; MAX_HEADER_LEN] {
    // No address space exceeds 64 bits, so the fallback is never taken.
    let len = u64::try_from(body_len).unwrap_or(u64::MAX).to_be_bytes();
    let mut header = [kind.flags() | LONG; MAX_HEADER_LEN];
    if let Some(size) = header.last_chunk_mut() {
        *size = len;
    }
    header
}

/// A header in short form: flags and a one-octet length.
pub(crate) const SHORT_HEADER_LEN: usize = 2;
/// The longest body that a short header can announce.
const MAX_SHORT_BODY: usize = 255;
/// The longest body that the grammar allows.
const MAX_BODY_LEN: u64 = u64::MAX >> 1;

#[cfg(test)]
mod tests {
    use super::{
        FrameKind::{Command, Last, More},
        *,
    };

    fn header(kind: FrameKind, body_len: u64) -> FrameHeader {
        FrameHeader { kind, body_len }
    }

    #[test]
    fn rfc37_short_form_up_to_255_octets() {
        let mut out = Vec::new();

        put_header(&mut out, FrameKind::Last, 255);
        put_header(&mut out, FrameKind::Last, 256);

        assert_eq!(out, [&[0x00, 0xff][..], &[0x02, 0, 0, 0, 0, 0, 0, 1, 0]].concat());
    }

    #[test]
    fn legal_first_octets_name_their_kind() {
        let kinds = [0x00, 0x01, 0x02, 0x03, 0x04, 0x06].map(FrameKind::from_flags);

        assert_eq!(kinds, [Last, More, Last, More, Command, Command]);
    }

    #[test]
    fn rfc37_reserved_flag_bits_are_ignored() {
        assert_eq!(FrameHeader::decode(&[0xf8, 5]), Ok(Some((header(FrameKind::Last, 5), 2))));
        assert_eq!(FrameHeader::decode(&[0xf9, 5]), Ok(Some((header(FrameKind::More, 5), 2))));
    }

    #[test]
    fn command_with_more_is_a_command() {
        assert_eq!(FrameHeader::decode(&[0x05, 1]), Ok(Some((header(FrameKind::Command, 1), 2))));
    }

    #[test]
    fn long_form_is_accepted_for_a_short_body() {
        let input = [0x02, 0, 0, 0, 0, 0, 0, 0, 3];

        assert_eq!(FrameHeader::decode(&input), Ok(Some((header(FrameKind::Last, 3), 9))));
    }

    #[test]
    fn length_with_the_top_bit_is_malformed() {
        let input = [0x02, 0x80, 0, 0, 0, 0, 0, 0, 0];

        let fault = Malformed::FrameLength { announced: 1 << 63 };
        assert_eq!(FrameHeader::decode(&input), Err(fault.into()));
    }

    #[test]
    fn longest_length_of_the_grammar_is_a_header() {
        let input = [0x02, 0x7f, 255, 255, 255, 255, 255, 255, 255];

        assert_eq!(
            FrameHeader::decode(&input),
            Ok(Some((header(FrameKind::Last, u64::MAX >> 1), 9)))
        );
    }

    #[test]
    fn no_prefix_of_a_header_is_a_header() {
        for len in 0..9 {
            assert_eq!(FrameHeader::decode(&[0x02; 9][..len]), Ok(None));
        }
        assert_eq!(FrameHeader::decode(&[0x00]), Ok(None));
    }

    #[test]
    fn announced_header_length_is_the_written_one() {
        for body_len in [0, 1, 255, 256, 65_536] {
            let mut out = Vec::new();
            put_header(&mut out, FrameKind::More, body_len);

            assert_eq!(out.len(), header_len(body_len));
            let (header, header_len) = encode_header(FrameKind::More, body_len);
            assert_eq!(out, header[..header_len]);
        }
    }
}
