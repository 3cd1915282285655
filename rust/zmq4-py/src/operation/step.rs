//! The stages of an operation and the steps between them.

use std::cell::Cell;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use zmq4_core::{SendError, WaitSide, Waiter};

use super::OperationObject;
use super::work::{Tried, Work};
use crate::buffer;
use crate::claim::Claim;
use crate::held::Held;
use crate::process::Native;
use crate::receive;
use crate::refusal;
use crate::send::none;
use crate::signal::LoopSignal;
use crate::wait::deadline_after;

/// Operations that may be done at once before the loop has a turn.
const FAIR: u32 = 64;

thread_local! {
    static DONE_AT_ONCE: Cell<u32> = const { Cell::new(0) };
}

/// What gives the bridge of the running loop; set by `zmq4.asyncio`.
static BRIDGE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Says what gives the bridge of the running event loop.
#[pyfunction]
pub(crate) fn set_loop_bridge(py: Python<'_>, factory: Py<PyAny>) {
    // Set once, when `zmq4.asyncio` is imported; a second import of it changes nothing.
    let _ = BRIDGE.set(py, factory);
}

pub(super) enum Stage {
    Fresh,
    Running,
    Waiting(Waiting),
    Finished,
}

/// A registered wait and the future that stands for it.
pub(super) struct Waiting {
    /// The iterator of the future.
    pub(super) inner: Held,
    pub(super) bridge: Held,
    token: u64,
    _wait: Native<zmq4_core::Wait>,
    _claim: Claim,
}

/// What one step led to.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Return(*mut ffi::PyObject),
    Yield(*mut ffi::PyObject),
}

impl OperationObject {
    /// One step; `value` is what the loop sends, None as a rule.
    pub(super) fn step(&mut self, py: Python<'_>, value: *mut ffi::PyObject) -> PyResult<Step> {
        match std::mem::replace(&mut self.stage, Stage::Running) {
            Stage::Fresh => self.begin(py),
            Stage::Waiting(waiting) => self.resume(py, waiting, value),
            Stage::Running => Err(PyValueError::new_err("the operation is running already")),
            Stage::Finished => {
                self.stage = Stage::Finished;
                Err(PyRuntimeError::new_err("cannot reuse an operation that was awaited already"))
            }
        }
    }

    fn begin(&mut self, py: Python<'_>) -> PyResult<Step> {
        let at_once = DONE_AT_ONCE.get();
        if at_once >= FAIR {
            DONE_AT_ONCE.set(0);
            self.stage = Stage::Fresh;
            return Ok(Step::Yield(none(py)));
        }
        match self.attempt(py) {
            Ok(Tried::Done(result)) => {
                DONE_AT_ONCE.set(at_once + 1);
                self.stage = Stage::Finished;
                Ok(Step::Return(result))
            }
            Ok(Tried::Later(why)) => {
                let socket = self.socket(py);
                let limit = self.limit.or(match self.work.side() {
                    WaitSide::Receive => socket.own.timeouts.receive(),
                    WaitSide::Send | WaitSide::Drain | WaitSide::End => socket.own.timeouts.send(),
                });
                self.deadline = limit.and_then(deadline_after);
                self.wait(py, why)
            }
            Err(error) => self.fail(error),
        }
    }

    pub(super) fn fail<T>(&mut self, error: PyErr) -> PyResult<T> {
        self.stage = Stage::Finished;
        Err(error)
    }

    /// Makes a future and yields it, unless the operation can be done after all, or the time is over. `why` it
    /// has to wait is told then.
    fn wait(&mut self, py: Python<'_>, why: Option<SendError>) -> PyResult<Step> {
        let left = self.deadline.map(|at| at.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            // A caller who asks again and again without waiting takes turns too.
            DONE_AT_ONCE.set(DONE_AT_ONCE.get() + 1);
            return self.expire(py, why);
        }
        match self.register(py, left).and_then(|waiting| Ok((self.attempt(py)?, waiting))) {
            Ok((Tried::Done(result), waiting)) => {
                drop(waiting);
                self.stage = Stage::Finished;
                Ok(Step::Return(result))
            }
            Ok((Tried::Later(_), waiting)) => self.resume(py, waiting, py.None().as_ptr()),
            Err(error) => self.fail(error),
        }
    }

