//! Sending: a whole message to one pipe, or none of it.

use std::sync::Arc;

use super::Socket;
use super::core::{Core, Gone, State};
use crate::error::SendError;
use crate::options::OnFull;
use crate::pattern::{NotSent, Routed};
use crate::pipe::{Part, Pushed, Queue};
use crate::wait::WaitSide;

impl Socket {
    /// Sends one message if some peer's queue has room; the message is taken whole or not at all.
    ///
    /// # Errors
    ///
    /// [`SendError::NoPeer`] and [`SendError::Full`] if it would have to wait, unless the socket drops
    /// messages instead; the others if it cannot.
    ///
    /// # Panics
    ///
    /// If there is no part: a message has at least one frame.
    #[inline]
    pub fn try_send(&self, parts: &[Part<'_>]) -> Result<(), SendError> {
        assert!(!parts.is_empty(), "a message has at least one frame");
        let core = &*self.core;
        let octets = parts.iter().map(Part::wire_len).sum();
        let reader = {
            let mut state = core.lock();
            if let Some(gone) = state.gone {
                return Err(gone.into());
            }
            let state = &mut *state;
            match state.pattern.send(&mut state.pipes, parts, octets) {
                Ok(Routed { pipe, wake }) => {
                    state.stats.sent += 1;
                    let end = if wake { state.pipes.get(pipe) } else { None };
                    end.map(|end| Arc::clone(&end.outbound))
                }
                Err(refusal) => return refused(state, refusal),
            }
        };
        if let Some(queue) = reader {
            queue.wake_reader();
        }
        if core.inbox.has_waiters(WaitSide::Send) {
            core.inbox.pass_on(WaitSide::Send);
        }
        Ok(())
    }

    /// Sends messages of one frame each until one would have to wait, under one lock; returns how many
    /// were taken.
    ///
    /// # Errors
    ///
    /// As [`Self::try_send`], if not even the first was taken.
    pub fn try_send_each(&self, frames: &[Part<'_>]) -> Result<usize, SendError> {
        let core = &*self.core;
        let mut sent = 0;
        while sent < frames.len() {
            let (result, reader) = core.send_run(frames.get(sent..).unwrap_or_default());
            sent += *result.as_ref().unwrap_or(&0);
            if let Some(queue) = reader {
                queue.wake_reader();
            }
            match result {
                Ok(_) => {}
                Err(error) if sent == 0 => return Err(error),
                Err(_) => break,
            }
        }
        if core.inbox.has_waiters(WaitSide::Send) {
            core.inbox.pass_on(WaitSide::Send);
        }
        Ok(sent)
    }

    /// Whether a send that would have to wait fails instead.
    pub fn fails_when_full(&self) -> bool {
        self.core.state.lock().options.pipe.on_full == OnFull::Error
    }

    /// Whether nothing is left that the kernel has not taken. If something is, a waiter registered for
    /// [`WaitSide::Drain`] before this call will be woken.
    ///
    /// # Errors
    ///
    /// [`SendError::Closed`] or [`SendError::Terminated`].
    pub fn is_drained(&self) -> Result<bool, SendError> {
        let state = self.core.lock();
        if let Some(gone) = state.gone {
            return Err(gone.into());
        }
        let sessions = state.ties.iter().filter(|(_, tie)| tie.bearer.session().is_some());
        let queues = sessions.filter_map(|(&pipe, _)| state.pipes.get(pipe));
        // Every queue is watched, so that the last of them wakes the caller.
        Ok(queues.filter(|end| end.outbound.watch_drain()).count() == 0)
    }
}

impl Core {
    /// Sends messages of one frame each, up to the first after which somebody is to be woken.
    fn send_run(&self, frames: &[Part<'_>]) -> (Result<usize, SendError>, Option<Arc<Queue>>) {
        let mut state = self.lock();
        let state = &mut *state;
        if let Some(gone) = state.gone {
            return (Err(gone.into()), None);
        }
        if let Some(end) = state.pattern.only_outbound().and_then(|pipe| state.pipes.get(pipe))
            && frames.len() > 1
        {
            let (sent, pushed) = end.outbound.push_each(frames);
            state.stats.sent += u64::try_from(sent).unwrap_or(u64::MAX);
            if sent > 0 {
                let wake = pushed == Pushed::WakeReader;
                return (Ok(sent), wake.then(|| Arc::clone(&end.outbound)));
            }
        }
        for (sent, frame) in frames.iter().enumerate() {
            let parts = std::slice::from_ref(frame);
            match state.pattern.send(&mut state.pipes, parts, frame.wire_len()) {
                Ok(Routed { pipe, wake }) => {
                    state.stats.sent += 1;
                    if wake {
                        let queue = state.pipes.get(pipe).map(|end| Arc::clone(&end.outbound));
                        return (Ok(sent + 1), queue);
                    }
                }
                Err(refusal) => match refused(state, refusal) {
                    Ok(()) => {}
                    Err(error) if sent == 0 => return (Err(error), None),
                    Err(_) => return (Ok(sent), None),
                },
            }
        }
        (Ok(frames.len()), None)
    }
}

#[cold]
fn refused(state: &mut State, refusal: NotSent) -> Result<(), SendError> {
    let drops = state.options.pipe.conflate
        || matches!(state.options.pipe.on_full, OnFull::DropNewest | OnFull::DropOldest);
    match refusal {
        NotSent::NotSupported => Err(SendError::NotSupported),
        NotSent::NoPeer | NotSent::Full if drops => {
            state.stats.dropped += 1;
            Ok(())
        }
        NotSent::NoPeer => Err(SendError::NoPeer),
        NotSent::Full => Err(SendError::Full),
    }
}

impl From<Gone> for SendError {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Closed => Self::Closed,
            Gone::Terminated => Self::Terminated,
        }
    }
}
