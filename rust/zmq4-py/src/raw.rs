//! Raw call descriptors: methods in C's calling convention, without argument parsing in between.
//!
//! They exist for calls that cost nanoseconds; everything else is an ordinary `PyO3` method. A descriptor
//! checks the type of `self` before the function sees it, and a panic is turned into an exception.

use std::ffi::CStr;
use std::os::raw::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;

/// The positional and keyword arguments of one call.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'py> {
    py: Python<'py>,
    args: *const *mut ffi::PyObject,
    positional: usize,
    names: *mut ffi::PyObject,
}

impl<'py> Arguments<'py> {
    /// Number of positional arguments.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.positional
    }

    /// A positional argument.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> Option<Borrowed<'py, 'py, PyAny>> {
        if at >= self.positional {
            return None;
        }
        // SAFETY: the caller passed `positional` live objects, borrowed for the length of the call.
        Some(unsafe { Borrowed::from_ptr(self.py, *self.args.add(at)) })
    }

    /// The positional arguments as a tuple.
    pub(crate) fn tuple(&self) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
        let all: Vec<_> = (0..self.positional).filter_map(|at| self.get(at)).collect();
        pyo3::types::PyTuple::new(self.py, all)
    }

    /// Whether there are keyword arguments.
    #[inline]
    pub(crate) fn has_keywords(&self) -> bool {
        !self.names.is_null()
    }

    /// The value of a keyword argument; any other keyword is an error.
    pub(crate) fn keyword(&self, name: &str) -> PyResult<Option<Borrowed<'py, 'py, PyAny>>> {
        let [value] = self.keywords([name])?;
        Ok(value)
    }

    /// The values of keyword arguments; any other keyword is an error.
    pub(crate) fn keywords<const N: usize>(
        &self,
        known: [&str; N],
    ) -> PyResult<[Option<Borrowed<'py, 'py, PyAny>>; N]> {
        let mut values = [const { None }; N];
        if self.names.is_null() {
            return Ok(values);
        }
        // SAFETY: the interpreter passes a tuple of strings, and a value for each behind the positional
        // arguments.
        let names = unsafe { Bound::from_borrowed_ptr(self.py, self.names) };
        for (at, name) in names.cast::<pyo3::types::PyTuple>()?.iter().enumerate() {
            let name: String = name.extract()?;
            let Some(slot) = known.iter().position(|&known| known == name) else {
                return Err(PyTypeError::new_err(format!("unexpected keyword argument {name:?}")));
            };
            // SAFETY: as above.
            let value =
                unsafe { Borrowed::from_ptr(self.py, *self.args.add(self.positional + at)) };
            if let Some(slot) = values.get_mut(slot) {
                *slot = Some(value);
            }
        }
        Ok(values)
    }
}

/// A method in the convention of [`Method::function`].
pub(crate) type Function = unsafe extern "C" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    ffi::Py_ssize_t,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;

/// Runs the body of a raw method: attaches types to pointers and catches panics.
///
/// # Safety
///
/// Called by the interpreter through a descriptor of the type that `body` expects, with the arguments
/// of `METH_FASTCALL | METH_KEYWORDS`.
#[inline]
pub(crate) unsafe fn call(
    slf: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    positional: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
    body: impl for<'py> FnOnce(
        Borrowed<'py, 'py, PyAny>,
        Arguments<'py>,
    ) -> PyResult<*mut ffi::PyObject>,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls with the thread attached.
    let py = unsafe { Python::assume_attached() };
    let positional = usize::try_from(positional).unwrap_or(0);
    // SAFETY: `self` is live for the length of the call.
    let slf = unsafe { Borrowed::from_ptr(py, slf) };
    guard(py, || body(slf, Arguments { py, args, positional, names }))
}

/// Turns an error or a panic into a raised exception and a null pointer.
#[inline]
pub(crate) fn guard(
    py: Python<'_>,
    body: impl FnOnce() -> PyResult<*mut ffi::PyObject>,
) -> *mut ffi::PyObject {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => {
            error.restore(py);
            std::ptr::null_mut()
        }
        Err(_panic) => {
            PyRuntimeError::new_err("zmq4 failed internally; please report this").restore(py);
            std::ptr::null_mut()
        }
    }
}

/// Describes a raw method.
#[derive(Clone, Copy)]
pub(crate) struct Method {
    pub(crate) name: &'static CStr,
    pub(crate) function: Function,
    pub(crate) doc: &'static CStr,
}

/// What the interpreter keeps a pointer to; it lives for ever.
pub(crate) fn definition(method: Method) -> *mut ffi::PyMethodDef {
    let flags: c_int = ffi::METH_FASTCALL | ffi::METH_KEYWORDS;
    Box::into_raw(Box::new(ffi::PyMethodDef {
        ml_name: method.name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: method.function },
        ml_flags: flags,
        ml_doc: method.doc.as_ptr(),
    }))
}

/// Defines a raw method: `raw_method!(name, |slf, args| …)` makes a function in the C convention.
macro_rules! raw_method {
    ($(#[$meta:meta])* $name:ident, $body:expr) => {
        $(#[$meta])*
        pub(crate) unsafe extern "C" fn $name(
            slf: *mut pyo3::ffi::PyObject,
            args: *const *mut pyo3::ffi::PyObject,
            positional: pyo3::ffi::Py_ssize_t,
            names: *mut pyo3::ffi::PyObject,
        ) -> *mut pyo3::ffi::PyObject {
            // SAFETY: the interpreter calls this through a descriptor, as `raw::call` demands.
            unsafe { $crate::raw::call(slf, args, positional, names, $body) }
        }
    };
}
pub(crate) use raw_method;
