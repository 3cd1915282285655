//! The handshake, driven over a link: from the first octet to READY (or, of a 2.0 peer, its identity), or to a
//! reason why not.

use std::future::poll_fn;
use std::io::IoSlice;
use std::sync::Arc;
use std::time::Duration;

use zmq4_proto::{Established, Fault, Handshake, HandshakeConfig, MechanismKind};

use super::judging::judge;
use super::{FAREWELL, Opened, Plan, Reason, pace};
use crate::peer::Peer;
use crate::transport::Link;

/// A connection that did not come to be.
#[derive(Debug)]
pub(super) struct NotOpened {
    pub(super) reason: Reason,
    /// There is something on its way that the peer has yet to read.
    pub(super) parting: Option<Parting>,
}

/// A link that is kept for a moment behind our last words.
#[derive(Debug)]
pub(super) struct Parting(Link);

/// Opens a connection over `link` within the handshake deadline.
pub(super) async fn open(link: Link, plan: &Plan) -> Result<Opened, NotOpened> {
    open_watched(link, plan, &|| {}).await
}

/// Opens a connection, and tells when the peer's greeting is whole.
pub(super) async fn open_watched(
    link: Link,
    plan: &Plan,
    on_greeted: OnGreeted<'_>,
) -> Result<Opened, NotOpened> {
    plan.handshakes.begun.add_one();
    let handshake = Box::pin(shake(&link, plan, on_greeted));
    let shaken = within(plan.session.handshake_timeout, handshake).await;
    match shaken {
        Ok(Shaken { established, wrap, leftover }) => {
            plan.handshakes.completed.add_one();
            let peer = Arc::new(peer(&link, established));
            Ok(Opened { link, peer, leftover, wrap })
        }
        Err(Failed { reason, has_last_words }) => {
            let counts = &plan.handshakes;
            let count = if reason.is_our_refusal() { &counts.refused } else { &counts.failed };
            count.add_one();
            Err(NotOpened { reason, parting: has_last_words.then(|| Parting(link)) })
        }
    }
}

type OnGreeted<'a> = &'a (dyn Fn() + Sync);

/// A handshake that is done.
struct Shaken {
    established: Established,
    wrap: zmq4_proto::Wrap,
    leftover: Vec<u8>,
}

/// A handshake that came to nothing.
struct Failed {
    reason: Reason,
    /// Whether the peer was told something that it may not have read yet.
    has_last_words: bool,
}

impl From<Reason> for Failed {
    fn from(reason: Reason) -> Self {
        Self { reason, has_last_words: false }
    }
}

async fn within(
    limit: Option<Duration>,
    handshake: impl Future<Output = Result<Shaken, Failed>>,
) -> Result<Shaken, Failed> {
    let Some(limit) = limit else { return handshake.await };
    match tokio::time::timeout(limit, handshake).await {
        Ok(done) => done,
        Err(_elapsed) => Err(Reason::TimedOut(limit).into()),
    }
}

async fn shake(link: &Link, plan: &Plan, on_greeted: OnGreeted<'_>) -> Result<Shaken, Failed> {
    let mut config = HandshakeConfig::new(plan.socket_type);
    config.routing_id = plan.session.routing_id.clone();
    config.metadata = plan.session.metadata.clone();
    config.min_version = plan.session.min_version;
    config.security = plan.security.draw().map_err(Reason::from)?;
    let kind = config.security.kind();
    let mut dialogue = Dialogue {
        link,
        plan,
        kind,
        on_greeted,
        handshake: Handshake::new(config),
        input: Vec::new(),
    };
    if let Err(reason) = dialogue.hold().await {
        return Err(dialogue.end(reason).await);
    }
    let Dialogue { handshake, input: leftover, .. } = dialogue;
    let (established, wrap) = handshake.into_established().ok_or(Reason::Ended)?;
    Ok(Shaken { established, wrap, leftover })
}

/// A handshake under way.
struct Dialogue<'a> {
    link: &'a Link,
    plan: &'a Plan,
    kind: MechanismKind,
    on_greeted: OnGreeted<'a>,
    handshake: Handshake,
    /// What was read and not taken. In the end, it is traffic.
    input: Vec<u8>,
}

