//! [`Opener`]: MESSAGEs into plain frames.

use std::fmt;

use super::{
    boxes::TrafficKey,
    message::{self, Message, Messages, OVERHEAD, TEXT_AT},
    nonce::LastNonce,
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
    key: TrafficKey,
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
    pub(super) fn new(key: TrafficKey, last: LastNonce) -> Self {
        Self { key, last, limit: None, fault: None }
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
        let Sighted { messages, len, stop } = self.look_ahead(octets);
        let opened = self.key.open_many(Messages::of(octets.get_mut(..len).unwrap_or_default()));
        let (plain_len, consumed) = self.put_together(octets, opened);
        let stop = if opened < messages { OpenStop::Fault(UNOPENED) } else { stop };
        if let OpenStop::Fault(fault) = &stop {
            self.fault = Some(fault.clone());
        }
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

    /// Finds the whole frames at the front that may be opened; nothing of them is verified.
    fn look_ahead(&self, octets: &[u8]) -> Sighted {
        let mut last = self.last.clone();
        let (mut messages, mut len) = (0, 0);
        let stop = loop {
            match self.look_at(octets, len, &mut last) {
                Ok(Looked::Message { end }) => (messages, len) = (messages + 1, end),
                Ok(Looked::NeedMore { frame_len }) => break OpenStop::NeedMore { frame_len },
                Err(fault) => break OpenStop::Fault(fault),
            }
        };
        Sighted { messages, len, stop }
    }

    fn look_at(&self, octets: &[u8], at: usize, last: &mut LastNonce) -> Result<Looked, Fault> {
        self.still_good()?;
        let rest = octets.get(at..).unwrap_or_default();
        let Some((header, header_len)) = FrameHeader::decode(rest)? else {
            return Ok(Looked::NeedMore { frame_len: 0 });
        };
        self.check_length(header.body_len)?;
        let Some(body) = message::body_at(rest, header, header_len) else {
            let header_len = u64::try_from(header_len).unwrap_or(u64::MAX);
            return Ok(Looked::NeedMore { frame_len: header_len.saturating_add(header.body_len) });
        };
        let end = at + body.end;
        let count = message::count_of(rest.get(body).unwrap_or_default())?;
        last.check(count)?;
        last.advance(count);
        Ok(Looked::Message { end })
    }

    /// Moves so many plain frames, which were opened where they are, to the front. Returns their
    /// length, and that of the sealed ones.
    fn put_together(&mut self, octets: &mut [u8], opened: usize) -> (usize, usize) {
        let (mut to, mut at) = (0, 0);
        for _ in 0..opened {
            let rest = octets.get(at..).unwrap_or_default();
            let Ok(Some((header, header_len))) = FrameHeader::decode(rest) else { break };
            let Some(body) = message::body_at(rest, header, header_len) else { break };
            let message = rest.get(body.clone()).unwrap_or_default();
            let Ok(count) = message::count_of(message) else { break };
            let Some(&flags) = message.get(TEXT_AT) else { break };
            self.last.advance(count);

            // The plain frame is shorter than the sealed one, so nothing unread is overwritten.
            let plain = at + body.start + OVERHEAD..at + body.end;
            let (header, header_len) = encode_header(message::kind_of(flags), plain.len());
            at += body.end;
            let plain_len = plain.len();
            octets.copy_within(plain, to + header_len);
            for (place, &octet) in octets.iter_mut().skip(to).zip(header.iter().take(header_len)) {
                *place = octet;
            }
            to += header_len + plain_len;
        }
        (to, at)
    }

    /// Judges the announced length of a sealed body.
    fn check_length(&self, announced: u64) -> Result<(), Fault> {
        let overhead = u64::try_from(OVERHEAD).unwrap_or(u64::MAX);
        let Some(plain_len) = announced.checked_sub(overhead) else {
            return Err(message::too_short(usize::try_from(announced).unwrap_or(usize::MAX)));
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
        let Message { count, tag, text } = Message::split(message)?;
        self.last.check(count)?;
        self.key.open(count.to_be_bytes(), tag, text).map_err(|_| UNOPENED)?;
        self.last.advance(count);
        let (&mut flags, body) = text.split_first_mut().ok_or(Malformed::NotSealed)?;
        Ok((message::kind_of(flags), body))
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener(..)")
    }
}

/// The whole frames at the front that may be opened.
struct Sighted {
    messages: usize,
    len: usize,
    /// Why it stops there, if all of them open.
    stop: OpenStop,
}

enum Looked {
    Message { end: usize },
    NeedMore { frame_len: u64 },
}

const UNOPENED: Fault = Fault::Forged(Forged::Box { command: SecurityCommand::Message });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        KeyPair, SecretKey,
        mechanism::curve::{
            boxes::BoxKey,
            nonce::{MESSAGE_OF_CLIENT, NonceCounter},
            sealer::Sealer,
        },
    };

    fn halves() -> (Sealer, Opener) {
        let pair = KeyPair::from_secret(SecretKey::of_random(&[7; 32]));
        let key = BoxKey::agree(pair.public(), pair.secret());
        let opener = Opener::new(key.for_traffic(MESSAGE_OF_CLIENT), LastNonce::new(0));
        (Sealer::new(key.for_traffic(MESSAGE_OF_CLIENT), NonceCounter::new()), opener)
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
}
