//! NULL: both sides send READY at once, and that is all.
//!
//! ```text
//!                                       ┌── READY ──▶ done
//!   (ExpectVerdict ──▶)  ExpectReady ───┼── ERROR ──▶ the peer's fault
//!                                       └── other ──▶ misbehaved
//! ```
//!
//! Neither side waits for the other's READY before it sends its own: two that waited would wait for
//! ever. Where the peer is judged by its address, our READY waits for that verdict, and for nothing
//! else. Source: RFC 37/ZMTP, "The NULL Security Mechanism".

use super::{
    Wrap,
    step::{Done, Ours, unexpected},
};
use crate::{
    Metadata, MetadataLimits,
    command::{HandshakeCommand, put_ready},
    error::Fault,
};

/// The peer may not be told anything before it is judged.
pub(crate) struct ExpectVerdict(Ours);

impl ExpectVerdict {
    pub(super) fn new(ours: Ours) -> Self {
        Self(ours)
    }

    pub(super) fn on_accept(self, out: &mut Vec<u8>) -> ExpectReady {
        ExpectReady::start(&self.0, out)
    }
}

/// Our READY is out, the peer's is not in.
pub(crate) struct ExpectReady {
    limits: MetadataLimits,
}

impl ExpectReady {
    pub(super) fn start(ours: &Ours, out: &mut Vec<u8>) -> Self {
        put_ready(out, &ours.metadata);
        Self { limits: ours.limits }
    }

    pub(super) fn on_command(self, command: HandshakeCommand<'_>) -> Result<Done, Fault> {
        let HandshakeCommand::Ready(data) = command else {
            return Err(unexpected(command));
        };
        let peer = Metadata::parse(data, &self.limits)?;
        Ok(Done { peer, last_command: Vec::new(), wrap: Wrap::Plain })
    }
}
