//! Waiting in threads: register, try once more, detach, sleep on the thread's own descriptor.
//!
//! Signals: in the main thread all are blocked before pending ones are looked for, and let through only
//! while `ppoll` sleeps. One that arrives between the look and the sleep ends the sleep at once.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use zmq4_core::{BlockedSignals, Descriptors, Parked, Parker, SignalMask, Waiter};

use crate::error;
use crate::process;

thread_local! {
    /// The thread's parker, with the process generation it belongs to.
    static PARKER: RefCell<Option<(u32, Arc<Parker>)>> = const { RefCell::new(None) };
}

/// What the calling thread sleeps on.
pub(crate) fn parker() -> PyResult<Arc<Parker>> {
    PARKER.with_borrow_mut(|slot| {
        if let Some((generation, parker)) = slot
            && *generation == process::generation()
        {
            return Ok(Arc::clone(parker));
        }
        let made = Parker::new().map_err(|error| error::system(&error))?;
        // A parker from before a fork has a descriptor in common with the parent: it is left alone.
        std::mem::forget(slot.replace((process::generation(), Arc::clone(&made))));
        Ok(made)
    })
}

/// Whether this is the thread that runs Python's signal handlers.
fn is_main_thread() -> bool {
    thread_local! {
        static MAIN: std::cell::Cell<Option<(u32, bool)>> = const { std::cell::Cell::new(None) };
    }
    MAIN.with(|known| match known.get() {
        Some((generation, main)) if generation == process::generation() => main,
        _ => {
            // SAFETY: both calls cannot fail and touch no memory.
            let main = unsafe { libc::gettid() == libc::getpid() };
            known.set(Some((process::generation(), main)));
            main
        }
    })
}

/// A time limit of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Limit {
    /// None was given: the socket's own applies.
    Default,
    /// This long.
    Within(Duration),
    /// For ever.
    Never,
}

impl Limit {
    /// Reads a `timeout=` argument: seconds, or None for the socket's own.
    pub(crate) fn new(value: Option<Borrowed<'_, '_, PyAny>>) -> PyResult<Self> {
        match value {
            None => Ok(Self::Default),
            Some(value) if value.is_none() => Ok(Self::Default),
            Some(value) => Self::from_seconds(
                value
                    .extract()
                    .map_err(|_| PyTypeError::new_err("timeout is a number of seconds, or None"))?,
            ),
        }
    }

    /// A limit of so many seconds; infinity means for ever.
    pub(crate) fn from_seconds(seconds: f64) -> PyResult<Self> {
        // No clock counts further than a few centuries.
        if seconds > 1e10 {
            return Ok(Self::Never);
        }
        Duration::try_from_secs_f64(seconds).map(Self::Within).map_err(|_| {
            PyValueError::new_err(format!("timeout is seconds, 0 or more, not {seconds}"))
        })
    }

    pub(crate) fn or(self, default: Option<Duration>) -> Option<Duration> {
        match self {
            Self::Default => default,
            Self::Within(limit) => Some(limit),
            Self::Never => None,
        }
    }
}

/// The instant after so long a time; none if it is too far away to be written down, which is never.
pub(crate) fn deadline_after(limit: Duration) -> Option<Instant> {
    Instant::now().checked_add(limit)
}

/// How an attempt went.
pub(crate) enum Attempt<R> {
    Done(R),
    /// It would have to wait.
    Later,
}

/// Repeats `attempt` until it is done or `limit` is over; None then. The first attempt has been made.
/// `register` puts a waiter where something will ring it.
pub(crate) fn repeat<R, W>(
    py: Python<'_>,
    limit: Option<Duration>,
    register: impl Fn(Waiter) -> W,
    attempt: impl FnMut() -> PyResult<Attempt<R>>,
) -> PyResult<Option<R>> {
    repeat_beside(py, limit, None, register, attempt)
}

/// The same; `attempt` is repeated too when something is noted of one of `descriptors`.
pub(crate) fn repeat_beside<R, W>(
    py: Python<'_>,
    limit: Option<Duration>,
    descriptors: Option<&RefCell<Descriptors>>,
    register: impl Fn(Waiter) -> W,
    mut attempt: impl FnMut() -> PyResult<Attempt<R>>,
) -> PyResult<Option<R>> {
    if limit == Some(Duration::ZERO) {
        return Ok(None);
    }
    crate::buffer::bury(py);
    let deadline = limit.and_then(deadline_after);
    let parker = parker()?;
    loop {
        parker.reset();
        let wait = register(Waiter::Thread(Arc::clone(&parker)));
        if let Attempt::Done(result) = attempt()? {
            return Ok(Some(result));
        }
        let outcome = sleep(py, &parker, deadline, descriptors)?;
        drop(wait);
        if outcome == Parked::TimedOut {
            return match attempt()? {
                Attempt::Done(result) => Ok(Some(result)),
                Attempt::Later => Ok(None),
            };
        }
    }
}

/// Sleeps detached; runs Python's signal handlers before and after.
fn sleep(
    py: Python<'_>,
    parker: &Parker,
    deadline: Option<Instant>,
    descriptors: Option<&RefCell<Descriptors>>,
) -> PyResult<Parked> {
    let mut descriptors = descriptors.map(RefCell::borrow_mut);
    let descriptors = descriptors.as_deref_mut();
    let (slept, is_slice) = detached(py, deadline, |until, mask| match descriptors {
        None => parker.park(until, mask),
        Some(descriptors) => parker.park_or(descriptors, until, mask),
    })?;
    let slept = slept.map_err(|error| error::system(&error))?;
    Ok(if is_slice && slept == Parked::TimedOut { Parked::Interrupted } else { slept })
}

/// The main thread looks for signals at least so often. While it blocks them, for the microsecond before
/// it sleeps, the system may give one to another thread of the program that does not block it, and that
/// thread's handler wakes nobody.
const SLICE: Duration = Duration::from_millis(100);

/// Runs `work` detached, and Python's signal handlers before and after. It is to end by the instant that
/// it is given, and to let signals through only while it sleeps, by the mask that it is given. The flag
/// says whether that instant is earlier than `deadline`.
pub(crate) fn detached<R: Send>(
    py: Python<'_>,
    deadline: Option<Instant>,
    work: impl FnOnce(Option<Instant>, Option<&SignalMask>) -> R + Send,
) -> PyResult<(R, bool)> {
    let worked = if is_main_thread() {
        let slice = Instant::now() + SLICE;
        let is_slice = deadline.is_none_or(|deadline| slice < deadline);
        let until = if is_slice { Some(slice) } else { deadline };
        let blocked = BlockedSignals::new();
        py.check_signals()?;
        (py.detach(|| work(until, Some(blocked.former()))), is_slice)
    } else {
        (py.detach(|| work(deadline, None)), false)
    };
    py.check_signals()?;
    Ok(worked)
}
