//! The receiving half of a round: how much is read at a time, and when the receiver is woken for it.

use std::cell::RefCell;
use std::task::{Context, Poll};

use super::super::Reason;
use super::super::found::Found;
use super::super::{Closing, clock};
use super::{IDLE, LEAST_COUNTED, Step, Traffic};

/// How much is read behind a large body: headers, so that the next large body is read in its place too.
const BEHIND_LARGE: usize = 512;
/// A receiver that sleeps while octets keep coming is woken for so many of them.
const WORTH_A_WAKE: usize = 256 * 1024;
/// The buffer that an I/O thread lends to the session that reads.
const READ_BUFFER: usize = 256 * 1024;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What one read brought, of how much it asked for.
#[derive(Clone, Copy, Debug)]
struct Read {
    octets: usize,
    asked: usize,
}

impl Traffic {
    pub(super) fn receive(
        &mut self,
        cx: &mut Context<'_>,
        budget: &mut usize,
    ) -> Result<Step, Reason> {
        let received = self.read_on(cx, budget);
        self.wake_receiver();
        received
    }

    /// Reads until the link has nothing, the pipe is full, or the budget is spent.
    fn read_on(&mut self, cx: &mut Context<'_>, budget: &mut usize) -> Result<Step, Reason> {
        if self.session.closing() != Closing::Open {
            return self.await_end(cx);
        }
        let mut step = Step::Still;
        while *budget > 0 {
            let room = self.room();
            if room == 0 {
                break;
            }
            let mut found = Found::default();
            let read = if self.ingress.has_rest() {
                self.ingress.resume(room, &self.session.inbound, &mut found);
                Read { octets: 1, asked: 1 }
            } else {
                match self.read(cx, room, &mut found) {
                    Poll::Pending => break,
                    Poll::Ready(Ok(Read { octets: 0, .. })) => return Err(self.ended()),
                    Poll::Ready(Ok(read)) => read,
                    Poll::Ready(Err(error)) => return Err(self.broken(error)),
                }
            };
            step = Step::Moved;
            *budget = budget.saturating_sub(read.octets.max(LEAST_COUNTED));
            self.trim_at.get_or_insert_with(|| clock::now() + IDLE);
            self.owes_wake |= found.wake_reader;
            self.unseen += read.octets;
            // Where more is there to be read, the receiver sleeps on until it is worth while.
            if read.octets < read.asked || self.unseen >= WORTH_A_WAKE {
                self.wake_receiver();
            }
            self.see_to(found)?;
        }
        Ok(step)
    }

    /// A closed socket reads no more: what the peer has yet to send stays its own, to be given to
    /// somebody else. Only the end of its stream is waited for, so that what we sent is not destroyed by a
    /// reset.
    fn await_end(&mut self, cx: &mut Context<'_>) -> Result<Step, Reason> {
        match self.link.poll_closed(cx) {
            Poll::Ready(()) => Err(self.ended()),
            Poll::Pending => Ok(Step::Still),
        }
    }

    fn read(
        &mut self,
        cx: &mut Context<'_>,
        room: usize,
        found: &mut Found,
    ) -> Poll<std::io::Result<Read>> {
        BUFFER.with_borrow_mut(|buffer| {
            buffer.resize(READ_BUFFER, 0);
            let behind = buffer.get_mut(..BEHIND_LARGE).unwrap_or_default();
            let missing = self.ingress.missing_of_large();
            if let Some(read) = self.ingress.poll_large(cx, &self.link, behind) {
                self.ingress.finish_large(&self.session.inbound, found);
                return read.map_ok(|received| {
                    let next = behind.get_mut(..received.behind).unwrap_or_default();
                    self.ingress.take(next, room.saturating_sub(1), &self.session.inbound, found);
                    Read { octets: received.octets, asked: missing + BEHIND_LARGE }
                });
            }
            let appetite = self.ingress.appetite(room, READ_BUFFER);
            let lent = buffer.get_mut(..appetite).unwrap_or_default();
            let read = self.link.poll_read(cx, lent);
            if let Poll::Ready(Ok(octets)) = read {
                let input = lent.get_mut(..octets).unwrap_or_default();
                self.ingress.take(input, room, &self.session.inbound, found);
            }
            read.map_ok(|octets| Read { octets, asked: appetite })
        })
    }

    /// How many messages the pipe takes. While it takes none, silence is our doing and not the peer's.
    fn room(&mut self) -> usize {
        let inbound = &self.session.inbound;
        let is_clogged = self.host.is_clogged() && !inbound.is_reader_gone();
        let room = if is_clogged { 0 } else { inbound.room() };
        if (room == 0) != self.is_paused {
            self.is_paused = room == 0;
            if self.is_paused {
                self.keepalive.suspend(clock::now());
            } else {
                self.keepalive.resume(clock::now());
            }
        }
        room
    }

    fn wake_receiver(&mut self) {
        self.unseen = 0;
        if std::mem::take(&mut self.owes_wake) {
            self.session.inbound.wake_reader();
        }
    }
}
