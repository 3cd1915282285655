//! Operations of the asyncio face: one native object that **is** a coroutine.
//!
//! ```text
//!   Fresh ──▶ (tried, nothing there) ──▶ Waiting ──▶ tried again ──▶ Finished
//!     └──────────────── done at once ─────────────────────────────────▲
//! ```
//!
//! Its first step tries; if a message is there, it returns it without a future and without the loop. Only
//! when it must wait does it make a future, which carries readiness and never a message: the message is
//! taken in the step that returns it, so a cancelled operation has taken nothing. Every 64 operations that
//! were done at once it yields to the loop first, then takes.

mod methods;
mod slots;
mod step;
mod work;

pub(crate) use methods::{recv, recv_bytes, recv_into, recv_many, send, send_many, send_to};
pub(crate) use step::set_loop_bridge;

use std::ptr::addr_of_mut;
use std::time::Instant;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use self::step::Stage;
use self::work::Work;
use crate::heap_type::{HeapType, slot};
use crate::send;
use crate::socket::Socket;
use crate::wait::Limit;

#[repr(C)]
struct OperationObject {
    base: ffi::PyObject,
    socket: *mut ffi::PyObject,
    work: Work,
    stage: Stage,
    limit: Limit,
    deadline: Option<Instant>,
}

impl OperationObject {
    fn socket<'py>(&self, py: Python<'py>) -> &'py Socket {
        // SAFETY: the operation holds a reference to the socket, and steps outlive no operation.
        send::socket(unsafe { Borrowed::from_ptr(py, self.socket) })
    }
}

fn class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.get_or_try_init(py, || make_type(py)).map(|class| class.bind(py))
}

fn operation(
    slf: Borrowed<'_, '_, PyAny>,
    work: Work,
    limit: Limit,
) -> PyResult<*mut ffi::PyObject> {
    let class = class(slf.py())?.as_ptr().cast::<ffi::PyTypeObject>();
    // SAFETY: every field is written before the object is tracked or seen by anybody.
    unsafe {
        let object = ffi::PyObject_GC_New::<OperationObject>(class);
        if object.is_null() {
            return Err(PyErr::fetch(slf.py()));
        }
        addr_of_mut!((*object).socket).write(slf.to_owned().into_ptr());
        addr_of_mut!((*object).work).write(work);
        addr_of_mut!((*object).stage).write(Stage::Fresh);
        addr_of_mut!((*object).limit).write(limit);
        addr_of_mut!((*object).deadline).write(None);
        ffi::PyObject_GC_Track(object.cast());
        Ok(object.cast())
    }
}

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    let spec = HeapType {
        name: c"zmq4._native.Operation",
        basic_size: size_of::<OperationObject>(),
        item_size: 0,
        flags: ffi::Py_TPFLAGS_DEFAULT
            | ffi::Py_TPFLAGS_HAVE_GC
            | ffi::Py_TPFLAGS_IMMUTABLETYPE
            | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION,
        slots: &[
            slot!(Py_tp_dealloc, slots::dealloc),
            slot!(Py_tp_traverse, slots::traverse),
            slot!(Py_tp_clear, slots::clear),
            slot!(Py_tp_repr, slots::repr),
            slot!(Py_tp_iternext, slots::next),
            slot!(Py_am_await, slots::itself),
            slot!(Py_am_send, slots::am_send),
        ],
        methods: &slots::METHODS,
        getters: Vec::new(),
        is_final: false,
        base: None,
    };
    spec.make(py)
}
