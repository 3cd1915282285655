//! `Context`, and the implicit one of the process.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;

use crate::error::{self, Kind};
use crate::process::{self, Native};
use crate::wait::{Attempt, Limit, repeat};

/// The I/O threads and names that sockets share.
#[pyclass(frozen, module = "zmq4._native", weakref)]
#[derive(Debug)]
pub(crate) struct Context {
    inner: Native<zmq4_core::Context>,
}

/// More would be a mistake: a thread serves thousands of connections.
const MAX_IO_THREADS: usize = 1024;

/// Every context of the process, for the end of the interpreter; the implicit one first.
static CONTEXTS: Mutex<Contexts> =
    Mutex::new(Contexts { generation: 0, implicit: None, all: Vec::new() });

#[derive(Debug)]
struct Contexts {
    generation: u32,
    implicit: Option<zmq4_core::Context>,
    all: Vec<zmq4_core::Context>,
}

impl Contexts {
    /// Forgets what belongs to a process before a fork, without dropping it.
    fn refresh(&mut self) {
        if self.generation != process::generation() {
            std::mem::forget(self.implicit.take());
            std::mem::forget(std::mem::take(&mut self.all));
            self.generation = process::generation();
        }
    }

    fn add(&mut self, context: &zmq4_core::Context) {
        self.all.retain(|known| !(known.is_terminated() && known.is_idle()));
        self.all.push(context.clone());
    }
}

fn contexts() -> std::sync::MutexGuard<'static, Contexts> {
    let mut contexts = CONTEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    contexts.refresh();
    contexts
}

/// The contexts that this process made and that are not ended.
pub(crate) fn all_of_this_process() -> Vec<zmq4_core::Context> {
    std::mem::take(&mut contexts().all)
}

impl Context {
    pub(crate) fn core(&self, py: Python<'_>) -> PyResult<&zmq4_core::Context> {
        self.inner.get(py)
    }

    pub(crate) fn from_core(context: zmq4_core::Context) -> Self {
        Self { inner: Native::new(context) }
    }

    /// The context of sockets that name none.
    pub(crate) fn implicit() -> zmq4_core::Context {
        let mut contexts = contexts();
        if let Some(context) = contexts.implicit.as_ref().filter(|known| !known.is_terminated()) {
            return context.clone();
        }
        let context = zmq4_core::Context::new(1);
        contexts.implicit = Some(context.clone());
        contexts.add(&context);
        context
    }
}

#[pymethods]
impl Context {
    #[new]
    #[pyo3(signature = (io_threads=1))]
    fn new(py: Python<'_>, io_threads: usize) -> PyResult<Self> {
        if io_threads > MAX_IO_THREADS {
            let text = format!("io_threads is at most {MAX_IO_THREADS}, not {io_threads}");
            return Err(error::new(py, Kind::OptionError, &text));
        }
        let context = zmq4_core::Context::new(io_threads);
        contexts().add(&context);
        Ok(Self::from_core(context))
    }

    /// The context of sockets that name none; one per process.
    #[staticmethod]
    fn default() -> Self {
        Self::from_core(Self::implicit())
    }

    /// The number of I/O threads.
    #[getter]
    fn io_threads(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.core(py)?.io_thread_count())
    }

    /// Whether the context was terminated, or belongs to a process before a fork.
    #[getter]
    fn closed(&self) -> bool {
        self.inner.ours().is_none_or(zmq4_core::Context::is_terminated)
    }

    /// Refuses new sockets, wakes every call that waits, and waits until all sockets are closed and what
    /// they left behind is sent.
    #[pyo3(signature = (timeout=None))]
    fn term(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let limit = timeout.map_or(Ok(Limit::Never), Limit::from_seconds)?.or(None);
        let context = self.core(py)?;
        py.detach(|| context.shutdown());
        wait_until_idle(py, context, limit)
    }

    /// Closes all sockets of the context, each with its own linger or with `linger` seconds, and ends it.
    #[pyo3(signature = (linger=None))]
    fn close(&self, py: Python<'_>, linger: Option<f64>) -> PyResult<()> {
        let Some(context) = self.inner.ours() else { return Ok(()) };
        let linger = match linger {
            None => None,
            Some(seconds) => Some(Limit::from_seconds(seconds)?.or(None)),
        };
        // Sockets that were closed before, with a longer linger, are not waited for any longer either.
        let limit = linger.flatten().map(|linger| linger.saturating_add(GRACE));
        py.detach(|| {
            context.close_sockets(linger);
            context.shutdown();
        });
        if !is_idle_within(py, context, limit)? {
            py.detach(|| context.stop());
        }
        Ok(())
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_args))]
    fn __exit__(&self, py: Python<'_>, _args: &Bound<'_, pyo3::types::PyTuple>) -> PyResult<()> {
        self.close(py, None)
    }
}

/// What the farewell of connections may take beyond the linger time.
const GRACE: Duration = Duration::from_secs(1);

/// Waits until nothing of a context is left, and ends its threads; false if the time was over first.
pub(crate) fn is_idle_within(
    py: Python<'_>,
    context: &zmq4_core::Context,
    limit: Option<Duration>,
) -> PyResult<bool> {
    let attempt = || Ok(if context.is_idle() { Attempt::Done(()) } else { Attempt::Later });
    let done = match attempt()? {
        Attempt::Done(()) => Some(()),
        Attempt::Later => repeat(py, limit, |waiter| context.watch(waiter), attempt)?,
    };
    if done.is_some() {
        py.detach(|| context.stop());
    }
    Ok(done.is_some())
}

fn wait_until_idle(
    py: Python<'_>,
    context: &zmq4_core::Context,
    limit: Option<Duration>,
) -> PyResult<()> {
    if is_idle_within(py, context, limit)? {
        return Ok(());
    }
    let (sockets, sending) = context.pending();
    let text = if sockets.is_empty() {
        format!(
            "closed sockets still send what they hold: {}; wait longer or lower linger",
            sending.join("; ")
        )
    } else {
        format!("these sockets are not closed: {}", sockets.join("; "))
    };
    Err(error::new(py, Kind::Timeout, &text))
}
