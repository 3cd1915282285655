//! What some socket types make of the messages they receive.

use std::sync::Arc;

use pyo3::ffi;
use pyo3::prelude::*;
use zmq4_core::proto::SocketType;

use crate::message::{self, Seen};
use crate::socket::Socket;
use crate::subscription::Subscription;

/// What a socket receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Messages.
    Messages,
    /// Requests, which can be replied to: REP.
    Requests,
    /// Messages and subscriptions: XPUB.
    Subscriptions,
}

impl Role {
    pub(crate) fn of(socket_type: SocketType) -> Self {
        match socket_type {
            SocketType::Rep => Self::Requests,
            SocketType::XPub => Self::Subscriptions,
            SocketType::Push
            | SocketType::Pull
            | SocketType::Pair
            | SocketType::Dealer
            | SocketType::Req
            | SocketType::Router
            | SocketType::Pub
            | SocketType::Sub
            | SocketType::XSub => Self::Messages,
        }
    }
}

/// Makes of a received object what its socket receives; takes and returns a reference.
#[inline]
pub(crate) fn dress(
    slf: Borrowed<'_, '_, PyAny>,
    socket: &Socket,
    object: *mut ffi::PyObject,
) -> PyResult<*mut ffi::PyObject> {
    if socket.role == Role::Messages { Ok(object) } else { dress_slowly(slf, socket, object) }
}

fn dress_slowly(
    slf: Borrowed<'_, '_, PyAny>,
    socket: &Socket,
    object: *mut ffi::PyObject,
) -> PyResult<*mut ffi::PyObject> {
    let py = slf.py();
    // SAFETY: a reference that we own.
    let object = unsafe { Bound::from_owned_ptr(py, object) };
    let Some(seen) = message::look(&object)? else { return Ok(object.into_ptr()) };
    match socket.role {
        Role::Messages => {}
        Role::Requests => {
            let number = socket.next_request();
            message::to_request(slf, object.as_ptr(), number)?;
        }
        Role::Subscriptions => {
            if let Some(subscription) = subscription(slf, &seen) {
                return Ok(Bound::new(py, subscription)?.into_ptr());
            }
        }
    }
    Ok(object.into_ptr())
}

/// A message of one frame that begins with 1 or 0 is a subscription. Source: RFC 29/PUBSUB.
fn subscription(slf: Borrowed<'_, '_, PyAny>, seen: &Seen<'_>) -> Option<Subscription> {
    let (&first, topic) = seen.single?.split_first()?;
    let peer = seen.peer.map(Arc::clone);
    (first <= 1).then(|| {
        Subscription::new(slf.to_owned().unbind(), seen.pipe, peer, first == 1, topic.to_vec())
    })
}
