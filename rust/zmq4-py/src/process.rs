//! Fork and interpreter exit.
//!
//! I/O threads do not survive a fork, and the child shares descriptors with its parent. So every object
//! remembers the process generation it was made in; in another one it raises `ForkError`, and its memory
//! is forgotten, never dropped: dropping would take part in the parent's connections.

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::error::{self, Kind};
use crate::wait::deadline_after;

static GENERATION: AtomicU32 = AtomicU32::new(0);

/// The number of forks between the first process and this one.
#[inline]
pub(crate) fn generation() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}

/// Called by `os.register_at_fork` in the child.
#[pyfunction]
pub(crate) fn after_fork_in_child() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    crate::buffer::after_fork();
    crate::log::after_fork();
    crate::security::after_fork();
}

/// Something that must not be touched after a fork.
#[derive(Debug)]
pub(crate) struct Native<T> {
    value: ManuallyDrop<T>,
    generation: u32,
    process: u32,
}

impl<T> Native<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            value: ManuallyDrop::new(value),
            generation: generation(),
            process: std::process::id(),
        }
    }

    /// Whether this process made it.
    #[inline]
    pub(crate) fn is_ours(&self) -> bool {
        self.generation == generation()
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// `ForkError` if it was made before a fork.
    #[inline]
    pub(crate) fn get(&self, py: Python<'_>) -> PyResult<&T> {
        if self.is_ours() { Ok(&self.value) } else { Err(self.forked(py)) }
    }

    #[cold]
    fn forked(&self, py: Python<'_>) -> PyErr {
        let text = format!(
            "opened in process {}, used after a fork in process {}; create it after the fork, or pass \
             its endpoint to the child",
            self.process,
            std::process::id()
        );
        error::new(py, Kind::ForkError, &text)
    }
}

impl<T> Drop for Native<T> {
    fn drop(&mut self) {
        if self.is_ours() {
            // SAFETY: the value is dropped here and nowhere else, once.
            unsafe { ManuallyDrop::drop(&mut self.value) }
        }
    }
}

/// A value of ours or nothing: for places that must not fail.
impl<T> Native<T> {
    pub(crate) fn ours(&self) -> Option<&T> {
        self.is_ours().then(|| &*self.value)
    }
}

/// Ends all contexts of this process: called once, at interpreter exit, while Python is whole. Waits at
/// most `timeout` seconds, and no longer than the longest linger of the sockets still open. An interrupt
/// ends the wait.
#[pyfunction]
pub(crate) fn shutdown(py: Python<'_>, timeout: f64) {
    let contexts = crate::context::all_of_this_process();
    py.detach(|| {
        for context in &contexts {
            context.close_sockets(None);
            context.shutdown();
        }
    });
    let deadline = Duration::try_from_secs_f64(timeout).ok().and_then(deadline_after);
    for context in &contexts {
        let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        if crate::context::is_idle_within(py, context, left).is_err() {
            // The user wants to leave now; there is nobody left to tell.
            break;
        }
    }
    py.detach(|| contexts.iter().for_each(zmq4_core::Context::stop));
}
