//! [`Inquiry`]: a callable of the program that decides about the peers of one socket.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::{Asker, Question, desk};
use crate::process::Native;
use crate::signal::LoopSignal;

/// Who is asked about peers, and how the questions come there. The socket holds it.
#[pyclass(frozen, module = "zmq4._native", weakref)]
#[derive(Debug)]
pub(crate) struct Inquiry {
    asker: Native<Arc<Asker>>,
    decide: Mutex<Option<Py<PyAny>>>,
    /// Whether the pool counts on it.
    is_enlisted: AtomicBool,
}

impl Inquiry {
    pub(super) fn new(decide: Py<PyAny>) -> Self {
        Self {
            asker: Native::new(Arc::new(Asker::new())),
            decide: Mutex::new(Some(decide)),
            is_enlisted: AtomicBool::new(false),
        }
    }

    pub(super) fn share(&self, py: Python<'_>) -> PyResult<Arc<Asker>> {
        self.asker.get(py).map(Arc::clone)
    }

    /// Whether an endpoint still asks, or may be opened that will.
    pub(super) fn is_used(&self) -> bool {
        self.asker.ours().is_some_and(|asker| Arc::strong_count(asker) > 1)
    }
}

#[pymethods]
impl Inquiry {
    /// What the pool knows its questions by.
    #[getter]
    fn token(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.asker.get(py)?.token())
    }

    /// The callable that decides; None once the collector has been here.
    #[getter]
    fn decide(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let decide = self.decide.lock().unwrap_or_else(PoisonError::into_inner);
        decide.as_ref().map(|decide| decide.clone_ref(py))
    }

    /// Has the threads of the pool take the questions from now on. Returns whether the pool needs its first
    /// thread, which the caller owes it.
    fn use_pool(&self, py: Python<'_>) -> PyResult<bool> {
        let asker = self.asker.get(py)?;
        let is_needed = desk::enlist(!self.is_enlisted.swap(true, Ordering::Relaxed));
        asker.use_pool();
        Ok(is_needed)
    }

    /// Has an event loop take the questions from now on, which is rung with a token for each.
    fn use_loop(&self, py: Python<'_>, signal: &LoopSignal, token: u64) -> PyResult<()> {
        self.asker.get(py)?.use_loop(signal.share(py)?, token);
        Ok(())
    }

    /// Takes the oldest question, for a loop; None if there is none.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Question>> {
        Ok(self.asker.get(py)?.take().map(Question::new))
    }

    #[allow(clippy::needless_pass_by_value, reason = "the interpreter's way to call it")]
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(decide) = self.decide.try_lock() else { return Ok(()) };
        visit.call(&*decide)
    }

    fn __clear__(&self) {
        let decide = self.decide.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(decide);
    }
}

impl Drop for Inquiry {
    fn drop(&mut self) {
        if self.asker.is_ours() && self.is_enlisted.load(Ordering::Relaxed) {
            desk::retire();
        }
    }
}
