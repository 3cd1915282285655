//! `Message`: what `recv` returns. One object a message: a variable-sized heap type that holds the wire
//! octets of its frames inline, so that a small message costs one allocation and one copy.
//!
//! The type is not tracked by the collector: it refers to nothing that could refer back. Making one runs no
//! Python code, so it may be made under a lock of the core.

use std::ffi::CStr;
use std::mem::offset_of;
use std::os::raw::{c_int, c_void};
use std::ptr::{addr_of_mut, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PySlice, PyTuple, PyType};
use zmq4_core::MessageRef;
use zmq4_proto::{FrameKind, LONG, put_header};

use crate::buffer::{self, OutgoingMessage};
use crate::error::{self, Kind};
use crate::frame::Frame;
use crate::peer::Peer;
use crate::raw::{self, Arguments, Method, raw_method};

/// The fixed part of the object; `ob_size` octets of wire follow.
#[repr(C)]
pub(crate) struct MessageObject {
    base: ffi::PyVarObject,
    /// Bodies that are held by reference, in order, with the offsets they belong to.
    externals: Option<Box<[(usize, zmq4_proto::Frame)]>>,
    peer: Option<Arc<zmq4_core::Peer>>,
    /// The first frame as `bytes`, made when first asked for.
    first: AtomicPtr<ffi::PyObject>,
    frames: usize,
    wire: [u8; 0],
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
    let object = match message.wire() {
        Some(wire) => alloc(wire, message.frame_count(), None),
        None => with_externals(message),
    };
    if !object.is_null()
        && let Some(peer) = message.peer()
    {
        // SAFETY: the object was just made and nobody else has it.
        unsafe { (*object.cast::<MessageObject>()).peer = Some(Arc::clone(peer)) };
    }
    object
}

#[cold]
fn with_externals(message: &MessageRef<'_>) -> *mut ffi::PyObject {
    let (mut wire, mut externals) = (Vec::new(), Vec::new());
    let mut left = message.frame_count();
    for frame in message.frames() {
        left -= 1;
        let kind = if left == 0 { FrameKind::Last } else { FrameKind::More };
        put_header(&mut wire, kind, frame.as_bytes().len());
        match frame {
            zmq4_core::FrameRef::Inline(body) => wire.extend_from_slice(body),
            zmq4_core::FrameRef::External(body) => externals.push((wire.len(), body.clone())),
        }
    }
    alloc(&wire, message.frame_count(), Some(externals.into_boxed_slice()))
}

#[inline]
fn alloc(
    wire: &[u8],
    frames: usize,
    externals: Option<Box<[(usize, zmq4_proto::Frame)]>>,
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
        addr_of_mut!((*object).peer).write(None);
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
        ffi::Py_XDECREF((*message).first.load(Ordering::Relaxed));
        ffi::PyObject_Free(object.cast());
        ffi::Py_DECREF(class.cast());
    }
}

/// A message, borrowed for the length of a call.
#[derive(Clone, Copy)]
struct View<'py> {
    py: Python<'py>,
    object: Borrowed<'py, 'py, PyAny>,
}

impl<'py> View<'py> {
    /// # Safety
    ///
    /// `object` is a live message and the thread attached.
    unsafe fn new(py: Python<'py>, object: *mut ffi::PyObject) -> Self {
        // SAFETY: the caller's.
        Self { py, object: unsafe { Borrowed::from_ptr(py, object) } }
    }

    fn of(object: Borrowed<'py, 'py, PyAny>) -> Self {
        Self { py: object.py(), object }
    }

