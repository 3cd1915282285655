//! A peer, for Python.

use std::collections::HashMap;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Who is on the other side of a connection, as its handshake told.
#[pyclass(frozen, module = "zmq4._native", eq, hash)]
#[derive(Debug)]
pub(crate) struct Peer {
    inner: Arc<zmq4_core::Peer>,
}

impl PartialEq for Peer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl std::hash::Hash for Peer {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.inner).hash(state);
    }
}

impl Peer {
    pub(crate) fn new(inner: Arc<zmq4_core::Peer>) -> Self {
        Self { inner }
    }
}

#[pymethods]
impl Peer {
    /// Where it is, as the system saw it: `tcp://host:port`, `ipc://path` or `inproc://name`.
    #[getter]
    fn address(&self) -> &str {
        &self.inner.address
    }

    /// The name it announced for itself; empty if none.
    #[getter]
    fn routing_id<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.routing_id.as_bytes())
    }

    /// The user it was authenticated as.
    #[getter]
    fn user_id(&self) -> Option<&str> {
        self.inner.user_id.as_deref()
    }

    /// Its socket type, as in `"PUSH"`, where it told.
    #[getter]
    fn socket_type(&self) -> Option<&'static str> {
        self.inner.socket_type.map(zmq4_proto::SocketType::name)
    }

    /// The ZMTP version it speaks, as in `(3, 1)`; none over inproc.
    #[getter]
    fn version(&self) -> Option<(u8, u8)> {
        self.inner.version.map(|version| (version.major, version.minor))
    }

    /// The properties of its handshake, by name.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> HashMap<String, Bound<'py, PyBytes>> {
        let property = |(name, value): (&[u8], &[u8])| {
            (String::from_utf8_lossy(name).into_owned(), PyBytes::new(py, value))
        };
        self.inner.metadata.iter().map(property).collect()
    }

    fn __repr__(&self) -> String {
        let kind = self.socket_type().unwrap_or("unknown type");
        format!("<Peer {} {kind}>", self.inner.address)
    }
}
