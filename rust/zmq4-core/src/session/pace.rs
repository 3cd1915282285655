//! The pace of handshakes on an I/O thread: their cryptography waits in a queue, and while connections are
//! in traffic it has a share of the thread's time and no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::MutexGuard;

use super::clock;
use crate::security::Allowance;
use crate::sync::{Mutex, Rank};

thread_local! {
    /// Of this I/O thread: sessions stay where they are.
    static PACE: Arc<Pace> = Arc::new(Pace::new());
}

/// What handshakes and traffic on one I/O thread know of each other.
#[derive(Debug)]
pub(super) struct Pace {
    allowance: Mutex<Allowance>,
    /// First come, first served: one waits for time, the others for him.
    queue: tokio::sync::Mutex<()>,
    /// How often connections in traffic moved something.
    turns: AtomicU64,
}

/// A connection in traffic has moved something on this thread.
pub(super) fn note_traffic() {
    PACE.with(|pace| {
        // There is one writer, so nothing is lost between the two.
        let turns = pace.turns.load(Ordering::Relaxed);
        pace.turns.store(turns.wrapping_add(1), Ordering::Relaxed);
    });
}

/// Does a step of a handshake that takes the thread some time, when it may. `on_delay` is called if the step
/// has to wait.
pub(super) async fn take_step<R>(work: impl FnOnce() -> R, on_delay: impl FnOnce()) -> R {
    let pace = PACE.with(Arc::clone);
    let _turn = pace.await_turn(on_delay).await;
    let began = Instant::now();
    let done = work();
    pace.allowance.lock().spend(began.elapsed(), clock::now());
    done
}

impl Pace {
    fn new() -> Self {
        let allowance = Mutex::new(Rank::Leaf, Allowance::new());
        Self { allowance, queue: tokio::sync::Mutex::new(()), turns: AtomicU64::new(0) }
    }

    async fn await_turn(&self, on_delay: impl FnOnce()) -> MutexGuard<'_, ()> {
        let mut on_delay = Some(on_delay);
        let mut delay = || on_delay.take().into_iter().for_each(|on_delay| on_delay());
        let turn = match self.queue.try_lock() {
            Ok(turn) => turn,
            Err(_others_wait) => {
                delay();
                self.queue.lock().await
            }
        };
        while let Some(wait) = self.wait() {
            delay();
            tokio::time::sleep(wait).await;
        }
        turn
    }

    fn wait(&self) -> Option<std::time::Duration> {
        self.allowance.lock().wait(self.turns.load(Ordering::Relaxed), clock::now())
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;

    /// Work for a thread, in real time.
    fn toil() {
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(2) {}
    }

    async fn is_delayed() -> bool {
        let is_delayed = Cell::new(false);
        take_step(toil, || is_delayed.set(true)).await;
        is_delayed.get()
    }

    #[tokio::test(start_paused = true)]
    async fn handshakes_alone_wait_for_nobody() {
        for _ in 0..20 {
            assert!(!is_delayed().await);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn beside_traffic_they_wait_when_their_share_is_used_up() {
        let mut delayed = 0;
        for _ in 0..20 {
            note_traffic();
            delayed += u32::from(is_delayed().await);
        }

        assert!(delayed >= 10, "{delayed}");
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_have_their_turn_in_the_order_in_which_they_came() {
        note_traffic();
        take_step(|| std::thread::sleep(Duration::from_millis(20)), || {}).await;
        let order = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let local = tokio::task::LocalSet::new();
        for n in 0..10 {
            let order = std::rc::Rc::clone(&order);
            local.spawn_local(async move {
                take_step(|| order.borrow_mut().push(n), || {}).await;
            });
        }

        local.await;

        assert_eq!(*order.borrow(), (0..10).collect::<Vec<_>>());
    }
}
