//! Helpers for tests: blocking calls with a deadline, and scripted peers.

#[cfg(all(test, not(zmq4_loom)))]
mod scripted;
#[cfg(all(test, not(zmq4_loom)))]
mod sealed;
#[cfg(all(test, not(zmq4_loom)))]
pub(crate) use scripted::{ScriptedPeer, a_peer, frame, greeting, message, ping, pong, ready};
#[cfg(all(test, not(zmq4_loom)))]
pub(crate) use sealed::{Role, SealedPeer, halves, seal, wraps};

use std::time::{Duration, Instant};

use zmq4_proto::Message;

use crate::{
    Context, EndpointView, OpenEndpoint, Parker, Part, RecvError, SendError, Socket, WaitSide,
    Waiter,
};

/// Receives, waiting up to `limit`.
///
/// # Errors
///
/// As [`Socket::try_recv`]; [`RecvError::Empty`] when the time is over.
///
/// # Panics
///
/// If the system has no descriptor left.
pub fn recv_within(socket: &Socket, limit: Duration) -> Result<Message, RecvError> {
    within(socket, WaitSide::Receive, limit, &RecvError::Empty, || socket.try_recv())
}

/// Sends, waiting up to `limit`.
///
/// # Errors
///
/// As [`Socket::try_send`]; [`SendError::Full`] or [`SendError::NoPeer`] when the time is over.
///
/// # Panics
///
/// If the system has no descriptor left.
pub fn send_within(socket: &Socket, frames: &[&[u8]], limit: Duration) -> Result<(), SendError> {
    let parts: Vec<_> = frames.iter().map(|frame| Part::Copy(frame)).collect();
    within(socket, WaitSide::Send, limit, &SendError::Full, || match socket.try_send(&parts) {
        Err(SendError::NoPeer) => Err(SendError::Full),
        other => other,
    })
}

fn within<R, E: PartialEq>(
    socket: &Socket,
    side: WaitSide,
    limit: Duration,
    again: &E,
    mut attempt: impl FnMut() -> Result<R, E>,
) -> Result<R, E> {
    let deadline = Instant::now() + limit;
    let parker = Parker::new().expect("a descriptor for the parker");
    loop {
        parker.reset();
        let wait = socket.wait(side, Waiter::Thread(parker.clone()));
        match attempt() {
            Err(error) if error == *again && Instant::now() < deadline => {
                parker.park(Some(deadline), None).expect("ppoll on an event descriptor");
                wait.settle();
            }
            other => return other,
        }
    }
}

/// Waits until a look at `endpoint` satisfies `is_so`; false when the time is over.
///
/// # Panics
///
/// If the system has no descriptor left.
pub fn endpoint_within(
    endpoint: &OpenEndpoint,
    limit: Duration,
    is_so: impl Fn(&EndpointView) -> bool,
) -> bool {
    let deadline = Instant::now() + limit;
    let parker = Parker::new().expect("a descriptor for the parker");
    loop {
        parker.reset();
        let _watch = endpoint.watch(Waiter::Thread(parker.clone()));
        if is_so(&endpoint.view()) {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        parker.park(Some(deadline), None).expect("ppoll on an event descriptor");
    }
}

/// Waits until nothing of a context is left: every socket closed, everything sent or given up.
///
/// # Panics
///
/// If the system has no descriptor left.
pub fn idle_within(context: &Context, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    let parker = Parker::new().expect("a descriptor for the parker");
    loop {
        parker.reset();
        let _watch = context.watch(Waiter::Thread(parker.clone()));
        if context.is_idle() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        parker.park(Some(deadline), None).expect("ppoll on an event descriptor");
    }
}

/// Waits until everything a socket accepted was handed to the kernel.
///
/// # Panics
///
/// If the system has no descriptor left.
pub fn drained_within(socket: &Socket, limit: Duration) -> bool {
    within(socket, WaitSide::Drain, limit, &(), || match socket.is_drained() {
        Ok(true) | Err(_) => Ok(()),
        Ok(false) => Err(()),
    })
    .is_ok()
}
