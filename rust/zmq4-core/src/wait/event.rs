//! What a thread sleeps on: an event descriptor, or loom's stand-in for one.

#[cfg(not(zmq4_loom))]
pub(super) use descriptor::Event;
#[cfg(zmq4_loom)]
pub(super) use stand_in::Event;

#[cfg(not(zmq4_loom))]
mod descriptor {
    use std::io;
    use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
    use std::time::Instant;

    use crate::sys::{self, Descriptors, Polled, SignalMask};

    /// Readable from [`Event::set`] to [`Event::clear`].
    #[derive(Debug)]
    pub(crate) struct Event(OwnedFd);

    impl Event {
        pub(crate) fn new() -> io::Result<Self> {
            sys::event_fd().map(Self)
        }

        pub(crate) fn raw_fd(&self) -> RawFd {
            self.0.as_raw_fd()
        }

        pub(crate) fn set(&self) {
            sys::set_event(self.0.as_fd());
        }

        pub(crate) fn clear(&self) {
            sys::clear_event(self.0.as_fd());
        }

        /// Waits until the event is set, the deadline passes, or a signal that `mask` lets through arrives.
        pub(crate) fn wait(
            &self,
            deadline: Option<Instant>,
            mask: Option<&SignalMask>,
        ) -> io::Result<Polled> {
            sys::wait_readable(self.0.as_fd(), deadline, mask)
        }

        /// The same, or until something is noted of one of `others`.
        pub(crate) fn wait_or(
            &self,
            others: &mut Descriptors,
            deadline: Option<Instant>,
            mask: Option<&SignalMask>,
        ) -> io::Result<Polled> {
            sys::wait_readable_or(self.0.as_fd(), others, deadline, mask)
        }
    }
}

#[cfg(zmq4_loom)]
mod stand_in {
    use std::io;
    use std::os::fd::RawFd;
    use std::time::Instant;

    use loom::sync::{Condvar, Mutex};

    use crate::sys::{Descriptors, Polled, SignalMask};

    /// The same without the system. A deadline counts as passed unless the event is set already, so that
    /// loom walks both outcomes.
    #[derive(Debug, Default)]
    pub(crate) struct Event {
        is_set: Mutex<bool>,
        changed: Condvar,
    }

    impl Event {
        #[expect(clippy::unnecessary_wraps, reason = "the descriptor it stands for may be refused")]
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self::default())
        }

        #[expect(clippy::unused_self, reason = "the descriptor it stands for has a number")]
        pub(crate) fn raw_fd(&self) -> RawFd {
            -1
        }

        pub(crate) fn set(&self) {
            *self.is_set.lock().expect("no test panics under this lock") = true;
            self.changed.notify_all();
        }

        pub(crate) fn clear(&self) {
            *self.is_set.lock().expect("no test panics under this lock") = false;
        }

        pub(crate) fn is_set(&self) -> bool {
            *self.is_set.lock().expect("no test panics under this lock")
        }

        #[expect(clippy::unnecessary_wraps, reason = "the system call it stands for may fail")]
        pub(crate) fn wait(
            &self,
            deadline: Option<Instant>,
            _mask: Option<&SignalMask>,
        ) -> io::Result<Polled> {
            let mut is_set = self.is_set.lock().expect("no test panics under this lock");
            while !*is_set && deadline.is_none() {
                is_set = self.changed.wait(is_set).expect("no test panics under this lock");
            }
            Ok(if *is_set { Polled::Ready } else { Polled::TimedOut })
        }

        pub(crate) fn wait_or(
            &self,
            _others: &mut Descriptors,
            deadline: Option<Instant>,
            mask: Option<&SignalMask>,
        ) -> io::Result<Polled> {
            self.wait(deadline, mask)
        }
    }
}
