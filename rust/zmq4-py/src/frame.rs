//! A frame of a received message, without a copy.

use std::os::raw::{c_int, c_void};

use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// One frame of a message: read-only memory with the buffer protocol. It keeps its message alive.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct Frame {
    /// What the memory belongs to.
    owner: Py<PyAny>,
    start: *const u8,
    len: usize,
}

// SAFETY: the memory belongs to an immutable object that the frame keeps alive; nobody writes it.
unsafe impl Send for Frame {}
// SAFETY: as above.
unsafe impl Sync for Frame {}

impl Frame {
    /// A view of `octets`, which must belong to `owner` and never change.
    pub(crate) fn new(owner: Py<PyAny>, octets: &[u8]) -> Self {
        Self { owner, start: octets.as_ptr(), len: octets.len() }
    }

    fn octets(&self) -> &[u8] {
        // SAFETY: see `new`.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

#[pymethods]
impl Frame {
    fn __len__(&self) -> usize {
        self.len
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.octets())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        if let Ok(other) = other.cast::<Self>() {
            return self.octets() == other.get().octets();
        }
        other.cast::<PyBytes>().is_ok_and(|other| self.octets() == other.as_bytes())
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        PyBytes::new(py, self.octets()).hash()
    }

    fn __repr__(&self) -> String {
        format!("<Frame of {} bytes>", self.len)
    }

    #[allow(clippy::needless_pass_by_value, reason = "the form that the slot wants")]
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        if flags & ffi::PyBUF_WRITABLE != 0 {
            return Err(PyBufferError::new_err("a frame is read-only"));
        }
        let frame = slf.get();
        let len = ffi::Py_ssize_t::try_from(frame.len)?;
        let start = frame.start.cast_mut().cast::<c_void>();
        // SAFETY: the interpreter passed a view to fill; the memory outlives it, because the view holds
        // a reference to the frame.
        let done = unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start, len, 1, flags) };
        if done == 0 { Ok(()) } else { Err(PyErr::fetch(slf.py())) }
    }

    #[allow(clippy::unused_self, reason = "the slot wants a method; there is nothing to release")]
    unsafe fn __releasebuffer__(&self, _view: *mut ffi::Py_buffer) {
        let _ = &self.owner;
    }
}
