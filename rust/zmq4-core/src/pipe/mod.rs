//! Pipes: the pair of one-way queues between a socket and one peer, with water marks.
//!
//! A queue holds *segments* of wire octets ([`Segment`]); the sender's call encodes into the last one and
//! the reader takes all of them at once ([`Queue`]). A socket reads its end through a [`local::LocalBatch`].
//! The rules that keep this exact are `docs/decisions/0002-arenas-everywhere.md`.

mod backlog;
mod discards;
mod end;
mod local;
mod marks;
mod message;
#[cfg(all(test, not(zmq4_loom)))]
mod oracle;
#[cfg(all(test, not(zmq4_loom)))]
mod oracle_segments;
mod party;
mod plain;
mod queue;
mod segment;
mod spares;
#[cfg(all(test, not(zmq4_loom)))]
mod tests;

pub(crate) use backlog::{Overflow, Tally};
pub(crate) use discards::Discards;
pub(crate) use end::{Express, Given, PipeEnd, PipeId};
pub(crate) use marks::Marks;
pub(crate) use message::Header;
pub use message::{FrameRef, Frames, MessageRef};
pub(crate) use party::{Party, Pushed, Refill, Refused, Side};
pub use plain::{PlainRef, TakeMany};
pub(crate) use queue::Queue;
pub use segment::Part;
pub(crate) use segment::Segment;
pub(crate) use spares::Spares;
