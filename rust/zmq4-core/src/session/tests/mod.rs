//! Sessions over in-memory links, under a paused clock: no real time passes, and a wait in vain fails at
//! once.

#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

pub(super) mod bench;
mod credit;
mod downgrade;
mod handshake;
mod heartbeat;
mod ingress;
mod intake;
mod judging;
mod linger;
mod oracle;
mod reconnect;
mod traffic;
