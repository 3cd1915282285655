//! [`HandshakeFrame`]: one frame of the handshake, collected from however many pieces.

use crate::{
    error::{Fault, LimitExceeded},
    frame::{FrameHeader, FrameKind, MAX_HEADER_LEN, SHORT_HEADER_LEN},
};

/// A frame in the making. It grows with what arrives, never with what is announced.
#[derive(Clone, Debug, Default)]
pub(super) struct HandshakeFrame {
    /// Header and body so far; never more than one frame.
    octets: Vec<u8>,
}

impl HandshakeFrame {
    /// Takes what still belongs to this frame from the front of `input`, and returns how much.
    ///
    /// # Errors
    ///
    /// [`LimitExceeded::Command`] as soon as the header announces a body longer than `limit`, and
    /// the errors of [`FrameHeader::decode`].
    pub(super) fn take(&mut self, input: &[u8], limit: usize) -> Result<usize, Fault> {
        let mut rest = input;
        loop {
            let missing = self.missing(limit)?;
            let (part, behind) = rest.split_at_checked(missing).unwrap_or((rest, &[]));
            self.octets.extend_from_slice(part);
            rest = behind;
            if part.is_empty() {
                return Ok(input.len() - rest.len());
            }
        }
    }

    /// Kind and body of the frame, once it is whole.
    pub(super) fn whole(&self) -> Option<(FrameKind, &[u8])> {
        let (header, header_len) = FrameHeader::decode(&self.octets).ok()??;
        let body = self.octets.get(header_len..)?;
        let is_whole = u64::try_from(body.len()) == Ok(header.body_len);
        is_whole.then_some((header.kind, body))
    }

    /// How many octets are known to be missing; 0 if none is.
    fn missing(&self, limit: usize) -> Result<usize, Fault> {
        let have = self.octets.len();
        let Some((header, header_len)) = FrameHeader::decode(&self.octets)? else {
            let needed = if have < SHORT_HEADER_LEN { SHORT_HEADER_LEN } else { MAX_HEADER_LEN };
            return Ok(needed - have);
        };
        let announced = header.body_len;
        let limit_exceeded = || LimitExceeded::Command {
            announced,
            limit: u64::try_from(limit).unwrap_or(u64::MAX),
        };
        let body_len = usize::try_from(announced)
            .ok()
            .filter(|&len| len <= limit)
            .ok_or_else(limit_exceeded)?;
        Ok((header_len + body_len).saturating_sub(have))
    }
}
