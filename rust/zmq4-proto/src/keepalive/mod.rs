//! Keep-alive: when to ask for a sign of life, and when to give up.

mod beat;
mod machine;
mod peer;

pub use beat::{Beat, Heartbeat};
pub use machine::Keepalive;
