//! Plain frames into sealed ones, a little at a time and just before they are written.
//!
//! What is sealed has its place in the order of one connection. So the plain messages stay in the out-buffer
//! until the kernel has taken the last of what they became: if the connection breaks before, they are sealed
//! anew, by the sealer of the next one.

use std::io;

use zmq4_proto::{Fault, FrameHeader, FrameKind, Sealer};

use super::Reason;
use super::outbuf::{OutBuf, Taken};
use crate::pipe::MessageRef;

/// The sending half of an encrypted connection.
///
/// ```text
///   out-buffer:  | a message, begun | messages of this run | not sealed yet ...
///                0                                       plain
///                 ╲_____ gone _____╱╲
///   wire:                            | taken by the kernel | unsent |
/// ```
#[derive(Debug)]
pub(super) struct Sealing {
    sealer: Box<Sealer>,
    /// The run that is being written, whole and in order; the next one is sealed behind its last octet.
    wire: Vec<u8>,
    /// Octets of the run that the kernel took.
    taken: usize,
    /// Plain octets from the out-buffer's front on that were sealed.
    plain: usize,
    /// Sealed octets that the kernel took of what these became.
    gone: usize,
    /// Whether what was sealed last ends a message, so that a command may follow.
    ends_message: bool,
}

impl Sealing {
    pub(super) fn new(sealer: Box<Sealer>) -> Self {
        Self { sealer, wire: Vec::new(), taken: 0, plain: 0, gone: 0, ends_message: true }
    }

    /// Whether the kernel took all that was sealed.
    pub(super) fn is_spent(&self) -> bool {
        self.wire.is_empty()
    }

    /// Whether the next frame to be sealed begins a message.
    pub(super) fn at_boundary(&self) -> bool {
        self.ends_message
    }

    /// What is to be written next.
    pub(super) fn unsent(&self) -> &[u8] {
        self.wire.get(self.taken..).unwrap_or_default()
    }

    /// Seals a run of commands; says how many plain octets that were.
    pub(super) fn seal_commands(&mut self, lane: &[u8]) -> Result<usize, Reason> {
        let run = self.sealer.seal_run(lane, &mut self.wire).map_err(Reason::Fault)?;
        self.unless_nothing().map(|()| run.consumed)
    }

    /// Seals a run of what the out-buffer holds; no more than the rest of a message that was begun if a
    /// command waits for its end.
    pub(super) fn seal(&mut self, out: &OutBuf, command_waits: bool) -> Result<(), Reason> {
        let limit =
            if command_waits { out.first_message().saturating_sub(self.plain) } else { usize::MAX };
        self.seal_pieces(out.pieces(self.plain, limit)).map_err(Reason::Fault)?;
        self.unless_nothing()
    }

    /// Seals from the front of `pieces` what has room in a run: stretches of frames, and behind the last header
    /// of each the body that is held by reference.
    fn seal_pieces<'a>(&mut self, pieces: impl Iterator<Item = &'a [u8]>) -> Result<(), Fault> {
        let mut referring: Option<(FrameKind, usize)> = None;
        for piece in pieces {
            if let Some((kind, header_len)) = referring.take() {
                if !self.wire.is_empty() && Sealer::sealed_len(piece.len()) > self.room() {
                    break;
                }
                self.sealer.seal_frame(kind, piece, &mut self.wire)?;
                self.note(header_len + piece.len(), kind != FrameKind::More);
                continue;
            }
            // The sealer bounds a run by itself, but only one that begins the buffer.
            let end = if self.wire.is_empty() { piece.len() } else { fitting(piece, self.room())? };
            let run = self.sealer.seal_run(piece.get(..end).unwrap_or_default(), &mut self.wire)?;
            if run.consumed > 0 {
                self.note(run.consumed, run.ends_message);
            }
            let rest = piece.get(run.consumed..).unwrap_or_default();
            referring = lone_header(rest)?;
            if referring.is_none() && !rest.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn room(&self) -> usize {
        Sealer::RUN_LEN.saturating_sub(self.wire.len())
    }

    fn note(&mut self, plain: usize, ends_message: bool) {
        self.plain += plain;
        self.ends_message = ends_message;
    }

    /// Our own frames that are none would otherwise be written again and again, as nothing.
    fn unless_nothing(&self) -> Result<(), Reason> {
        debug_assert!(!self.wire.is_empty(), "nothing is sealed but whole frames");
        if self.wire.is_empty() {
            Err(io::Error::from(io::ErrorKind::InvalidData).into())
        } else {
            Ok(())
        }
    }

    /// Notes that the kernel took `octets` more of a run of commands.
    pub(super) fn advance_commands(&mut self, octets: usize) {
        self.taken += octets;
        self.recycle_if_taken();
    }

    /// Notes that the kernel took `octets` more; says which whole messages it has now.
    pub(super) fn advance(&mut self, octets: usize, out: &mut OutBuf) -> Taken {
        self.taken += octets;
        self.gone += octets;
        self.recycle_if_taken();
        if self.is_spent() && self.ends_message {
            self.gone = 0;
            return out.advance(std::mem::take(&mut self.plain));
        }
        let mut gone = self.gone;
        let settled = out.settle(|message| {
            let left = gone.checked_sub(sealed_len(message));
            gone = left.unwrap_or(gone);
            left.is_some()
        });
        self.gone = gone;
        self.plain -= settled.octets;
        settled
    }

    fn recycle_if_taken(&mut self) {
        debug_assert!(self.taken <= self.wire.len(), "more was written than sealed");
        if self.taken >= self.wire.len() {
            self.wire.clear();
            self.taken = 0;
            // What a single large frame made of it is not kept.
            if self.wire.capacity() > 2 * Sealer::RUN_LEN {
                self.wire = Vec::new();
            }
        }
    }

    /// Octets of memory that are held.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.wire.capacity()
    }

    /// Gives back the memory that a burst left behind.
    pub(super) fn trim(&mut self) {
        if self.is_spent() {
            self.wire = Vec::new();
        }
    }
}

/// Octets on the wire of what a message becomes.
fn sealed_len(message: MessageRef<'_>) -> usize {
    message.frames().map(|frame| Sealer::sealed_len(frame.as_bytes().len())).sum()
}

/// How much of `plain`, in whole frames, becomes at most `room` octets.
fn fitting(plain: &[u8], mut room: usize) -> Result<usize, Fault> {
    let mut end = 0;
    while let Some((header, header_len)) =
        FrameHeader::decode(plain.get(end..).unwrap_or_default())?
    {
        let body_len = usize::try_from(header.body_len).unwrap_or(usize::MAX);
        let next = header_len.saturating_add(body_len).saturating_add(end);
        let Some(left) =
            room.checked_sub(Sealer::sealed_len(body_len)).filter(|_| next <= plain.len())
        else {
            break;
        };
        (end, room) = (next, left);
    }
    Ok(end)
}

/// The header at the end of a stretch whose body is held by reference: its kind and length.
fn lone_header(rest: &[u8]) -> Result<Option<(FrameKind, usize)>, Fault> {
    let header = FrameHeader::decode(rest)?;
    let lone =
        header.filter(|(header, header_len)| *header_len == rest.len() && header.body_len > 0);
    Ok(lone.map(|(header, header_len)| (header.kind, header_len)))
}
