//! The desk: where the questions of a process wait for the threads of its pool.
//!
//! The threads are Python's, and stop at the end of the interpreter as the log's does. There is one more
//! than are at work, up to [`MOST_WORKERS`]: who takes a question and leaves nobody behind is told to start
//! another first.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use zmq4_core::BlockedSignals;

use super::question::Question;
use crate::per_process::PerProcess;

/// Threads of one pool: so many slow callables stall no handshake but their own.
const MOST_WORKERS: usize = 16;
/// How long a thread that is not the last one waits for something to do.
const IDLE: Duration = Duration::from_secs(5);

static DESK: PerProcess<Desk> = PerProcess::new();

#[derive(Debug, Default)]
struct Desk {
    shift: Mutex<Shift>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Shift {
    /// With the token of who asks.
    questions: VecDeque<(u64, zmq4_core::Question)>,
    /// Who may ask.
    inquiries: usize,
    workers: usize,
    idle: usize,
    stopped: bool,
}

fn shift() -> MutexGuard<'static, Shift> {
    DESK.get().shift.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts a question where the pool finds it. Called on I/O threads.
pub(super) fn put(token: u64, question: zmq4_core::Question) {
    let mut shift = shift();
    if shift.stopped || shift.workers == 0 {
        return;
    }
    // Handshakes that ended meanwhile must not pile up behind slow callables.
    shift.questions.retain(|(_, question)| question.answer.is_awaited());
    shift.questions.push_back((token, question));
    drop(shift);
    DESK.get().arrived.notify_one();
}

/// The child of a fork has a desk of its own.
pub(crate) fn after_fork() {
    DESK.forget();
}

/// Counts one more who asks, if it is new. Whether the pool needs its first thread, which the caller owes it.
pub(super) fn enlist(is_new: bool) -> bool {
    let mut shift = shift();
    shift.inquiries += usize::from(is_new);
    let is_needed = shift.workers == 0 && !shift.stopped;
    shift.workers += usize::from(is_needed);
    is_needed
}

/// Counts one less; with the last one the threads end.
pub(super) fn retire() {
    let mut shift = shift();
    shift.inquiries = shift.inquiries.saturating_sub(1);
    let is_last = shift.inquiries == 0;
    drop(shift);
    if is_last {
        DESK.get().arrived.notify_all();
    }
}

/// Says that a thread of the pool could not be started, or ended by itself.
#[pyfunction]
pub(crate) fn leave_pool() {
    let mut shift = shift();
    let _: Option<()> = shift.leave();
    // With nobody left to answer, waiting helps nobody.
    let unanswered =
        if shift.workers == 0 { std::mem::take(&mut shift.questions) } else { VecDeque::new() };
    drop(shift);
    drop(unanswered);
}

/// Waits for a question. Returns whom to ask, the question, and whether to start another thread first;
/// None when this thread is to end.
#[pyfunction]
pub(crate) fn next_question(py: Python<'_>) -> Option<(u64, Question, bool)> {
    // The thread that waits here takes no signal away from the one that handles them.
    let _blocked = BlockedSignals::new();
    let (token, question, is_alone) = py.detach(take)?;
    Some((token, Question::new(question), is_alone))
}

fn take() -> Option<(u64, zmq4_core::Question, bool)> {
    let arrived = &DESK.get().arrived;
    let mut shift = shift();
    let deadline = Instant::now() + IDLE;
    loop {
        if shift.stopped {
            return shift.leave();
        }
        if let Some((token, question)) = shift.next() {
            let is_alone = shift.idle == 0 && shift.workers < MOST_WORKERS;
            shift.workers += usize::from(is_alone);
            return Some((token, question, is_alone));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if shift.inquiries == 0 || (left.is_zero() && shift.idle > 0) {
            return shift.leave();
        }
        shift.idle += 1;
        // The last thread stays for as long as it takes.
        shift = if left.is_zero() {
            arrived.wait(shift).unwrap_or_else(PoisonError::into_inner)
        } else {
            arrived.wait_timeout(shift, left).unwrap_or_else(PoisonError::into_inner).0
        };
        shift.idle -= 1;
    }
}

impl Shift {
    /// One thread ends.
    fn leave<T>(&mut self) -> Option<T> {
        self.workers = self.workers.saturating_sub(1);
        None
    }

    /// Takes the oldest question that is still of interest.
    fn next(&mut self) -> Option<(u64, zmq4_core::Question)> {
        while let Some((token, question)) = self.questions.pop_front() {
            if question.answer.is_awaited() {
                return Some((token, question));
            }
        }
        None
    }
}

/// Ends every thread of the pool, once it is done with what it does; later questions have status 500.
#[pyfunction]
pub(crate) fn stop_questions() {
    let mut shift = shift();
    shift.stopped = true;
    let unanswered = std::mem::take(&mut shift.questions);
    drop(shift);
    DESK.get().arrived.notify_all();
    drop(unanswered);
}
