//! From `tracing` to `logging`: records are queued here, and a thread that Python owns hands them over.
//! The core's threads never attach for the sake of a log line.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use pyo3::prelude::*;
use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};
use zmq4_core::{BlockedSignals, Throttle};

use crate::per_process::PerProcess;
use crate::process;

/// Records that may wait; beyond it the oldest are dropped, and their number is told.
const CAPACITY: usize = 1000;

static LOG: PerProcess<Log> = PerProcess::new();
static STARTER: Mutex<Starter> = Mutex::new(Starter { hook: None, started_in: None });

/// The records of a process, and the word that some have come.
#[derive(Debug, Default)]
struct Log {
    records: Mutex<Records>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Records {
    queue: VecDeque<(u8, String)>,
    throttle: Throttle<Kind>,
    dropped: u64,
    /// The highest level among those dropped.
    dropped_level: u8,
    stopped: bool,
}

/// Records that say the same, of different peers: those of one place in the source.
#[derive(Clone, Debug)]
struct Kind {
    callsite: Identifier,
    level: u8,
    message: String,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.callsite == other.callsite
    }
}

impl Eq for Kind {}

impl Hash for Kind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.callsite.hash(state);
    }
}

struct Starter {
    hook: Option<Py<PyAny>>,
    /// The process generation in which the thread was started.
    started_in: Option<u32>,
}

fn records() -> MutexGuard<'static, Records> {
    LOG.get().records.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Records {
    fn push(&mut self, level: u8, text: String) {
        if self.queue.len() == CAPACITY
            && let Some((level, _)) = self.queue.pop_front()
        {
            self.dropped += 1;
            self.dropped_level = self.dropped_level.max(level);
        }
        self.queue.push_back((level, text));
    }

    /// Takes what there is, and says how much there was beyond it.
    fn take(&mut self) -> Vec<(u8, String)> {
        let mut taken: Vec<_> = self.queue.drain(..).collect();
        let (dropped, level) =
            (std::mem::take(&mut self.dropped), std::mem::take(&mut self.dropped_level));
        if dropped > 0 {
            // Whoever does not see such records need not know of their number.
            taken.push((level, format!("{dropped} log records were dropped")));
        }
        taken
    }

    /// Says how many records were held back, where it is time to.
    fn sum_up(&mut self) {
        let held = if self.stopped {
            self.throttle.take_all_held()
        } else {
            self.throttle.take_held(Instant::now())
        };
        for (kind, count) in held {
            self.push(kind.level, format!("{}: {count} more of them", kind.message));
        }
    }
}

/// Waits until something arrives, or is to be summed up.
fn wait(records: MutexGuard<'static, Records>) -> MutexGuard<'static, Records> {
    let arrived = &LOG.get().arrived;
    let Some(deadline) = records.throttle.deadline() else {
        return arrived.wait(records).unwrap_or_else(PoisonError::into_inner);
    };
    let left = deadline.saturating_duration_since(Instant::now());
    arrived.wait_timeout(records, left).unwrap_or_else(PoisonError::into_inner).0
}

/// Makes this module the receiver of the core's records, unless the process has one already.
pub(crate) fn install() {
    let _ = tracing::subscriber::set_global_default(Forwarder);
}

/// Starts the thread that hands records over, once a process.
pub(crate) fn start(py: Python<'_>) -> PyResult<()> {
    let hook = {
        let mut starter = STARTER.lock().unwrap_or_else(PoisonError::into_inner);
        if starter.started_in == Some(process::generation()) {
            return Ok(());
        }
        starter.started_in = Some(process::generation());
        starter.hook.as_ref().map(|hook| hook.clone_ref(py))
    };
    if let Some(hook) = hook {
        hook.call0(py)?;
    }
    Ok(())
}

/// The child of a fork has records of its own.
pub(crate) fn after_fork() {
    LOG.forget();
}

/// Says what starts the thread that calls `next_log_records`.
#[pyfunction]
pub(crate) fn set_log_starter(hook: Py<PyAny>) {
    STARTER.lock().unwrap_or_else(PoisonError::into_inner).hook = Some(hook);
}

/// Waits for records: pairs of `logging` level and text. None when logging was stopped.
#[pyfunction]
pub(crate) fn next_log_records(py: Python<'_>) -> Option<Vec<(u8, String)>> {
    // The thread that waits here takes no signal away from the one that handles them.
    let _blocked = BlockedSignals::new();
    py.detach(|| {
        let mut records = records();
        records.sum_up();
        while records.queue.is_empty() && !records.stopped {
            records = wait(records);
            records.sum_up();
        }
        if records.queue.is_empty() {
            return None;
        }
        Some(records.take())
    })
}

/// Ends `next_log_records`, once it has handed over what is there.
#[pyfunction]
pub(crate) fn stop_log() {
    records().stopped = true;
    LOG.get().arrived.notify_all();
}

/// The `tracing` subscriber of the process.
#[derive(Debug)]
struct Forwarder;

impl Subscriber for Forwarder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("zmq4") && *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let level = level(*event.metadata().level());
        let mut records = records();
        if records.stopped {
            return;
        }
        let kind =
            Kind { callsite: event.metadata().callsite(), level, message: text.message.clone() };
        let due = records.throttle.deadline();
        // Whoever asks for DEBUG asks for all of it; the rest peers must not be able to fill a disk with.
        let is_told = level == DEBUG || records.throttle.admits(&kind, Instant::now());
        if is_told {
            records.push(level, text.finish());
        }
        let is_news = is_told || records.throttle.deadline() != due;
        drop(records);
        if is_news {
            LOG.get().arrived.notify_one();
        }
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

/// The number that `logging` has for a level.
fn level(level: Level) -> u8 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        _ => DEBUG,
    }
}

const DEBUG: u8 = 10;

/// A record as one line: the message, then the fields.
#[derive(Debug, Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn finish(self) -> String {
        let line = format!("{}{}", self.message, self.fields);
        // What peers had a say in must not forge lines.
        line.chars()
            .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
            .collect()
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}
