//! `Proxy`: the loop of the core, in a thread of Python's that is detached all the while.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use zmq4_core::{ProxyEnd, ProxyError, ProxySockets, Served, Unfit};

use crate::error::{self, Kind};
use crate::process::Native;
use crate::socket::Socket;
use crate::wait::{detached, parker};

/// Passes messages on between two sockets. Use the classes of `zmq4` and `zmq4.asyncio`.
#[pyclass(frozen, module = "zmq4._native", weakref)]
#[derive(Debug)]
pub(crate) struct Proxy {
    inner: Native<zmq4_core::Proxy>,
    front: Py<Socket>,
    back: Py<Socket>,
    capture: Option<Py<Socket>>,
    is_running: AtomicBool,
}

#[pymethods]
impl Proxy {
    #[new]
    #[pyo3(signature = (front, back, capture=None))]
    fn new(
        py: Python<'_>,
        front: Py<Socket>,
        back: Py<Socket>,
        capture: Option<Py<Socket>>,
    ) -> PyResult<Self> {
        let socket_type = |socket: &Py<Socket>| PyResult::Ok(socket.get().core(py)?.socket_type());
        let capture_type = capture.as_ref().map(socket_type).transpose()?;
        let made = zmq4_core::Proxy::new(socket_type(&front)?, socket_type(&back)?, capture_type);
        let unfit = |why| {
            let capture = capture.as_ref().map_or(&back, |capture| capture);
            PyTypeError::new_err(refusal(why, front.get(), back.get(), capture.get()))
        };
        let inner = Native::new(made.map_err(unfit)?);
        Ok(Self { inner, front, back, capture, is_running: AtomicBool::new(false) })
    }

    /// Claims the proxy for one run; `StateError` if another is in progress.
    fn begin(&self, py: Python<'_>) -> PyResult<()> {
        self.inner.get(py)?;
        if self.is_running.swap(true, Ordering::SeqCst) {
            return Err(error::new(py, Kind::StateError, "the proxy is running already"));
        }
        Ok(())
    }

    /// Passes messages on in this thread until `stop`.
    fn serve(&self, py: Python<'_>) -> PyResult<()> {
        let (proxy, parker) = (self.inner.get(py)?, parker()?);
        let capture = self.capture.as_ref();
        let sockets = ProxySockets {
            front: self.front.get().core(py)?,
            back: self.back.get().core(py)?,
            capture: capture.map(|capture| capture.get().core(py)).transpose()?,
        };
        loop {
            crate::buffer::bury(py);
            let serve = |until, mask: Option<&_>| proxy.serve(sockets, &parker, until, mask);
            match detached(py, None, serve)?.0 {
                Ok(Served::Stopped) => return Ok(()),
                Ok(Served::Interrupted) => {}
                Err(error) => return Err(self.ended(py, error)),
            }
        }
    }

    /// Ends a run: whatever word to stop it there was is forgotten.
    fn end(&self) {
        if let Some(proxy) = self.inner.ours() {
            proxy.forget_stop();
        }
        self.is_running.store(false, Ordering::SeqCst);
    }

    /// Stops reading; when it returns, no message is on its way.
    fn pause(&self, py: Python<'_>) -> PyResult<()> {
        let proxy = self.inner.get(py)?;
        py.detach(|| proxy.pause());
        Ok(())
    }

    /// Goes on after `pause`.
    fn resume(&self, py: Python<'_>) -> PyResult<()> {
        self.inner.get(py)?.resume();
        Ok(())
    }

    /// Lets `serve` return, or the next one, if none is in progress.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.inner.get(py)?.stop();
        Ok(())
    }

    /// Messages, octets and drops forward; the same backward; copies that found no room.
    fn stats(&self, py: Python<'_>) -> PyResult<(u64, u64, u64, u64, u64, u64, u64)> {
        let proxy = self.inner.get(py)?;
        let stats = py.detach(|| proxy.stats());
        let (there, back) = (stats.forward, stats.backward);
        Ok((
            there.messages,
            there.octets,
            there.dropped,
            back.messages,
            back.octets,
            back.dropped,
            stats.uncaptured,
        ))
    }
}

impl Proxy {
    fn name(&self, end: ProxyEnd) -> String {
        match (end, &self.capture) {
            (ProxyEnd::Front, _) => format!("the front, {},", self.front.get().describe()),
            (ProxyEnd::Back, _) | (_, None) => format!("the back, {},", self.back.get().describe()),
            (ProxyEnd::Capture, Some(it)) => format!("the capture, {},", it.get().describe()),
        }
    }

    fn ended(&self, py: Python<'_>, error: ProxyError) -> PyErr {
        match error {
            ProxyError::Closed(end) => {
                let text = format!("the proxy has ended: {} is closed", self.name(end));
                error::new(py, Kind::Closed, &text)
            }
            ProxyError::Terminated(end) => {
                let name = self.name(end);
                let text = format!("the proxy has ended: the context of {name} was terminated");
                error::new(py, Kind::ContextTerminated, &text)
            }
            ProxyError::Io(error) => error::system(&error),
        }
    }
}

fn refusal(why: Unfit, front: &Socket, back: &Socket, capture: &Socket) -> String {
    let (front, back, capture) = (front.describe(), back.describe(), capture.describe());
    match why {
        Unfit::TakesTurns(end) => {
            let which = if end == ProxyEnd::Front { front } else { back };
            format!("{which} takes turns and cannot be proxied; use a Router or a Dealer")
        }
        Unfit::NothingPasses => format!("nothing that {front} and {back} receive can be passed on"),
        Unfit::CannotCapture => {
            format!("{capture} cannot capture; use a Pub, a Push, a Dealer or a Pair")
        }
    }
}
