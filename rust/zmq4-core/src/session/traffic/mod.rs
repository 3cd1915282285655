//! A connection in traffic: one hand-written future that moves octets both ways until it ends.
//!
//! A round writes what the pipe holds, reads what the link holds, and answers the clock; rounds repeat
//! until nothing moves or the budget is spent, so that one loud peer cannot keep its I/O thread.

mod reading;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;
use zmq4_proto::{Beat, Keepalive, Version, put_ping, put_pong};

use super::clock::now;
use super::egress::Flushed;
use super::ingress::{Found, Ingress, Request, Trouble};
use super::{Closing, FAREWELL, Host, Opened, Plan, Reason, Session, pace};
use crate::transport::Link;

/// Octets that a session may move each way before it lets others have a turn.
const ROUND_OCTETS: usize = 1 << 20;
/// What even the smallest write and read count: each costs a system call, whatever it moves. A sender that
/// never pauses would otherwise keep the thread for as long as it takes to write a mebibyte of little
/// messages one by one.
const LEAST_COUNTED: usize = 8 * 1024;
/// A write of fewer octets, with more to come, gives senders a moment to add to what comes.
const LITTLE_OCTETS: usize = 16 * 1024;
/// A pipe that was idle for so long gives its memory back.
const IDLE: Duration = Duration::from_secs(1);
/// Answers to the peer that may wait in the lane, in octets; beyond it they are coalesced.
const LANE_OCTETS: usize = 1024;

/// Lets others have a turn: the task is polled again once the system was asked for news. Merely woken, it
/// would run dozens of times before that.
fn give_way(cx: &mut Context<'_>) {
    let turn = std::pin::pin!(tokio::task::yield_now());
    let polled = turn.poll(cx);
    debug_assert!(polled.is_pending(), "the first poll gives way");
}

/// Drives a connection until it ends, and says why it did.
pub(super) async fn run(session: &Arc<Session>, opened: Opened, plan: &Plan) -> Reason {
    let now = now();
    let speaks_ping = opened.peer.version.is_some_and(Version::speaks_3_1);
    let mut traffic = Traffic {
        session: Arc::clone(session),
        host: Arc::clone(&plan.host),
        link: Arc::new(opened.link),
        version: opened.peer.version,
        ingress: Ingress::new(&plan.session, opened.peer, opened.leftover)
            .with_intake(plan.host.intake(session.pipe)),
        keepalive: Keepalive::new(plan.session.heartbeat, speaks_ping, now),
        owes_wake: false,
        unseen: 0,
        is_paused: false,
        write_error: None,
        farewell: None,
        trim_at: None,
        sleep: Box::pin(tokio::time::sleep_until((now + IDLE).into())),
        armed: None,
    };
    session.egress.lock().connect(Arc::clone(&traffic.link));
    poll_fn(|cx| traffic.poll(cx)).await
}

struct Traffic {
    session: Arc<Session>,
    host: Arc<dyn Host>,
    link: Arc<Link>,
    version: Option<Version>,
    ingress: Ingress,
    keepalive: Keepalive,
    /// The receiver is to be woken for what was read.
    owes_wake: bool,
    /// Octets read since it was woken last.
    unseen: usize,
    /// Reading is stopped because the pipe is full.
    is_paused: bool,
    /// Nothing more can be sent. What the peer sent before may still be read, so that is done first.
    write_error: Option<std::io::Error>,
    /// Everything was sent and the peer told so; until then it may finish reading.
    farewell: Option<Instant>,
    trim_at: Option<Instant>,
    sleep: Pin<Box<Sleep>>,
    armed: Option<Instant>,
}

/// Whether a step moved anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Moved,
    Still,
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.session.set_asleep(false);
        self.session.egress.lock().disconnect();
    }
}

impl Traffic {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Reason> {
        match self.rounds(cx) {
            Ok(poll) => poll,
            Err(reason) => Poll::Ready(reason),
        }
    }

    fn rounds(&mut self, cx: &mut Context<'_>) -> Result<Poll<Reason>, Reason> {
        self.session.signal.register(cx.waker());
        self.session.set_asleep(false);
        // Looked at before anything is written: what may not linger is not sent.
        self.linger()?;
        let (mut outbound, mut inbound) = (ROUND_OCTETS, ROUND_OCTETS);
        loop {
            let sent = self.send(cx, &mut outbound)?;
            let received = self.receive(cx, &mut inbound)?;
            let timed = self.keep_time(cx)?;
            if sent == Step::Moved || received == Step::Moved {
                pace::note_traffic();
            }
            if outbound == 0 || inbound == 0 {
                give_way(cx);
                return Ok(Poll::Pending);
            }
            if [sent, received, timed] == [Step::Still; 3] {
                return Ok(Poll::Pending);
            }
        }
    }

