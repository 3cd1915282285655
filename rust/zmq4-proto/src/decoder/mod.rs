//! The traffic walk: finds the frames in what was read, without copying and without owning them.
//!
//! The walk reads every header once, in place. It counts whole messages, keeps the limits, clears
//! reserved flag bits so that forwarded octets are clean, and stops at whatever is not a small
//! frame of a message. Wire form: RFC 37/ZMTP, "Framing".

mod limits;
mod outcome;
mod walk;

pub use limits::TrafficLimits;
pub use outcome::{Walk, WalkStop};
pub use walk::{Decoder, LARGE_BODY, MAX_COMMAND_BODY};
