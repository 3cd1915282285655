//! Which interpreter of the process may use this module: the main one alone.
//!
//! Types, the log and the contexts are the process's. A sub-interpreter would share them: its end would close
//! the sockets of the others, and its objects would be called from where they do not belong.

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

/// Refuses every interpreter but the main one. Called before anything of the module is made.
///
/// # Errors
///
/// `ImportError`, which says what to do instead.
pub(crate) fn is_main(_py: Python<'_>) -> PyResult<()> {
    // SAFETY: the caller is attached, so that there is a current interpreter; its number is read.
    let number = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    if number == MAIN {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "zmq4 works in the main interpreter only, and this is a sub-interpreter; import it in the \
         main one, or use a process",
    ))
}

/// The number of the main interpreter. Source: `CPython`, `Py_NewInterpreter`: further ones count from 1.
const MAIN: i64 = 0;