    /// Writes until nothing is queued, the kernel takes no more, or the budget is spent.
    ///
    /// A write that took only a little while more came in is followed by a yield: where senders and I/O
    /// threads share a core, the sender fills the queue meanwhile, and the flood goes out in a few large
    /// writes instead of many small ones. With a core to spare it costs one system call a write.
    fn send(&mut self, cx: &mut Context<'_>, budget: &mut usize) -> Result<Step, Reason> {
        let mut step = Step::Still;
        let mut was_little = false;
        while self.write_error.is_none() && self.farewell.is_none() && *budget > 0 {
            if was_little {
                std::thread::yield_now();
            }
            let flushed = self.flush(cx);
            match flushed.unwrap_or_else(|error| self.stop_writing(error)) {
                Flushed::Wrote { octets, taken } => {
                    step = Step::Moved;
                    was_little = octets < LITTLE_OCTETS;
                    *budget = budget.saturating_sub(octets.max(LEAST_COUNTED));
                    self.trim_at.get_or_insert_with(|| now() + IDLE);
                    let queue = &self.session.outbound;
                    if taken.messages > 0 && queue.acknowledge(taken.messages, taken.octets) {
                        queue.wake_writer();
                    }
                }
                Flushed::Idle => {
                    self.session.set_asleep(true);
                    break;
                }
                Flushed::Ended => {
                    self.link.shutdown_write();
                    self.farewell = Some(now() + FAREWELL);
                }
                Flushed::Blocked => break,
            }
        }
        match self.write_error.take_if(|_| self.session.inbound.is_reader_gone()) {
            Some(error) => Err(Reason::Io(error)),
            None => Ok(step),
        }
    }

    /// One write. What a subscriber has to tell goes before it, as soon as what was told is written.
    fn flush(&self, cx: &mut Context<'_>) -> std::io::Result<Flushed> {
        let mut egress = self.session.egress.lock();
        egress.tell(|lane| {
            self.session.upstream.encode(self.version, lane);
        });
        egress.flush(cx, &self.session.outbound)
    }

    fn stop_writing(&mut self, error: std::io::Error) -> Flushed {
        self.write_error = Some(error);
        Flushed::Blocked
    }

    fn see_to(&mut self, found: Found) -> Result<(), Reason> {
        self.session.grant_credit();
        if self.keepalive.poll_timeout().is_some() {
            self.keepalive.on_octets(now());
        }
        for request in found.requests {
            self.answer(request);
        }
        match found.trouble {
            None => Ok(()),
            Some(Trouble::Fault(fault)) => Err(Reason::Fault(fault)),
            Some(Trouble::Io(error)) => Err(Reason::Io(error)),
            Some(Trouble::Insatiable(refused)) => Err(Reason::Insatiable(refused)),
        }
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Ping { ttl_deciseconds, context } => {
                self.keepalive.on_ping(now(), ttl_deciseconds);
                self.command(|lane| put_pong(lane, &context));
            }
            Request::Error(reason) => {
                let reason = String::from_utf8_lossy(&reason).escape_debug().to_string();
                tracing::warn!(target: "zmq4", peer = self.link.peer(), %reason, "the peer reports an error");
            }
        }
    }

    fn command(&mut self, put: impl FnOnce(&mut Vec<u8>)) {
        let mut egress = self.session.egress.lock();
        if egress.answers() < LANE_OCTETS {
            put(egress.lane());
        }
    }

    /// Does what the clock demands and sets the next alarm.
    fn keep_time(&mut self, cx: &mut Context<'_>) -> Result<Step, Reason> {
        let Some(deadline) = self.next_deadline()? else { return Ok(Step::Still) };
        if self.armed != Some(deadline) {
            self.sleep.as_mut().reset(deadline.into());
            self.armed = Some(deadline);
        }
        if self.sleep.as_mut().poll(cx).is_pending() {
            return Ok(Step::Still);
        }
        self.armed = None;
        let now = now();
        if self.farewell.is_some_and(|until| now >= until) {
            return Err(Reason::Closed);
        }
        self.trim(now);
        match self.keepalive.handle_timeout(now) {
            Beat::Idle => {}
            Beat::SendPing { ttl_deciseconds } => {
                self.command(|lane| put_ping(lane, ttl_deciseconds, &[]));
            }
            Beat::SendPong => self.command(|lane| put_pong(lane, &[])),
            Beat::Expired(fault) => return Err(Reason::Fault(fault)),
        }
        Ok(Step::Moved)
    }

    fn next_deadline(&self) -> Result<Option<Instant>, Reason> {
        let linger = self.linger()?;
        let beat = self.keepalive.poll_timeout();
        Ok([linger, beat, self.farewell, self.trim_at].into_iter().flatten().min())
    }

    /// When the time to send what is queued is over; an error if it is.
    fn linger(&self) -> Result<Option<Instant>, Reason> {
        match self.session.closing() {
            Closing::Linger(Some(until)) if self.farewell.is_none() => {
                if now() >= until {
                    Err(Reason::Closed)
                } else {
                    Ok(Some(until))
                }
            }
            Closing::Evicted => Err(Reason::Replaced),
            Closing::Open | Closing::Linger(_) => Ok(None),
        }
    }

    fn trim(&mut self, now: Instant) {
        if self.trim_at.is_some_and(|at| now >= at) {
            self.trim_at = None;
            self.session.egress.lock().trim();
            self.session.outbound.trim();
            self.session.inbound.trim();
        }
    }

    /// The peer ended the stream: an answer to our farewell, or the end of the connection.
    fn ended(&mut self) -> Reason {
        match self.write_error.take() {
            Some(error) => self.broken(error),
            None if self.farewell.is_some() => Reason::Closed,
            None => Reason::Ended,
        }
    }

    fn broken(&self, error: std::io::Error) -> Reason {
        if self.farewell.is_some() { Reason::Closed } else { Reason::Io(error) }
    }
}
