//! Receiving in threads: `recv`, `recv_bytes`, `recv_into`, `recv_many`, `try_recv`.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyInt;
use zmq4_core::{MessageRef, PlainRef, RecvError, Take, TakeMany, WaitSide};

use crate::buffer::to_bytes;
use crate::error::{self, Kind};
use crate::message;
use crate::raw::{Arguments, raw_method};
use crate::role::{Role, dress};
use crate::send::{none, socket, timeout_only};
use crate::socket::Socket;
use crate::wait::{Attempt, Limit, repeat};

/// What became of a message that was looked at.
#[derive(Clone, Copy)]
pub(crate) enum Looked {
    /// The object made of it; null with an exception set if memory was short.
    Made(*mut ffi::PyObject),
    /// It has several frames and stays where it is.
    Multipart(usize),
    /// It has so many octets, more than the caller's buffer, and stays where it is.
    TooLarge(usize),
}

/// Makes a `Message`.
#[inline]
pub(crate) fn as_message(message: MessageRef<'_>) -> Take<Looked> {
    taken(message::new(&message))
}

/// Makes the `bytes` of a message of one frame.
#[inline]
pub(crate) fn as_bytes(message: MessageRef<'_>) -> Take<Looked> {
    match message.single() {
        Some(frame) => taken(to_bytes(frame)),
        None => Take::Left(Looked::Multipart(message.frame_count())),
    }
}

#[inline]
fn taken(object: *mut ffi::PyObject) -> Take<Looked> {
    let looked = Looked::Made(object);
    if object.is_null() { Take::Left(looked) } else { Take::Taken(looked) }
}

/// The object, or the exception that says why there is none.
#[inline]
pub(crate) fn finish(
    slf: Borrowed<'_, '_, PyAny>,
    socket: &Socket,
    looked: Looked,
) -> PyResult<*mut ffi::PyObject> {
    let py = slf.py();
    match looked {
        Looked::Made(object) if object.is_null() => Err(PyErr::fetch(py)),
        Looked::Made(object) => dress(slf, socket, object),
        Looked::Multipart(frames) => {
            let text = format!(
                "the next message has {frames} frames; receive it with recv() (it was not consumed)"
            );
            Err(error::new(py, Kind::MultipartError, &text))
        }
        Looked::TooLarge(octets) => {
            let text = format!(
                "the next message has {octets} bytes, more than the buffer (it was not consumed)"
            );
            Err(error::new(py, Kind::MessageTooLarge, &text))
        }
    }
}

