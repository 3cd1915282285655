//! The handshake, driven over a link: from the first octet to READY (or, of a 2.0 peer, its identity), or to a
//! reason why not.

use std::future::poll_fn;
use std::io::IoSlice;
use std::sync::Arc;

use zmq4_proto::{Established, Handshake, HandshakeConfig};

use super::{Opened, Plan, Reason};
use crate::peer::Peer;
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
