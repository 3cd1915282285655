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
use crate::options::LinkOptions;
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
            () = abandoned(&session) => break,
        };
        let reason = match opened {
            Ok(opened) => serve(opened, &session, &plan, &mut delays).await,
            Err(reason) => reason,
        };
        if is_over(&session) {
            break;
        }
        let Some(delay) = delay_after(&reason, &plan, &mut delays) else {
            plan.status.enter(EndpointPhase::Stopped);
            // There is no further attempt: whatever is still to be sent never will be.
            closed(&session).await;
            break;
        };
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = abandoned(&session) => break,
        }
    }
    if !session.is_succeeded() {
        plan.status.enter(EndpointPhase::Closed);
    }
}

async fn attempt(target: &impl Dial, plan: &Plan) -> Result<Opened, Reason> {
    // A peer that would be turned away after the handshake is not bothered with one.
    if plan.session.immediate && !plan.host.admits() {
        return Err(Reason::Surplus);
    }
    open(target.dial(&plan.link).await?, plan).await
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

fn delay_after(reason: &Reason, plan: &Plan, delays: &mut Delays) -> Option<Duration> {
    plan.status.failed(reason.to_string());
    let address = plan.status.address();
    if reason.is_refusal() {
        tracing::warn!(target: "zmq4", endpoint = %address, %reason, "refused");
        delays.next_after_refusal(random::unit())
    } else {
        tracing::debug!(target: "zmq4", endpoint = %address, %reason, "not connected");
        delays.next(random::unit())
    }
}

/// Whether a closed session has nothing left to send, or no time left for it.
fn is_over(session: &Session) -> bool {
    match session.closing() {
        Closing::Open | Closing::Evicted => false,
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
async fn abandoned(session: &Session) {
    let until = closed(session).await;
    if session.outbound.tally().messages == 0 {
        return;
    }
    match until {
        Some(until) if until <= clock::now() => {}
        Some(until) => tokio::time::sleep_until(until.into()).await,
        None => std::future::pending().await,
    }
}
