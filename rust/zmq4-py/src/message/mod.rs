//! `Message`: what `recv` returns. One object a message: a variable-sized heap type that holds the wire
//! octets of its frames inline, so that a small message costs one allocation and one copy.
//!
//! The type is not tracked by the collector: it refers to nothing that could refer back. Making one runs no
//! Python code, so it may be made under a lock of the core.

mod methods;
mod request;
mod slots;
mod view;

use std::mem::offset_of;
use std::ptr::{addr_of_mut, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use zmq4_core::proto::RoutingId;
use zmq4_core::{MessageRef, OffsetFrame, PlainRef, pack};

pub(crate) use request::{request_type, to_request};

use crate::heap_type::{HeapType, getter, slot};

/// The fixed part of the object; `ob_size` octets of wire follow.
#[repr(C)]
pub(crate) struct MessageObject {
    base: ffi::PyVarObject,
    /// Bodies that are held by reference, in order, with the offsets they belong to.
    externals: Option<Box<[OffsetFrame]>>,
    peer: Option<Arc<zmq4_core::Peer>>,
    /// The number of the pipe it came through; 0 for one that was made here.
    pipe: u64,
    /// What only some socket types have to say.
    extra: Option<Box<Extra>>,
    /// The first frame as `bytes`, made when first asked for.
    first: AtomicPtr<ffi::PyObject>,
    frames: usize,
    wire: [u8; 0],
}

/// Where a message comes from; nowhere if it was made here.
#[derive(Default)]
struct Source {
    peer: Option<Arc<zmq4_core::Peer>>,
    pipe: u64,
    extra: Option<Box<Extra>>,
}

/// What only the messages of some socket types have.
#[derive(Default)]
struct Extra {
    /// From a ROUTER: the routing id of the sender.
    sender: Option<RoutingId>,
    /// From a REP: who is to reply, and to which request.
    debt: Option<(Py<PyAny>, u64)>,
}

impl Extra {
    #[cold]
    fn from_sender(sender: &RoutingId) -> Self {
        Self { sender: Some(sender.clone()), debt: None }
    }
}

/// The type object.
pub(crate) fn message_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.get_or_try_init(py, || make_type(py)).map(|class| class.bind(py))
}

/// The type object for code that has no time to ask; set by [`make_type`].
static TYPE: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(null_mut());

/// Makes a message from what the core shows. Runs no Python code. Null if memory is short.
#[inline]
pub(crate) fn new(message: &MessageRef<'_>) -> *mut ffi::PyObject {
    let source = Source {
        peer: message.peer().map(Arc::clone),
        pipe: message.pipe_number().unwrap_or(0),
        extra: message.sender().map(Extra::from_sender).map(Box::new),
    };
    match message.wire() {
        Some(wire) => alloc(wire, message.frame_count(), None, source),
        None => with_externals(message, source),
    }
}

/// Makes a message of one frame. Runs no Python code. Null if memory is short.
#[inline]
pub(crate) fn of_plain(message: PlainRef<'_>) -> *mut ffi::PyObject {
    let source = Source { peer: message.peer.map(Arc::clone), pipe: message.pipe, extra: None };
    alloc(message.wire, 1, None, source)
}

/// What is to be seen of a message from outside.
pub(crate) struct Seen<'a> {
    /// The body, if it has one frame.
    pub(crate) single: Option<&'a [u8]>,
    pub(crate) peer: Option<&'a Arc<zmq4_core::Peer>>,
    pub(crate) pipe: u64,
}

/// Looks at an object; none if it is no message.
pub(crate) fn look<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<Option<Seen<'a>>> {
    if !object.is_instance(message_type(object.py())?)? {
        return Ok(None);
    }
    let view = view::View::of(object.as_borrowed());
    // SAFETY: the type was checked, and the object is alive as long as it is borrowed.
    let message = unsafe { &*object.as_ptr().cast::<MessageObject>() };
    let single = (message.frames == 1).then(|| {
        let body = view.body(0).map(zmq4_core::FrameRef::as_bytes).unwrap_or_default();
        // SAFETY: the body lies in the object, or in a frame it holds.
        unsafe { std::slice::from_raw_parts(body.as_ptr(), body.len()) }
    });
    Ok(Some(Seen { single, peer: message.peer.as_ref(), pipe: message.pipe }))
}

