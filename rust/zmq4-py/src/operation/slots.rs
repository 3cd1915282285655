//! The slots and methods that make an operation a coroutine.

use std::os::raw::{c_int, c_void};
use std::ptr::addr_of_mut;

use pyo3::exceptions::{PyRuntimeWarning, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::OperationObject;
use super::step::{Stage, Step};
use super::work::Work;
use crate::held::Held;
use crate::raw::{self, Arguments, Method, raw_method};
use crate::send::none;

/// The operation behind a pointer.
///
/// # Safety
///
/// A live operation, used by one thread at a time: the interpreter's slots are.
unsafe fn get<'a>(object: *mut ffi::PyObject) -> &'a mut OperationObject {
    // SAFETY: the caller's.
    unsafe { &mut *object.cast::<OperationObject>() }
}

/// The operation that a method was called on.
fn checked<'a>(slf: Borrowed<'_, '_, PyAny>) -> &'a mut OperationObject {
    // SAFETY: the descriptor checked the type, and one thread at a time uses an operation.
    unsafe { get(slf.as_ptr()) }
}

pub(super) unsafe extern "C" fn itself(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: called on a live object.
    unsafe {
        ffi::Py_INCREF(object);
    }
    object
}

pub(super) unsafe extern "C" fn am_send(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    result: *mut *mut ffi::PyObject,
) -> ffi::PySendResult {
    // SAFETY: the interpreter calls slots attached, on a live operation.
    let (py, operation) = unsafe { (Python::assume_attached(), get(object)) };
    let mut yields = false;
    let stepped = raw::guard(py, || {
        Ok(match operation.step(py, value)? {
            Step::Return(value) => value,
            Step::Yield(value) => {
                yields = true;
                value
            }
        })
    });
    // SAFETY: the interpreter gave a place for the result.
    unsafe { *result = stepped };
    match (stepped.is_null(), yields) {
        (true, _) => ffi::PySendResult::PYGEN_ERROR,
        (false, true) => ffi::PySendResult::PYGEN_NEXT,
        (false, false) => ffi::PySendResult::PYGEN_RETURN,
    }
}

/// What a method or `next` does with a step: a value is yielded, and a result becomes `StopIteration`.
fn as_iteration(py: Python<'_>, step: Step) -> PyResult<*mut ffi::PyObject> {
    match step {
        Step::Yield(value) => Ok(value),
        Step::Return(value) => {
            // SAFETY: a reference that we own.
            let value = unsafe { Bound::from_owned_ptr(py, value) };
            Err(pyo3::exceptions::PyStopIteration::new_err((value.unbind(),)))
        }
    }
}

pub(super) unsafe extern "C" fn next(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls slots attached, on a live operation.
    let (py, operation) = unsafe { (Python::assume_attached(), get(object)) };
    raw::guard(py, || as_iteration(py, operation.step(py, py.None().as_ptr())?))
}

raw_method!(method_send, |slf: Borrowed<'_, '_, PyAny>, args: Arguments<'_>| {
    let Some(value) = args.get(0) else {
        return Err(PyTypeError::new_err("send() takes one value"));
    };
    let operation = checked(slf);
    as_iteration(slf.py(), operation.step(slf.py(), value.as_ptr())?)
});

raw_method!(method_throw, |slf: Borrowed<'_, '_, PyAny>, args: Arguments<'_>| {
    let py = slf.py();
    let Some(thrown) = args.get(0) else {
        return Err(PyTypeError::new_err("throw() takes an exception"));
    };
    let operation = checked(slf);
    match std::mem::replace(&mut operation.stage, Stage::Running) {
        Stage::Waiting(waiting) => {
            match waiting.inner.get(py).call_method1("throw", args.tuple()?) {
                Ok(value) => {
                    operation.stage = Stage::Waiting(waiting);
                    Ok(value.into_ptr())
                }
                Err(error) => {
                    drop(waiting);
                    operation.fail(error)
                }
            }
        }
        Stage::Fresh | Stage::Running | Stage::Finished => {
            let value = args.get(1).filter(|value| !value.is_none());
            let error = match (thrown.cast::<PyType>(), value) {
                (Ok(class), None) => PyErr::from_type(class.to_owned(), ()),
                (Ok(class), Some(value)) if !value.is_instance(&class)? => {
                    PyErr::from_type(class.to_owned(), (value.to_owned().unbind(),))
                }
                (_, Some(value)) => PyErr::from_value(value.to_owned()),
                (Err(_), None) => PyErr::from_value(thrown.to_owned()),
            };
            operation.fail(error)
        }
    }
});

