//! Sending in threads: `send`, `try_send`, `send_many`, `drain`.

use std::time::{Duration, Instant};

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use zmq4_core::{Part, SendError, WaitSide};

use crate::buffer::{OutgoingMessage, exact_bytes, of_bytes};
use crate::error::{self, Kind};
use crate::raw::{Arguments, raw_method};
use crate::refusal::{refused, timed_out};
use crate::socket::Socket;
use crate::wait::{Attempt, Limit, deadline_after, repeat};

/// The socket behind `self`.
#[inline]
pub(crate) fn socket<'py>(slf: Borrowed<'py, 'py, PyAny>) -> &'py Socket {
    // SAFETY: raw methods are only put on subclasses of `Socket` (see `equip`), and the descriptor has
    // checked the type of `self`. The object outlives the borrow.
    let socket = unsafe { slf.cast_unchecked::<Socket>() };
    let pointer: *const Socket = socket.get();
    // SAFETY: a frozen class: the value stays where it is as long as the object lives, which is 'py.
    unsafe { &*pointer }
}

pub(crate) fn none(py: Python<'_>) -> *mut ffi::PyObject {
    py.None().into_ptr()
}

fn boolean(py: Python<'_>, value: bool) -> *mut ffi::PyObject {
    pyo3::types::PyBool::new(py, value).to_owned().into_ptr()
}

raw_method!(send, |slf, args| {
    let py = slf.py();
    let socket = socket(slf);
    if let (1, false, Some(first)) = (args.len(), args.has_keywords(), args.get(0))
        && let Some(octets) = exact_bytes(first)
    {
        let parts = [of_bytes(first, octets)];
        return match socket.core(py)?.try_send(&parts) {
            Ok(()) => Ok(none(py)),
            Err(error) => send_slowly(py, socket, &parts, error, Limit::Default),
        };
    }
    let limit = Limit::new(args.keyword("timeout")?)?;
    let message = message(args)?;
    match socket.core(py)?.try_send(message.parts()) {
        Ok(()) => Ok(none(py)),
        Err(error) => send_slowly(py, socket, message.parts(), error, limit),
    }
});

