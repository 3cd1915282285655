//! [`Sealer`]: plain frames into MESSAGEs.

use std::fmt;

use super::{
    boxes::{SharedKey, TAG_LEN},
    nonce::{self, NonceCounter, ShortPrefix},
};
use crate::{
    FrameHeader, FrameKind,
    error::Fault,
    frame::{header_len, put_header},
};

/// The sending half of encrypted traffic.
///
/// What is sealed has a place in the order of the connection: it must be written to the connection
/// that it was sealed for, in the order of sealing, whole and once. What did not get through is
/// sealed again from its plaintext, by the sealer of the next connection.
pub struct Sealer {
    key: SharedKey,
    prefix: &'static ShortPrefix,
    nonces: NonceCounter,
}

/// How far [`Sealer::seal_run`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedRun {
    /// Octets of the plain frames that were sealed.
    pub consumed: usize,
    /// True if nothing was sealed, or the last frame that was sealed is the last of its message or
    /// a command: another one may follow.
    pub ends_message: bool,
}

impl Sealer {
    /// How many sealed octets a run has at most, unless its first frame alone has more.
    pub const RUN_LEN: usize = 256 * 1024;

    pub(super) fn new(key: SharedKey, prefix: &'static ShortPrefix, nonces: NonceCounter) -> Self {
        Self { key, prefix, nonces }
    }

    /// Length of the frame that a frame with such a body becomes, headers included.
    pub fn sealed_len(body_len: usize) -> usize {
        let message_len = OVERHEAD.saturating_add(body_len);
        message_len.saturating_add(header_len(message_len))
    }

    /// Appends to `wire` what whole plain frames from the front of `plain` become.
    ///
    /// It ends behind the last whole frame, or before the one that would make it longer than
    /// [`Sealer::RUN_LEN`]; the caller goes on behind `consumed` with another run. Frames that are
    /// larger than that are better sealed one by one, from where their bodies are.
    ///
    /// # Errors
    ///
    /// Those of [`Sealer::seal_frame`], and [`Malformed`](crate::Malformed) for octets that are no
    /// frames. The connection is over; part of the run may have been appended.
    pub fn seal_run(&mut self, plain: &[u8], wire: &mut Vec<u8>) -> Result<SealedRun, Fault> {
        let begin = wire.len();
        let mut run = SealedRun { consumed: 0, ends_message: true };
        while let Some(frame) = PlainFrame::at(plain, run.consumed)? {
            let sealed_len =
                (wire.len() - begin).saturating_add(Self::sealed_len(frame.body.len()));
            if run.consumed > 0 && sealed_len > Self::RUN_LEN {
                break;
            }
            self.seal_frame(frame.kind, frame.body, wire)?;
            run.consumed = frame.end;
            run.ends_message = frame.kind != FrameKind::More;
        }
        Ok(run)
    }

    /// Appends to `wire` what a frame becomes.
    ///
    /// # Errors
    ///
    /// [`LimitExceeded::Nonces`](crate::LimitExceeded::Nonces) behind the last nonce there is:
    /// nothing was appended, and the connection is over.
    pub fn seal_frame(
        &mut self,
        kind: FrameKind,
        body: &[u8],
        wire: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let count = self.nonces.take()?;
        wire.reserve(Self::sealed_len(body.len()));
        // The outer flags are those of a message, as in libzmq, whatever is inside.
        put_header(wire, FrameKind::Last, OVERHEAD + body.len());
        wire.extend_from_slice(NAME);
        wire.extend_from_slice(&count.to_be_bytes());
        let begin = wire.len();
        wire.extend_from_slice(&[0; TAG_LEN]);
        wire.push(inner_flags(kind));
        wire.extend_from_slice(body);
        let sealed = wire.get_mut(begin..).unwrap_or_default();
        if let Some((tag, text)) = sealed.split_first_chunk_mut() {
            *tag = self.key.seal_in_place(&nonce::short(self.prefix, count), text);
        }
        Ok(())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

struct PlainFrame<'a> {
    kind: FrameKind,
    body: &'a [u8],
    /// Offset behind the frame.
    end: usize,
}

impl<'a> PlainFrame<'a> {
    /// The frame that begins at `at`, if it is whole.
    fn at(plain: &'a [u8], at: usize) -> Result<Option<Self>, Fault> {
        let rest = plain.get(at..).unwrap_or_default();
        let Some((header, header_len)) = FrameHeader::decode(rest)? else {
            return Ok(None);
        };
        let body = usize::try_from(header.body_len)
            .ok()
            .and_then(|len| rest.get(header_len..header_len.checked_add(len)?));
        let frame =
            |body: &'a [u8]| Self { kind: header.kind, body, end: at + header_len + body.len() };
        Ok(body.map(frame))
    }
}

fn inner_flags(kind: FrameKind) -> u8 {
    match kind {
        FrameKind::Last => 0,
        FrameKind::More => INNER_MORE,
        FrameKind::Command => INNER_COMMAND,
    }
}

/// The name of a MESSAGE, with its length.
pub(super) const NAME: &[u8; 8] = b"\x07MESSAGE";
/// Inner flag: another frame of the same message follows.
pub(super) const INNER_MORE: u8 = 0x01;
/// Inner flag: the frame is a command. It is not the bit of an outer command.
pub(super) const INNER_COMMAND: u8 = 0x02;
/// What sealing adds to a body: name, nonce, tag and inner flags.
pub(super) const OVERHEAD: usize = NAME.len() + 8 + TAG_LEN + 1;
