//! What goes into a [`Keepalive`](super::Keepalive) and what comes out.

use std::time::Duration;

use crate::error::Fault;

/// How a socket's heartbeats are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// Time between two PINGs. Zero means no PINGs.
    pub interval: Duration,
    /// How long the peer may be silent after a PING. Zero means for ever.
    pub timeout: Duration,
    /// What our PINGs tell the peer to give us; rounded down to tenths of a second, at most 6553.5
    /// s. Zero means no limit.
    pub ttl: Duration,
}

impl Heartbeat {
    /// The time to live as a PING carries it.
    pub fn ttl_deciseconds(&self) -> u16 {
        u16::try_from(self.ttl.as_millis() / 100).unwrap_or(u16::MAX)
    }
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Nothing before the next deadline.
    Idle,
    /// Send a PING.
    SendPing {
        /// What it tells the peer to give us, in tenths of a second.
        ttl_deciseconds: u16,
    },
    /// Send a PONG without context, in place of answers to PINGs that are not being read.
    SendPong,
    /// The peer was silent for too long: close.
    Expired(Fault),
}
