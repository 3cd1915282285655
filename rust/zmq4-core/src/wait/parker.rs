//! A thread asleep on a descriptor of its own.

use std::sync::Arc;
use std::time::Instant;

use super::event::Event;
use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sys::{Descriptors, Polled, SignalMask};

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parked {
    /// Somebody called [`Parker::unpark`].
    Woken,
    /// The deadline passed.
    TimedOut,
    /// A signal arrived: the caller runs its handlers and waits again.
    Interrupted,
}

const EMPTY: u8 = 0;
const PARKED: u8 = 1;
const NOTIFIED: u8 = 2;

/// A thread's place to sleep: an event descriptor and a flag that saves the write when nobody sleeps.
#[derive(Debug)]
pub struct Parker {
    state: AtomicU8,
    event: Event,
}

impl Parker {
    /// Makes a parker for the calling thread.
    ///
    /// # Errors
    ///
    /// The system's, when it has no descriptor left.
    pub fn new() -> std::io::Result<Arc<Self>> {
        Ok(Arc::new(Self { state: AtomicU8::new(EMPTY), event: Event::new()? }))
    }

    /// Forgets a wake that came for an earlier wait. Called before registering for a new one.
    pub fn reset(&self) {
        self.state.store(EMPTY, Ordering::SeqCst);
    }

    /// Sleeps until [`Self::unpark`], `deadline`, or a signal that `mask` lets through while asleep. May
    /// say `Woken` for a wake that was meant for an earlier sleep.
    ///
    /// # Errors
    ///
    /// The system's, from `ppoll`.
    pub fn park(
        &self,
        deadline: Option<Instant>,
        mask: Option<&SignalMask>,
    ) -> std::io::Result<Parked> {
        self.sleep(|event| event.wait(deadline, mask))
    }

    /// Sleeps as [`Self::park`] does, or until something is noted of one of `others`; that is `Woken` too.
    ///
    /// # Errors
    ///
    /// The system's, from `ppoll`.
    pub fn park_or(
        &self,
        others: &mut Descriptors,
        deadline: Option<Instant>,
        mask: Option<&SignalMask>,
    ) -> std::io::Result<Parked> {
        self.sleep(|event| event.wait_or(others, deadline, mask))
    }

    fn sleep(
        &self,
        wait: impl FnOnce(&Event) -> std::io::Result<Polled>,
    ) -> std::io::Result<Parked> {
        if self.state.compare_exchange(EMPTY, PARKED, Ordering::SeqCst, Ordering::SeqCst).is_err() {
            self.reset();
            return Ok(Parked::Woken);
        }
        let polled = wait(&self.event);
        let is_notified = self.state.swap(EMPTY, Ordering::SeqCst) == NOTIFIED;
        let polled = polled?;
        // Whoever notifies a sleeper writes the event after it has set the flag. If the sleep ends in
        // between, the event comes late and ends the next sleep instead, unannounced: then, too, it is
        // cleared, or no sleep would last ever again.
        if is_notified || polled == Polled::Ready {
            self.event.clear();
            return Ok(Parked::Woken);
        }
        Ok(match polled {
            Polled::Ready => Parked::Woken,
            Polled::TimedOut => Parked::TimedOut,
            Polled::Interrupted => Parked::Interrupted,
        })
    }

    /// Ends the thread's sleep, or the next one if it is awake.
    pub fn unpark(&self) {
        if self.state.swap(NOTIFIED, Ordering::SeqCst) == PARKED {
            self.event.set();
        }
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use std::time::Duration;

    use super::*;

    fn park(parker: &Parker, limit: Duration) -> Parked {
        parker.park(Some(Instant::now() + limit), None).expect("ppoll works")
    }

    #[test]
    fn a_wake_before_the_sleep_ends_it_at_once() {
        let parker = Parker::new().expect("a descriptor");

        parker.unpark();

        assert_eq!(park(&parker, Duration::from_secs(10)), Parked::Woken);
        assert_eq!(park(&parker, Duration::ZERO), Parked::TimedOut);
    }

    #[test]
    fn a_wake_of_an_earlier_wait_is_forgotten_by_reset() {
        let parker = Parker::new().expect("a descriptor");

        parker.unpark();
        parker.reset();

        assert_eq!(park(&parker, Duration::ZERO), Parked::TimedOut);
    }

    #[test]
    fn a_late_event_ends_at_most_one_sleep() {
        let parker = Parker::new().expect("a descriptor");
        // What a sleeper leaves behind whose time was over between the two halves of `unpark`.
        parker.event.set();

        assert_eq!(park(&parker, Duration::ZERO), Parked::Woken);
        assert_eq!(park(&parker, Duration::ZERO), Parked::TimedOut);
    }

    #[test]
    fn a_sleeping_thread_is_woken() {
        let parker = Parker::new().expect("a descriptor");
        let waker = Arc::clone(&parker);

        let other = std::thread::spawn(move || waker.unpark());

        assert_eq!(park(&parker, Duration::from_secs(10)), Parked::Woken);
        other.join().expect("unparked");
    }
}

#[cfg(all(test, zmq4_loom))]
mod loom_tests {
    use super::*;

    #[test]
    fn loom_a_sleep_always_ends_with_the_wake() {
        loom::model(|| {
            let parker = Parker::new().expect("a stand-in");
            let waker = Arc::clone(&parker);

            let other = loom::thread::spawn(move || waker.unpark());
            let parked = parker.park(None, None).expect("never fails");
            other.join().expect("unparked");

            assert_eq!(parked, Parked::Woken);
        });
    }

    #[test]
    fn loom_a_wake_that_races_with_the_deadline_disturbs_at_most_one_sleep() {
        loom::model(|| {
            let parker = Parker::new().expect("a stand-in");
            let waker = Arc::clone(&parker);

            let other = loom::thread::spawn(move || waker.unpark());
            let deadline = Some(Instant::now());
            parker.park(deadline, None).expect("never fails");
            other.join().expect("unparked");
            parker.park(deadline, None).expect("never fails");

            assert_eq!(parker.park(deadline, None).expect("never fails"), Parked::TimedOut);
        });
    }

    #[test]
    fn loom_two_wakes_are_as_good_as_one() {
        loom::model(|| {
            let parker = Parker::new().expect("a stand-in");
            let wakers: Vec<_> = (0..2)
                .map(|_| {
                    let waker = Arc::clone(&parker);
                    loom::thread::spawn(move || waker.unpark())
                })
                .collect();

            assert_eq!(parker.park(None, None).expect("never fails"), Parked::Woken);

            for waker in wakers {
                waker.join().expect("unparked");
            }
        });
    }
}
