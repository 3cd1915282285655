//! A message looked at from inside: its frames, in wire form or held by reference.

use std::ptr::null_mut;
use std::sync::atomic::Ordering;

use pyo3::exceptions::PyIndexError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use zmq4_core::{FrameRef, OffsetFrame, Unpacked};

use super::MessageObject;
use crate::buffer;
use crate::error::{self, Kind};

/// A message, borrowed for the length of a call.
#[derive(Clone, Copy)]
pub(super) struct View<'py> {
    pub(super) py: Python<'py>,
    pub(super) object: Borrowed<'py, 'py, PyAny>,
}

impl<'py> View<'py> {
    /// # Safety
    ///
    /// `object` is a live message and the thread attached.
    pub(super) unsafe fn new(py: Python<'py>, object: *mut ffi::PyObject) -> Self {
        // SAFETY: the caller's.
        Self { py, object: unsafe { Borrowed::from_ptr(py, object) } }
    }

    pub(super) fn of(object: Borrowed<'py, 'py, PyAny>) -> Self {
        Self { py: object.py(), object }
    }

    pub(super) fn get(self) -> &'py MessageObject {
        // SAFETY: the type was checked by the descriptor or slot, and the object is alive for 'py.
        unsafe { &*self.object.as_ptr().cast::<MessageObject>() }
    }

    pub(super) fn wire(self) -> &'py [u8] {
        let message = self.get();
        let len = usize::try_from(message.base.ob_size).unwrap_or(0);
        // SAFETY: `ob_size` octets follow the fixed part.
        unsafe { std::slice::from_raw_parts(message.wire.as_ptr(), len) }
    }

    pub(super) fn externals(self) -> &'py [OffsetFrame] {
        self.get().externals.as_deref().unwrap_or_default()
    }

    pub(super) fn frames(self) -> Unpacked<'py> {
        Unpacked::new(self.wire(), self.externals())
    }

    pub(super) fn len(self) -> usize {
        self.get().frames
    }

    pub(super) fn body(self, at: usize) -> Option<FrameRef<'py>> {
        self.frames().nth(at)
    }

    /// The position that an index means, counted from the end if it is negative.
    pub(super) fn position(self, index: Borrowed<'_, '_, PyAny>) -> PyResult<usize> {
        // SAFETY: live objects; what does not fit is an IndexError, as for any sequence.
        let index = unsafe { ffi::PyNumber_AsSsize_t(index.as_ptr(), ffi::PyExc_IndexError) };
        if index == -1
            && let Some(error) = PyErr::take(self.py)
        {
            return Err(error);
        }
        let at = if index < 0 { index + isize::try_from(self.len())? } else { index };
        Ok(usize::try_from(at).unwrap_or(usize::MAX))
    }

    /// A frame as `bytes`; the first is kept.
    pub(super) fn bytes(self, at: usize) -> PyResult<Bound<'py, PyAny>> {
        let cached = if at == 0 { self.get().first.load(Ordering::Acquire) } else { null_mut() };
        if !cached.is_null() {
            // SAFETY: the message holds a reference to it.
            return Ok(unsafe { Bound::from_borrowed_ptr(self.py, cached) });
        }
        let body =
            self.body(at).ok_or_else(|| PyIndexError::new_err("frame index out of range"))?;
        let bytes = to_bytes(self.py, body)?;
        if at == 0 {
            let kept = bytes.clone().into_ptr();
            let slot = &self.get().first;
            if slot.compare_exchange(null_mut(), kept, Ordering::AcqRel, Ordering::Acquire).is_err()
            {
                // SAFETY: another thread was first; our reference is returned.
                unsafe { ffi::Py_DECREF(kept) };
            }
        }
        Ok(bytes)
    }

    pub(super) fn tuple(self) -> PyResult<Bound<'py, PyTuple>> {
        let first = self.bytes(0)?;
        let rest = self.frames().skip(1).map(|body| to_bytes(self.py, body));
        let all: Vec<_> = std::iter::once(Ok(first)).chain(rest).collect::<PyResult<_>>()?;
        PyTuple::new(self.py, all)
    }

    pub(super) fn only(self) -> PyResult<Bound<'py, PyAny>> {
        if self.len() == 1 {
            return self.bytes(0);
        }
        let text = format!("the message has {} frames; take them by index", self.len());
        Err(error::new(self.py, Kind::MultipartError, &text))
    }
}

/// A frame body as `bytes`.
fn to_bytes<'py>(py: Python<'py>, body: FrameRef<'_>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a new reference, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, buffer::to_bytes(body)) }
}

impl<'py> View<'py> {
    pub(super) fn object_repr(self) -> PyResult<Bound<'py, PyAny>> {
        const SHOWN: usize = 64;
        let mut shown = Vec::new();
        for body in self.frames().take(8) {
            let octets = body.as_bytes();
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
