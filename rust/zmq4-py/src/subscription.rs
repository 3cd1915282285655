//! `Subscription`: what an XPUB is told of a peer's interest.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::error;
use crate::peer::Peer;
use crate::socket::Socket;

/// A peer subscribed to a topic, or cancelled it.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct Subscription {
    socket: Py<PyAny>,
    pipe: u64,
    peer: Option<Arc<zmq4_core::Peer>>,
    subscribes: bool,
    topic: Vec<u8>,
}

impl Subscription {
    pub(crate) fn new(
        socket: Py<PyAny>,
        pipe: u64,
        peer: Option<Arc<zmq4_core::Peer>>,
        subscribes: bool,
        topic: Vec<u8>,
    ) -> Self {
        Self { socket, pipe, peer, subscribes, topic }
    }

    fn decide(&self, py: Python<'_>, subscribes: bool, topic: &[u8]) -> PyResult<()> {
        let socket = self.socket.bind(py).cast::<Socket>()?.get();
        let Some(peer) = &self.peer else { return Ok(()) };
        let decided = socket.core(py)?.decide(self.pipe, peer, subscribes, topic);
        decided.map_err(|error| error::subscribe(py, error, &socket.describe()))
    }
}

/// Reads a topic: octets, or text, which travels as UTF-8.
fn octets(topic: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = topic.cast::<PyString>() {
        return Ok(text.to_cow()?.into_owned().into_bytes());
    }
    topic.cast::<PyBytes>().map(|octets| octets.as_bytes().to_vec()).map_err(|_| {
        let kind = topic.get_type().name().map_or_else(|_| "that".to_owned(), |n| n.to_string());
        PyTypeError::new_err(format!("a topic is bytes or text, not {kind}"))
    })
}

#[pymethods]
impl Subscription {
    /// What messages must begin with.
    #[getter]
    fn topic<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.topic)
    }

    /// Whether the peer subscribes; otherwise it cancels.
    #[getter]
    fn subscribe(&self) -> bool {
        self.subscribes
    }

    /// Who asks.
    #[getter]
    fn peer(&self) -> Option<Peer> {
        self.peer.clone().map(Peer::new)
    }

    /// Does what the peer asks for, or subscribes it to another topic instead.
    #[pyo3(signature = (topic=None))]
    fn allow(&self, py: Python<'_>, topic: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        match topic {
            None => self.decide(py, self.subscribes, &self.topic),
            Some(topic) => self.decide(py, self.subscribes, &octets(topic)?),
        }
    }

    /// Does not do what the peer asks for: it stays as it is.
    #[allow(clippy::unused_self, reason = "the counterpart of allow, for programs that say so")]
    fn deny(&self) {}

    fn __eq__(&self, other: &Self) -> bool {
        let same_peer = match (&self.peer, &other.peer) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same_peer && self.subscribes == other.subscribes && self.topic == other.topic
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (self.subscribes, &self.topic).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let topic = self.topic(py).repr()?.to_string();
        let peer = self.peer.as_ref().map_or("nobody", |peer| peer.address.as_str());
        let subscribe = if self.subscribes { "True" } else { "False" };
        Ok(format!("Subscription(topic={topic}, subscribe={subscribe}, peer={peer})"))
    }
}
