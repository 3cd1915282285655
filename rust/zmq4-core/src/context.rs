//! A context: the I/O threads, the inproc names, and the count of what still lives.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use crate::error::OpenError;
use crate::io_thread::IoThreads;
use crate::socket::{Core, Names};
use crate::sync::{Mutex, Rank};
use crate::wait::{Waiter, Watch, Watchers};
use crate::zap::Line;

/// What sockets share. Cloning it gives another handle to the same context.
#[derive(Clone, Debug)]
pub struct Context {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    io_threads: usize,
    registry: Mutex<Registry>,
    census: Arc<Census>,
    /// The line to the ZAP handler; it lives with the handler.
    zap: Mutex<Weak<Line>>,
}

#[derive(Debug, Default)]
struct Registry {
    names: Names,
    sockets: HashMap<usize, Weak<Core>>,
    threads: Option<Arc<IoThreads>>,
    is_terminated: bool,
}

/// Which tasks still run, and who waits for the last.
#[derive(Debug)]
struct Census {
    /// What each does, for people, by the number of its ticket.
    tasks: Mutex<BTreeMap<u64, String>>,
    next: AtomicU64,
    watchers: Arc<Watchers>,
}

/// One running task of a context.
#[derive(Debug)]
pub(crate) struct Ticket {
    census: Arc<Census>,
    number: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let task = self.census.tasks.lock().remove(&self.number);
        drop(task);
        self.census.watchers.ring();
    }
}

impl Context {
    /// Makes a context. Its threads start with the first endpoint that needs them; with no threads only
    /// inproc works.
    pub fn new(io_threads: usize) -> Self {
        let tasks = Mutex::new(Rank::Leaf, BTreeMap::new());
        let (next, watchers) = (AtomicU64::new(0), Watchers::new());
        let census = Arc::new(Census { tasks, next, watchers });
        let registry = Mutex::new(Rank::Registry, Registry::default());
        let zap = Mutex::new(Rank::Leaf, Weak::new());
        Self { inner: Arc::new(Inner { io_threads, registry, census, zap }) }
    }

    /// The number of I/O threads.
    pub fn io_thread_count(&self) -> usize {
        self.inner.io_threads
    }

    pub(crate) fn io_threads(&self) -> Result<Arc<IoThreads>, OpenError> {
        let mut registry = self.inner.registry.lock();
        if registry.is_terminated {
            return Err(OpenError::Terminated);
        }
        if self.inner.io_threads == 0 {
            return Err(OpenError::NoIoThread);
        }
        if let Some(threads) = &registry.threads {
            return Ok(Arc::clone(threads));
        }
        let threads = IoThreads::start(self.inner.io_threads)?;
        registry.threads = Some(Arc::clone(&threads));
        Ok(threads)
    }

    pub(crate) fn register(&self, core: &Arc<Core>) -> Result<(), OpenError> {
        let mut registry = self.inner.registry.lock();
        if registry.is_terminated {
            return Err(OpenError::Terminated);
        }
        registry.sockets.insert(Arc::as_ptr(core).addr(), Arc::downgrade(core));
        Ok(())
    }

    pub(crate) fn unregister(&self, core: &Core) {
        self.inner.registry.lock().sockets.remove(&std::ptr::from_ref(core).addr());
        self.inner.census.watchers.ring();
    }

    pub(crate) fn with_names<R>(&self, work: impl FnOnce(&mut Names) -> R) -> R {
        work(&mut self.inner.registry.lock().names)
    }

    /// The line to the ZAP handler that was asked last, if it is still there.
    pub(crate) fn zap_line(&self) -> Option<Arc<Line>> {
        self.inner.zap.lock().upgrade()
    }

    /// There is a new line to the ZAP handler. Returns the one before it.
    pub(crate) fn set_zap_line(&self, line: &Arc<Line>) -> Option<Arc<Line>> {
        std::mem::replace(&mut *self.inner.zap.lock(), Arc::downgrade(line)).upgrade()
    }

    /// Counts a task, which is `what` for people.
    pub(crate) fn ticket(&self, what: String) -> Ticket {
        let number = self.inner.census.next.fetch_add(1, Ordering::Relaxed);
        self.inner.census.tasks.lock().insert(number, what);
        Ticket { census: Arc::clone(&self.inner.census), number }
    }

    fn open_sockets(&self) -> Vec<Arc<Core>> {
        let registry = self.inner.registry.lock();
        registry.sockets.values().filter_map(Weak::upgrade).collect()
    }

    /// Refuses new sockets and wakes every call that waits. Sockets still have to be closed.
    pub fn shutdown(&self) {
        self.inner.registry.lock().is_terminated = true;
        for core in self.open_sockets() {
            core.terminate();
        }
        self.inner.census.watchers.ring();
    }

    /// Whether [`Self::shutdown`] was called.
    pub fn is_terminated(&self) -> bool {
        self.inner.registry.lock().is_terminated
    }

    /// Closes every socket with `linger`, or each with its own if absent.
    pub fn close_sockets(&self, linger: Option<Option<std::time::Duration>>) {
        for core in self.open_sockets() {
            core.close(linger);
        }
    }

    /// Whether every socket is closed and everything it left behind has been sent or given up.
    pub fn is_idle(&self) -> bool {
        let sockets = self.inner.registry.lock().sockets.len();
        sockets == 0 && self.inner.census.tasks.lock().is_empty()
    }

    /// Rings `waiter` at the next step towards [`Self::is_idle`].
    pub fn watch(&self, waiter: Waiter) -> Watch {
        self.inner.census.watchers.add(waiter)
    }

    /// The sockets that are not closed, and the connections that still send what closed sockets left
    /// behind, each in a line for people.
    pub fn pending(&self) -> (Vec<String>, Vec<String>) {
        let sockets = self.open_sockets().iter().map(|core| core.describe()).collect();
        (sockets, self.inner.census.tasks.lock().values().cloned().collect())
    }

    /// Ends the I/O threads. What is still unsent is lost.
    pub fn stop(&self) {
        let threads = self.inner.registry.lock().threads.take();
        if let Some(threads) = threads {
            threads.stop();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let threads = self.registry.lock().threads.take();
        if let Some(threads) = threads {
            threads.stop();
        }
    }
}
