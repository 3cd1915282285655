//! The attributes and methods of `Message`.

use std::ffi::CStr;
use std::os::raw::c_void;

use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::message_type;
use super::slots::slot;
use super::view::View;
use crate::frame::Frame;
use crate::peer::Peer;
use crate::raw::{Arguments, Method, raw_method};

pub(super) unsafe extern "C" fn content(
    object: *mut ffi::PyObject,
    _: *mut c_void,
) -> *mut ffi::PyObject {
    // SAFETY: a getter, called like a slot.
    unsafe { slot(object, |view| Ok(view.only()?.into_ptr())) }
}

pub(super) unsafe extern "C" fn text(
    object: *mut ffi::PyObject,
    _: *mut c_void,
) -> *mut ffi::PyObject {
    // SAFETY: a getter, called like a slot.
    unsafe { slot(object, |view| Ok(view.only()?.call_method0("decode")?.into_ptr())) }
}

pub(super) unsafe extern "C" fn peer(
    object: *mut ffi::PyObject,
    _: *mut c_void,
) -> *mut ffi::PyObject {
    // SAFETY: a getter, called like a slot.
    unsafe {
        slot(object, |view| {
            let peer = view.get().peer.clone().map(Peer::new);
            Ok(peer.into_pyobject(view.py)?.into_ptr())
        })
    }
}

pub(super) unsafe extern "C" fn sender(
    object: *mut ffi::PyObject,
    _: *mut c_void,
) -> *mut ffi::PyObject {
    // SAFETY: a getter, called like a slot. Only a ROUTER's messages have a sender.
    unsafe {
        slot(object, |view| {
            let sender = view.get().extra.as_ref().and_then(|extra| extra.sender.as_ref());
            let sender = sender.map(|sender| PyBytes::new(view.py, sender.as_bytes()));
            Ok(sender.into_pyobject(view.py)?.into_ptr())
        })
    }
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
    let body = view.body(view.position(index)?);
    let body = body.ok_or_else(|| PyIndexError::new_err("frame index out of range"))?;
    let frame = Frame::new(slf.to_owned().unbind(), body.as_bytes());
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

pub(super) const METHODS: [Method; 5] = [
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

pub(super) const DOC: &CStr =
    c"Message(*frames)\n--\n\nA received message: an immutable sequence of frames.";