fn message(args: Arguments<'_>) -> PyResult<OutgoingMessage<'_>> {
    if args.len() == 0 {
        return Err(PyTypeError::new_err("send() takes at least one frame"));
    }
    OutgoingMessage::new((0..args.len()).filter_map(|at| args.get(at)))
}

#[cold]
fn send_slowly(
    py: Python<'_>,
    socket: &Socket,
    parts: &[Part<'_>],
    error: SendError,
    limit: Limit,
) -> PyResult<*mut ffi::PyObject> {
    wait_to_send(py, socket, parts, error, limit.or(socket.own.timeouts.send()))?;
    Ok(none(py))
}

/// Waits until a message was taken that was refused with `error`.
fn wait_to_send(
    py: Python<'_>,
    socket: &Socket,
    parts: &[Part<'_>],
    error: SendError,
    limit: Option<Duration>,
) -> PyResult<()> {
    let core = socket.core(py)?;
    if !socket.waits_for(core, error) {
        return Err(refused(py, socket, parts, error));
    }
    let mut last = error;
    let sent = repeat(
        py,
        limit,
        |waiter| core.wait(WaitSide::Send, waiter),
        || match core.try_send(parts) {
            Ok(()) => Ok(Attempt::Done(())),
            Err(error) if socket.waits_for(core, error) => {
                last = error;
                Ok(Attempt::Later)
            }
            Err(error) => Err(refused(py, socket, parts, error)),
        },
    )?;
    sent.ok_or_else(|| timed_out(py, socket, last))
}

/// A message to somebody has a routing id, which is `bytes`, and a frame.
pub(crate) fn check_addressed(args: Arguments<'_>) -> PyResult<()> {
    let (Some(to), 2..) = (args.get(0), args.len()) else {
        return Err(PyTypeError::new_err("a Router sends to a peer: its routing id, then a frame"));
    };
    if to.is_instance_of::<pyo3::types::PyString>() {
        return Err(PyTypeError::new_err("a routing id is bytes, as in msg.sender"));
    }
    Ok(())
}

raw_method!(send_to, |slf, args| {
    let py = slf.py();
    let socket = socket(slf);
    let limit = Limit::new(args.keyword("timeout")?)?;
    check_addressed(args)?;
    let message = message(args)?;
    match socket.core(py)?.try_send(message.parts()) {
        Ok(()) => Ok(none(py)),
        Err(error) => send_slowly(py, socket, message.parts(), error, limit),
    }
});

raw_method!(try_send_to, |slf, args| {
    let py = slf.py();
    check_addressed(args)?;
    try_send_message(py, socket(slf), args)
});

raw_method!(try_send, |slf, args| { try_send_message(slf.py(), socket(slf), args) });

fn try_send_message(
    py: Python<'_>,
    socket: &Socket,
    args: Arguments<'_>,
) -> PyResult<*mut ffi::PyObject> {
    args.keywords([])?;
    let message = message(args)?;
    match socket.core(py)?.try_send(message.parts()) {
        Ok(()) => Ok(boolean(py, true)),
        Err(SendError::Full | SendError::NoPeer) => Ok(boolean(py, false)),
        Err(error) => Err(refused(py, socket, message.parts(), error)),
    }
}

/// Rows that are converted before the socket is locked once for all of them.
const CHUNK: usize = 64;

raw_method!(send_many, |slf, args| {
    let py = slf.py();
    let socket = socket(slf);
    let limit = Limit::new(args.keyword("timeout")?)?;
    let (Some(rows), 1) = (args.get(0), args.len()) else {
        return Err(PyTypeError::new_err("send_many() takes one iterable of messages"));
    };
    let deadline = limit.or(socket.own.timeouts.send()).and_then(deadline_after);
    let mut sender = ManySender { py, socket, deadline, accepted: 0 };
    sender.send_all(rows)?;
    Ok(sender.accepted.into_pyobject(py)?.into_ptr())
});

struct ManySender<'py> {
    py: Python<'py>,
    socket: &'py Socket,
    /// One for all rows.
    deadline: Option<Instant>,
    accepted: usize,
}

impl<'py> ManySender<'py> {
    fn send_all(&mut self, rows: Borrowed<'py, 'py, PyAny>) -> PyResult<()> {
        if let Ok(rows) = rows.cast_exact::<PyList>() {
            return self.send_list(&rows);
        }
        // A row is sent before the iterable is asked for the next.
        for row in rows.try_iter()? {
            let sent = row.and_then(|row| self.send_chunk(std::slice::from_ref(&row)));
            sent.map_err(|error| self.interrupted(error))?;
        }
        Ok(())
    }

    fn send_list(&mut self, rows: &Bound<'py, PyList>) -> PyResult<()> {
        let mut at = 0;
        loop {
            let end = rows.len().min(at + CHUNK);
            let mut chunk = Vec::with_capacity(end - at);
            chunk.extend((at..end).map_while(|at| rows.get_item(at).ok()));
            if chunk.is_empty() {
                return Ok(());
            }
            at += chunk.len();
            self.send_chunk(&chunk).map_err(|error| self.interrupted(error))?;
        }
    }

    /// The time that is left for the rows still to come.
    fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Says in the exception how many were sent before it.
    fn interrupted(&self, error: PyErr) -> PyErr {
        let _ = error.value(self.py).setattr("accepted", self.accepted);
        error
    }

    fn send_chunk(&mut self, chunk: &[Bound<'py, PyAny>]) -> PyResult<()> {
        let mut at = 0;
        while let Some(rows) = chunk.get(at..)
            && !rows.is_empty()
        {
            let small = self.small(rows);
            if small.is_empty() {
                let Some(row) = rows.first() else { break };
                self.send_row(row)?;
                at += 1;
                continue;
            }
            let core = self.socket.core(self.py)?;
            match core.try_send_each(&small) {
                Ok(sent) => {
                    at += sent;
                    self.accepted += sent;
                }
                Err(error) => {
                    let first = small.first().map(std::slice::from_ref).unwrap_or_default();
                    wait_to_send(self.py, self.socket, first, error, self.left())?;
                    at += 1;
                    self.accepted += 1;
                }
            }
        }
        Ok(())
    }

    /// The leading rows that are small `bytes`: one frame each, and nothing to keep.
    fn small<'a>(&self, rows: &'a [Bound<'py, PyAny>]) -> Vec<Part<'a>> {
        let _ = self;
        let octets = |row: &'a Bound<'py, PyAny>| {
            exact_bytes(row.as_borrowed()).filter(|octets| octets.len() < Part::SHARED_FROM)
        };
        let mut small = Vec::with_capacity(rows.len());
        small.extend(rows.iter().map_while(octets).map(Part::Copy));
        small
    }

    fn send_row(&mut self, row: &Bound<'py, PyAny>) -> PyResult<()> {
        let frames = frames_of(row)?;
        let message = OutgoingMessage::new(frames.iter().map(Bound::as_borrowed))?;
        if message.parts().is_empty() {
            return Err(PyTypeError::new_err("a message has at least one frame"));
        }
        match self.socket.core(self.py)?.try_send(message.parts()) {
            Ok(()) => {}
            Err(error) => {
                wait_to_send(self.py, self.socket, message.parts(), error, self.left())?;
            }
        }
        self.accepted += 1;
        Ok(())
    }
}

/// The frames of a row: the row itself if it is one frame, or what a sequence holds.
pub(crate) fn frames_of<'py>(row: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let is_message = row.is_instance(crate::message::message_type(row.py())?)?;
    if is_message || row.is_instance_of::<PyTuple>() || row.is_instance_of::<PyList>() {
        return row.try_iter()?.collect();
    }
    Ok(vec![row.clone()])
}

raw_method!(drain, |slf, args| {
    let py = slf.py();
    let socket = socket(slf);
    let limit = timeout_only(args, "drain")?.or(None);
    let core = socket.core(py)?;
    let is_drained = || {
        let drained = core.is_drained();
        drained.map_err(|error| error::send(py, error, &socket.describe()))
    };
    if is_drained()? {
        return Ok(none(py));
    }
    let attempt = || Ok(if is_drained()? { Attempt::Done(()) } else { Attempt::Later });
    if repeat(py, limit, |waiter| core.wait(WaitSide::Drain, waiter), attempt)?.is_some() {
        return Ok(none(py));
    }
    let left = core.stats().queued;
    let text = format!("{}: {left} messages were not sent in time", socket.describe());
    Err(error::new(py, Kind::Timeout, &text))
});

/// The time limit of a call that takes nothing else, by position or by name.
pub(crate) fn timeout_only(args: Arguments<'_>, name: &str) -> PyResult<Limit> {
    let keyword = args.keyword("timeout")?;
    match (args.len(), keyword) {
        (0, keyword) => Limit::new(keyword),
        (1, None) => Limit::new(args.get(0)),
        _ => Err(PyTypeError::new_err(format!("{name}() takes only timeout="))),
    }
}
