//! An endpoint of a socket, for the classes of both faces.

use pyo3::prelude::*;
use zmq4_core::{EndpointPhase, EndpointView, OpenEndpoint, Waiter};

use crate::error::{self, Kind};
use crate::peer::Peer;
use crate::process::Native;
use crate::signal::LoopSignal;
use crate::wait::{Attempt, Limit, repeat};

/// What `bind` and `connect` opened.
#[pyclass(frozen, module = "zmq4._native", eq, hash)]
#[derive(Debug)]
pub(crate) struct EndpointHandle {
    inner: Native<OpenEndpoint>,
}

impl PartialEq for EndpointHandle {
    fn eq(&self, other: &Self) -> bool {
        self.inner.ours().is_some_and(|endpoint| Some(endpoint) == other.inner.ours())
    }
}

impl std::hash::Hash for EndpointHandle {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.inner.ours().hash(state);
    }
}

/// An address as endpoints tell theirs; what is no address stays as it is.
#[pyfunction]
pub(crate) fn normal_form(address: &str) -> String {
    let parsed = address.parse::<zmq4_core::Endpoint>();
    parsed.map_or_else(|_| address.to_owned(), |endpoint| endpoint.to_string())
}

/// A registered wait; dropping it ends the wait.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct EndpointWatch {
    _watch: Native<zmq4_core::Watch>,
}

impl EndpointHandle {
    pub(crate) fn new(endpoint: OpenEndpoint) -> Self {
        Self { inner: Native::new(endpoint) }
    }

    fn view(&self, py: Python<'_>) -> PyResult<EndpointView> {
        Ok(self.inner.get(py)?.view())
    }
}

fn is_ready(view: &EndpointView) -> bool {
    !view.peers.is_empty()
}

#[pymethods]
impl EndpointHandle {
    /// Names the endpoint within its socket.
    #[getter]
    fn id(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.inner.get(py)?.id())
    }

    /// The address, with the real port or path.
    #[getter]
    fn address(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.inner.get(py)?.address())
    }

    /// The port of a tcp endpoint.
    #[getter]
    fn port(&self, py: Python<'_>) -> PyResult<Option<u16>> {
        let address = self.inner.get(py)?.address();
        let port = address.strip_prefix("tcp://").and_then(|rest| rest.rsplit_once(':'));
        Ok(port.and_then(|(_, port)| port.parse().ok()))
    }

    /// Where the endpoint stands.
    #[getter]
    fn state(&self, py: Python<'_>) -> PyResult<&'static str> {
        Ok(match self.view(py)?.phase {
            EndpointPhase::Listening => "listening",
            EndpointPhase::Connecting => "connecting",
            EndpointPhase::Connected => "connected",
            EndpointPhase::Stopped => "stopped",
            EndpointPhase::Closed => "closed",
        })
    }

    /// The peers whose handshake is done.
    #[getter]
    fn peers(&self, py: Python<'_>) -> PyResult<Vec<Peer>> {
        Ok(self.view(py)?.peers.into_iter().map(Peer::new).collect())
    }

    /// Why the last attempt or connection ended.
    #[getter]
    fn failure(&self, py: Python<'_>) -> PyResult<Option<String>> {
        Ok(self.view(py)?.failure)
    }

    /// Attempts to connect since the last success.
    #[getter]
    fn attempts(&self, py: Python<'_>) -> PyResult<u32> {
        Ok(self.view(py)?.attempts)
    }

    /// Unbinds or disconnects.
    fn close(&self) {
        if let Some(endpoint) = self.inner.ours() {
            endpoint.close();
        }
    }

    /// Rings an event loop at the next change.
    fn watch(&self, py: Python<'_>, signal: &LoopSignal, token: u64) -> PyResult<EndpointWatch> {
        let waiter = Waiter::Loop(signal.share(py)?, token);
        Ok(EndpointWatch { _watch: Native::new(self.inner.get(py)?.watch(waiter)) })
    }

    /// Waits until a peer has completed its handshake.
    #[pyo3(signature = (timeout=None))]
    fn wait_ready(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let limit = timeout.map_or(Ok(Limit::Never), Limit::from_seconds)?.or(None);
        let endpoint = self.inner.get(py)?;
        let attempt = || {
            let view = endpoint.view();
            if endpoint.is_terminated() {
                let text = format!("{}: the context was terminated", view.address);
                return Err(error::new(py, Kind::ContextTerminated, &text));
            }
            if is_ready(&view) {
                return Ok(Attempt::Done(()));
            }
            match view.phase {
                EndpointPhase::Closed => Err(closed(py, &view)),
                EndpointPhase::Stopped => Err(not_ready(py, Kind::NoPeers, &view)),
                EndpointPhase::Listening | EndpointPhase::Connecting | EndpointPhase::Connected => {
                    Ok(Attempt::Later)
                }
            }
        };
        if let Attempt::Done(()) = attempt()? {
            return Ok(());
        }
        match repeat(py, limit, |waiter| endpoint.watch(waiter), attempt)? {
            Some(()) => Ok(()),
            None => Err(not_ready(py, Kind::Timeout, &endpoint.view())),
        }
    }

    fn __repr__(&self) -> String {
        self.inner.ours().map_or_else(
            || "<EndpointHandle of another process>".to_owned(),
            |endpoint| format!("<EndpointHandle {}>", endpoint.address()),
        )
    }
}

fn closed(py: Python<'_>, view: &EndpointView) -> PyErr {
    let text = format!("{} was closed", view.address);
    error::with_attribute(py, Kind::Closed, &text, "endpoint", view.address.as_str())
}

fn not_ready(py: Python<'_>, kind: Kind, view: &EndpointView) -> PyErr {
    let attempts = view.attempts;
    let why = view.failure.as_deref().unwrap_or("no peer came");
    let text = format!("{}: no peer is ready; {why} ({attempts} attempts)", view.address);
    error::with_attribute(py, kind, &text, "endpoint", view.address.as_str())
}
