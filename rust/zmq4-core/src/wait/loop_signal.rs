//! One descriptor for all sockets of an event loop.

use std::os::fd::RawFd;
use std::sync::Arc;

use super::event::Event;
use crate::sync::{Mutex, Rank};

/// The ready list of an event loop, and the descriptor that says the list has something.
///
/// The loop watches the descriptor for reading and takes the whole list when it fires; any number of
/// sockets cost one system call.
#[derive(Debug)]
pub struct LoopSignal {
    ready: Mutex<Vec<u64>>,
    event: Event,
}

impl LoopSignal {
    /// Makes a signal with an empty list.
    ///
    /// # Errors
    ///
    /// The system's, when it has no descriptor left.
    pub fn new() -> std::io::Result<Arc<Self>> {
        let ready = Mutex::new(Rank::Leaf, Vec::new());
        Ok(Arc::new(Self { ready, event: Event::new()? }))
    }

    /// The descriptor, readable while the list has something.
    pub fn raw_fd(&self) -> RawFd {
        self.event.raw_fd()
    }

    /// Adds a token; writes the descriptor only if the list was empty.
    pub fn ring(&self, token: u64) {
        let first = {
            let mut ready = self.ready.lock();
            ready.push(token);
            ready.len() == 1
        };
        if first {
            self.event.set();
        }
    }

    /// Takes all tokens, in order of arrival.
    pub fn take(&self) -> Vec<u64> {
        // Cleared first: a token that comes in between writes the descriptor again, and the loop finds
        // an empty list once in a while, never a full one unannounced.
        self.event.clear();
        std::mem::take(&mut *self.ready.lock())
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::sys::Polled;

    fn is_readable(signal: &LoopSignal) -> bool {
        signal.event.wait(Some(Instant::now()), None).expect("ppoll works") == Polled::Ready
    }

    #[test]
    fn tokens_are_taken_in_the_order_they_came() {
        let signal = LoopSignal::new().expect("a descriptor");

        signal.ring(3);
        signal.ring(1);

        assert_eq!(signal.take(), [3, 1]);
    }

    #[test]
    fn the_descriptor_is_readable_exactly_while_there_are_tokens() {
        let signal = LoopSignal::new().expect("a descriptor");
        assert!(!is_readable(&signal));

        signal.ring(1);
        assert!(is_readable(&signal));

        signal.take();
        assert!(!is_readable(&signal));
    }
}

#[cfg(all(test, zmq4_loom))]
mod loom_tests {
    use super::*;

    #[test]
    fn loom_a_token_is_never_in_the_list_unannounced() {
        loom::model(|| {
            let signal = LoopSignal::new().expect("a stand-in");
            let ringer = Arc::clone(&signal);

            let rings = loom::thread::spawn(move || {
                ringer.ring(1);
                ringer.ring(2);
            });
            let mut taken = signal.take();
            rings.join().expect("rang");

            if taken.len() < 2 {
                assert!(signal.event.is_set(), "a list that has something is announced");
            }
            taken.extend(signal.take());
            assert_eq!(taken, [1, 2]);
            assert!(!signal.event.is_set());
        });
    }
}
