//! How far a connecting endpoint had come when something went wrong.

use std::sync::Arc;
use std::time::Duration;

use super::{EndpointStatus, Reason};
use crate::peer::Peer;

/// The end of an attempt, or of a connection.
#[derive(Debug)]
pub(super) struct Setback {
    pub(super) stage: Stage,
    pub(super) reason: Reason,
}

/// Where an endpoint was.
#[derive(Debug)]
pub(super) enum Stage {
    /// There was no link yet.
    Dialling,
    /// There was one, to this address, but no peer that is ready and welcome.
    Handshake(String),
    /// It was connected.
    Traffic(Arc<Peer>),
}

impl Setback {
    /// The handshake is done, and the peer is not welcome.
    pub(super) fn unwelcome(peer: &Peer, reason: Reason) -> Self {
        Self { stage: Stage::Handshake(peer.address.clone()), reason }
    }

    /// Tells of it, and when the next attempt will be made.
    pub(super) fn tell(&self, status: &EndpointStatus, retry_in: Option<Duration>) {
        let Self { stage, reason } = self;
        let why = &reason.failure();
        match stage {
            Stage::Dialling => status.connect_failed(why, retry_in),
            Stage::Handshake(address) => status.handshake_failed(address, why, retry_in),
            Stage::Traffic(peer) => status.disconnected(peer, why, retry_in),
        }
        let endpoint = status.address();
        if reason.is_refusal() {
            tracing::warn!(target: "zmq4", %endpoint, %reason, "refused");
        } else {
            tracing::debug!(target: "zmq4", %endpoint, %reason, "not connected");
        }
    }
}
