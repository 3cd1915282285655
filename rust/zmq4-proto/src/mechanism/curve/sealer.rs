//! [`Sealer`]: plain frames into MESSAGEs.

use std::fmt;

use super::{
    boxes::{Boxed, TrafficKey},
    message::{self, Messages},
    nonce::NonceCounter,
};
use crate::{FrameHeader, FrameKind, error::Fault};

/// The sending half of encrypted traffic.
///
/// What is sealed has a place in the order of the connection: it must be written to the connection
/// that it was sealed for, in the order of sealing, whole and once. What did not get through is
/// sealed again from its plaintext, by the sealer of the next connection.
pub struct Sealer {
    key: TrafficKey,
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

    pub(super) fn new(key: TrafficKey, nonces: NonceCounter) -> Self {
        Self { key, nonces }
    }

    /// Length of the frame that a frame with such a body becomes, headers included.
    pub fn sealed_len(body_len: usize) -> usize {
        message::len_of(body_len)
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
    /// frames. Nothing was appended, and the connection is over.
    pub fn seal_run(&mut self, plain: &[u8], wire: &mut Vec<u8>) -> Result<SealedRun, Fault> {
        let PlainRun { frames, plain_len, sealed_len, ends_message } = PlainRun::of(plain)?;
        let counts = self.nonces.take_many(frames)?;
        let begin = wire.len();
        // Whole from the start: growing would leave plaintext behind.
        wire.reserve(sealed_len);
        let mut at = 0;
        for count in counts {
            let Ok(Some(frame)) = PlainFrame::at(plain, at) else { break };
            message::put(wire, frame.kind, count, frame.body);
            at = frame.end;
        }
        self.key.seal_many(Messages::of(wire.get_mut(begin..).unwrap_or_default()));
        Ok(SealedRun { consumed: plain_len, ends_message })
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
        let begin = wire.len();
        wire.reserve(Self::sealed_len(body.len()));
        message::put(wire, kind, count, body);
        let mut sealed = Messages::of(wire.get_mut(begin..).unwrap_or_default());
        if let Some(Boxed { tail, tag, text }) = sealed.next() {
            *tag = self.key.seal(tail, text);
        }
        Ok(())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

/// The frames that make a run.
struct PlainRun {
    frames: u64,
    plain_len: usize,
    sealed_len: usize,
    ends_message: bool,
}

impl PlainRun {
    fn of(plain: &[u8]) -> Result<Self, Fault> {
        let mut run = Self { frames: 0, plain_len: 0, sealed_len: 0, ends_message: true };
        while let Some(frame) = PlainFrame::at(plain, run.plain_len)? {
            let sealed_len = run.sealed_len.saturating_add(Sealer::sealed_len(frame.body.len()));
            if run.frames > 0 && sealed_len > Sealer::RUN_LEN {
                break;
            }
            run = Self {
                frames: run.frames + 1,
                plain_len: frame.end,
                sealed_len,
                ends_message: frame.kind != FrameKind::More,
            };
        }
        Ok(run)
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
