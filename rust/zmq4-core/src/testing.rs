//! Helpers for tests: blocking calls with a deadline.

use std::time::{Duration, Instant};

use zmq4_proto::Message;

use crate::{Parker, Part, RecvError, SendError, Socket, WaitSide, Waiter};

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
        let _wait = socket.wait(side, Waiter::Thread(parker.clone()));
        match attempt() {
            Err(error) if error == *again && Instant::now() < deadline => {
                parker.park(Some(deadline), None).expect("ppoll on an event descriptor");
            }
            other => return other,
        }
    }
}