#[cold]
fn with_externals(message: &MessageRef<'_>, source: Source) -> *mut ffi::PyObject {
    let frames: Vec<_> = message.frames().collect();
    let (wire, externals) = pack(frames.into_iter());
    alloc(&wire, message.frame_count(), Some(externals), source)
}

#[inline]
fn alloc(
    wire: &[u8],
    frames: usize,
    externals: Option<Box<[OffsetFrame]>>,
    source: Source,
) -> *mut ffi::PyObject {
    let class = TYPE.load(Ordering::Relaxed);
    let Ok(size) = ffi::Py_ssize_t::try_from(wire.len()) else { return null_mut() };
    // SAFETY: the memory is large enough for the fixed part and the octets; every field is written
    // before anybody sees the object. The thread is attached.
    unsafe {
        let memory = ffi::PyObject_Malloc(offset_of!(MessageObject, wire) + wire.len() + 1);
        if memory.is_null() {
            return ffi::PyErr_NoMemory();
        }
        let object = memory.cast::<MessageObject>();
        ffi::PyObject_InitVar(object.cast(), class, size);
        addr_of_mut!((*object).externals).write(externals);
        addr_of_mut!((*object).peer).write(source.peer);
        addr_of_mut!((*object).pipe).write(source.pipe);
        addr_of_mut!((*object).extra).write(source.extra);
        addr_of_mut!((*object).first).write(AtomicPtr::new(null_mut()));
        addr_of_mut!((*object).frames).write(frames);
        let octets = addr_of_mut!((*object).wire).cast::<u8>();
        std::ptr::copy_nonoverlapping(wire.as_ptr(), octets, wire.len());
        object.cast()
    }
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: called once, by the interpreter, when nobody refers to the object any more.
    unsafe {
        let message = object.cast::<MessageObject>();
        let class = ffi::Py_TYPE(object);
        drop(addr_of_mut!((*message).externals).read());
        drop(addr_of_mut!((*message).peer).read());
        drop(addr_of_mut!((*message).extra).read());
        ffi::Py_XDECREF((*message).first.load(Ordering::Relaxed));
        ffi::PyObject_Free(object.cast());
        ffi::Py_DECREF(class.cast());
    }
}

/// The flag of types whose attributes cannot be set.
const IMMUTABLE: std::os::raw::c_ulong = ffi::Py_TPFLAGS_IMMUTABLETYPE;
/// The flag of types that match sequence patterns.
const SEQUENCE: std::os::raw::c_ulong = 1 << 5;

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    let spec = HeapType {
        name: c"zmq4._native.Message",
        basic_size: offset_of!(MessageObject, wire),
        item_size: 1,
        flags: ffi::Py_TPFLAGS_DEFAULT | IMMUTABLE | ffi::Py_TPFLAGS_BASETYPE | SEQUENCE,
        slots: &[
            slot!(Py_tp_dealloc, dealloc),
            slot!(Py_tp_new, slots::make),
            slot!(Py_tp_repr, slots::repr),
            slot!(Py_tp_hash, slots::hash),
            slot!(Py_tp_richcompare, slots::compare),
            slot!(Py_tp_iter, slots::iter),
            slot!(Py_sq_length, slots::length),
            slot!(Py_sq_item, slots::item),
            slot!(Py_mp_length, slots::length),
            slot!(Py_mp_subscript, slots::subscript),
            (ffi::Py_tp_doc, methods::DOC.as_ptr().cast_mut().cast()),
        ],
        methods: &methods::METHODS,
        getters: vec![
            getter(
                c"content",
                methods::content,
                c"The only frame; MultipartError if there are several.",
            ),
            getter(c"text", methods::text, c"The only frame, as UTF-8 text."),
            getter(c"peer", methods::peer, c"Who sent the message; None for one made here."),
            getter(
                c"sender",
                methods::sender,
                c"The routing id of the sender, on messages from a Router.",
            ),
        ],
        is_final: true,
        base: None,
    };
    let made = spec.make(py)?;
    TYPE.store(made.as_ptr().cast(), Ordering::Relaxed);
    Ok(made)
}
