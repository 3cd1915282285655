//! The handshake, driven over a link: from the first octet to READY (or, of a 2.0 peer, its identity), or to a
//! reason why not.

use std::future::poll_fn;
use std::io::IoSlice;
use std::sync::Arc;

use zmq4_proto::{Credentials, Denied, Established, Fault, Handshake, HandshakeConfig, Verdict};

use super::{Opened, Plan, Reason};
use crate::peer::Peer;
use crate::security::{Answer, Question};
use crate::transport::Link;

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
    config.security = plan.security.draw()?;
    let mut handshake = Handshake::new(config);
    let mut input = Vec::new();
    if let Err(fault) = negotiate(&link, plan, &mut handshake, &mut input).await? {
        // What the peer may still be told: our whole greeting, or an ERROR command.
        let _ = send(&link, &mut handshake).await;
        return Err(Reason::Fault(fault));
    }
    let (established, wrap) = handshake.into_established().ok_or(Reason::Ended)?;
    let peer = Arc::new(peer(&link, established));
    Ok(Opened { link, peer, leftover: input, wrap })
}

/// Speaks and listens until the peer is ready, or until there is a fault. What is left of `input` is traffic.
async fn negotiate(
    link: &Link,
    plan: &Plan,
    handshake: &mut Handshake,
    input: &mut Vec<u8>,
) -> Result<Result<(), Fault>, Reason> {
    loop {
        send(link, handshake).await?;
        if handshake.is_established() {
            return Ok(Ok(()));
        }
        let taken = if let Some(credentials) = handshake.credentials().cloned() {
            let verdict = judge(link, plan, credentials).await;
            handshake.authorize(verdict).and_then(|()| handshake.handle_input(input))
        } else {
            receive(link, input).await?;
            handshake.handle_input(input)
        };
        match taken {
            Ok(consumed) => drop(input.drain(..consumed)),
            Err(fault) => return Ok(Err(fault)),
        }
    }
}

/// Has the peer judged.
async fn judge(link: &Link, plan: &Plan, credentials: Credentials) -> Verdict {
    let (answer, verdict) = Answer::new();
    let question = Question {
        domain: plan.security.admission.domain.clone(),
        address: link.peer().to_owned(),
        routing_id: plan.session.routing_id.clone(),
        credentials,
        answer,
    };
    plan.security.admission.policy.put(question);
    verdict.await.unwrap_or(Verdict::Deny(Denied::HandlerFailed))
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
