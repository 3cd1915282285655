//! [`Opener`]: MESSAGEs into plain frames.

use std::fmt;

use super::{
    boxes::{SharedKey, TAG_LEN},
    nonce::{self, LastNonce, ShortPrefix},
    sealer::{INNER_COMMAND, INNER_MORE, NAME, OVERHEAD},
};
use crate::{
    FrameHeader, FrameKind,
    command::SecurityCommand,
    error::{Fault, Forged, LimitExceeded, Malformed},
    frame::encode_header,
};

/// The receiving half of encrypted traffic.
///
/// Nothing is given out that was not verified. After the first fault it opens nothing more.
pub struct Opener {
    key: SharedKey,
    prefix: &'static ShortPrefix,
    last: LastNonce,
    /// The longest body that a plain frame may have.
    limit: Option<u64>,
    fault: Option<Fault>,
}

/// How far [`Opener::open_run`] came.
///
/// ```text
///   octets:  | plain frames | of no meaning | not opened yet ...
///            0          plain_len       consumed
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedRun {
    /// Length of the plain frames at the front.
    pub plain_len: usize,
    /// Octets that were opened; never less than `plain_len`.
    pub consumed: usize,
    /// Why it stopped there.
    pub stop: OpenStop,
}

/// Why [`Opener::open_run`] stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenStop {
    /// The octets end, be it between two frames or inside one.
    NeedMore {
        /// Length of the sealed frame at `consumed`, header and body; 0 while its header is not
        /// whole. A long one may be collected elsewhere and given to [`Opener::open_frame`].
        frame_len: u64,
    },
    /// The frame at `consumed` ends the connection; the plain frames before it are good.
    Fault(Fault),
}

impl Opener {
    pub(super) fn new(key: SharedKey, prefix: &'static ShortPrefix, last: LastNonce) -> Self {
        Self { key, prefix, last, limit: None, fault: None }
    }

    /// Takes no frames whose plain body has more than `limit` octets; `None` takes all.
    ///
    /// This is looked at before the body has arrived, and spares collecting it. It must not be less
    /// than what the [`Decoder`](crate::Decoder) behind takes of messages or of commands.
    pub fn limit_bodies(&mut self, limit: Option<u64>) {
        self.limit = limit;
    }

    /// Opens the whole frames at the front of `octets`, where they are, and puts the plain frames
    /// together at the front.
    ///
    /// Outer flags are ignored: only what is sealed counts.
    pub fn open_run(&mut self, octets: &mut [u8]) -> OpenedRun {
        let (mut plain_len, mut consumed) = (0, 0);
        let stop = loop {
            match self.open_first(octets, plain_len, consumed) {
                Ok(Opened::Frame { plain_end, sealed_end }) => {
                    (plain_len, consumed) = (plain_end, sealed_end);
                }
                Ok(Opened::NeedMore { frame_len }) => break OpenStop::NeedMore { frame_len },
                Err(fault) => break OpenStop::Fault(fault),
            }
        };
        OpenedRun { plain_len, consumed, stop }
    }