    fn get(self) -> &'py MessageObject {
        // SAFETY: the type was checked by the descriptor or slot, and the object is alive for 'py.
        unsafe { &*self.object.as_ptr().cast::<MessageObject>() }
    }

    fn wire(self) -> &'py [u8] {
        let message = self.get();
        let len = usize::try_from(message.base.ob_size).unwrap_or(0);
        // SAFETY: `ob_size` octets follow the fixed part.
        unsafe { std::slice::from_raw_parts(message.wire.as_ptr(), len) }
    }

    fn externals(self) -> &'py [(usize, zmq4_proto::Frame)] {
        self.get().externals.as_deref().unwrap_or_default()
    }

    fn frames(self) -> Bodies<'py> {
        Bodies { wire: self.wire(), at: 0, externals: self.externals() }
    }

    fn len(self) -> usize {
        self.get().frames
    }

    fn body(self, at: usize) -> Option<Body<'py>> {
        self.frames().nth(at)
    }

    /// A frame as `bytes`; the first is kept.
    fn bytes(self, at: usize) -> PyResult<Bound<'py, PyAny>> {
        let cached = if at == 0 { self.get().first.load(Ordering::Acquire) } else { null_mut() };
        if !cached.is_null() {
            // SAFETY: the message holds a reference to it.
            return Ok(unsafe { Bound::from_borrowed_ptr(self.py, cached) });
        }
        let body = self.body(at).ok_or_else(|| PyIndexError::new_err("frame index out of range"))?;
        let bytes = body.to_bytes(self.py)?;
        if at == 0 {
            let kept = bytes.clone().into_ptr();
            let slot = &self.get().first;
            if slot
                .compare_exchange(null_mut(), kept, Ordering::AcqRel, Ordering::Acquire)
                .is_err()
            {
                // SAFETY: another thread was first; our reference is returned.
                unsafe { ffi::Py_DECREF(kept) };
            }
        }
        Ok(bytes)
    }

    fn tuple(self) -> PyResult<Bound<'py, PyTuple>> {
        let first = self.bytes(0)?;
        let rest = self.frames().skip(1).map(|body| body.to_bytes(self.py));
        let all: Vec<_> = std::iter::once(Ok(first)).chain(rest).collect::<PyResult<_>>()?;
        PyTuple::new(self.py, all)
    }

    fn only(self) -> PyResult<Bound<'py, PyAny>> {
        if self.len() == 1 {
            return self.bytes(0);
        }
        let text = format!("the message has {} frames; take them by index", self.len());
        Err(error::new(self.py, Kind::MultipartError, &text))
    }
}

/// One frame body of a message.
#[derive(Clone, Copy)]
enum Body<'a> {
    Inline(&'a [u8]),
    External(&'a zmq4_proto::Frame),
}

impl<'a> Body<'a> {
    fn octets(self) -> &'a [u8] {
        match self {
            Self::Inline(octets) => octets,
            Self::External(frame) => frame,
        }
    }

    fn to_bytes(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let made = match self {
            Self::Inline(octets) => return Ok(PyBytes::new(py, octets).into_any()),
            Self::External(frame) => buffer::external_bytes(frame),
        };
        // SAFETY: a new reference, or null with an exception set.
        unsafe { Bound::from_owned_ptr_or_err(py, made) }
    }
}

/// The bodies of a message in order.
struct Bodies<'a> {
    wire: &'a [u8],
    at: usize,
    externals: &'a [(usize, zmq4_proto::Frame)],
}

impl<'a> Iterator for Bodies<'a> {
    type Item = Body<'a>;

    fn next(&mut self) -> Option<Body<'a>> {
        let flags = *self.wire.get(self.at)?;
        let (header, len) = if flags & LONG == 0 {
            (2, usize::from(*self.wire.get(self.at + 1)?))
        } else {
            let len = u64::from_be_bytes(*self.wire.get(self.at + 1..)?.first_chunk()?);
            (9, usize::try_from(len).ok()?)
        };
        self.at += header;
        if let Some((first, rest)) = self.externals.split_first()
            && first.0 == self.at
        {
            self.externals = rest;
            return Some(Body::External(&first.1));
        }
        let body = self.wire.get(self.at..self.at + len)?;
        self.at += len;
        Some(Body::Inline(body))
    }
}

// ---- slots -------------------------------------------------------------------------------------------

unsafe extern "C" fn length(object: *mut ffi::PyObject) -> ffi::Py_ssize_t {
    // SAFETY: called on a live message.
    let frames = unsafe { (*object.cast::<MessageObject>()).frames };
    ffi::Py_ssize_t::try_from(frames).unwrap_or(ffi::Py_ssize_t::MAX)
}

/// Runs the body of a slot.
unsafe fn slot<'py>(
    object: *mut ffi::PyObject,
    body: impl FnOnce(View<'py>) -> PyResult<*mut ffi::PyObject>,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls slots attached.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: and on a live message.
    let view = unsafe { View::new(py, object) };
    raw::guard(py, || body(view))
}

unsafe extern "C" fn item(object: *mut ffi::PyObject, at: ffi::Py_ssize_t) -> *mut ffi::PyObject {
    // SAFETY: a slot; negative indices were made positive by the interpreter.
    unsafe {
        slot(object, |view| {
            Ok(view.bytes(usize::try_from(at).unwrap_or(usize::MAX))?.into_ptr())
        })
    }
}

unsafe extern "C" fn subscript(
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
            let index: isize = key.extract()?;
            let at = if index < 0 { index + isize::try_from(view.len())? } else { index };
            Ok(view.bytes(usize::try_from(at).unwrap_or(usize::MAX))?.into_ptr())
        })
    }
}

unsafe extern "C" fn iter(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: a slot.
    unsafe { slot(object, |view| Ok(view.tuple()?.as_any().try_iter()?.into_ptr())) }
}

unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: a slot.
    unsafe { slot(object, |view| Ok(view.object_repr()?.into_ptr())) }
}

impl<'py> View<'py> {
    fn object_repr(self) -> PyResult<Bound<'py, PyAny>> {
        const SHOWN: usize = 64;
        let mut shown = Vec::new();
        for body in self.frames().take(8) {
            let octets = body.octets();
            let head = octets.get(..SHOWN).unwrap_or(octets);
            let text = PyBytes::new(self.py, head).repr()?.to_string();
            let more = octets.len().saturating_sub(SHOWN);
            shown.push(if more > 0 { format!("{text}… {more} more") } else { text });
        }
        if self.len() > shown.len() {
            shown.push(format!("… {} more frames", self.len() - shown.len()));
        }
        Ok(format!("Message({})", shown.join(", ")).into_pyobject(self.py)?.into_any())
    }
}

unsafe extern "C" fn hash(object: *mut ffi::PyObject) -> ffi::Py_hash_t {
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

unsafe extern "C" fn compare(
    object: *mut ffi::PyObject,
    other: *mut ffi::PyObject,
    how: c_int,
) -> *mut ffi::PyObject {
    // SAFETY: a slot with a live operand.
    unsafe {
        slot(object, |view| {
            let is_message = ffi::Py_TYPE(other) == TYPE.load(Ordering::Relaxed);
            if !is_message || (how != ffi::Py_EQ && how != ffi::Py_NE) {
                return Ok(view.py.NotImplemented().into_ptr());
            }
            let other = View::new(view.py, other);
            let equal = view.len() == other.len()
                && view.frames().zip(other.frames()).all(|(a, b)| a.octets() == b.octets());
            Ok((equal == (how == ffi::Py_EQ)).into_pyobject(view.py)?.to_owned().into_ptr())
        })
    }
}

unsafe extern "C" fn make(
    _class: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls slots attached, with a live tuple, and a dict or null.
    unsafe {
        let py = Python::assume_attached();
        raw::guard(py, || {
            let args = Borrowed::from_ptr(py, args).to_owned().cast_into::<PyTuple>()?;
            if args.is_empty() || !keywords.is_null() {
                return Err(PyTypeError::new_err("Message() takes one or more frames"));
            }
            let frames = OutgoingMessage::new(args.iter_borrowed())?;
            let mut wire = Vec::new();
            let mut left = args.len();
            for part in frames.parts() {
                left -= 1;
                let kind = if left == 0 { FrameKind::Last } else { FrameKind::More };
                put_header(&mut wire, kind, part.as_bytes().len());
                wire.extend_from_slice(part.as_bytes());
            }
            let made = alloc(&wire, args.len(), None);
            if made.is_null() { Err(PyErr::fetch(py)) } else { Ok(made) }
        })
    }
}

// ---- attributes and methods --------------------------------------------------------------------------

unsafe extern "C" fn content(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: a getter, called like a slot.
    unsafe { slot(object, |view| Ok(view.only()?.into_ptr())) }
}

unsafe extern "C" fn text(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: a getter, called like a slot.
    unsafe { slot(object, |view| Ok(view.only()?.call_method0("decode")?.into_ptr())) }
}

unsafe extern "C" fn peer(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: a getter, called like a slot.
    unsafe {
        slot(object, |view| {
            let peer = view.get().peer.clone().map(Peer::new);
            Ok(peer.into_pyobject(view.py)?.into_ptr())
        })
    }
}

unsafe extern "C" fn sender(object: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: a getter, called like a slot. Only a ROUTER's messages have a sender.
    unsafe { slot(object, |view| Ok(view.py.None().into_ptr())) }
}

raw_method!(json, |slf: Borrowed<'_, '_, PyAny>, args: Arguments<'_>| {
    args.keywords([])?;
    if args.len() > 0 {
        return Err(PyTypeError::new_err("json() takes no arguments"));
    }
    let content = View::of(slf).only()?;
    Ok(slf.py().import("json")?.call_method1("loads", (content,))?.into_ptr())
});

raw_method!(frame, |slf: Borrowed<'_, '_, PyAny>, args: Arguments<'_>| {
    args.keywords([])?;
    let (Some(index), 1) = (args.get(0), args.len()) else {
        return Err(PyTypeError::new_err("frame() takes the index of a frame"));
    };
    let view = View::of(slf);
    let index: isize = index.extract()?;
    let at = if index < 0 { index + isize::try_from(view.len())? } else { index };
    let body = usize::try_from(at).ok().and_then(|at| view.body(at));
    let body = body.ok_or_else(|| PyIndexError::new_err("frame index out of range"))?;
    let frame = Frame::new(slf.to_owned().unbind(), body.octets());
    Ok(Bound::new(slf.py(), frame)?.into_ptr())
});

