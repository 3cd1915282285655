//! Listening to the events of sockets.

use std::time::Instant;

use zmq4_core::{EventStream, Happening, Heard, ListenError, Parker, Socket, Waiter};

use super::SOON;

pub(crate) fn listen(socket: &Socket) -> EventStream {
    socket.events(1000).expect("open")
}

/// The next event, waited for.
pub(crate) fn next(events: &EventStream) -> Result<Heard, ListenError> {
    let parker = Parker::new().expect("a descriptor");
    let deadline = Instant::now() + SOON;
    loop {
        parker.reset();
        let _watch = events.watch(Waiter::Thread(parker.clone()));
        match events.try_next() {
            Err(ListenError::Empty) => assert!(Instant::now() < deadline, "nothing more is told"),
            other => return other,
        }
        parker.park(Some(deadline), None).expect("ppoll works");
    }
}

pub(crate) fn happens(events: &EventStream) -> Happening {
    next(events).expect("an event").event.what.clone()
}

/// An event in a word, with its cause if something went wrong.
pub(crate) fn word(what: &Happening) -> String {
    match what {
        Happening::Listening => "Listening".to_owned(),
        Happening::Connecting { attempt } => format!("Connecting {attempt}"),
        Happening::ConnectFailed { why, attempt, retry_in } => {
            format!("ConnectFailed {attempt} {:?}, again: {}", why.cause, retry_in.is_some())
        }
        Happening::Accepted { .. } => "Accepted".to_owned(),
        Happening::AcceptFailed { why } => format!("AcceptFailed {:?}", why.cause),
        Happening::Connected { .. } => "Connected".to_owned(),
        Happening::HandshakeFailed { why, .. } => format!("HandshakeFailed {:?}", why.cause),
        Happening::Disconnected { why, .. } => format!("Disconnected {:?}", why.cause),
        Happening::EndpointClosed => "EndpointClosed".to_owned(),
        Happening::Dropped { count, loss, .. } => format!("Dropped {count} {loss:?}"),
    }
}

pub(crate) fn expect(events: &EventStream, words: &[&str]) {
    let heard: Vec<_> = words.iter().map(|_| word(&happens(events))).collect();
    assert_eq!(heard, words);
}

pub(crate) fn expect_end(events: &EventStream) {
    assert_eq!(next(events).err(), Some(ListenError::Closed));
}
