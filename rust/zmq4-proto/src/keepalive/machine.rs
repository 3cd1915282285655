//! [`Keepalive`]: the timers of one connection.

use std::time::{Duration, Instant};

use super::{Beat, Heartbeat, peer::PeerCadence};
use crate::error::Silence;

/// Heartbeats of one connection, driven by octets and time.
///
/// Our PINGs go out at a fixed cadence, whether or not there is traffic, because the peer's own
/// timer may rely on it. A PING starts the peer's time-out unless one runs; a PING of the peer
/// starts the time to live it announced; **any** octet of the peer stops both. PONGs are never
/// matched with PINGs.
///
/// While reading is [suspended](Self::suspend) nothing can be heard, so nobody is blamed for
/// silence, and PONGs go out as often as PINGs of the peer need them.
///
/// A driver calls [`handle_timeout`](Self::handle_timeout) when the instant of
/// [`poll_timeout`](Self::poll_timeout) has come, again and again until it returns [`Beat::Idle`].
/// Source: RFC 37/ZMTP, "Connection Heartbeating".
#[derive(Clone, Debug)]
pub struct Keepalive {
    /// `None` if we send no PINGs.
    heartbeat: Option<Heartbeat>,
    /// True if the peer answers PINGs.
    peer_speaks_ping: bool,
    /// When the next PING is due.
    next_ping: Option<Instant>,
    /// When we sent the PING that nothing has followed yet.
    unanswered_since: Option<Instant>,
    /// The peer's PING that nothing has followed yet: when, and its time to live.
    time_to_live: Option<(Instant, Duration)>,
    cadence: PeerCadence,
    /// When the next PONG is due; `Some` exactly while suspended, if the peer knows PONGs.
    next_pong: Option<Instant>,
    suspended: bool,
}

impl Keepalive {
    /// Starts the timers of a connection that is ready as of `now`.
    ///
    /// No PINGs are sent with `heartbeat` `None`, nor to a peer that does not know them
    /// ([`Version::speaks_3_1`](crate::Version::speaks_3_1)). A peer's own PINGs count either way.
    pub fn new(heartbeat: Option<Heartbeat>, peer_speaks_ping: bool, now: Instant) -> Self {
        let heartbeat =
            heartbeat.filter(|heartbeat| peer_speaks_ping && !heartbeat.interval.is_zero());
        Self {
            heartbeat,
            peer_speaks_ping,
            next_ping: heartbeat.and_then(|heartbeat| now.checked_add(heartbeat.interval)),
            unanswered_since: None,
            time_to_live: None,
            cadence: PeerCadence::default(),
            next_pong: None,
            suspended: false,
        }
    }

    /// Notes that octets arrived, whatever they were.
    #[inline]
    pub fn on_octets(&mut self, _now: Instant) {
        self.unanswered_since = None;
        self.time_to_live = None;
    }

    /// Notes a PING of the peer, after [`on_octets`](Self::on_octets) for the octets it came with.
    /// A time to live of 0 means no limit. The PONG is the caller's to send.
    pub fn on_ping(&mut self, now: Instant, ttl_deciseconds: u16) {
        self.cadence.on_ping(now);
        let ttl = Duration::from_millis(u64::from(ttl_deciseconds) * 100);
        self.time_to_live = (!ttl.is_zero()).then_some((now, ttl));
    }

    /// Notes that reading stops, although the peer may be sending.
    pub fn suspend(&mut self, now: Instant) {
        if !self.suspended {
            self.suspended = true;
            self.next_pong =
                if self.peer_speaks_ping { self.cadence.first_pong(now) } else { None };
        }
    }

    /// Notes that reading goes on; whatever silence is being timed is timed from `now` on.
    pub fn resume(&mut self, now: Instant) {
        if self.suspended {
            self.suspended = false;
            self.next_pong = None;
            self.unanswered_since = self.unanswered_since.map(|_| now);
            self.time_to_live = self.time_to_live.map(|(_, ttl)| (now, ttl));
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do; `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.next_ping, self.next_pong, self.timeout_deadline(), self.ttl_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what is due as of `now`, one thing a call.
    pub fn handle_timeout(&mut self, now: Instant) -> Beat {
        let is_due = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        if is_due(self.timeout_deadline()) {
            let timeout = self.timeout().unwrap_or_default();
            return Beat::Expired(Silence::Heartbeat { timeout }.into());
        }
        if is_due(self.ttl_deadline()) {
            let ttl = self.time_to_live.map(|(_, ttl)| ttl).unwrap_or_default();
            return Beat::Expired(Silence::TimeToLive { ttl }.into());
        }
        if is_due(self.next_ping) {
            return self.ping(now);
        }
        if is_due(self.next_pong) {
            self.next_pong = next_tick(self.next_pong, self.cadence.pong_interval(), now);
            return Beat::SendPong;
        }
        Beat::Idle
    }

    fn ping(&mut self, now: Instant) -> Beat {
        let Some(heartbeat) = self.heartbeat else {
            self.next_ping = None;
            return Beat::Idle;
        };
        self.next_ping = next_tick(self.next_ping, heartbeat.interval, now);
        self.unanswered_since.get_or_insert(now);
        Beat::SendPing { ttl_deciseconds: heartbeat.ttl_deciseconds() }
    }

    /// How long the peer may be silent after a PING.
    fn timeout(&self) -> Option<Duration> {
        self.heartbeat.map(|heartbeat| heartbeat.timeout).filter(|timeout| !timeout.is_zero())
    }

    fn timeout_deadline(&self) -> Option<Instant> {
        if self.suspended { None } else { self.unanswered_since?.checked_add(self.timeout()?) }
    }

    fn ttl_deadline(&self) -> Option<Instant> {
        let (since, ttl) = self.time_to_live?;
        if self.suspended { None } else { since.checked_add(ttl) }
    }
}

/// The first tick of a fixed cadence that lies behind `now`; ticks that were missed are left out.
///
/// `last` is a tick that is due, `interval` is not zero.
fn next_tick(last: Option<Instant>, interval: Duration, now: Instant) -> Option<Instant> {
    let last = last?;
    let into_cycle = now.saturating_duration_since(last).as_nanos() % interval.as_nanos().max(1);
    let into_cycle = Duration::from_nanos(u64::try_from(into_cycle).unwrap_or(0));
    now.checked_sub(into_cycle)?.checked_add(interval)
}
