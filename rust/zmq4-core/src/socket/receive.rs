//! Receiving: one whole message at a time, in turn from the pipes.

use std::sync::Arc;

use zmq4_proto::{Frame, Message};

use super::Socket;
use super::core::{Gone, State};
use crate::error::RecvError;
use crate::pattern::NotReceived;
use crate::pipe::{FrameRef, MessageRef, Queue, TakeMany, Tally};
use crate::wait::WaitSide;

/// What the receiver decided about the message it was shown.
#[derive(Debug)]
pub enum Take<R> {
    /// It took it.
    Taken(R),
    /// It leaves it where it is.
    Left(R),
}

/// The octets that one [`Socket::try_recv_many`] may take, after its first message: larger batches cost
/// the allocator more than they save.
const BATCH_OCTETS: usize = 64 * 1024;

impl Socket {
    /// Shows the next message to `look`, which takes it or leaves it. The closure runs under the socket's
    /// lock: it copies what it wants and returns.
    ///
    /// # Errors
    ///
    /// [`RecvError::Empty`] if there is none; the others if there cannot be one.
    #[inline]
    pub fn try_recv_with<R>(
        &self,
        look: impl FnOnce(MessageRef<'_>) -> Take<R>,
    ) -> Result<R, RecvError> {
        let core = &self.core;
        let mut state = core.lock();
        if let Some(gone) = state.gone {
            return Err(gone.into());
        }
        let taken = state.take(look);
        let more = core.inbox.has_waiters(WaitSide::Receive) && state.has_message();
        let is_turn = core.inbox.has_waiters(WaitSide::Send) && state.has_turn_to_send();
        core.relevel(&mut state);
        let stalled = core.unclog(&state);
        let aftermath = state.pipes.take_aftermath();
        drop(state);
        for queue in stalled {
            queue.wake_writer();
        }
        core.settle(aftermath);
        let (result, writer) = taken?;
        if let Some(queue) = writer {
            queue.wake_writer();
        }
        if more {
            core.inbox.pass_on(WaitSide::Receive);
        }
        if is_turn {
            core.inbox.pass_on(WaitSide::Send);
        }
        Ok(result)
    }

    /// Shows messages to `take` until `max` were taken, none is left, or enough octets came together.
    /// Returns how many.
    ///
    /// # Errors
    ///
    /// As [`Self::try_recv_with`], if there was not even one.
    pub fn try_recv_many(&self, max: usize, take: &mut impl TakeMany) -> Result<usize, RecvError> {
        let core = &self.core;
        let mut writers: Vec<Arc<Queue>> = Vec::new();
        let (mut count, mut octets) = (0, 0);
        let mut refused = None;
        let mut state = core.lock();
        if let Some(gone) = state.gone {
            return Err(gone.into());
        }
        while count < max && octets < BATCH_OCTETS {
            match state.take_run(max - count, BATCH_OCTETS - octets, &mut writers, take) {
                Ok(run) => {
                    count += run.messages;
                    octets += run.octets;
                }
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        let more = core.inbox.has_waiters(WaitSide::Receive) && state.has_message();
        let is_turn = core.inbox.has_waiters(WaitSide::Send) && state.has_turn_to_send();
        core.relevel(&mut state);
        writers.extend(core.unclog(&state));
        let aftermath = state.pipes.take_aftermath();
        drop(state);
        for queue in writers {
            queue.wake_writer();
        }
        core.settle(aftermath);
        if more {
            core.inbox.pass_on(WaitSide::Receive);
        }
        if is_turn {
            core.inbox.pass_on(WaitSide::Send);
        }
        match refused {
            Some(error) if count == 0 => Err(error),
            Some(_) | None => Ok(count),
        }
    }

    /// Receives a message as a value.
    ///
    /// # Errors
    ///
    /// As [`Self::try_recv_with`].
    pub fn try_recv(&self) -> Result<Message, RecvError> {
        self.try_recv_with(|message| {
            let frames: Vec<Frame> = message.frames().map(FrameRef::to_frame).collect();
            Take::Taken(Message::new(frames).unwrap_or_else(|| Frame::default().into()))
        })
    }
}

impl State {
    #[inline]
    fn take<R>(
        &mut self,
        look: impl FnOnce(MessageRef<'_>) -> Take<R>,
    ) -> Result<(R, Option<Arc<Queue>>), RecvError> {
        let Some(id) = self.pattern.next(&mut self.pipes) else { return Err(self.nothing()) };
        let Some(end) = self.pipes.get_mut(id) else { return Err(RecvError::Empty) };
        let Some(message) = end.front() else { return Err(RecvError::Empty) };
        let (extent, envelope) = (message.extent(), end.envelope);
        // Two calls, so that where there is no envelope nothing is copied to take it off.
        let looked =
            if envelope == 0 { look(message) } else { look(message.without_front(envelope)) };
        match looked {
            Take::Left(result) => Ok((result, None)),
            Take::Taken(result) => {
                if envelope > 0 {
                    self.pattern.open(id, message, envelope);
                }
                let wake = end.local.pop(extent, &end.inbound);
                let writer = wake.then(|| Arc::clone(&end.inbound));
                self.stats.received += 1;
                self.pattern.taken();
                Ok((result, writer))
            }
        }
    }

    /// Takes messages from the pipe in turn: one, or as many as it has if no other pipe waits.
    fn take_run(
        &mut self,
        max: usize,
        max_octets: usize,
        writers: &mut Vec<Arc<Queue>>,
        take: &mut impl TakeMany,
    ) -> Result<Tally, RecvError> {
        let Some(id) = self.pattern.next(&mut self.pipes) else { return Err(self.nothing()) };
        let Some(end) = self.pipes.get_mut(id) else { return Err(RecvError::Empty) };
        let max = if self.pattern.has_only_inbound() { max } else { 1 };
        let most = Tally { messages: max, octets: max_octets };
        let mut run = Tally::default();
        while run.messages < max && run.octets < max_octets {
            let (plain, wake) = end.take_plain(most.less(run), take);
            run.add(plain.messages, plain.octets);
            if wake {
                writers.push(Arc::clone(&end.inbound));
            }
            if plain.messages > 0 {
                continue;
            }
            let Some(message) = end.front() else { break };
            let (extent, envelope) = (message.extent(), end.envelope);
            run.add(1, message.wire_octets());
            if envelope == 0 {
                take.other(message);
            } else {
                take.other(message.without_front(envelope));
                self.pattern.open(id, message, envelope);
            }
            if end.local.pop(extent, &end.inbound) {
                writers.push(Arc::clone(&end.inbound));
            }
        }
        self.stats.received += u64::try_from(run.messages).unwrap_or(u64::MAX);
        self.pattern.taken();
        Ok(run)
    }

    #[cold]
    fn nothing(&mut self) -> RecvError {
        self.sweep();
        match self.pattern.nothing() {
            NotReceived::Empty => RecvError::Empty,
            NotReceived::OutOfTurn => RecvError::OutOfTurn,
            NotReceived::NotSupported => RecvError::NotSupported,
        }
    }
}

impl From<Gone> for RecvError {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Closed => Self::Closed,
            Gone::Terminated => Self::Terminated,
        }
    }
}
