//! From `tracing` to `logging`: records are queued here, and a thread that Python owns hands them over.
//! The core's threads never attach for the sake of a log line.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Condvar, Mutex, PoisonError};

use pyo3::prelude::*;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};
use zmq4_core::BlockedSignals;

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
    dropped: u64,
    stopped: bool,
}

struct Starter {
    hook: Option<Py<PyAny>>,
    /// The process generation in which the thread was started.
    started_in: Option<u32>,
}

fn records() -> std::sync::MutexGuard<'static, Records> {
    LOG.get().records.lock().unwrap_or_else(PoisonError::into_inner)
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
        while records.queue.is_empty() && !records.stopped {
            records = LOG.get().arrived.wait(records).unwrap_or_else(PoisonError::into_inner);
        }
        if records.queue.is_empty() {
            return None;
        }
        let mut taken: Vec<_> = records.queue.drain(..).collect();
        if records.dropped > 0 {
            taken.push((30, format!("{} log records were dropped", records.dropped)));
            records.dropped = 0;
        }
        Some(taken)
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
        let mut records = records();
        if records.stopped {
            return;
        }
        if records.queue.len() == CAPACITY {
            records.queue.pop_front();
            records.dropped += 1;
        }
        records.queue.push_back((level(*event.metadata().level()), text.finish()));
        drop(records);
        LOG.get().arrived.notify_one();
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
        _ => 10,
    }
}

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
