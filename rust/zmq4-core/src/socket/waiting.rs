//! Waiting for a socket: registered, woken once, and never in vain for others.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::Socket;
use super::core::Core;
use crate::wait::{WaitId, WaitSide, Waiter};

/// A registered wait. Dropping it ends it; a wake that came and was not used is passed on.
#[derive(Debug)]
pub struct Wait {
    core: Arc<Core>,
    side: WaitSide,
    id: WaitId,
    /// The caller makes use of a wake itself.
    is_settled: bool,
    /// When it began, if it is a wait for room.
    since: Option<Instant>,
}

impl Socket {
    /// Registers a waiter. The caller tries once more before it sleeps: what came before the
    /// registration does not wake it.
    pub fn wait(&self, side: WaitSide, waiter: Waiter) -> Wait {
        let core = Arc::clone(&self.core);
        let id = core.inbox.register(side, waiter);
        let since = (side == WaitSide::Send).then(Instant::now);
        Wait { core, side, id, is_settled: false, since }
    }
}

impl Wait {
    /// Ends the wait of a caller that tries again by itself after this: nobody else is woken in its stead.
    /// Cheaper than dropping it, which wakes the next waiter if there is still something to have.
    pub fn settle(mut self) {
        self.is_settled = true;
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(since) = self.since {
            let nanos = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.core.blocked.fetch_add(nanos, Ordering::Relaxed);
        }
        let was_woken = !self.core.inbox.deregister(self.side, self.id);
        if was_woken && !self.is_settled {
            self.core.pass_on(self.side);
        }
    }
}

impl Core {
    /// Wakes the next waiter of a side, if there is something for it. Without that condition two idle
    /// waiters would wake each other for ever, each passing on what neither can use.
    fn pass_on(self: &Arc<Self>, side: WaitSide) {
        if !self.inbox.has_waiters(side) {
            return;
        }
        let (has_some, aftermath) = {
            let mut state = self.lock();
            let has_some = match side {
                WaitSide::Receive => state.has_message(),
                WaitSide::Send => state.can_send(),
                WaitSide::Drain | WaitSide::End => false,
            };
            (has_some, state.pipes.take_aftermath())
        };
        self.settle(aftermath);
        if has_some {
            self.inbox.pass_on(side);
        }
    }
}
