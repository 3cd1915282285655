//! Why a message was not sent, in words that name the socket and, where it has a name, the peer.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use zmq4_core::proto::SocketType;
use zmq4_core::{Part, SendError};

use crate::error::{self, Kind};
use crate::socket::Socket;

/// The exception for a message that the socket refused.
#[cold]
pub(crate) fn refused(
    py: Python<'_>,
    socket: &Socket,
    parts: &[Part<'_>],
    error: SendError,
) -> PyErr {
    let what = socket.describe();
    let (kind, why) = match (error, peer(py, socket, parts)) {
        (SendError::Unroutable, Some(peer)) => (
            Kind::Unroutable,
            format!(
                "no peer has the routing id {peer}; send to msg.sender of a peer that is there, or drop \
                 such messages with on_unroutable=\"drop\""
            ),
        ),
        (SendError::Full, Some(peer)) => (
            Kind::WouldBlock,
            format!("the queue for {peer} is full; raise send_hwm, or wait with timeout="),
        ),
        _ => return error::send(py, error, &what),
    };
    error::new(py, kind, &format!("{what}: {why}"))
}

/// The exception for a message that was refused until the time was over.
#[cold]
pub(crate) fn timed_out(py: Python<'_>, socket: &Socket, error: SendError) -> PyErr {
    let why = if error == SendError::Full && names_peers(py, socket) {
        "the queue for that peer is at its high-water mark".to_owned()
    } else {
        error.to_string()
    };
    let text = format!("{}: nothing was sent in time: {why}", socket.describe());
    error::new(py, Kind::Timeout, &text)
}

/// Whom a message is for, where the program says so in front of it.
fn peer(py: Python<'_>, socket: &Socket, parts: &[Part<'_>]) -> Option<String> {
    let name = parts.first().filter(|_| names_peers(py, socket))?;
    Some(PyBytes::new(py, name.as_bytes()).repr().ok()?.to_string())
}

fn names_peers(py: Python<'_>, socket: &Socket) -> bool {
    socket.core(py).is_ok_and(|core| core.socket_type() == SocketType::Router)
}
