//! Python memory and frames: what is copied, what is shared, and who releases it.
//!
//! `bytes` never change, so large ones are queued by reference. Everything else may change under us and is
//! copied, once. A shared object that a thread of the core lets go of is not released there, for that
//! thread is not attached: it goes to the *graveyard*, which every send of a large body and every call
//! that waits empties first. So it holds no more than was sent since: objects that queues hold count
//! against the marks of those queues.

use std::any::Any;
use std::os::raw::c_char;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use zmq4_core::Part;
use zmq4_proto::{Frame, Owner};

use crate::per_process::PerProcess;
use crate::process;

/// A `bytes` object that a queue holds.
#[derive(Debug)]
pub(crate) struct SharedBytes {
    object: *mut ffi::PyObject,
    start: *const u8,
    len: usize,
    generation: u32,
}

// SAFETY: the memory of a bytes object never changes; the reference count is only touched attached.
unsafe impl Send for SharedBytes {}
// SAFETY: as above.
unsafe impl Sync for SharedBytes {}

/// Objects that were let go of by threads that are not attached.
static GRAVEYARD: PerProcess<Mutex<Vec<Grave>>> = PerProcess::new();

struct Grave(*mut ffi::PyObject);
// SAFETY: the pointer is only used by an attached thread.
unsafe impl Send for Grave {}

impl SharedBytes {
    fn new(object: Borrowed<'_, '_, PyAny>, octets: &[u8]) -> Self {
        // SAFETY: the object is live and the thread attached.
        unsafe { ffi::Py_INCREF(object.as_ptr()) };
        let generation = process::generation();
        Self { object: object.as_ptr(), start: octets.as_ptr(), len: octets.len(), generation }
    }

    /// The object itself, for a receiver in the same interpreter.
    pub(crate) fn object(&self) -> *mut ffi::PyObject {
        self.object
    }
}

impl Owner for SharedBytes {
    fn as_bytes(&self) -> &[u8] {
        // SAFETY: the object is kept alive by the reference taken in `new`, and bytes never change.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for SharedBytes {
    fn drop(&mut self) {
        if self.generation == process::generation() {
            // Even an attached thread may hold a lock of the core now: nothing is released here.
            GRAVEYARD.get().lock().unwrap_or_else(PoisonError::into_inner).push(Grave(self.object));
        }
    }
}

/// The child of a fork has a graveyard of its own.
pub(crate) fn after_fork() {
    GRAVEYARD.forget();
}

/// Releases what the graveyard holds.
pub(crate) fn bury(_py: Python<'_>) {
    let graves = match GRAVEYARD.get().try_lock() {
        Ok(mut graves) if !graves.is_empty() => std::mem::take(&mut *graves),
        _ => return,
    };
    for grave in graves {
        // SAFETY: the thread is attached, and each grave owns one reference.
        unsafe { ffi::Py_DECREF(grave.0) };
    }
}

/// One frame of an outgoing message, with what keeps its memory in place.
pub(crate) struct Outgoing<'py> {
    part: Part<'py>,
    view: Option<View>,
}

/// A buffer that is released when dropped.
struct View(Box<ffi::Py_buffer>);

impl Drop for View {
    fn drop(&mut self) {
        // SAFETY: the view was filled by PyObject_GetBuffer, and the thread is attached.
        unsafe { ffi::PyBuffer_Release(&raw mut *self.0) };
    }
}

impl<'py> Outgoing<'py> {
    /// A frame from `bytes`, `str` (as UTF-8) or any object with the buffer protocol.
    ///
    /// # Errors
    ///
    /// `TypeError` for anything else.
    pub(crate) fn new(object: Borrowed<'py, 'py, PyAny>) -> PyResult<Self> {
        if let Some(octets) = exact_bytes(object) {
            return Ok(Self { part: of_bytes(object, octets), view: None });
        }
        // SAFETY: type checks on a live object.
        if unsafe { ffi::PyUnicode_Check(object.as_ptr()) } != 0 {
            return Ok(Self { part: copied(utf8(object)?), view: None });
        }
        Self::of_buffer(object)
    }

    fn of_buffer(object: Borrowed<'py, 'py, PyAny>) -> PyResult<Self> {
        let mut view = View(Box::new(ffi::Py_buffer::new()));
        // SAFETY: the view is a fresh one, filled by the call on success.
        let got = unsafe {
            ffi::PyObject_GetBuffer(object.as_ptr(), &raw mut *view.0, ffi::PyBUF_SIMPLE)
        };
        if got != 0 {
            drop(PyErr::take(object.py()));
            std::mem::forget(view);
            let name = object.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "a frame is bytes, str or a contiguous buffer, not {name}"
            )));
        }
        let len = usize::try_from(view.0.len)?;
        // SAFETY: the exporter keeps `len` octets in place until the view is released, and the view
        // lives as long as the slice is used.
        let octets = unsafe { slice(view.0.buf.cast(), len) };
        Ok(Self { part: copied(octets), view: Some(view) })
    }
}

