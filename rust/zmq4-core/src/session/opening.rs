//! The handshake, driven over a link: from the first octet to READY (or, of a 2.0 peer, its identity), or to a
//! reason why not.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::time::Duration;

use zmq4_proto::{Established, Fault, Handshake, HandshakeConfig};

use super::{Opened, Plan};
use crate::peer::Peer;
use crate::subscription::Refused;
use crate::transport::Link;

/// Why a connection did not come to be, or ended.
#[derive(Debug)]
pub(crate) enum Reason {
    /// The peer broke the rules, or refused us.
    Fault(Fault),
    /// The system's word.
    Io(io::Error),
    /// The peer closed the connection.
    Ended,
    /// The handshake took too long.
    TimedOut(Duration),
    /// The socket takes no further peer.
    Surplus,
    /// Too many handshakes were unfinished, and this was the oldest.
    Crowded,
    /// The socket closed it.
    Closed,
    /// Another peer has the same name.
    NameTaken,
    /// Another peer came and took its name.
    Replaced,
    /// It asked for more subscriptions than a peer may hold.
    Insatiable(Refused),
}

impl Reason {
    /// Whether the peer broke the rules or asked for too much: worth a warning even in traffic.
    fn is_misconduct(&self) -> bool {
        match self {
            Self::Fault(fault) => !matches!(fault, Fault::Silent(_)),
            Self::Insatiable(_) => true,
            Self::Io(_)
            | Self::Ended
            | Self::TimedOut(_)
            | Self::Surplus
            | Self::Crowded
            | Self::Closed
            | Self::NameTaken
            | Self::Replaced => false,
        }
    }

    /// Logs why a connection ended that was in traffic.
    pub(super) fn log(&self, peer: &Peer) {
        let peer = &peer.address;
        if self.is_misconduct() {
            tracing::warn!(target: "zmq4", %peer, reason = %self, "disconnected");
        } else {
            tracing::debug!(target: "zmq4", %peer, reason = %self, "disconnected");
        }
    }

    /// Whether trying again will hardly help: the peer refused us, or is of another kind.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Fault(fault) if fault.is_incompatible() || fault.is_denied())
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Ended => f.write_str("the peer closed the connection"),
            Self::TimedOut(limit) => write!(f, "the handshake was not done within {limit:?}"),
            Self::Surplus => f.write_str("the socket has its only peer already"),
            Self::Crowded => f.write_str("too many at a time: the oldest made room"),
            Self::Closed => f.write_str("the socket closed the connection"),
            Self::NameTaken => f.write_str("another peer has the same routing id"),
            Self::Replaced => f.write_str("another peer took over its routing id"),
            Self::Insatiable(refused) => refused.fmt(f),
        }
    }
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Opens a connection over `link` within the handshake deadline.
pub(super) async fn open(link: Link, plan: &Plan) -> Result<Opened, Reason> {
    let handshake = Box::pin(shake(link, plan));
    match plan.session.handshake_timeout {
        None => handshake.await,
        Some(limit) => match tokio::time::timeout(limit, handshake).await {
            Ok(done) => done,
            Err(_elapsed) => Err(Reason::TimedOut(limit)),
        },
    }
}

async fn shake(link: Link, plan: &Plan) -> Result<Opened, Reason> {
    let mut config = HandshakeConfig::new(plan.socket_type);
    config.routing_id = plan.session.routing_id.clone();
    config.metadata = plan.session.metadata.clone();
    config.min_version = plan.session.min_version;
    let mut handshake = Handshake::new(config);
    let mut input = Vec::new();
    loop {
        send(&link, &mut handshake).await?;
        if handshake.is_established() {
            break;
        }
        receive(&link, &mut input).await?;
        match handshake.handle_input(&input) {
            Ok(consumed) => {
                input.drain(..consumed);
            }
            Err(fault) => {
                // What the peer may still be told: our whole greeting, or an ERROR command.
                let _ = send(&link, &mut handshake).await;
                return Err(Reason::Fault(fault));
            }
        }
    }
    // Every socket is under NULL, which leaves frames as they are.
    let (established, _wrap) = handshake.into_established().ok_or(Reason::Ended)?;
    let peer = Arc::new(peer(&link, established));
    Ok(Opened { link, peer, leftover: input })
}

fn peer(link: &Link, established: Established) -> Peer {
    Peer {
        address: link.peer().to_owned(),
        routing_id: established.routing_id,
        socket_type: established.socket_type,
        version: Some(established.version),
        metadata: established.metadata,
        user_id: None,
    }
}

async fn send(link: &Link, handshake: &mut Handshake) -> Result<(), Reason> {
    let mut output = Vec::new();
    handshake.poll_transmit(&mut output);
    let mut left = output.as_slice();
    while !left.is_empty() {
        let sent = poll_fn(|cx| link.poll_write(cx, &[IoSlice::new(left)])).await?;
        left = left.get(sent..).unwrap_or_default();
    }
    Ok(())
}

/// Reads a little more. What is not consumed yet is bounded by the handshake's own limits: it consumes
/// or refuses every command of at most 16 KiB.
async fn receive(link: &Link, input: &mut Vec<u8>) -> Result<(), Reason> {
    const STEP: usize = 1024;
    input.reserve(STEP);
    let read = poll_fn(|cx| link.poll_read_spare(cx, input, STEP)).await?;
    if read == 0 { Err(Reason::Ended) } else { Ok(()) }
}
