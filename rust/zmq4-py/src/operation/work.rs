//! What an operation does when it is its turn: one attempt, which never waits.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use zmq4_core::{Part, RecvError, SendError, WaitSide};

use super::OperationObject;
use crate::buffer::{OutgoingMessage, exact_bytes, of_bytes};
use crate::error;
use crate::held::Held;
use crate::receive::{self, Batch, Target};
use crate::refusal::refused;
use crate::send::{frames_of, none};
use crate::socket::Socket;

/// What an operation does.
pub(super) enum Work {
    Receive(fn(zmq4_core::MessageRef<'_>) -> zmq4_core::Take<receive::Looked>),
    ReceiveInto(Held),
    ReceiveMany(usize),
    /// One frame.
    Send(Held),
    /// Several frames.
    SendFrames(Vec<Held>),
    SendMany {
        rows: Held,
        next: Option<Held>,
        accepted: usize,
    },
}

impl Work {
    pub(super) fn side(&self) -> WaitSide {
        match self {
            Self::Receive(_) | Self::ReceiveInto(_) | Self::ReceiveMany(_) => WaitSide::Receive,
            Self::Send(_) | Self::SendFrames(_) | Self::SendMany { .. } => WaitSide::Send,
        }
    }
}

/// What an attempt led to.
pub(super) enum Tried {
    Done(*mut ffi::PyObject),
    /// It has to wait; of a send, why.
    Later(Option<SendError>),
}

impl OperationObject {
    pub(super) fn attempt(&mut self, py: Python<'_>) -> PyResult<Tried> {
        let socket = self.socket(py);
        let core = socket.core(py)?;
        // SAFETY: the operation holds a reference to the socket.
        let owner = unsafe { Borrowed::from_ptr(py, self.socket) };
        match &mut self.work {
            Work::Receive(look) => received(owner, socket, core.try_recv_with(*look)),
            Work::ReceiveInto(buffer) => {
                let target = Target::new(buffer.get(py))?;
                received(owner, socket, core.try_recv_with(|message| target.fill(message)))
            }
            Work::ReceiveMany(max) => {
                let mut batch = Batch::new(py);
                match batch.fill(core, *max) {
                    Ok(()) => batch.into_list(owner, socket).map(Tried::Done),
                    Err(RecvError::Empty) => Ok(Tried::Later(None)),
                    Err(error) => Err(error::receive(py, error, &socket.describe())),
                }
            }
            Work::Send(frame) => {
                let frame = frame.get(py);
                if let Some(octets) = exact_bytes(frame) {
                    return sent(py, socket, core, &[of_bytes(frame, octets)]);
                }
                let message = OutgoingMessage::new(std::iter::once(frame))?;
                sent(py, socket, core, message.parts())
            }
            Work::SendFrames(frames) => {
                let message = OutgoingMessage::new(frames.iter().map(|f| f.get(py)))?;
                sent(py, socket, core, message.parts())
            }
            Work::SendMany { rows, next, accepted } => {
                let done = send_rows(py, socket, core, rows, next, accepted);
                done.inspect_err(|error| {
                    // Should even that fail, the error itself is what matters.
                    let _ = error.value(py).setattr("accepted", *accepted);
                })
            }
        }
    }
}

fn received(
    slf: Borrowed<'_, '_, PyAny>,
    socket: &Socket,
    looked: Result<receive::Looked, RecvError>,
) -> PyResult<Tried> {
    match looked {
        Ok(looked) => receive::finish(slf, socket, looked).map(Tried::Done),
        Err(RecvError::Empty) => Ok(Tried::Later(None)),
        Err(error) => Err(error::receive(slf.py(), error, &socket.describe())),
    }
}

fn sent(
    py: Python<'_>,
    socket: &Socket,
    core: &zmq4_core::Socket,
    parts: &[Part<'_>],
) -> PyResult<Tried> {
    match core.try_send(parts) {
        Ok(()) => Ok(Tried::Done(none(py))),
        Err(error) if socket.waits_for(core, error) => Ok(Tried::Later(Some(error))),
        Err(error) => Err(refused(py, socket, parts, error)),
    }
}

/// Sends rows until one must wait; that one is kept in `next`.
fn send_rows(
    py: Python<'_>,
    socket: &Socket,
    core: &zmq4_core::Socket,
    rows: &Held,
    next: &mut Option<Held>,
    accepted: &mut usize,
) -> PyResult<Tried> {
    loop {
        let row = match next.take() {
            Some(row) => row.get(py).to_owned(),
            None => match rows.get(py).cast::<pyo3::types::PyIterator>()?.to_owned().next() {
                Some(row) => row?,
                None => return Ok(Tried::Done(accepted.into_pyobject(py)?.into_ptr())),
            },
        };
        let frames = frames_of(&row)?;
        let message = OutgoingMessage::new(frames.iter().map(Bound::as_borrowed))?;
        if message.parts().is_empty() {
            return Err(PyTypeError::new_err("a message has at least one frame"));
        }
        match sent(py, socket, core, message.parts())? {
            Tried::Done(nothing) => {
                // SAFETY: a reference to None that we own.
                drop(unsafe { Bound::from_owned_ptr(py, nothing) });
                *accepted += 1;
            }
            later @ Tried::Later(_) => {
                *next = Some(Held::new(row));
                return Ok(later);
            }
        }
    }
}