raw_method!(count, |slf: Borrowed<'_, '_, PyAny>, args: Arguments<'_>| {
    through_tuple(slf, "count", args)
});

raw_method!(index, |slf: Borrowed<'_, '_, PyAny>, args: Arguments<'_>| {
    through_tuple(slf, "index", args)
});

raw_method!(reduce, |slf: Borrowed<'_, '_, PyAny>, _args: Arguments<'_>| {
    let view = View::of(slf);
    let class = message_type(view.py)?;
    Ok((class, view.tuple()?).into_pyobject(view.py)?.into_ptr())
});

fn through_tuple(
    slf: Borrowed<'_, '_, PyAny>,
    name: &str,
    args: Arguments<'_>,
) -> PyResult<*mut ffi::PyObject> {
    args.keywords([])?;
    Ok(View::of(slf).tuple()?.call_method1(name, args.tuple()?)?.into_ptr())
}

const METHODS: [Method; 5] = [
    Method {
        name: c"json",
        function: json,
        doc: c"json($self, /)\n--\n\nThe only frame, read as JSON.",
    },
    Method {
        name: c"frame",
        function: frame,
        doc: c"frame($self, index, /)\n--\n\nA frame without a copy: read-only, with the buffer protocol.",
    },
    Method {
        name: c"count",
        function: count,
        doc: c"count($self, value, /)\n--\n\nHow many frames equal value.",
    },
    Method {
        name: c"index",
        function: index,
        doc: c"index($self, value, start=0, stop=9223372036854775807, /)\n--\n\nThe first frame that equals value.",
    },
    Method { name: c"__reduce__", function: reduce, doc: c"__reduce__($self, /)\n--\n\n" },
];

const DOC: &CStr = c"Message(*frames)\n--\n\nA received message: an immutable sequence of frames.";

fn getter(name: &'static CStr, get: ffi::getter, doc: &'static CStr) -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(get),
        set: None,
        doc: doc.as_ptr(),
        closure: null_mut(),
    }
}

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    let getters = Box::leak(Box::new([
        getter(c"content", content, c"The only frame; MultipartError if there are several."),
        getter(c"text", text, c"The only frame, as UTF-8 text."),
        getter(c"peer", peer, c"Who sent the message; None for one made here."),
        getter(c"sender", sender, c"The routing id of the sender, on messages from a Router."),
        // SAFETY: the end of the list is a definition without a name.
        unsafe { std::mem::zeroed::<ffi::PyGetSetDef>() },
    ]));
    // SAFETY: the end of the list is a definition without a name.
    let end = unsafe { std::mem::zeroed::<ffi::PyMethodDef>() };
    let mut methods: Vec<ffi::PyMethodDef> = METHODS
        .iter()
        // SAFETY: the definition was just made, and it lives for ever.
        .map(|&method| unsafe { raw::definition(method).read() })
        .collect();
    methods.push(end);
    let methods = Box::leak(methods.into_boxed_slice());
    let slots = [
        (ffi::Py_tp_dealloc, dealloc as *mut c_void),
        (ffi::Py_tp_new, make as *mut c_void),
        (ffi::Py_tp_repr, repr as *mut c_void),
        (ffi::Py_tp_hash, hash as *mut c_void),
        (ffi::Py_tp_richcompare, compare as *mut c_void),
        (ffi::Py_tp_iter, iter as *mut c_void),
        (ffi::Py_sq_length, length as *mut c_void),
        (ffi::Py_sq_item, item as *mut c_void),
        (ffi::Py_mp_length, length as *mut c_void),
        (ffi::Py_mp_subscript, subscript as *mut c_void),
        (ffi::Py_tp_getset, getters.as_mut_ptr().cast()),
        (ffi::Py_tp_methods, methods.as_mut_ptr().cast()),
        (ffi::Py_tp_doc, DOC.as_ptr().cast_mut().cast()),
        (0, null_mut()),
    ];
    let mut slots = slots.map(|(slot, pfunc)| ffi::PyType_Slot { slot, pfunc });
    let mut spec = ffi::PyType_Spec {
        name: c"zmq4._native.Message".as_ptr(),
        basicsize: c_int::try_from(offset_of!(MessageObject, wire))?,
        itemsize: 1,
        flags: u32::try_from(
            ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_IMMUTABLETYPE | (1 << 5), // a sequence
        )?,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the spec is complete, and everything it points to lives for ever or is copied.
    let made = unsafe {
        Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpec(&raw mut spec))?.cast_into::<PyType>()?
    };
    TYPE.store(made.as_ptr().cast(), Ordering::Relaxed);
    Ok(made.unbind())
}

