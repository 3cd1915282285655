//! I/O threads: each one a current-thread runtime, with all signals blocked.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use pin_project_lite::pin_project;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::sync::{Mutex, Rank};
use crate::sys::BlockedSignals;

/// The I/O threads of a context.
#[derive(Debug)]
pub(crate) struct IoThreads {
    threads: Vec<IoThread>,
}

#[derive(Debug)]
struct IoThread {
    handle: Handle,
    /// Tasks that run here.
    load: Arc<AtomicUsize>,
    stop: Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>,
}

impl IoThreads {
    /// Starts `count` threads.
    ///
    /// # Errors
    ///
    /// The system's, when it has no thread or no descriptor left.
    pub(crate) fn start(count: usize) -> io::Result<Arc<Self>> {
        let threads = (0..count).map(IoThread::start).collect::<io::Result<_>>()?;
        Ok(Arc::new(Self { threads }))
    }

    /// Runs a task on the least loaded thread; it stays there.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let thread = self
            .threads
            .iter()
            .min_by_key(|thread| thread.load.load(Ordering::Relaxed))
            .expect("nobody spawns on a context without I/O threads");
        let ticket = Ticket::new(&thread.load);
        thread.handle.spawn(Counted { task, _ticket: ticket }).abort_handle()
    }

    /// Ends all threads; tasks that still run are dropped where they wait.
    pub(crate) fn stop(&self) {
        let stops: Vec<_> =
            self.threads.iter().filter_map(|thread| thread.stop.lock().take()).collect();
        for (stop, join) in stops {
            // A thread that is gone already needs no word; one that panicked has said so.
            let _ = stop.send(());
            if join.thread().id() != std::thread::current().id() {
                let _ = join.join();
            }
        }
    }
}

/// One task of a thread's load.
#[derive(Debug)]
struct Ticket(Arc<AtomicUsize>);

impl Ticket {
    fn new(load: &Arc<AtomicUsize>) -> Self {
        load.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(load))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

pin_project! {
    /// A task with what counts it. An `async` block around the task would take twice its room.
    struct Counted<F> {
        #[pin]
        task: F,
        _ticket: Ticket,
    }
}

impl<F: Future<Output = ()>> Future for Counted<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().task.poll(cx)
    }
}

impl IoThread {
    fn start(number: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        // The thread inherits the mask, so that no signal finds it in its first moments either.
        let _blocked = BlockedSignals::new();
        let join =
            std::thread::Builder::new().name(format!("zmq4-io-{number}")).spawn(move || {
                // Whether the sender spoke or was dropped, it is time to go.
                let _ = runtime.block_on(stopped);
                runtime.shutdown_background();
            })?;
        let stop = Mutex::new(Rank::Leaf, Some((stop, join)));
        Ok(Self { handle, load: Arc::new(AtomicUsize::new(0)), stop })
    }
}
