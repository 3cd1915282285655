//! NULL: both sides send READY at once, and that is all.
//!
//! ```text
//!            ┌── READY ──▶ done
//!   waiting ─┼── ERROR ──▶ the peer's fault
//!            └── other ──▶ misbehaved
//! ```
//!
//! Neither side waits for the other's READY before it sends its own: two that waited would wait for
//! ever. Source: RFC 37/ZMTP, "The NULL Security Mechanism".

use bytes::Bytes;

use super::Step;
use crate::{
    Command, Metadata, MetadataLimits,
    command::put_ready,
    error::{Excerpt, Fault, Malformed, Misbehaved},
};

/// One side of a NULL handshake.
#[derive(Clone, Debug)]
pub(crate) struct Null {
    /// Our own metadata, until it is sent.
    unsent: Option<Metadata>,
    limits: MetadataLimits,
}

impl Null {
    pub(super) fn new(metadata: Metadata, limits: MetadataLimits) -> Self {
        Self { unsent: Some(metadata), limits }
    }

    pub(super) fn next_command(&mut self, out: &mut Vec<u8>) {
        if let Some(metadata) = self.unsent.take() {
            put_ready(out, &metadata);
        }
    }

    pub(super) fn on_command(&self, command: Command<'_>) -> Result<Step, Fault> {
        let name: &[u8] = match command {
            Command::Ready(metadata) => {
                return Ok(Step::Done(Metadata::parse(metadata, &self.limits)?));
            }
            Command::Error(reason) => {
                return Err(Fault::PeerError { reason: Bytes::copy_from_slice(reason) });
            }
            Command::Malformed => return Err(Malformed::Command.into()),
            Command::Ping { .. } => b"PING",
            Command::Pong { .. } => b"PONG",
            Command::Subscribe(_) => b"SUBSCRIBE",
            Command::Cancel(_) => b"CANCEL",
            Command::Unknown { name } => name,
        };
        Err(Misbehaved::UnexpectedCommand { name: Excerpt::new(name) }.into())
    }
}
