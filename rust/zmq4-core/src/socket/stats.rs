//! [`Stats`]: a socket in numbers.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Socket;
use super::losses::Drops;
use crate::security::Handshakes;

/// What a socket did so far, and what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Messages accepted by send.
    pub sent: u64,
    /// Messages returned by receive.
    pub received: u64,
    /// Messages dropped, for whatever reason we know of.
    pub dropped: u64,
    /// The same by reason.
    pub drops: Drops,
    /// How long callers have waited to send, all of them together; waits that go on are not in it.
    pub blocked: Duration,
    /// Outbound messages that the kernel has not taken.
    pub queued: usize,
    /// Their octets on the wire.
    pub queued_octets: usize,
    /// Inbound messages that nobody has received.
    pub unread: usize,
    /// Their octets on the wire.
    pub unread_octets: usize,
    /// How its handshakes went.
    pub handshakes: Handshakes,
}

impl Socket {
    /// What the socket did so far, and what it holds.
    pub fn stats(&self) -> Stats {
        let state = self.core.lock();
        let mut sum = Stats {
            sent: state.stats.sent,
            received: state.stats.received,
            drops: state.stats.drops,
            blocked: Duration::from_nanos(self.core.blocked.load(Ordering::Relaxed)),
            handshakes: self.core.handshakes.look(),
            ..Stats::default()
        };
        for (&pipe, tie) in &state.ties {
            let Some(end) = state.pipes.get(pipe) else { continue };
            let (queued, unread) = (end.outbound.tally(), end.unread());
            // What was sent over inproc is in the peer's hands, once there is a peer.
            if tie.bearer.session().is_some() || end.peer.is_none() {
                sum.queued += queued.messages;
                sum.queued_octets += queued.octets;
            }
            sum.unread += unread.messages;
            sum.unread_octets += unread.octets;
            for queue in [&end.outbound, &end.inbound] {
                sum.drops.add_discards(queue.discards());
            }
        }
        sum.dropped = sum.drops.total();
        sum
    }
}