    fn register(&self, py: Python<'_>, left: Option<Duration>) -> PyResult<Waiting> {
        buffer::bury(py);
        let factory = BRIDGE
            .get(py)
            .ok_or_else(|| PyRuntimeError::new_err("import zmq4.asyncio before awaiting"))?;
        let bridge = factory.bind(py).call0()?;
        let socket = self.socket(py);
        let claim = socket.claims.claim(&bridge, &socket.describe())?;
        let signal = bridge.getattr("signal")?;
        let signal = signal.cast::<LoopSignal>()?.get().share(py)?;
        let seconds = left.map(|left| left.as_secs_f64());
        let (token, future): (u64, Bound<'_, PyAny>) =
            bridge.call_method1("expect", (seconds,))?.extract()?;
        let core = socket.core(py)?;
        let wait = Native::new(core.wait(self.work.side(), Waiter::Loop(signal, token)));
        let inner = Held::new(future.call_method0("__await__")?);
        Ok(Waiting { inner, bridge: Held::new(bridge), token, _wait: wait, _claim: claim })
    }

    /// Goes on waiting, or tries again if the future is done.
    fn resume(
        &mut self,
        py: Python<'_>,
        waiting: Waiting,
        value: *mut ffi::PyObject,
    ) -> PyResult<Step> {
        let mut result = null_mut();
        // SAFETY: live objects; the result is a new reference where the call says so.
        let sent = unsafe { ffi::PyIter_Send(waiting.inner.as_ptr(), value, &raw mut result) };
        match sent {
            ffi::PySendResult::PYGEN_NEXT => {
                self.stage = Stage::Waiting(waiting);
                Ok(Step::Yield(result))
            }
            ffi::PySendResult::PYGEN_ERROR => {
                let error = PyErr::fetch(py);
                drop(waiting);
                self.fail(error)
            }
            ffi::PySendResult::PYGEN_RETURN => {
                // SAFETY: a new reference to what the future was resolved with: None.
                drop(unsafe { Bound::from_owned_ptr_or_opt(py, result) });
                self.woken(py, waiting)
            }
        }
    }

    fn woken(&mut self, py: Python<'_>, waiting: Waiting) -> PyResult<Step> {
        let tried = self.attempt(py);
        drop(waiting);
        match tried {
            Ok(Tried::Done(result)) => {
                self.stage = Stage::Finished;
                Ok(Step::Return(result))
            }
            Ok(Tried::Later(why)) => self.wait(py, why),
            Err(error) => self.fail(error),
        }
    }

    fn expire(&mut self, py: Python<'_>, why: Option<SendError>) -> PyResult<Step> {
        self.stage = Stage::Finished;
        let socket = self.socket(py);
        let not_sent = || refusal::timed_out(py, socket, why.unwrap_or(SendError::Full));
        match &self.work {
            Work::ReceiveMany(_) => Ok(Step::Return(receive::no_messages(py))),
            Work::Receive(_) | Work::ReceiveInto(_) => Err(receive::timed_out(py, socket)),
            Work::Send(_) | Work::SendFrames(_) => Err(not_sent()),
            Work::SendMany { accepted, .. } => {
                let error = not_sent();
                error.value(py).setattr("accepted", accepted)?;
                Err(error)
            }
        }
    }
}

impl Drop for Waiting {
    /// Ends the wait: the loop need not know the token any more. A wake that was not used is passed on when
    /// the wait itself is dropped, behind this.
    fn drop(&mut self) {
        // SAFETY: operations are stepped, cleared and freed by the interpreter, attached.
        let py = unsafe { Python::assume_attached() };
        let earlier = PyErr::take(py);
        if let Err(error) = self.bridge.get(py).call_method1("forget", (self.token,)) {
            error.write_unraisable(py, None);
        }
        if let Some(earlier) = earlier {
            earlier.restore(py);
        }
    }
}
