//! Every interleaving of one who tells and one who listens.

use std::sync::Arc;

use loom::thread;

use super::{EventStream, Happening, Hub};
use crate::error::ListenError;
use crate::wait::{Parker, Waiter};

/// Waits for the next event as callers do: registered first, then looked once more.
fn next(events: &EventStream) -> Result<(), ListenError> {
    let parker = Parker::new().expect("a stand-in");
    loop {
        parker.reset();
        let _watch = events.watch(Waiter::Thread(Arc::clone(&parker)));
        match events.try_next() {
            Err(ListenError::Empty) => {}
            other => return other.map(drop),
        }
        parker.park(None, None).expect("never fails");
    }
}

#[test]
fn loom_a_listener_never_sleeps_beside_an_event() {
    loom::model(|| {
        let hub = Hub::new();
        let events = hub.listen(10).expect("open");
        let teller = Arc::clone(&hub);

        let other = thread::spawn(move || teller.tell(&Arc::from(""), || Happening::Listening));
        assert_eq!(next(&events), Ok(()));

        other.join().expect("told");
    });
}

#[test]
fn loom_a_listener_never_sleeps_past_the_end() {
    loom::model(|| {
        let hub = Hub::new();
        let events = hub.listen(10).expect("open");
        let closer = Arc::clone(&hub);

        let other = thread::spawn(move || closer.close());
        assert_eq!(next(&events), Err(ListenError::Closed));

        other.join().expect("closed");
    });
}
