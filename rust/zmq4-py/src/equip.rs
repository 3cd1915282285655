//! Puts raw methods on the socket classes: the two faces differ in nothing else below Python.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::operation;
use crate::raw::{self, Method};
use crate::socket::Socket;
use crate::{receive, send};

macro_rules! method {
    ($name:literal, $function:path, $signature:literal, $doc:literal) => {
        Method {
            name: $name,
            function: $function,
            doc: match std::ffi::CStr::from_bytes_with_nul(
                concat!($signature, "\n--\n\n", $doc, "\0").as_bytes(),
            ) {
                Ok(doc) => doc,
                Err(_) => panic!("a document has no NUL"),
            },
        }
    };
}

/// The methods of the threads face.
const THREADS: [Method; 11] = [
    method!(
        c"send",
        send::send,
        "send($self, first, /, *rest, timeout=None)",
        "Sends one message of one or more frames, waiting for room for up to timeout seconds."
    ),
    method!(
        c"try_send",
        send::try_send,
        "try_send($self, first, /, *rest)",
        "Sends one message if there is room now; says whether it was taken."
    ),
    method!(
        c"send_to",
        send::send_to,
        "send($self, to, first, /, *rest, timeout=None)",
        "Sends one message to the peer of that routing id, waiting for room for up to timeout seconds."
    ),
    method!(
        c"try_send_to",
        send::try_send_to,
        "try_send($self, to, first, /, *rest)",
        "Sends one message to the peer of that routing id if there is room now."
    ),
    method!(
        c"send_many",
        send::send_many,
        "send_many($self, rows, /, *, timeout=None)",
        "Sends every message of an iterable; returns how many were accepted."
    ),
    method!(
        c"drain",
        send::drain,
        "drain($self, timeout=None)",
        "Waits until everything sent was handed to the kernel."
    ),
    method!(
        c"recv",
        receive::recv,
        "recv($self, timeout=None)",
        "Receives one whole message, waiting for up to timeout seconds."
    ),
    method!(
        c"recv_bytes",
        receive::recv_bytes,
        "recv_bytes($self, timeout=None)",
        "Receives a message of one frame as bytes."
    ),
    method!(
        c"recv_into",
        receive::recv_into,
        "recv_into($self, buffer, /, *, timeout=None)",
        "Receives a message of one frame into a buffer; returns the number of bytes."
    ),
    method!(
        c"recv_many",
        receive::recv_many,
        "recv_many($self, *, max=1024, timeout=None)",
        "Receives what is there, at least one message unless the time is over."
    ),
    method!(
        c"try_recv",
        receive::try_recv,
        "try_recv($self)",
        "Receives a message if one is there."
    ),
];

/// The methods of the asyncio face.
const ASYNCIO: [Method; 10] = [
    method!(
        c"send",
        operation::send,
        "send($self, first, /, *rest, timeout=None)",
        "Sends one message of one or more frames, waiting for room for up to timeout seconds."
    ),
    method!(
        c"try_send",
        send::try_send,
        "try_send($self, first, /, *rest)",
        "Sends one message if there is room now; says whether it was taken."
    ),
    method!(
        c"send_to",
        operation::send_to,
        "send($self, to, first, /, *rest, timeout=None)",
        "Sends one message to the peer of that routing id, waiting for room for up to timeout seconds."
    ),
    method!(
        c"try_send_to",
        send::try_send_to,
        "try_send($self, to, first, /, *rest)",
        "Sends one message to the peer of that routing id if there is room now."
    ),
    method!(
        c"send_many",
        operation::send_many,
        "send_many($self, rows, /, *, timeout=None)",
        "Sends every message of an iterable; returns how many were accepted."
    ),
    method!(
        c"recv",
        operation::recv,
        "recv($self, timeout=None)",
        "Receives one whole message, waiting for up to timeout seconds."
    ),
    method!(
        c"recv_bytes",
        operation::recv_bytes,
        "recv_bytes($self, timeout=None)",
        "Receives a message of one frame as bytes."
    ),
    method!(
        c"recv_into",
        operation::recv_into,
        "recv_into($self, buffer, /, *, timeout=None)",
        "Receives a message of one frame into a buffer; returns the number of bytes."
    ),
    method!(
        c"recv_many",
        operation::recv_many,
        "recv_many($self, *, max=1024, timeout=None)",
        "Receives what is there, at least one message unless the time is over."
    ),
    method!(
        c"try_recv",
        receive::try_recv,
        "try_recv($self)",
        "Receives a message if one is there."
    ),
];

/// Puts native methods on a class of sockets.
///
/// Args: `cls`, a subclass of `Socket`; `face`, `"threads"` or `"asyncio"`; `names`, the methods.
#[pyfunction]
pub(crate) fn equip(cls: &Bound<'_, PyType>, face: &str, names: Vec<String>) -> PyResult<()> {
    let py = cls.py();
    if !cls.is_subclass_of::<Socket>()? {
        return Err(PyTypeError::new_err("only subclasses of Socket can be equipped"));
    }
    let table: &[Method] = match face {
        "threads" => &THREADS,
        "asyncio" => &ASYNCIO,
        other => return Err(PyValueError::new_err(format!("no face is called {other:?}"))),
    };
    for name in names {
        let method = table.iter().find(|method| method.name.to_bytes() == name.as_bytes());
        let method =
            method.ok_or_else(|| PyValueError::new_err(format!("no method is called {name:?}")))?;
        // SAFETY: the class is a type, and the definition lives for ever.
        let descriptor = unsafe {
            let made = ffi::PyDescr_NewMethod(cls.as_ptr().cast(), raw::definition(*method));
            Bound::from_owned_ptr_or_err(py, made)?
        };
        // `send_to` is the `send` of sockets whose peers have names.
        cls.setattr(name.trim_end_matches("_to"), descriptor)?;
    }
    Ok(())
}
