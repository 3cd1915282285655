//! `Socket`: what the socket classes of both faces stand on.

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyType};
use pyo3::{PyTraverseError, PyVisit};
use zmq4_core::proto::{RoutingId, SocketType};
use zmq4_core::{SendError, WaitSide, Waiter};

use crate::claim::LoopClaims;
use crate::context::Context;
use crate::endpoint::EndpointHandle;
use crate::error::{self, Kind};
use crate::events::EventStream;
use crate::options;
use crate::own::Own;
use crate::process::Native;
use crate::role::Role;
use crate::security::Inquiry;
use crate::signal::LoopSignal;
use crate::wait::{Attempt, Limit, repeat};

/// A socket of one of the eleven types. Use the classes of `zmq4` and `zmq4.asyncio`.
#[pyclass(frozen, subclass, module = "zmq4._native", weakref)]
#[derive(Debug)]
pub(crate) struct Socket {
    inner: Native<zmq4_core::Socket>,
    context: Native<zmq4_core::Context>,
    /// The name of the Python class, for messages.
    name: String,
    pub(crate) own: Own,
    pub(crate) claims: LoopClaims,
    pub(crate) role: Role,
    /// Requests received so far: only the last can be replied to.
    requests: AtomicU64,
}

impl Socket {
    /// The socket of the core.
    #[inline]
    pub(crate) fn core(&self, py: Python<'_>) -> PyResult<&zmq4_core::Socket> {
        self.inner.get(py)
    }

