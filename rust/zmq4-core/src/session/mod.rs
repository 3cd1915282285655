//! Sessions: the life of one connection, from the first octet to the last.
//!
//! A session is one task on an I/O thread. What a socket shares with it is a [`Session`]: the pipe's two
//! queues, the out-buffer, and the signal that wakes the task. Who the session serves is a [`Host`]; it
//! does not know sockets or patterns.

mod accepting;
mod attached;
mod backoff;
mod clock;
mod connecting;
mod egress;
mod guest;
mod ingress;
mod intake;
mod judging;
mod large;
mod opening;
mod outbuf;
mod pace;
mod pending;
mod reason;
mod setback;
mod shared;
mod status;
mod traffic;
mod upstream;

#[cfg(all(test, not(zmq4_loom)))]
mod tests;

pub(crate) use accepting::{Gatekeeper, accept};
use attached::{Attached, Greeted};
pub(crate) use connecting::connect;
pub(crate) use intake::{Intake, segment, tell_of};
pub(crate) use reason::Reason;
pub(crate) use shared::{Closing, InboxParty, Session, SessionSpec};
pub(crate) use status::EndpointStatus;
pub use status::{EndpointPhase, EndpointView};
pub(crate) use upstream::Change;

use std::sync::Arc;
use std::time::Duration;

use zmq4_proto::SocketType;

use crate::context::Context;
use crate::options::{LinkOptions, SessionOptions};
use crate::peer::Peer;
use crate::pipe::PipeId;
use crate::security::{Authenticator, HandshakeCounts, SecurityOptions};

/// The socket that a session serves.
pub(crate) trait Host: Send + Sync + std::fmt::Debug {
    /// Whether the socket takes a further peer, as of now.
    fn admits(&self) -> bool;

    /// A pipe for a peer that has just completed its handshake, already in use. None if the socket takes
    /// no more.
    fn open(&self) -> Option<Arc<Session>>;

    /// A peer has completed its handshake on a pipe that is in use. An error ends the connection.
    fn greet(&self, session: &Session, peer: &Arc<Peer>) -> Result<(), Reason> {
        let _ = (session, peer);
        Ok(())
    }

    /// A peer that was greeted is gone, though its pipe may stay.
    fn part(&self, session: &Session, peer: &Arc<Peer>) {
        let _ = (session, peer);
    }

    /// Who hears what the peer of a pipe says, on sockets that publish.
    fn intake(&self, pipe: PipeId) -> Option<Intake> {
        let _ = pipe;
        None
    }

    /// The peer is gone and will not come back: what it sent may still be read.
    fn detach(&self, pipe: PipeId);

    /// Whether unread messages of departed peers forbid to read from new ones.
    fn is_clogged(&self) -> bool;
}

/// What all sessions of one endpoint have in common.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) socket_type: SocketType,
    pub(crate) link: LinkOptions,
    pub(crate) session: SessionOptions,
    pub(crate) security: SecurityOptions,
    /// Who is asked about peers where the socket's user decides nothing himself.
    pub(crate) handler: Arc<dyn Authenticator>,
    /// Where handshakes are counted.
    pub(crate) handshakes: Arc<HandshakeCounts>,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) status: Arc<EndpointStatus>,
    /// Where the sessions of a listener are counted.
    pub(crate) context: Context,
}

/// How long a closed connection may take to see the peer's end of the stream.
const FAREWELL: Duration = Duration::from_millis(500);

/// A handshake that is done.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) link: crate::transport::Link,
    pub(crate) peer: Arc<Peer>,
    /// Traffic that arrived behind the peer's READY.
    pub(crate) leftover: Vec<u8>,
    /// What the mechanism does to traffic.
    pub(crate) wrap: zmq4_proto::Wrap,
}
