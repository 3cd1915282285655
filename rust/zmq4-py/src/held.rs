//! A reference to a Python object that is only ever dropped by an attached thread.

use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;

/// A strong reference, held by an object that the interpreter itself takes apart.
///
/// `Py` asks whether the thread is attached when it is dropped, and cannot know it inside a raw slot: it
/// would put the object on a list until the next ordinary call. This one is released at once.
#[derive(Debug)]
pub(crate) struct Held(NonNull<ffi::PyObject>);

impl Held {
    pub(crate) fn new(object: Bound<'_, PyAny>) -> Self {
        // A `Bound` is never null.
        Self(NonNull::new(object.into_ptr()).expect("a reference is not null"))
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> Borrowed<'_, 'py, PyAny> {
        // SAFETY: the object is alive as long as this reference.
        unsafe { Borrowed::from_ptr(py, self.0.as_ptr()) }
    }

    pub(crate) fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the reference is ours, and only attached threads own values of this type.
        unsafe { ffi::Py_DECREF(self.0.as_ptr()) };
    }
}
