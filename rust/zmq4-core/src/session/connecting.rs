//! The connecting side: attempt, traffic, back-off, again.

use std::future::{Future, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::backoff::Delays;
use super::opening::{Reason, open};
use super::status::EndpointPhase;
use super::{Attached, Closing, Greeted, Opened, Plan, Session, clock, traffic};
use crate::endpoint::Endpoint;
use crate::options::{LinkOptions, StopOn};
use crate::random;
use crate::transport::{self, Link};

/// A connection that lasted this long begins the next back-off anew.
const STABLE: Duration = Duration::from_secs(5);

/// Where a connecting endpoint gets its links.
pub(crate) trait Dial: Send + Sync {
    /// Makes one attempt.
    fn dial(&self, options: &LinkOptions) -> impl Future<Output = io::Result<Link>> + Send;
}

impl Dial for Endpoint {
    fn dial(&self, options: &LinkOptions) -> impl Future<Output = io::Result<Link>> + Send {
        transport::dial(self, options)
    }
}

/// Serves a connecting endpoint until its session is closed. Without IMMEDIATE the pipe is there from the
/// start and outlives its connections; with it, a pipe lasts as long as one connection.
///
/// ```text
///   attempt ──opened──▶ traffic        closed with nothing to send: ends an attempt or a pause
///      ▲ │failed           │ended      closed with something to send: goes on until linger is over
///      │ ▼                 │           in traffic: the connection sees to its own end
///    pause ◀───────────────┘
/// ```
pub(crate) async fn connect(target: impl Dial, session: Arc<Session>, plan: Plan) {
    let mut delays = Delays::new(plan.session.reconnect);
    loop {
        plan.status.attempt();
        let opened = tokio::select! {
            opened = attempt(&target, &plan) => opened,
            () = abandoned(&session, &plan) => break,
        };
        let ending = match opened {
            Ok(opened) => Ending::Lost(serve(opened, &session, &plan, &mut delays).await),
            Err(ending) => ending,
        };
        if is_over(&session, &plan) {
            break;
        }
        let Some(delay) = delay_after(&ending, &plan, &mut delays) else {
            plan.status.enter(EndpointPhase::Stopped);
            // There is no further attempt: whatever is still to be sent never will be.
            closed(&session).await;
            break;
        };
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = abandoned(&session, &plan) => break,
        }
    }
    if !session.is_succeeded() {
        plan.status.enter(EndpointPhase::Closed);
    }
}

/// How far an attempt came, and why it came no further.
#[derive(Debug)]
enum Ending {
    /// There was no connection.
    Unconnected(Reason),
    /// There was one, but not the end of its handshake.
    Unshaken(Reason),
    /// There was traffic.
    Lost(Reason),
}

impl Ending {
    fn reason(&self) -> &Reason {
        match self {
            Self::Unconnected(reason) | Self::Unshaken(reason) | Self::Lost(reason) => reason,
        }
    }

    /// Whether it is one of the endings that are to be the last.
    fn is_final(&self, stop: StopOn) -> bool {
        match self {
            Self::Unconnected(Reason::Io(error)) => stop.refused && is_nobody_there(error),
            Self::Unconnected(_) | Self::Lost(_) => false,
            Self::Unshaken(_) => stop.handshake_failed,
        }
    }
}

/// A port that nobody listens on, or a socket file that is not there.
fn is_nobody_there(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused || error.raw_os_error() == Some(libc::ENOENT)
}

async fn attempt(target: &impl Dial, plan: &Plan) -> Result<Opened, Ending> {
    // A peer that would be turned away after the handshake is not bothered with one.
    if plan.session.immediate && !plan.host.admits() {
        return Err(Ending::Unconnected(Reason::Surplus));
    }
    let link = target.dial(&plan.link).await;
    let link = link.map_err(|error| Ending::Unconnected(Reason::Io(error)))?;
    open(link, plan).await.map_err(Ending::Unshaken)
}

/// One connection, from the end of its handshake on.
async fn serve(opened: Opened, session: &Arc<Session>, plan: &Plan, delays: &mut Delays) -> Reason {
    let began = clock::now();
    let reason = if plan.session.immediate {
        let Some(pipe) = plan.host.open() else { return Reason::Surplus };
        let _attached = Attached { host: &*plan.host, pipe: pipe.pipe };
        talk(opened, &pipe, plan).await
    } else {
        talk(opened, session, plan).await
    };
    session.readmit();
    if clock::now().saturating_duration_since(began) >= STABLE {
        delays.reset();
    }
    reason
}

async fn talk(opened: Opened, session: &Arc<Session>, plan: &Plan) -> Reason {
    let peer = Arc::clone(&opened.peer);
    if let Err(reason) = plan.host.greet(session, &peer) {
        return reason;
    }
    let greeted = Greeted { host: &*plan.host, session, peer: Arc::clone(&peer) };
    plan.status.connected(&peer);
    let reason = traffic::run(session, opened, plan).await;
    drop(greeted);
    reason.log(&peer);
    plan.status.disconnected(&peer, reason.to_string());
    reason
}

fn delay_after(ending: &Ending, plan: &Plan, delays: &mut Delays) -> Option<Duration> {
    let reason = ending.reason();
    plan.status.failed(reason.to_string());
    let address = plan.status.address();
    if ending.is_final(plan.session.reconnect_stop) {
        tracing::info!(target: "zmq4", endpoint = %address, %reason, "stopped for good");
        return None;
    }
    if reason.is_refusal() {
        tracing::warn!(target: "zmq4", endpoint = %address, %reason, "refused");
        delays.next_after_refusal(random::unit())
    } else {
        tracing::debug!(target: "zmq4", endpoint = %address, %reason, "not connected");
        delays.next(random::unit())
    }
}

/// Whether a session is not to connect again, since its endpoint was closed.
fn is_given_up(session: &Session, plan: &Plan) -> bool {
    plan.session.reconnect_stop.disconnected && session.is_disconnected()
}

/// Whether a closed session has nothing left to send, no time left for it, or no further attempt.
fn is_over(session: &Session, plan: &Plan) -> bool {
    match session.closing() {
        Closing::Open | Closing::Evicted => false,
        Closing::Linger(_) if is_given_up(session, plan) => true,
        Closing::Linger(Some(until)) if clock::now() >= until => true,
        Closing::Linger(_) => session.outbound.tally().messages == 0,
    }
}

/// Ends when the session was closed; returns how long it may linger.
async fn closed(session: &Session) -> Option<Instant> {
    poll_fn(|cx| {
        session.signal.register(cx.waker());
        match session.closing() {
            Closing::Open | Closing::Evicted => Poll::Pending,
            Closing::Linger(until) => Poll::Ready(until),
        }
    })
    .await
}

/// Ends when the session was closed and is not worth another attempt: nothing is left to send, or the
/// linger time is over.
async fn abandoned(session: &Session, plan: &Plan) {
    let until = closed(session).await;
    if session.outbound.tally().messages == 0 || is_given_up(session, plan) {
        return;
    }
    match until {
        Some(until) if until <= clock::now() => {}
        Some(until) => tokio::time::sleep_until(until.into()).await,
        None => std::future::pending().await,
    }
}
