//! The connecting side: attempt, traffic, back-off, again.

use std::future::{Future, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::backoff::Delays;
use super::opening::{NotOpened, open};
use super::setback::{Setback, Stage};
use super::{Attached, Closing, Greeted, Opened, Plan, Reason, Session, clock, traffic};
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
pub(crate) async fn connect(target: impl Dial, session: Arc<Session>, plan: Arc<Plan>) {
    let mut delays = Delays::new(plan.session.reconnect);
    loop {
        plan.status.attempt();
        let opened = tokio::select! {
            opened = attempt(&target, &plan) => opened,
            () = abandoned(&session, &plan) => break,
        };
        let setback = match opened {
            Ok(opened) => serve(opened, &session, &plan, &mut delays).await,
            Err(setback) => setback,
        };
        let is_over = is_over(&session, &plan);
        let delay = if is_over { None } else { delay_after(&setback, &plan, &mut delays) };
        setback.tell(&plan.status, delay);
        if is_over {
            break;
        }
        let Some(delay) = delay else {
            plan.status.stop();
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
        plan.status.close();
    }
}

async fn attempt(target: &impl Dial, plan: &Plan) -> Result<Opened, Setback> {
    // A peer that would be turned away after the handshake is not bothered with one.
    if plan.session.immediate && !plan.host.admits() {
        return Err(Setback { stage: Stage::Dialling, reason: Reason::Surplus });
    }
    let link = match target.dial(&plan.link).await {
        Ok(link) => link,
        Err(error) => return Err(Setback { stage: Stage::Dialling, reason: error.into() }),
    };
    let address = link.peer().to_owned();
    if plan.security.admission.bars(link.remote()) {
        plan.handshakes.barred.add_one();
        return Err(Setback { stage: Stage::Handshake(address), reason: Reason::Barred });
    }
    open(link, plan).await.map_err(|NotOpened { reason, parting }| {
        if let Some(parting) = parting {
            tokio::spawn(parting.say_goodbye());
        }
        Setback { stage: Stage::Handshake(address), reason }
    })
}

/// One connection, from the end of its handshake on.
async fn serve(
    opened: Opened,
    session: &Arc<Session>,
    plan: &Plan,
    delays: &mut Delays,
) -> Setback {
    let began = clock::now();
    let setback = if plan.session.immediate {
        let Some(pipe) = plan.host.open() else {
            return Setback::unwelcome(&opened.peer, Reason::Surplus);
        };
        let _attached = Attached { host: &*plan.host, pipe: pipe.pipe };
        talk(opened, &pipe, plan).await
    } else {
        talk(opened, session, plan).await
    };
    session.readmit();
    if clock::now().saturating_duration_since(began) >= STABLE {
        delays.reset();
    }
    setback
}

async fn talk(opened: Opened, session: &Arc<Session>, plan: &Plan) -> Setback {
    let peer = Arc::clone(&opened.peer);
    if let Err(reason) = plan.host.greet(session, &peer) {
        return Setback::unwelcome(&peer, reason);
    }
    let _greeted = Greeted { host: &*plan.host, session, peer: Arc::clone(&peer) };
    plan.status.connected(&peer);
    let reason = traffic::run(session, opened, plan).await;
    reason.log(&peer);
    Setback { stage: Stage::Traffic(peer), reason }
}

fn delay_after(setback: &Setback, plan: &Plan, delays: &mut Delays) -> Option<Duration> {
    if setback.is_final(plan.session.reconnect_stop) {
        return None;
    }
    let reason = &setback.reason;
    if reason.is_refusal() {
        delays.next_after_refusal(random::unit())
    } else {
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
