//! `Request`: what a REP receives. A message that can be replied to.

use std::ptr::addr_of_mut;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use super::view::View;
use super::{Extra, IMMUTABLE, MessageObject, dealloc, message_type};
use crate::error::{self, Kind};
use crate::heap_type::{HeapType, slot};
use crate::raw::{Arguments, Method, raw_method};

/// The type object: a `Message`, laid out like one.
pub(crate) fn request_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.get_or_try_init(py, || make_type(py)).map(|class| class.bind(py))
}

/// Makes a request of a message that was just received by `socket`, as the one of that number.
pub(crate) fn to_request(
    socket: Borrowed<'_, '_, PyAny>,
    message: *mut ffi::PyObject,
    number: u64,
) -> PyResult<()> {
    let class = request_type(socket.py())?.clone().into_ptr();
    let extra = Extra { debt: Some((socket.to_owned().unbind(), number)), ..Extra::default() };
    // SAFETY: a live message that nobody else has yet. The types have the same layout, and each object
    // holds a reference to its own.
    unsafe {
        addr_of_mut!((*message.cast::<MessageObject>()).extra).write(Some(Box::new(extra)));
        let former = std::mem::replace(&mut (*message).ob_type, class.cast());
        ffi::Py_DECREF(former.cast());
    }
    Ok(())
}

raw_method!(reply, |slf: Borrowed<'_, '_, PyAny>, args: Arguments<'_>| {
    args.keywords([])?;
    let py = slf.py();
    let debt = View::of(slf).get().extra.as_ref().and_then(|extra| extra.debt.as_ref());
    let Some((socket, number)) = debt else {
        return Err(error::new(py, Kind::StateError, "this request was not received by a socket"));
    };
    let frames = args.tuple()?;
    Ok(socket.bind(py).call_method1("_reply", (*number, frames))?.into_ptr())
});

const METHODS: [Method; 1] = [Method {
    name: c"reply",
    function: reply,
    doc: c"reply($self, first, /, *rest)\n--\n\nSends the reply to this request.",
}];

const DOC: &std::ffi::CStr = c"A message that can be replied to: what a Rep receives.";

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    let spec = HeapType {
        name: c"zmq4._native.Request",
        basic_size: 0,
        item_size: 0,
        flags: ffi::Py_TPFLAGS_DEFAULT | IMMUTABLE,
        slots: &[slot!(Py_tp_dealloc, dealloc), (ffi::Py_tp_doc, DOC.as_ptr().cast_mut().cast())],
        methods: &METHODS,
        getters: Vec::new(),
        is_final: false,
        base: Some(message_type(py)?),
    };
    spec.make(py)
}
