//! How far a connecting endpoint had come when something went wrong.

use std::sync::Arc;
use std::time::Duration;

use super::{EndpointStatus, Reason};
use crate::monitor::Cause;
use crate::options::StopOn;
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
    /// There was one, to this address, whose handshake was not done.
    Handshake(String),
    /// The handshake was done with the peer at this address, who was not welcome.
    Door(String),
    /// It was connected.
    Traffic(Arc<Peer>),
}

impl Setback {
    /// The handshake is done, and the peer is not welcome.
    pub(super) fn unwelcome(peer: &Peer, reason: Reason) -> Self {
        Self { stage: Stage::Door(peer.address.clone()), reason }
    }

    /// Whether it is one of those after which there is to be no further attempt.
    pub(super) fn is_final(&self, stop: StopOn) -> bool {
        match self.stage {
            Stage::Dialling => stop.refused && self.reason.failure().cause == Cause::Refused,
            Stage::Handshake(_) => stop.handshake_failed,
            Stage::Door(_) | Stage::Traffic(_) => false,
        }
    }

    /// Tells of it, and when the next attempt will be made.
    pub(super) fn tell(&self, status: &EndpointStatus, retry_in: Option<Duration>) {
        let Self { stage, reason } = self;
        let why = &reason.failure();
        match stage {
            Stage::Dialling => status.connect_failed(why, retry_in),
            Stage::Handshake(address) | Stage::Door(address) => {
                status.handshake_failed(address, why, retry_in);
            }
            Stage::Traffic(peer) => status.disconnected(peer, why, retry_in),
        }
        let endpoint = status.address();
        if reason.is_notable() {
            tracing::warn!(target: "zmq4", %endpoint, %reason, "refused");
        } else {
            tracing::debug!(target: "zmq4", %endpoint, %reason, "not connected");
        }
    }
}
