//! Looking without taking: what a socket could do now, and the descriptor that shows it.

use std::os::fd::RawFd;

use super::Socket;
use super::core::{Core, State};
use crate::error::{OpenError, RecvError, SendError};
use crate::wait::{Beacon, WaitSide};

impl Socket {
    /// Whether a receive would find a message now.
    ///
    /// # Errors
    ///
    /// [`RecvError::Closed`] or [`RecvError::Terminated`].
    pub fn can_receive(&self) -> Result<bool, RecvError> {
        let (can_receive, aftermath) = {
            let mut state = self.core.lock();
            state.gone.map_or(Ok(()), |gone| Err(RecvError::from(gone)))?;
            (state.has_message(), state.pipes.take_aftermath())
        };
        if let Some(aftermath) = aftermath {
            aftermath.run(&self.core.inbox);
        }
        Ok(can_receive)
    }

    /// Whether a send would be accepted now, of a small message at least; on a ROUTER, by somebody.
    ///
    /// # Errors
    ///
    /// [`SendError::Closed`] or [`SendError::Terminated`].
    pub fn can_send(&self) -> Result<bool, SendError> {
        let mut state = self.core.lock();
        state.gone.map_or(Ok(()), |gone| Err(SendError::from(gone)))?;
        Ok(state.can_send())
    }

    /// A descriptor that is readable while a receive would find a message, or while a send would be
    /// accepted if this type only sends. It is made at the first call and closed with the socket. It may
    /// be readable in vain, until the next call that finds nothing; it is never silent beside a message.
    ///
    /// # Errors
    ///
    /// [`OpenError::Closed`] and [`OpenError::Terminated`]; [`OpenError::Io`] if no descriptor is left.
    pub fn raw_fd(&self) -> Result<RawFd, OpenError> {
        let core = &*self.core;
        let (raw_fd, aftermath) = {
            let mut state = core.state.lock();
            state.check_open()?;
            if core.inbox.beacon().is_none() {
                let receives = state.pattern.receives();
                let side = if receives { WaitSide::Receive } else { WaitSide::Send };
                core.inbox.expose(Beacon::new(side)?);
            }
            state.collect(&core.inbox);
            core.relevel(&mut state);
            (core.inbox.beacon().and_then(Beacon::raw_fd), state.pipes.take_aftermath())
        };
        if let Some(aftermath) = aftermath {
            aftermath.run(&core.inbox);
        }
        raw_fd.ok_or(OpenError::Closed)
    }
}

impl Core {
    /// Brings the descriptor in line with what there is to have, if it was asked for. Called under the
    /// lock, by every call that may have taken the last message or changed whose turn it is.
    #[inline]
    pub(super) fn relevel(&self, state: &mut State) {
        if let Some(beacon) = self.inbox.beacon() {
            self.show(state, beacon);
        }
    }

    #[cold]
    fn show(&self, state: &mut State, beacon: &Beacon) {
        let is_ready = match beacon.side() {
            WaitSide::Send => state.can_send(),
            WaitSide::Receive | WaitSide::Drain | WaitSide::End => state.has_message(),
        };
        if is_ready || state.gone.is_some() {
            beacon.light();
        } else {
            self.inbox.dim();
        }
    }
}

impl State {
    pub(super) fn has_message(&mut self) -> bool {
        let next = self.pattern.next(&mut self.pipes);
        self.sweep();
        next.is_some()
    }

    /// Whether a send would be accepted, if only to be dropped.
    pub(super) fn can_send(&mut self) -> bool {
        let is_free = self.drops_surplus() && self.pattern.sends() && !self.pattern.takes_turns();
        is_free || self.pattern.has_room(&mut self.pipes)
    }

    /// Whether it has become possible to receive, on a socket that takes turns.
    pub(super) fn has_turn_to_receive(&mut self) -> bool {
        self.pattern.takes_turns() && self.has_message()
    }

    /// Whether it has become possible to send, on a socket that takes turns.
    pub(super) fn has_turn_to_send(&mut self) -> bool {
        self.pattern.takes_turns() && self.can_send()
    }
}
