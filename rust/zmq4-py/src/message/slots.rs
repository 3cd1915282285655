//! The slots of `Message`: what makes it a sequence, hashable, equal by frames.

use std::os::raw::c_int;
use std::sync::atomic::Ordering;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyTuple};
use zmq4_core::{FrameRef, pack};

use super::view::View;
use super::{MessageObject, Source, TYPE, alloc};
use crate::buffer::OutgoingMessage;
use crate::raw;

pub(super) unsafe extern "C" fn length(object: *mut ffi::PyObject) -> ffi::Py_ssize_t {
    // SAFETY: called on a live message.
    let frames = unsafe { (*object.cast::<MessageObject>()).frames };
    ffi::Py_ssize_t::try_from(frames).unwrap_or(ffi::Py_ssize_t::MAX)
}

/// Runs the body of a slot.
pub(super) unsafe fn slot<'py>(
    object: *mut ffi::PyObject,
    body: impl FnOnce(View<'py>) -> PyResult<*mut ffi::PyObject>,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls slots attached.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: and on a live message.
    let view = unsafe { View::new(py, object) };
    raw::guard(py, || body(view))
}

pub(super) unsafe extern "C" fn item(
    object: *mut ffi::PyObject,
    at: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: a slot; negative indices were made positive by the interpreter.
    unsafe {
        slot(object, |view| Ok(view.bytes(usize::try_from(at).unwrap_or(usize::MAX))?.into_ptr()))
    }
}

pub(super) unsafe extern "C" fn subscript(
    object: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: a slot with a live key.
    unsafe {
        slot(object, |view| {
            let key = Borrowed::from_ptr(view.py, key);
            if key.is_instance_of::<PySlice>() {
                return Ok(view.tuple()?.as_any().get_item(key)?.into_ptr());
            }
            Ok(view.bytes(view.position(key)?)?.into_ptr())
        })
    }
}

pub(super) unsafe extern "C" fn iter(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: a slot.
    unsafe { slot(object, |view| Ok(view.tuple()?.as_any().try_iter()?.into_ptr())) }
}

pub(super) unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: a slot.
    unsafe { slot(object, |view| Ok(view.object_repr()?.into_ptr())) }
}

pub(super) unsafe extern "C" fn hash(object: *mut ffi::PyObject) -> ffi::Py_hash_t {
    // SAFETY: the interpreter calls slots attached, on a live message.
    let view = unsafe { View::new(Python::assume_attached(), object) };
    match view.tuple().and_then(|tuple| tuple.hash()) {
        Ok(hash) => hash,
        Err(error) => {
            error.restore(view.py);
            -1
        }
    }
}

pub(super) unsafe extern "C" fn compare(
    object: *mut ffi::PyObject,
    other: *mut ffi::PyObject,
    how: c_int,
) -> *mut ffi::PyObject {
    // SAFETY: a slot with a live operand.
    unsafe {
        slot(object, |view| {
            let class = TYPE.load(Ordering::Relaxed);
            let is_message = ffi::Py_TYPE(other) == class
                || ffi::PyType_IsSubtype(ffi::Py_TYPE(other), class) != 0;
            if !is_message || (how != ffi::Py_EQ && how != ffi::Py_NE) {
                return Ok(view.py.NotImplemented().into_ptr());
            }
            let other = View::new(view.py, other);
            let equal = view.len() == other.len()
                && view.frames().zip(other.frames()).all(|(a, b)| a.as_bytes() == b.as_bytes());
            Ok((equal == (how == ffi::Py_EQ)).into_pyobject(view.py)?.to_owned().into_ptr())
        })
    }
}

pub(super) unsafe extern "C" fn make(
    class: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls slots attached, with a live tuple, and a dict or null.
    unsafe {
        let py = Python::assume_attached();
        raw::guard(py, || {
            if class != TYPE.load(Ordering::Relaxed) {
                return Err(PyTypeError::new_err("messages of this type are only received"));
            }
            let args = Borrowed::from_ptr(py, args).to_owned().cast_into::<PyTuple>()?;
            if args.is_empty() || !keywords.is_null() {
                return Err(PyTypeError::new_err("Message() takes one or more frames"));
            }
            let frames = OutgoingMessage::new(args.iter_borrowed())?;
            let inline = frames.parts().iter().map(|part| FrameRef::Inline(part.as_bytes()));
            let (wire, _) = pack(inline);
            let made = alloc(&wire, args.len(), None, Source::default());
            if made.is_null() { Err(PyErr::fetch(py)) } else { Ok(made) }
        })
    }
}