raw_method!(method_close, |slf: Borrowed<'_, '_, PyAny>, _args: Arguments<'_>| {
    let py = slf.py();
    let operation = checked(slf);
    if let Stage::Waiting(waiting) = std::mem::replace(&mut operation.stage, Stage::Finished) {
        drop(waiting);
    }
    Ok(none(py))
});

pub(super) unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls slots attached, on a live operation.
    let (py, operation) = unsafe { (Python::assume_attached(), get(object)) };
    raw::guard(py, || {
        let text = format!("<operation of {}>", operation.socket(py).describe());
        Ok(text.into_pyobject(py)?.into_ptr())
    })
}

pub(super) unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: called by the collector on a live operation; nothing is changed.
    unsafe {
        let operation = get(object);
        let mut all = vec![ffi::Py_TYPE(object).cast(), operation.socket];
        match &operation.work {
            Work::ReceiveInto(one) | Work::Send(one) => all.push(one.as_ptr()),
            Work::SendFrames(frames) => all.extend(frames.iter().map(Held::as_ptr)),
            Work::SendMany { rows, next, .. } => {
                all.push(rows.as_ptr());
                all.extend(next.iter().map(Held::as_ptr));
            }
            Work::Receive(_) | Work::ReceiveMany(_) => {}
        }
        if let Stage::Waiting(waiting) = &operation.stage {
            all.extend([waiting.inner.as_ptr(), waiting.bridge.as_ptr()]);
        }
        for child in all {
            let stop = visit(child, arg);
            if stop != 0 {
                return stop;
            }
        }
        0
    }
}

pub(super) unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: called by the collector, attached, on a live operation that is part of garbage.
    unsafe { get(object) }.stage = Stage::Finished;
    0
}

pub(super) unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: called once, attached, when nobody refers to the operation any more.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let operation = object.cast::<OperationObject>();
        if matches!((*operation).stage, Stage::Fresh) {
            warn_never_awaited(Python::assume_attached(), &*operation);
        }
        let class = ffi::Py_TYPE(object);
        addr_of_mut!((*operation).stage).drop_in_place();
        addr_of_mut!((*operation).work).drop_in_place();
        ffi::Py_XDECREF((*operation).socket);
        ffi::PyObject_GC_Del(object.cast());
        ffi::Py_DECREF(class.cast());
    }
}

/// An operation that nobody awaited did nothing: almost always a forgotten `await`.
fn warn_never_awaited(py: Python<'_>, operation: &OperationObject) {
    let earlier = PyErr::take(py);
    let text = format!("an operation of {} was never awaited", operation.socket(py).describe());
    let text = std::ffi::CString::new(text).unwrap_or_default();
    if let Err(error) = PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), &text, 1) {
        error.write_unraisable(py, None);
    }
    if let Some(earlier) = earlier {
        earlier.restore(py);
    }
}

pub(super) const METHODS: [Method; 3] = [
    Method {
        name: c"send",
        function: method_send,
        doc: c"send($self, value, /)\n--\n\nOne step of the coroutine.",
    },
    Method {
        name: c"throw",
        function: method_throw,
        doc: c"throw($self, typ, val=None, tb=None, /)\n--\n\nRaises an exception where the coroutine waits.",
    },
    Method {
        name: c"close",
        function: method_close,
        doc: c"close($self, /)\n--\n\nEnds the coroutine; nothing was sent or received.",
    },
];