impl Dialogue<'_> {
    /// Speaks and listens until the peer is ready.
    async fn hold(&mut self) -> Result<(), Reason> {
        let mut was_delayed = false;
        loop {
            send(self.link, &mut self.handshake).await?;
            if self.handshake.is_established() {
                return Ok(());
            }
            if let Some(credentials) = self.handshake.credentials().cloned() {
                let (link, input) = (self.link, &mut self.input);
                let judgement = judge(link, self.plan, credentials, input).await?;
                let taken = self.handshake.authorize(judgement.verdict.clone());
                taken.map_err(|fault| judgement.into_reason(fault))?;
            } else {
                receive(self.link, &mut self.input).await?;
            }
            self.take_in(&mut was_delayed).await?;
        }
    }

    /// Gives the handshake what was read.
    async fn take_in(&mut self, was_delayed: &mut bool) -> Result<(), Fault> {
        if self.input.is_empty() {
            return Ok(());
        }
        let was_greeted = self.handshake.is_greeted();
        let (handshake, input) = (&mut self.handshake, &self.input);
        let mut work = || handshake.handle_input(input);
        let consumed = if self.kind.has_keys() {
            let on_delay = || {
                if !std::mem::replace(was_delayed, true) {
                    self.plan.handshakes.delayed.add_one();
                }
            };
            pace::take_step(work, on_delay).await?
        } else {
            work()?
        };
        drop(self.input.drain(..consumed));
        if self.handshake.is_greeted() && !was_greeted {
            (self.on_greeted)();
        }
        Ok(())
    }

    /// Tells the peer what it may still be told: our whole greeting, or an ERROR command.
    async fn end(&mut self, reason: Reason) -> Failed {
        let has_last_words = send(self.link, &mut self.handshake).await.unwrap_or(false);
        let reason = reason.in_handshake(self.kind, self.handshake.is_greeted());
        Failed { reason, has_last_words }
    }
}

fn peer(link: &Link, established: Established) -> Peer {
    Peer {
        address: link.peer().to_owned(),
        routing_id: established.routing_id,
        socket_type: established.socket_type,
        version: Some(established.version),
        metadata: established.metadata,
        user_id: established.user_id.map(|id| String::from_utf8_lossy(&id).into_owned()),
    }
}

/// Sends what is to be sent; says whether there was anything.
async fn send(link: &Link, handshake: &mut Handshake) -> Result<bool, Reason> {
    let mut output = Vec::new();
    handshake.poll_transmit(&mut output);
    let mut left = output.as_slice();
    while !left.is_empty() {
        let sent = poll_fn(|cx| link.poll_write(cx, &[IoSlice::new(left)])).await?;
        left = left.get(sent..).unwrap_or_default();
    }
    Ok(!output.is_empty())
}

/// Reads a little more. What is not consumed yet is bounded by the handshake's own limits: it consumes
/// or refuses every command of at most 16 KiB.
pub(super) async fn receive(link: &Link, input: &mut Vec<u8>) -> Result<(), Reason> {
    const STEP: usize = 1024;
    input.reserve(STEP);
    let read = poll_fn(|cx| link.poll_read_spare(cx, input, STEP)).await?;
    if read == 0 { Err(Reason::Ended) } else { Ok(()) }
}

impl Parting {
    /// Gives the peer a moment to read our last words. A stream that is closed while something of the peer's is
    /// unread is reset by the system, and then they may never reach it.
    pub(super) async fn say_goodbye(self) {
        const STEP: usize = 1024;
        const MOST: usize = 64 * 1024;
        self.0.shutdown_write();
        let drained = async {
            let mut buffer = Vec::with_capacity(STEP);
            let mut discarded = 0;
            while discarded < MOST {
                buffer.clear();
                match poll_fn(|cx| self.0.poll_read_spare(cx, &mut buffer, STEP)).await {
                    Ok(read) if read > 0 => discarded += read,
                    Ok(_) | Err(_) => break,
                }
            }
        };
        let _ = tokio::time::timeout(FAREWELL, drained).await;
    }
}
