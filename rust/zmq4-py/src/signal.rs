//! The descriptor of an event loop, for Python.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::error;
use crate::process::Native;

/// One descriptor for all sockets of an event loop, readable while operations are ready.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct LoopSignal {
    inner: Native<Arc<zmq4_core::LoopSignal>>,
}

impl LoopSignal {
    pub(crate) fn share(&self, py: Python<'_>) -> PyResult<Arc<zmq4_core::LoopSignal>> {
        self.inner.get(py).map(Arc::clone)
    }
}

#[pymethods]
impl LoopSignal {
    #[new]
    fn new() -> PyResult<Self> {
        let signal = zmq4_core::LoopSignal::new().map_err(|error| error::system(&error))?;
        Ok(Self { inner: Native::new(signal) })
    }

    /// The descriptor to watch for reading.
    fn fileno(&self, py: Python<'_>) -> PyResult<i32> {
        Ok(self.inner.get(py)?.raw_fd())
    }

    /// Takes the tokens of the operations that may go on, in order of arrival.
    fn take(&self, py: Python<'_>) -> PyResult<Vec<u64>> {
        Ok(self.inner.get(py)?.take())
    }
}