    /// Opens a frame's body where it is. Returns the kind of the plain frame and its body, which is
    /// the end of `sealed`.
    ///
    /// # Errors
    ///
    /// [`Malformed`] for what is no MESSAGE, [`Forged`] for one that is not the peer's next. Every
    /// later call returns the same fault.
    pub fn open_frame<'a>(
        &mut self,
        sealed: &'a mut [u8],
    ) -> Result<(FrameKind, &'a mut [u8]), Fault> {
        self.still_good()?;
        self.open_message(sealed).inspect_err(|fault| self.fault = Some(fault.clone()))
    }

    fn still_good(&self) -> Result<(), Fault> {
        self.fault.clone().map_or(Ok(()), Err)
    }

    /// Opens the frame at `at`, and moves it to `to`, which is not behind it.
    fn open_first(&mut self, octets: &mut [u8], to: usize, at: usize) -> Result<Opened, Fault> {
        self.still_good()?;
        let rest = octets.get_mut(at..).unwrap_or_default();
        let Some((header, header_len)) = FrameHeader::decode(rest).inspect_err(|fault| {
            self.fault = Some(fault.clone());
        })?
        else {
            return Ok(Opened::NeedMore { frame_len: 0 });
        };
        self.check_length(header.body_len).inspect_err(|fault| self.fault = Some(fault.clone()))?;
        let body = usize::try_from(header.body_len)
            .ok()
            .and_then(|len| rest.get_mut(header_len..header_len.checked_add(len)?));
        let Some(body) = body else {
            let frame_len = u64::try_from(header_len).unwrap_or(u64::MAX);
            return Ok(Opened::NeedMore { frame_len: frame_len.saturating_add(header.body_len) });
        };
        let sealed_end = at + header_len + body.len();
        let (kind, plain) = self.open_frame(body)?;
        let plain_len = plain.len();

        // The plain frame is shorter than the sealed one, so nothing unread is overwritten.
        let (header, header_len) = encode_header(kind, plain_len);
        octets.copy_within(sealed_end - plain_len..sealed_end, to + header_len);
        for (place, &octet) in octets.iter_mut().skip(to).zip(header.iter().take(header_len)) {
            *place = octet;
        }
        Ok(Opened::Frame { plain_end: to + header_len + plain_len, sealed_end })
    }

    /// Judges the announced length of a sealed body.
    fn check_length(&self, announced: u64) -> Result<(), Fault> {
        let overhead = u64::try_from(OVERHEAD).unwrap_or(u64::MAX);
        let Some(plain_len) = announced.checked_sub(overhead) else {
            return Err(too_short(usize::try_from(announced).unwrap_or(usize::MAX)));
        };
        match self.limit.filter(|&limit| plain_len > limit) {
            Some(limit) => Err(LimitExceeded::Frame { announced: plain_len, limit }.into()),
            None => Ok(()),
        }
    }

    fn open_message<'a>(
        &mut self,
        message: &'a mut [u8],
    ) -> Result<(FrameKind, &'a mut [u8]), Fault> {
        if message.len() < OVERHEAD {
            return Err(too_short(message.len()));
        }
        let (name, rest) = message.split_first_chunk_mut().ok_or(Malformed::NotSealed)?;
        if name != NAME {
            return Err(Malformed::NotSealed.into());
        }
        let (&mut count, sealed) = rest.split_first_chunk_mut().ok_or(Malformed::NotSealed)?;
        let (tag, text) = sealed.split_first_chunk_mut::<TAG_LEN>().ok_or(Malformed::NotSealed)?;
        let count = u64::from_be_bytes(count);
        self.last.check(count)?;
        self.key
            .open_in_place(&nonce::short(self.prefix, count), tag, text)
            .map_err(|_| Forged::Box { command: SecurityCommand::Message })?;
        self.last.advance(count);
        let (&mut flags, body) = text.split_first_mut().ok_or(Malformed::NotSealed)?;
        Ok((kind_of(flags), body))
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener(..)")
    }
}

enum Opened {
    Frame { plain_end: usize, sealed_end: usize },
    NeedMore { frame_len: u64 },
}

fn too_short(len: usize) -> Fault {
    Malformed::CommandLength { command: SecurityCommand::Message, len }.into()
}

/// Reads the inner flags; the other bits are ignored, and so is MORE beside COMMAND.
fn kind_of(flags: u8) -> FrameKind {
    if flags & INNER_COMMAND != 0 {
        FrameKind::Command
    } else if flags & INNER_MORE != 0 {
        FrameKind::More
    } else {
        FrameKind::Last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        KeyPair, SecretKey,
        mechanism::curve::{nonce::NonceCounter, sealer::Sealer},
    };

    fn halves() -> (Sealer, Opener) {
        let pair = KeyPair::from_secret(SecretKey::of_random(&[7; 32]));
        let key = SharedKey::agree(pair.public(), pair.secret());
        let prefix = nonce::MESSAGE_OF_CLIENT;
        let opener = Opener::new(key.share(), prefix, LastNonce::new(0));
        (Sealer::new(key, prefix, NonceCounter::new()), opener)
    }

    #[test]
    fn forged_message_does_not_move_the_nonce() {
        let (mut sealer, mut opener) = halves();
        let mut wire = Vec::new();
        sealer.seal_frame(FrameKind::Last, b"hi", &mut wire).unwrap();
        let mut forged = wire.clone();
        forged[10..18].fill(0xff);

        assert!(opener.open_message(&mut forged[2..]).is_err());

        assert_eq!(opener.open_message(&mut wire[2..]).unwrap().1, b"hi");
    }

    #[test]
    fn opened_message_moves_the_nonce() {
        let (mut sealer, mut opener) = halves();
        let mut wire = Vec::new();
        sealer.seal_frame(FrameKind::Last, b"hi", &mut wire).unwrap();

        assert!(opener.open_message(&mut wire.clone()[2..]).is_ok());

        let fault = opener.open_message(&mut wire[2..]).unwrap_err();
        assert_eq!(fault, Forged::Nonce { nonce: 1, last: 1 }.into());
    }

    #[test]
    fn other_inner_flags_are_ignored() {
        assert_eq!(
            [0xfc, 0xfd, 0xfe, 0xff].map(kind_of),
            [FrameKind::Last, FrameKind::More, FrameKind::Command, FrameKind::Command,]
        );
    }
}