/// Octets that the interpreter keeps in place.
///
/// # Safety
///
/// `start` points to `len` octets that outlive the result, or `len` is 0.
unsafe fn slice<'a>(start: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: the caller's.
    unsafe { std::slice::from_raw_parts(start, len) }
}

/// The octets of an object that is exactly `bytes`.
#[inline]
pub(crate) fn exact_bytes<'py>(object: Borrowed<'py, 'py, PyAny>) -> Option<&'py [u8]> {
    let object = object.as_ptr();
    // SAFETY: a type check on a live object, then access to what it is; the octets live as long as the
    // object, which the caller borrows for 'py.
    unsafe {
        if ffi::PyBytes_CheckExact(object) == 0 {
            return None;
        }
        let len = usize::try_from(ffi::PyBytes_Size(object)).ok()?;
        Some(slice(ffi::PyBytes_AsString(object).cast(), len))
    }
}

/// A frame from exact `bytes`: small ones are copied, large ones shared.
#[inline]
pub(crate) fn of_bytes<'py>(object: Borrowed<'py, 'py, PyAny>, octets: &'py [u8]) -> Part<'py> {
    if octets.len() < Part::SHARED_FROM { Part::Copy(octets) } else { shared(object, octets) }
}

#[cold]
fn shared<'py>(object: Borrowed<'py, 'py, PyAny>, octets: &'py [u8]) -> Part<'py> {
    bury(object.py());
    Part::Share(Frame::from_owner(Arc::new(SharedBytes::new(object, octets))))
}

/// A frame from memory that may change: copied into the queue, or, if it is large, once beforehand.
fn copied(octets: &[u8]) -> Part<'_> {
    if octets.len() < Part::SHARED_FROM {
        Part::Copy(octets)
    } else {
        Part::Share(Frame::from(octets.to_vec()))
    }
}

fn utf8<'py>(text: Borrowed<'py, 'py, PyAny>) -> PyResult<&'py [u8]> {
    let mut len: ffi::Py_ssize_t = 0;
    // SAFETY: the object is a str; the result is cached in it and lives as long.
    let start: *const c_char = unsafe { ffi::PyUnicode_AsUTF8AndSize(text.as_ptr(), &raw mut len) };
    if start.is_null() {
        return Err(PyErr::fetch(text.py()));
    }
    // SAFETY: as above.
    Ok(unsafe { slice(start.cast(), usize::try_from(len)?) })
}

/// The frames of one outgoing message.
pub(crate) struct OutgoingMessage<'py> {
    parts: Vec<Part<'py>>,
    /// Kept until the message was taken: the parts borrow from them.
    _views: Vec<View>,
}

impl<'py> OutgoingMessage<'py> {
    /// Converts frames; the objects must outlive the message.
    pub(crate) fn new(frames: impl Iterator<Item = Borrowed<'py, 'py, PyAny>>) -> PyResult<Self> {
        let (mut parts, mut views) = (Vec::with_capacity(frames.size_hint().0), Vec::new());
        for frame in frames {
            let Outgoing { part, view } = Outgoing::new(frame)?;
            parts.push(part);
            views.extend(view);
        }
        Ok(Self { parts, _views: views })
    }

    pub(crate) fn parts(&self) -> &[Part<'py>] {
        &self.parts
    }
}

/// Makes the `bytes` of a frame body; a shared object is returned itself. Runs no Python code, so it may
/// be called under a lock of the core. Null if memory is short.
#[inline]
pub(crate) fn to_bytes(frame: zmq4_core::FrameRef<'_>) -> *mut ffi::PyObject {
    match frame {
        zmq4_core::FrameRef::Inline(octets) => new_bytes(octets),
        zmq4_core::FrameRef::External(frame) => external_bytes(frame),
    }
}

/// Makes the `bytes` of a frame held by reference; a shared object is returned itself.
pub(crate) fn external_bytes(frame: &Frame) -> *mut ffi::PyObject {
    let owner = frame.owner().and_then(|owner| owner.as_any().downcast_ref::<SharedBytes>());
    match owner {
        Some(shared) => {
            // SAFETY: the shared object is alive, and the thread attached.
            unsafe { ffi::Py_INCREF(shared.object()) };
            shared.object()
        }
        None => new_bytes(frame),
    }
}

#[inline]
fn new_bytes(octets: &[u8]) -> *mut ffi::PyObject {
    let len = ffi::Py_ssize_t::try_from(octets.len()).unwrap_or(ffi::Py_ssize_t::MAX);
    // SAFETY: the slice is `len` octets long, and the thread attached.
    unsafe { ffi::PyBytes_FromStringAndSize(octets.as_ptr().cast(), len) }
}
