//! [`HandshakeFrame`]: one frame of the handshake, collected from however many pieces.

use crate::{
    error::Fault,
    frame::{FrameHeader, FrameKind, MAX_HEADER_LEN, SHORT_HEADER_LEN},
};

/// The fault of a peer that announces a body of the first length where the second is the limit.
pub(super) type TooLong = fn(u64, usize) -> Fault;

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
    /// What `too_long` makes of announced length and limit, as soon as the header announces a body
    /// longer than `limit`; and the errors of [`FrameHeader::decode`].
    pub(super) fn take(
        &mut self,
        input: &[u8],
        limit: usize,
        too_long: TooLong,
    ) -> Result<usize, Fault> {
        let mut rest = input;
        loop {
            let missing = self.missing(limit, too_long)?;
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
    fn missing(&self, limit: usize, too_long: TooLong) -> Result<usize, Fault> {
        let have = self.octets.len();
        let Some((header, header_len)) = FrameHeader::decode(&self.octets)? else {
            let needed = if have < SHORT_HEADER_LEN { SHORT_HEADER_LEN } else { MAX_HEADER_LEN };
            return Ok(needed - have);
        };
        let body_len = usize::try_from(header.body_len)
            .ok()
            .filter(|&len| len <= limit)
            .ok_or_else(|| too_long(header.body_len, limit))?;
        Ok((header_len + body_len).saturating_sub(have))
    }
}
