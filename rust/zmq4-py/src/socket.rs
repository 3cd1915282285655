//! `Socket`: what the socket classes of both faces stand on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use zmq4_core::proto::SocketType;
use zmq4_core::{SendError, WaitSide, Waiter};

use crate::claim::LoopClaims;
use crate::context::Context;
use crate::endpoint::EndpointHandle;
use crate::error;
use crate::options;
use crate::process::Native;
use crate::signal::LoopSignal;
use crate::wait::Limit;

/// A socket of one of the eleven types. Use the classes of `zmq4` and `zmq4.asyncio`.
#[pyclass(frozen, subclass, module = "zmq4._native", weakref)]
#[derive(Debug)]
pub(crate) struct Socket {
    inner: Native<zmq4_core::Socket>,
    context: Native<zmq4_core::Context>,
    /// The name of the Python class, for messages.
    name: String,
    pub(crate) timeouts: Timeouts,
    pub(crate) claims: LoopClaims,
}

/// The socket's own time limits, in nanoseconds; the largest number means for ever.
#[derive(Debug)]
pub(crate) struct Timeouts {
    send: AtomicU64,
    receive: AtomicU64,
}

impl Timeouts {
    fn read(slot: &AtomicU64) -> Option<Duration> {
        match slot.load(Ordering::Relaxed) {
            u64::MAX => None,
            nanos => Some(Duration::from_nanos(nanos)),
        }
    }

    fn write(slot: &AtomicU64, limit: Option<Duration>) {
        let nanos =
            limit.map_or(u64::MAX, |limit| u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX));
        slot.store(nanos, Ordering::Relaxed);
    }

    pub(crate) fn send(&self) -> Option<Duration> {
        Self::read(&self.send)
    }

    pub(crate) fn receive(&self) -> Option<Duration> {
        Self::read(&self.receive)
    }

    pub(crate) fn set_send(&self, limit: Option<Duration>) {
        Self::write(&self.send, limit);
    }

    pub(crate) fn set_receive(&self, limit: Option<Duration>) {
        Self::write(&self.receive, limit);
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { send: AtomicU64::new(u64::MAX), receive: AtomicU64::new(u64::MAX) }
    }
}

impl Socket {
    /// The socket of the core.
    #[inline]
    pub(crate) fn core(&self, py: Python<'_>) -> PyResult<&zmq4_core::Socket> {
        self.inner.get(py)
    }

    /// How messages name this socket.
    pub(crate) fn describe(&self) -> String {
        let address = self.inner.ours().and_then(|socket| socket.endpoints().pop());
        match address {
            Some(endpoint) => format!("{} ({})", self.name, endpoint.address()),
            None => self.name.clone(),
        }
    }

    /// Whether a send that finds no room waits for it.
    pub(crate) fn waits_for(&self, socket: &zmq4_core::Socket, error: SendError) -> bool {
        let _ = self;
        matches!(error, SendError::Full | SendError::NoPeer) && !socket.fails_when_full()
    }
}

fn socket_type(cls: &Bound<'_, PyType>) -> PyResult<SocketType> {
    let name: String = cls
        .getattr("_socket_type")
        .and_then(|name| name.extract())
        .map_err(|_| PyTypeError::new_err("use one of the socket classes, as zmq4.Push"))?;
    SocketType::from_name(name.as_bytes())
        .ok_or_else(|| PyValueError::new_err(format!("no socket type is called {name:?}")))
}

#[pymethods]
impl Socket {
    #[new]
    #[classmethod]
    #[pyo3(signature = (*, bind=None, connect=None, context=None, **options))]
    fn new(
        cls: &Bound<'_, PyType>,
        bind: Option<&Bound<'_, PyAny>>,
        connect: Option<&Bound<'_, PyAny>>,
        context: Option<PyRef<'_, Context>>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let py = cls.py();
        // Both are for the class's `__init__`; they are named here so that they are not options.
        let _ = (bind, connect);
        let context = match context {
            Some(context) => context.core(py)?.clone(),
            None => Context::implicit(),
        };
        let timeouts = Timeouts::default();
        let socket_type = socket_type(cls)?;
        let parsed = options::parse(py, socket_type, options, &timeouts)?;
        crate::log::start(py)?;
        let name = cls.name()?.to_string();
        let inner = zmq4_core::Socket::new(&context, socket_type, parsed)
            .map_err(|error| error::open(py, &error, &name))?;
        Ok(Self {
            inner: Native::new(inner),
            context: Native::new(context),
            name,
            timeouts,
            claims: LoopClaims::default(),
        })
    }

    /// Binds an address.
    fn _bind(&self, py: Python<'_>, address: &str) -> PyResult<EndpointHandle> {
        let bound = self.core(py)?.bind(address);
        bound.map(EndpointHandle::new).map_err(|error| error::open(py, &error, address))
    }

    /// Connects to an address, in the background.
    fn _connect(&self, py: Python<'_>, address: &str) -> PyResult<EndpointHandle> {
        let connected = self.core(py)?.connect(address);
        connected.map(EndpointHandle::new).map_err(|error| error::open(py, &error, address))
    }

    /// The endpoints that are open, oldest first.
    fn _endpoints(&self, py: Python<'_>) -> PyResult<Vec<EndpointHandle>> {
        Ok(self.core(py)?.endpoints().into_iter().map(EndpointHandle::new).collect())
    }

    /// Closes the socket; never blocks. What is queued is sent for `linger` seconds, or as long as the
    /// option says if None. In a child of a fork it does nothing.
    #[pyo3(signature = (linger=None))]
    fn close(&self, linger: Option<f64>) -> PyResult<()> {
        let linger = match linger {
            None => None,
            Some(seconds) => Some(Limit::from_seconds(seconds)?.or(None)),
        };
        if let Some(socket) = self.inner.ours() {
            socket.close(linger);
        }
        Ok(())
    }

    /// Whether the socket was closed, or belongs to a process before a fork.
    #[getter]
    fn closed(&self) -> bool {
        self.inner.ours().is_none_or(zmq4_core::Socket::is_closed)
    }

    /// The context the socket belongs to.
    #[getter]
    fn context(&self, py: Python<'_>) -> PyResult<Context> {
        Ok(Context::from_core(self.context.get(py)?.clone()))
    }

    fn _stats(&self, py: Python<'_>) -> PyResult<(u64, u64, u64, usize, usize, usize, usize)> {
        let stats = self.core(py)?.stats();
        Ok((
            stats.sent,
            stats.received,
            stats.dropped,
            stats.queued,
            stats.queued_octets,
            stats.unread,
            stats.unread_octets,
        ))
    }

    fn _is_drained(&self, py: Python<'_>) -> PyResult<bool> {
        let drained = self.core(py)?.is_drained();
        drained.map_err(|error| error::send(py, error, &self.describe()))
    }

    fn _watch_drain(&self, py: Python<'_>, signal: &LoopSignal, token: u64) -> PyResult<DrainWait> {
        let waiter = Waiter::Loop(signal.share(py)?, token);
        Ok(DrainWait { _wait: Native::new(self.core(py)?.wait(WaitSide::Drain, waiter)) })
    }
}

/// A registered wait; dropping it ends the wait.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct DrainWait {
    _wait: Native<zmq4_core::Wait>,
}
