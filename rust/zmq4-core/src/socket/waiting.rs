//! Waiting for a socket: registered, woken once, and never in vain for others.

use std::sync::Arc;

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
}

impl Socket {
    /// Registers a waiter. The caller tries once more before it sleeps: what came before the
    /// registration does not wake it.
    pub fn wait(&self, side: WaitSide, waiter: Waiter) -> Wait {
        let core = Arc::clone(&self.core);
        let id = core.inbox.register(side, waiter);
        Wait { core, side, id, is_settled: false }
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
        let was_woken = !self.core.inbox.deregister(self.side, self.id);
        if was_woken && !self.is_settled {
            self.core.pass_on(self.side);
        }
    }
}

impl Core {
    /// Wakes the next waiter of a side, if there is something for it. Without that condition two idle
    /// waiters would wake each other for ever, each passing on what neither can use.
    fn pass_on(&self, side: WaitSide) {
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
        if let Some(aftermath) = aftermath {
            aftermath.run(&self.inbox);
        }
        if has_some {
            self.inbox.pass_on(side);
        }
    }
}
