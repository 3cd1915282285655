//! Events: what happens to a socket, as the classes of `zmq4.events`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict};
use zmq4_core::{Cause, Failure, Happening, Heard, ListenError, Loss, Waiter};

use crate::error;
use crate::peer::Peer;
use crate::process::Native;
use crate::signal::LoopSignal;
use crate::wait::{Attempt, Limit, repeat};

/// What a listener has heard and not taken yet; the iterators of both faces stand on it.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct EventStream {
    inner: Native<zmq4_core::EventStream>,
    /// How messages name the socket.
    socket: String,
}

/// Rings at the next event; dropping it ends the wait.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct EventStreamWatch {
    _watch: Native<zmq4_core::Watch>,
}

impl EventStream {
    pub(crate) fn new(events: zmq4_core::EventStream, socket: String) -> Self {
        Self { inner: Native::new(events), socket }
    }

    fn attempt<'py>(&self, py: Python<'py>) -> PyResult<Attempt<Bound<'py, PyAny>>> {
        match self.inner.get(py)?.try_next() {
            Ok(heard) => event(py, &heard).map(Attempt::Done),
            Err(ListenError::Empty) => Ok(Attempt::Later),
            Err(error) => Err(error::listen(py, error, &self.socket)),
        }
    }
}

#[pymethods]
impl EventStream {
    /// Takes the oldest event; None if there is none now.
    fn take<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(match self.attempt(py)? {
            Attempt::Done(event) => Some(event),
            Attempt::Later => None,
        })
    }

    /// Takes the oldest event, waiting in this thread for one if there is none; None if the time is over.
    #[pyo3(signature = (timeout=None))]
    fn wait<'py>(
        &self,
        py: Python<'py>,
        timeout: Option<f64>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let limit = timeout.map_or(Ok(Limit::Never), Limit::from_seconds)?.or(None);
        let events = self.inner.get(py)?;
        if let Attempt::Done(event) = self.attempt(py)? {
            return Ok(Some(event));
        }
        repeat(py, limit, |waiter| events.watch(waiter), || self.attempt(py))
    }

    /// Whether there is an event to take, or none will come.
    fn has_next(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.inner.get(py)?.has_next())
    }

    /// Rings an event loop at the next event, or when none will come.
    fn watch(&self, py: Python<'_>, signal: &LoopSignal, token: u64) -> PyResult<EventStreamWatch> {
        let waiter = Waiter::Loop(signal.share(py)?, token);
        Ok(EventStreamWatch { _watch: Native::new(self.inner.get(py)?.watch(waiter)) })
    }

    /// Stops listening; who waits is woken. In a child of a fork it does nothing.
    fn close(&self) {
        if let Some(events) = self.inner.ours() {
            events.close();
        }
    }
}

/// Makes the object of an event.
fn event<'py>(py: Python<'py>, heard: &Heard) -> PyResult<Bound<'py, PyAny>> {
    static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let fields = PyDict::new(py);
    fields.set_item("endpoint", &*heard.event.endpoint)?;
    fields.set_item("time", monotonic(py, heard.event.at)?)?;
    fields.set_item("missed", heard.missed)?;
    let class = fill(py, &fields, &heard.event.what)?;
    let module = MODULE.get_or_try_init(py, || py.import("zmq4.events").map(Bound::unbind))?;
    module.bind(py).getattr(class)?.call((), Some(&fields))
}

/// Sets the fields of an event; returns the name of its class.
fn fill(py: Python<'_>, fields: &Bound<'_, PyDict>, what: &Happening) -> PyResult<&'static str> {
    Ok(match what {
        Happening::Listening => "Listening",
        Happening::Connecting { attempt } => {
            fields.set_item("attempt", attempt)?;
            "Connecting"
        }
        Happening::ConnectFailed { why, attempt, retry_in } => {
            set_failure(fields, why)?;
            fields.set_item("attempt", attempt)?;
            fields.set_item("retry_in", seconds(*retry_in))?;
            "ConnectFailed"
        }
        Happening::Accepted { address } => {
            fields.set_item("address", address)?;
            "Accepted"
        }
        Happening::AcceptFailed { why } => {
            set_failure(fields, why)?;
            "AcceptFailed"
        }
        Happening::Connected { peer } => {
            fields.set_item("peer", Peer::new(Arc::clone(peer)))?;
            "Connected"
        }
        Happening::HandshakeFailed { address, why, retry_in } => {
            set_failure(fields, why)?;
            fields.set_item("address", address)?;
            fields.set_item("retry_in", seconds(*retry_in))?;
            "HandshakeFailed"
        }
        Happening::Disconnected { peer, why, retry_in } => {
            set_failure(fields, why)?;
            fields.set_item("peer", Peer::new(Arc::clone(peer)))?;
            fields.set_item("retry_in", seconds(*retry_in))?;
            "Disconnected"
        }
        Happening::EndpointClosed => "EndpointClosed",
        Happening::Dropped { count, loss, peer, routing_id } => {
            fields.set_item("count", count)?;
            fields.set_item("reason", loss.to_string())?;
            fields.set_item("cause", name_of_loss(*loss))?;
            fields.set_item("peer", peer.as_ref().map(|peer| Peer::new(Arc::clone(peer))))?;
            let routing_id = routing_id.as_ref().map(|id| PyBytes::new(py, id.as_bytes()));
            fields.set_item("routing_id", routing_id)?;
            "Dropped"
        }
    })
}

fn set_failure(fields: &Bound<'_, PyDict>, why: &Failure) -> PyResult<()> {
    fields.set_item("reason", &why.text)?;
    fields.set_item("cause", name_of_cause(why.cause))
}

fn seconds(duration: Option<Duration>) -> Option<f64> {
    duration.map(|duration| duration.as_secs_f64())
}

/// As `zmq4.events.Cause` has it.
fn name_of_cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Refused => "refused",
        Cause::TimedOut => "timeout",
        Cause::System => "system",
        Cause::Ended => "ended",
        Cause::Protocol => "protocol",
        Cause::Incompatible => "incompatible",
        Cause::Denied => "denied",
        Cause::AddressDenied => "address_denied",
        Cause::NoVerdict => "no_verdict",
        Cause::Forged => "forged",
        Cause::Limit => "limit",
        Cause::Surplus => "surplus",
        Cause::Crowded => "crowded",
        Cause::NameTaken => "name_taken",
        Cause::Replaced => "replaced",
        Cause::Closed => "closed",
    }
}

/// As `zmq4.events.DropCause` has it.
fn name_of_loss(loss: Loss) -> &'static str {
    match loss {
        Loss::Full => "full",
        Loss::Unroutable => "unroutable",
        Loss::Gone => "gone",
    }
}

/// An instant as `time.monotonic()` gives it.
fn monotonic(py: Python<'_>, at: Instant) -> PyResult<f64> {
    // The two clocks are compared once, so that the order of instants stays the order of times.
    static ANCHOR: PyOnceLock<(Instant, f64)> = PyOnceLock::new();
    let (instant, time) = ANCHOR.get_or_try_init(py, || {
        let time = py.import("time")?.call_method0("monotonic")?.extract()?;
        PyResult::Ok((Instant::now(), time))
    })?;
    let since = at.saturating_duration_since(*instant).as_secs_f64();
    let until = instant.saturating_duration_since(at).as_secs_f64();
    Ok(time + since - until)
}
