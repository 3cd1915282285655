//! Attributes: a property of the socket class for each option.

use std::os::raw::{c_int, c_void};

use pyo3::exceptions::PyAttributeError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::keywords::{elsewhere, refused};
use super::rows::TABLE;
use super::table::{Option_, When};
use crate::error::{self, Kind};
use crate::raw;
use crate::socket::Socket;

/// Gives the socket class a property for each row.
pub(crate) fn add_properties(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<Socket>();
    for row in TABLE {
        let definition = Box::leak(Box::new(ffi::PyGetSetDef {
            name: row.c_name.as_ptr(),
            get: Some(get),
            set: Some(write),
            doc: row.doc.as_ptr(),
            closure: std::ptr::from_ref(row).cast_mut().cast::<c_void>(),
        }));
        // SAFETY: the class is a type; definition and row live for ever.
        let property = unsafe {
            let made = ffi::PyDescr_NewGetSet(class.as_ptr().cast(), definition);
            Bound::from_owned_ptr_or_err(py, made)?
        };
        class.setattr(row.name, property)?;
    }
    Ok(())
}

/// The row and the socket of a property access.
///
/// # Safety
///
/// Called by the interpreter through a descriptor made in [`add_properties`], with the thread attached.
unsafe fn access<'py>(
    object: *mut ffi::PyObject,
    closure: *mut c_void,
) -> (Python<'py>, &'py Socket, &'static Option_) {
    // SAFETY: the descriptor checked the type; the closure is a row of the table.
    unsafe {
        let py = Python::assume_attached();
        let socket = crate::send::socket(Borrowed::from_ptr(py, object));
        (py, socket, &*closure.cast::<Option_>())
    }
}

unsafe extern "C" fn get(object: *mut ffi::PyObject, closure: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: as `access` demands.
    let (py, socket, row) = unsafe { access(object, closure) };
    raw::guard(py, || {
        let core = socket.core(py)?;
        if !row.is_for(core.socket_type()) {
            return Err(PyAttributeError::new_err(elsewhere(row, core.socket_type())));
        }
        let options = core.options();
        Ok(row.value.read(py, &options, &socket.own)?.into_ptr())
    })
}

unsafe extern "C" fn write(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    closure: *mut c_void,
) -> c_int {
    // SAFETY: as `access` demands; the value is live, or null for a deletion.
    let (py, socket, row) = unsafe { access(object, closure) };
    let done = raw::guard(py, || {
        if value.is_null() {
            let text = format!("option {} cannot be deleted", row.name);
            return Err(PyAttributeError::new_err(text));
        }
        // SAFETY: as above.
        let value = unsafe { Borrowed::from_ptr(py, value) };
        change(py, socket, row, &value)?;
        Ok(std::ptr::from_ref(row).cast_mut().cast())
    });
    if done.is_null() { -1 } else { 0 }
}

fn change(
    py: Python<'_>,
    socket: &Socket,
    row: &'static Option_,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let core = socket.core(py)?;
    if !row.is_for(core.socket_type()) {
        return Err(error::new(py, Kind::OptionError, &elsewhere(row, core.socket_type())));
    }
    // Reading the value may run code of Python's: no lock is held meanwhile. What it means is then put in its
    // place at once, beside what other threads put in theirs.
    let apply = row.value.parse(&socket.own, value).map_err(|why| refused(py, row, &why))?;
    if row.when != When::Fixed {
        core.configure(apply);
        return Ok(());
    }
    core.configure_first(apply).map_err(|_fixed| {
        let text = format!("{}: set it before the first bind or connect", row.name);
        error::new(py, Kind::OptionError, &text)
    })
}
