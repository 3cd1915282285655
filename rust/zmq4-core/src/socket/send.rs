//! Sending: a whole message to one pipe, or none of it.

use std::sync::Arc;

use zmq4_proto::{RoutingId, SocketType};

use super::Socket;
use super::core::{Core, Gone, State};
use super::losses::Damage;
use crate::error::{SendError, SubscribeError};
use crate::monitor::Loss;
use crate::options::OnFull;
use crate::pattern::{Aftermath, NotSent, Routed};
use crate::pipe::{Part, PipeEnd, Pushed, Queue};
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
        if self.core.socket_type == SocketType::XSub {
            return self.send_upstream(parts);
        }
        self.send_parts(parts)
    }

    /// What an XSUB sends may be subscriptions.
    fn send_upstream(&self, parts: &[Part<'_>]) -> Result<(), SendError> {
        match self.core.take_wishes(parts) {
            Ok(None) => self.send_parts(parts),
            Ok(Some(left)) if left.is_empty() => Ok(()),
            Ok(Some(left)) => self.send_parts(&left),
            Err(SubscribeError::Terminated) => Err(SendError::Terminated),
            Err(_) => Err(SendError::Closed),
        }
    }

    #[inline]
    fn send_parts(&self, parts: &[Part<'_>]) -> Result<(), SendError> {
        let core = &self.core;
        let octets = parts.iter().map(Part::wire_len).sum();
        let (sent, reader, is_turn, aftermath) = {
            let mut state = core.lock();
            if let Some(gone) = state.gone {
                return Err(gone.into());
            }
            let (sent, reader) = state.give(parts, octets);
            let is_turn = core.inbox.has_waiters(WaitSide::Receive) && state.has_turn_to_receive();
            core.relevel(&mut state);
            (sent, reader, is_turn, state.pipes.take_aftermath())
        };
        if let Some(queue) = reader {
            queue.wake_reader();
        }
        core.settle(aftermath);
        sent?;
        if core.inbox.has_waiters(WaitSide::Send) {
            core.inbox.pass_on(WaitSide::Send);
        }
        if is_turn {
            core.inbox.pass_on(WaitSide::Receive);
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
        let core = &self.core;
        let mut sent = 0;
        if core.socket_type == SocketType::XSub {
            for frame in frames {
                self.send_upstream(std::slice::from_ref(frame))?;
            }
            return Ok(frames.len());
        }
        while sent < frames.len() {
            let (result, reader, aftermath) = core.send_run(frames.get(sent..).unwrap_or_default());
            sent += *result.as_ref().unwrap_or(&0);
            if let Some(queue) = reader {
                queue.wake_reader();
            }
            core.settle(aftermath);
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

    /// Whether the socket can still be used.
    ///
    /// # Errors
    ///
    /// [`SendError::Closed`] or [`SendError::Terminated`].
    pub fn check(&self) -> Result<(), SendError> {
        self.core.state.lock().gone.map_or(Ok(()), |gone| Err(gone.into()))
    }

    /// Whether the peer of that routing id has room for a message; none if a ROUTER knows no such peer.
    pub fn peer_has_room(&self, routing_id: &[u8]) -> Option<bool> {
        let state = self.core.lock();
        let pipe = state.pattern.route(routing_id)?;
        state.pipes.get(pipe).map(PipeEnd::has_room)
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
    fn send_run(&self, frames: &[Part<'_>]) -> Run {
        let mut state = self.lock();
        if let Some(gone) = state.gone {
            return (Err(gone.into()), None, None);
        }
        let (result, reader) = state.give_run(frames);
        self.relevel(&mut state);
        (result, reader, state.pipes.take_aftermath())
    }
}

/// How many messages were sent, and who is to be woken for them.
type Run = (Result<usize, SendError>, Option<Arc<Queue>>, Option<Box<Aftermath>>);

impl State {
    /// Whether a message is dropped for which there is no room, or no peer.
    pub(super) fn drops_surplus(&self) -> bool {
        let pipe = &self.options.pipe;
        pipe.conflate || matches!(pipe.on_full, OnFull::DropNewest | OnFull::DropOldest)
    }

    /// Gives a message to the pattern. The queue's reader is to be woken.
    #[inline]
    fn give(
        &mut self,
        parts: &[Part<'_>],
        octets: usize,
    ) -> (Result<(), SendError>, Option<Arc<Queue>>) {
        match self.pattern.send(&mut self.pipes, parts, octets) {
            Ok(Routed::To { pipe, wake }) => {
                self.stats.sent += 1;
                self.pipes.note_overflow(pipe);
                let end = if wake { self.pipes.get(pipe) } else { None };
                (Ok(()), end.map(|end| Arc::clone(&end.outbound)))
            }
            Ok(Routed::Spread) => {
                self.stats.sent += 1;
                (Ok(()), None)
            }
            Err(refusal) => (refused(self, refusal, parts), None),
        }
    }

    fn give_run(&mut self, frames: &[Part<'_>]) -> (Result<usize, SendError>, Option<Arc<Queue>>) {
        if let Some(pipe) = self.pattern.only_outbound()
            && let Some(end) = self.pipes.get(pipe)
            && frames.len() > 1
        {
            let (sent, pushed) = end.outbound.push_each(frames);
            self.stats.sent += u64::try_from(sent).unwrap_or(u64::MAX);
            if sent > 0 {
                let wake = pushed == Pushed::WakeReader;
                let reader = wake.then(|| Arc::clone(&end.outbound));
                self.pipes.note_overflow(pipe);
                return (Ok(sent), reader);
            }
        }
        for (sent, frame) in frames.iter().enumerate() {
            match self.give(std::slice::from_ref(frame), frame.wire_len()) {
                (Ok(()), None) => {}
                (Ok(()), reader) => return (Ok(sent + 1), reader),
                (Err(error), _) if sent == 0 => return (Err(error), None),
                (Err(_), _) => return (Ok(sent), None),
            }
        }
        (Ok(frames.len()), None)
    }
}

#[cold]
fn refused(state: &mut State, refusal: NotSent, parts: &[Part<'_>]) -> Result<(), SendError> {
    let drops = state.drops_surplus();
    let loss = match refusal {
        NotSent::NotSupported => return Err(SendError::NotSupported),
        NotSent::OutOfTurn => return Err(SendError::OutOfTurn),
        NotSent::Unroutable => return Err(SendError::Unroutable),
        NotSent::Dropped(loss) => loss,
        NotSent::NoPeer if drops => Loss::Unroutable,
        NotSent::Full if drops => Loss::Full,
        NotSent::NoPeer => return Err(SendError::NoPeer),
        NotSent::Full => return Err(SendError::Full),
    };
    // Where peers have names, the first part is the one that nobody has.
    let is_addressed = loss == Loss::Unroutable && state.pattern.names();
    let name = parts.first().filter(|_| is_addressed).map(Part::as_bytes);
    let routing_id = name.and_then(|name| RoutingId::try_from(name).ok());
    state.lose(Damage { routing_id, ..Damage::new(loss, 1) });
    Ok(())
}

impl From<Gone> for SubscribeError {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Closed => Self::Closed,
            Gone::Terminated => Self::Terminated,
        }
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