    /// The number of a request that was just received.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
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

/// The fields of `zmq4.Stats`, in their order.
type StatsFields = (u64, u64, u64, usize, usize, usize, usize, u64, u64, u64, u64, f64);
/// The fields of `zmq4.Handshakes`, in their order.
type HandshakesFields = (u64, u64, u64, u64, u64, u64, u64);

fn socket_type(cls: &Bound<'_, PyType>) -> PyResult<SocketType> {
    let name: String = cls
        .getattr("_socket_type")
        .and_then(|name| name.extract())
        .map_err(|_| PyTypeError::new_err("use one of the socket classes, as zmq4.Push"))?;
    SocketType::from_name(name.as_bytes())
        .ok_or_else(|| PyValueError::new_err(format!("no socket type is called {name:?}")))
}

/// The options among the keywords of a socket that subscribes; what it subscribes to is for the class's
/// `__init__`.
fn without_topics<'py>(
    socket_type: SocketType,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(keywords) = keywords else { return Ok(None) };
    let subscribes = matches!(socket_type, SocketType::Sub | SocketType::XSub);
    if !subscribes || !keywords.contains("topics")? {
        return Ok(Some(keywords.clone()));
    }
    let options = keywords.copy()?;
    options.del_item("topics")?;
    Ok(Some(options))
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
        // They are for the class's `__init__`, and named here so that they are not options.
        let _ = (bind, connect);
        let context = match context {
            Some(context) => context.core(py)?.clone(),
            None => Context::implicit(),
        };
        let own = Own::default();
        let socket_type = socket_type(cls)?;
        let options = without_topics(socket_type, options)?;
        let parsed = options::parse(py, socket_type, options.as_ref(), &own)?;
        crate::log::start(py)?;
        let name = cls.name()?.to_string();
        let inner = zmq4_core::Socket::new(&context, socket_type, parsed)
            .map_err(|error| error::open(py, &error, &name))?;
        Ok(Self {
            inner: Native::new(inner),
            context: Native::new(context),
            name,
            own,
            claims: LoopClaims::default(),
            role: Role::of(socket_type),
            requests: AtomicU64::new(0),
        })
    }

    #[allow(clippy::needless_pass_by_value, reason = "the interpreter's way to call it")]
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.own.guard.traverse(&visit)
    }

    fn __clear__(&self) {
        self.own.guard.clear();
    }

    /// Who is asked about peers that connect by way of later endpoints; None if nobody in Python is.
    #[getter]
    fn _inquiry(&self, py: Python<'_>) -> Option<Py<Inquiry>> {
        self.own.guard.inquiry(py)
    }

    /// Binds an address.
    fn _bind(&self, py: Python<'_>, address: &str) -> PyResult<EndpointHandle> {
        let bound = self.core(py)?.bind(address);
        bound.map(EndpointHandle::new).map_err(|error| error::open(py, &error, address))
    }

    /// Connects to an address, in the background; a ROUTER may choose the peer's routing id.
    #[pyo3(signature = (address, routing_id=None))]
    fn _connect(
        &self,
        py: Python<'_>,
        address: &str,
        routing_id: Option<&[u8]>,
    ) -> PyResult<EndpointHandle> {
        let routing_id = routing_id.map(|id| chosen_routing_id(py, id)).transpose()?;
        let connected = self.core(py)?.connect_as(address, routing_id.as_ref());
        connected.map(EndpointHandle::new).map_err(|error| error::open(py, &error, address))
    }

    /// The endpoints that are open, oldest first.
    fn _endpoints(&self, py: Python<'_>) -> PyResult<Vec<EndpointHandle>> {
        Ok(self.core(py)?.endpoints().into_iter().map(EndpointHandle::new).collect())
    }

    /// A descriptor that is readable while there is something to receive, or room to send if the type only
    /// sends; made at the first call.
    fn fileno(&self, py: Python<'_>) -> PyResult<i32> {
        let raw_fd = self.core(py)?.raw_fd();
        raw_fd.map_err(|error| error::descriptor(py, &error, &self.describe()))
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

    fn _stats(&self, py: Python<'_>) -> PyResult<(StatsFields, HandshakesFields)> {
        let stats = self.core(py)?.stats();
        let zmq4_core::Handshakes {
            barred,
            begun,
            completed,
            refused,
            failed,
            crowded_out,
            delayed,
        } = stats.handshakes;
        let handshakes = (barred, begun, completed, refused, failed, crowded_out, delayed);
        let counters = (
            stats.sent,
            stats.received,
            stats.dropped,
            stats.queued,
            stats.queued_octets,
            stats.unread,
            stats.unread_octets,
            stats.drops.full,
            stats.drops.unroutable,
            stats.drops.gone,
            stats.drops.replaced,
            stats.blocked.as_secs_f64(),
        );
        Ok((counters, handshakes))
    }

    /// Listens to what happens from now on.
    fn _events(&self, py: Python<'_>, capacity: usize) -> PyResult<EventStream> {
        let events = self.core(py)?.events(capacity);
        let events = events.map_err(|error| error::listen(py, error, &self.describe()))?;
        Ok(EventStream::new(events, self.describe()))
    }

    /// Gives up the request in progress; returns whether there was one.
    fn _abandon(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.core(py)?.abandon())
    }

    /// The number of the request that may be replied to.
    fn _last_request(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    fn _subscribe(&self, py: Python<'_>, topic: &[u8]) -> PyResult<()> {
        let changed = self.core(py)?.subscribe(topic);
        changed.map_err(|error| error::subscribe(py, error, &self.describe()))
    }

    fn _unsubscribe(&self, py: Python<'_>, topic: &[u8]) -> PyResult<()> {
        let changed = self.core(py)?.unsubscribe(topic);
        changed.map_err(|error| error::subscribe(py, error, &self.describe()))
    }

    /// The topics that are subscribed to.
    fn _topics<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let topics = self.core(py)?.topics();
        Ok(topics.into_iter().map(|topic| PyBytes::new(py, &topic)).collect())
    }

    /// How many different topics are held, by this socket or by its peers.
    fn _topic_count(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.core(py)?.topic_count())
    }

    /// Whether at least `count` peers have subscribed to messages of a topic, or to anything.
    #[pyo3(name = "_has_subscribers", signature = (count, topic=None))]
    fn has_subscribers(
        &self,
        py: Python<'_>,
        count: usize,
        topic: Option<&[u8]>,
    ) -> PyResult<bool> {
        let core = self.core(py)?;
        core.check().map_err(|error| error::send(py, error, &self.describe()))?;
        Ok(core.subscribers(topic) >= count)
    }

    /// Waits in this thread until enough peers have subscribed; says whether they have.
    #[pyo3(signature = (count, topic=None, timeout=None))]
    fn _wait_for_subscribers(
        &self,
        py: Python<'_>,
        count: usize,
        topic: Option<&[u8]>,
        timeout: Option<f64>,
    ) -> PyResult<bool> {
        let limit = timeout.map_or(Ok(Limit::Never), Limit::from_seconds)?.or(None);
        let core = self.core(py)?;
        let attempt = || {
            let has = self.has_subscribers(py, count, topic)?;
            Ok(if has { Attempt::Done(()) } else { Attempt::Later })
        };
        if let Attempt::Done(()) = attempt()? {
            return Ok(true);
        }
        Ok(repeat(py, limit, |waiter| core.watch_subscribers(waiter), attempt)?.is_some())
    }

    /// Rings an event loop when subscriptions of peers change next.
    fn _watch_subscribers(
        &self,
        py: Python<'_>,
        signal: &LoopSignal,
        token: u64,
    ) -> PyResult<SubscriberWatch> {
        let waiter = Waiter::Loop(signal.share(py)?, token);
        let watch = self.core(py)?.watch_subscribers(waiter);
        Ok(SubscriberWatch { _watch: watch.map(Native::new) })
    }

    /// Whether the peer of that routing id has room; none if there is no such peer.
    fn _peer_has_room(&self, py: Python<'_>, routing_id: &[u8]) -> PyResult<Option<bool>> {
        Ok(self.core(py)?.peer_has_room(routing_id))
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

/// Rings at the next change of subscriptions; dropping it ends the wait.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct SubscriberWatch {
    _watch: Option<Native<zmq4_core::Watch>>,
}

fn chosen_routing_id(py: Python<'_>, id: &[u8]) -> PyResult<RoutingId> {
    let chosen = RoutingId::try_from(id).ok().filter(|id| !id.is_empty());
    chosen.ok_or_else(|| {
        let text = format!("a routing id has 1 to 255 octets, not {}", id.len());
        error::new(py, Kind::OptionError, &text)
    })
}

/// A registered wait; dropping it ends the wait.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct DrainWait {
    _wait: Native<zmq4_core::Wait>,
}