/// Receives with `look`, waiting if it must.
#[inline]
fn receive(
    slf: Borrowed<'_, '_, PyAny>,
    limit: Limit,
    mut look: impl FnMut(MessageRef<'_>) -> Take<Looked>,
) -> PyResult<*mut ffi::PyObject> {
    let (py, socket) = (slf.py(), socket(slf));
    match socket.core(py)?.try_recv_with(&mut look) {
        Ok(looked) => finish(slf, socket, looked),
        Err(RecvError::Empty) => receive_slowly(slf, socket, limit, look),
        Err(error) => Err(error::receive(py, error, &socket.describe())),
    }
}

#[cold]
fn receive_slowly(
    slf: Borrowed<'_, '_, PyAny>,
    socket: &Socket,
    limit: Limit,
    mut look: impl FnMut(MessageRef<'_>) -> Take<Looked>,
) -> PyResult<*mut ffi::PyObject> {
    let py = slf.py();
    let limit = limit.or(socket.own.timeouts.receive());
    match wait_to_receive(py, socket, limit, || socket.core(py)?.try_recv_with_py(&mut look))? {
        Some(looked) => finish(slf, socket, looked),
        None => Err(timed_out(py, socket)),
    }
}

/// Repeats `attempt` until it finds something or the limit is over.
fn wait_to_receive<R>(
    py: Python<'_>,
    socket: &Socket,
    limit: Option<std::time::Duration>,
    mut attempt: impl FnMut() -> PyResult<Result<R, RecvError>>,
) -> PyResult<Option<R>> {
    let core = socket.core(py)?;
    repeat(
        py,
        limit,
        |waiter| core.wait(WaitSide::Receive, waiter),
        || match attempt()? {
            Ok(result) => Ok(Attempt::Done(result)),
            Err(RecvError::Empty) => Ok(Attempt::Later),
            Err(error) => Err(error::receive(py, error, &socket.describe())),
        },
    )
}

/// A receive whose outer error is Python's.
trait TryRecv {
    fn try_recv_with_py<R>(
        &self,
        look: impl FnOnce(MessageRef<'_>) -> Take<R>,
    ) -> PyResult<Result<R, RecvError>>;
}

impl TryRecv for zmq4_core::Socket {
    fn try_recv_with_py<R>(
        &self,
        look: impl FnOnce(MessageRef<'_>) -> Take<R>,
    ) -> PyResult<Result<R, RecvError>> {
        Ok(self.try_recv_with(look))
    }
}

pub(crate) fn timed_out(py: Python<'_>, socket: &Socket) -> PyErr {
    let text = format!("{}: nothing was received in time", socket.describe());
    error::new(py, Kind::Timeout, &text)
}

raw_method!(recv, |slf, args| { receive(slf, timeout_only(args, "recv")?, as_message) });

raw_method!(recv_bytes, |slf, args| { receive(slf, timeout_only(args, "recv_bytes")?, as_bytes) });

raw_method!(try_recv, |slf, args| {
    let py = slf.py();
    let socket = socket(slf);
    if args.len() > 0 || args.has_keywords() {
        return Err(PyTypeError::new_err("try_recv() takes no arguments"));
    }
    match socket.core(py)?.try_recv_with(as_message) {
        Ok(looked) => finish(slf, socket, looked),
        Err(RecvError::Empty) => Ok(none(py)),
        Err(error) => Err(error::receive(py, error, &socket.describe())),
    }
});

/// A writable buffer of the caller's.
pub(crate) struct Target(Box<ffi::Py_buffer>);

impl Target {
    pub(crate) fn new(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let mut view = Box::new(ffi::Py_buffer::new());
        // SAFETY: the view is a fresh one, filled by the call on success.
        let got = unsafe {
            ffi::PyObject_GetBuffer(object.as_ptr(), &raw mut *view, ffi::PyBUF_WRITABLE)
        };
        if got == 0 { Ok(Self(view)) } else { Err(PyErr::fetch(object.py())) }
    }

    /// Copies the only frame of a message into the buffer; the result is the number of octets.
    pub(crate) fn fill(&self, message: MessageRef<'_>) -> Take<Looked> {
        let Some(frame) = message.single() else {
            return Take::Left(Looked::Multipart(message.frame_count()));
        };
        let octets = frame.as_bytes();
        if usize::try_from(self.0.len).map_or(true, |room| octets.len() > room) {
            return Take::Left(Looked::TooLarge(octets.len()));
        }
        // SAFETY: the exporter keeps `len` writable octets in place until the view is released; the
        // integer is made attached and runs no Python code.
        taken(unsafe {
            std::ptr::copy_nonoverlapping(octets.as_ptr(), self.0.buf.cast(), octets.len());
            ffi::PyLong_FromSize_t(octets.len())
        })
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // SAFETY: the view was filled by PyObject_GetBuffer, and the thread is attached.
        unsafe { ffi::PyBuffer_Release(&raw mut *self.0) };
    }
}

raw_method!(recv_into, |slf, args| {
    let limit = Limit::new(args.keyword("timeout")?)?;
    let (Some(buffer), 1) = (args.get(0), args.len()) else {
        return Err(PyTypeError::new_err("recv_into() takes one writable buffer"));
    };
    let target = Target::new(buffer)?;
    receive(slf, limit, |message| target.fill(message))
});

/// How many messages `recv_many` takes at most, unless told.
pub(crate) const DEFAULT_MAX: usize = 1024;

/// A number of messages; beyond what can be counted it is no limit.
fn at_least_one(max: Borrowed<'_, '_, PyAny>) -> PyResult<usize> {
    let max =
        max.cast::<PyInt>().map_err(|_| PyTypeError::new_err("max is a number of messages"))?;
    if max.lt(1)? {
        return Err(PyValueError::new_err("max is 1 or more"));
    }
    Ok(max.extract().unwrap_or(usize::MAX))
}

/// The arguments of `recv_many`.
pub(crate) fn many_arguments(args: Arguments<'_>) -> PyResult<(usize, Limit)> {
    let [max, timeout] = args.keywords(["max", "timeout"])?;
    if args.len() > 0 {
        return Err(PyTypeError::new_err("recv_many() takes only max= and timeout="));
    }
    let max = match max {
        None => DEFAULT_MAX,
        Some(max) => at_least_one(max)?,
    };
    Ok((max, Limit::new(timeout)?))
}

/// Messages on their way into a list.
pub(crate) struct Batch<'py> {
    py: Python<'py>,
    messages: Vec<*mut ffi::PyObject>,
}

impl<'py> Batch<'py> {
    pub(crate) fn new(py: Python<'py>) -> Self {
        Self { py, messages: Vec::new() }
    }

    /// Takes what is there.
    pub(crate) fn fill(&mut self, core: &zmq4_core::Socket, max: usize) -> Result<(), RecvError> {
        core.try_recv_many(max, self).map(drop)
    }

    /// The list. A message for which there was no memory is lost with the exception.
    pub(crate) fn into_list(
        mut self,
        owner: Borrowed<'_, '_, PyAny>,
        socket: &Socket,
    ) -> PyResult<*mut ffi::PyObject> {
        let mut messages = std::mem::take(&mut self.messages);
        if messages.contains(&std::ptr::null_mut()) {
            self.messages = messages;
            return Err(PyErr::fetch(self.py));
        }
        if socket.role != Role::Messages {
            for message in &mut messages {
                *message = dress(owner, socket, *message)?;
            }
        }
        let len = ffi::Py_ssize_t::try_from(messages.len())?;
        // SAFETY: a new list of `len` empty places, each filled with a reference that we own.
        unsafe {
            let list = ffi::PyList_New(len);
            if list.is_null() {
                self.messages = messages;
                return Err(PyErr::fetch(self.py));
            }
            for (at, message) in (0..len).zip(messages) {
                ffi::PyList_SetItem(list, at, message);
            }
            Ok(list)
        }
    }
}

impl TakeMany for Batch<'_> {
    fn expect(&mut self, messages: usize) {
        self.messages.reserve(messages);
    }

    #[inline]
    fn plain(&mut self, message: PlainRef<'_>) {
        self.messages.push(message::of_plain(message));
    }

    fn other(&mut self, message: MessageRef<'_>) {
        self.messages.push(message::new(&message));
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        for &message in &self.messages {
            // SAFETY: references that we own, or null.
            unsafe { ffi::Py_XDECREF(message) };
        }
    }
}

/// A batch of none.
pub(crate) fn no_messages(py: Python<'_>) -> *mut ffi::PyObject {
    pyo3::types::PyList::empty(py).into_ptr()
}

raw_method!(recv_many, |slf, args| {
    let py = slf.py();
    let socket = socket(slf);
    let (max, limit) = many_arguments(args)?;
    let core = socket.core(py)?;
    let mut batch = Batch::new(py);
    match batch.fill(core, max) {
        Ok(()) => return batch.into_list(slf, socket),
        Err(RecvError::Empty) => {}
        Err(error) => return Err(error::receive(py, error, &socket.describe())),
    }
    let limit = limit.or(socket.own.timeouts.receive());
    // Nothing in time is an empty list: a batch of none.
    wait_to_receive(py, socket, limit, || Ok(batch.fill(core, max)))?;
    batch.into_list(slf, socket)
});
