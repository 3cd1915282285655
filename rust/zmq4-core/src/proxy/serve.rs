//! The loop of a proxy, and how others act on it.
//!
//! A direction is read only while the other end has room, so that what cannot be passed on stays where it
//! was, and its sender feels it. A message that was taken and found no room after all is kept in hand,
//! and is the first to go, be it in the next run.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use zmq4_proto::SocketType;

use super::hand::Hand;
use super::plan::{self, Direction, ProxyEnd, ProxySockets, Unfit, Way};
use crate::error::{RecvError, SendError};
use crate::pipe::Part;
use crate::socket::{Socket, Take, Wait};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, Rank};
use crate::sys::SignalMask;
use crate::wait::{Parked, Parker, WaitSide, Waiter};

/// Messages that are passed on in one direction before the other has its turn.
const BURST: usize = 1000;

/// Passes messages on between two sockets; every method may be called from any thread.
#[derive(Debug)]
pub struct Proxy {
    /// Held while a message is on its way, so that [`Self::pause`] can wait for it. Nobody who is woken by
    /// the message asks for this lock.
    traffic: Mutex<Traffic>,
    is_paused: AtomicBool,
    is_stopped: AtomicBool,
    /// The thread that serves, to be woken.
    server: Mutex<Option<Arc<Parker>>>,
}

#[derive(Debug, Default)]
struct Traffic {
    forward: Lane,
    backward: Lane,
    uncaptured: u64,
}

#[derive(Debug, Default)]
struct Lane {
    hand: Hand,
    flow: Flow,
}

/// What went one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Messages passed on.
    pub messages: u64,
    /// Octets of their frames.
    pub octets: u64,
    /// Messages for a peer of a ROUTER that has left, or does not keep up.
    pub dropped: u64,
}

/// What a proxy did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProxyStats {
    /// From the front to the back.
    pub forward: Flow,
    /// From the back to the front.
    pub backward: Flow,
    /// Copies for which the capture socket had no room, or no peer.
    pub uncaptured: u64,
}

/// Why [`Proxy::serve`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// It was told to stop.
    Stopped,
    /// The time is over, or a signal arrived: the caller sees to it and serves again.
    Interrupted,
}

/// Why a proxy cannot go on.
#[derive(Debug)]
pub enum ProxyError {
    /// This socket is closed.
    Closed(ProxyEnd),
    /// The context of this socket was terminated.
    Terminated(ProxyEnd),
    /// The system's, from `ppoll`.
    Io(io::Error),
}

/// What a direction waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Message,
    Room,
}

/// What came of an attempt to pass one message on.
enum Step {
    Passed,
    Lacks(Need),
}

/// What came of a turn of both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Turn {
    has_moved: bool,
    needs: [Option<Need>; 2],
}

impl Proxy {
    /// Makes a proxy for sockets of these types.
    ///
    /// # Errors
    ///
    /// [`Unfit`] if there is nothing that it could do for them.
    pub fn new(
        front: SocketType,
        back: SocketType,
        capture: Option<SocketType>,
    ) -> Result<Self, Unfit> {
        plan::check(front, back, capture)?;
        Ok(Self {
            traffic: Mutex::new(Rank::Proxy, Traffic::default()),
            is_paused: AtomicBool::new(false),
            is_stopped: AtomicBool::new(false),
            server: Mutex::new(Rank::Leaf, None),
        })
    }

    /// Passes messages on in the calling thread, which sleeps on `parker` when there are none, until it is
    /// told to stop, until the instant given, or until a signal arrives that `mask` lets through.
    ///
    /// One thread at a time serves, always the same sockets.
    ///
    /// # Errors
    ///
    /// [`ProxyError`]: a socket has ended, or the system refuses. What is in hand stays there.
    pub fn serve(
        &self,
        sockets: ProxySockets<'_>,
        parker: &Arc<Parker>,
        until: Option<Instant>,
        mask: Option<&SignalMask>,
    ) -> Result<Served, ProxyError> {
        let _serving = Serving::begin(self, parker);
        loop {
            if self.is_stopped.load(Ordering::SeqCst) {
                return Ok(Served::Stopped);
            }
            let turn = self.turn(sockets)?;
            if turn.has_moved {
                if until.is_some_and(|until| until <= Instant::now()) {
                    return Ok(Served::Interrupted);
                }
                continue;
            }
            parker.reset();
            let waits = register(sockets, turn, parker);
            // What came before the registration wakes nobody: one more look.
            if self.turn(sockets)? != turn || self.is_stopped.load(Ordering::SeqCst) {
                continue;
            }
            let slept = parker.park(until, mask).map_err(ProxyError::Io)?;
            drop(waits);
            match slept {
                Parked::Woken => {}
                Parked::TimedOut | Parked::Interrupted => return Ok(Served::Interrupted),
            }
        }
    }

    /// Stops reading. When this returns, no message is on its way, and none is until [`Self::resume`].
    pub fn pause(&self) {
        self.is_paused.store(true, Ordering::SeqCst);
        drop(self.traffic.lock());
        self.wake();
    }

    /// Goes on after [`Self::pause`].
    pub fn resume(&self) {
        self.is_paused.store(false, Ordering::SeqCst);
        self.wake();
    }

    /// Lets [`Self::serve`] return, now and whenever it is called, until [`Self::forget_stop`].
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Takes [`Self::stop`] back.
    pub fn forget_stop(&self) {
        self.is_stopped.store(false, Ordering::SeqCst);
    }

    /// What it did so far.
    pub fn stats(&self) -> ProxyStats {
        let traffic = self.traffic.lock();
        ProxyStats {
            forward: traffic.forward.flow,
            backward: traffic.backward.flow,
            uncaptured: traffic.uncaptured,
        }
    }

    fn wake(&self) {
        let server = self.server.lock().clone();
        if let Some(parker) = server {
            parker.unpark();
        }
    }

    fn is_held_up(&self) -> bool {
        self.is_paused.load(Ordering::SeqCst) || self.is_stopped.load(Ordering::SeqCst)
    }

    /// Gives each direction its burst.
    fn turn(&self, sockets: ProxySockets<'_>) -> Result<Turn, ProxyError> {
        for (end, socket) in sockets.each() {
            socket.check().map_err(|error| unsent(error, end))?;
        }
        let mut turn = Turn::default();
        for (way, need) in sockets.ways().into_iter().zip(&mut turn.needs) {
            if let Some(way) = way {
                let (has_moved, lack) = self.burst(way)?;
                turn.has_moved |= has_moved;
                *need = lack;
            }
        }
        Ok(turn)
    }

    fn burst(&self, way: Way<'_>) -> Result<(bool, Option<Need>), ProxyError> {
        for passed in 0..BURST {
            let mut traffic = self.traffic.lock();
            if self.is_held_up() {
                return Ok((passed > 0, None));
            }
            if let Step::Lacks(need) = traffic.step(way)? {
                return Ok((passed > 0, Some(need)));
            }
        }
        Ok((true, None))
    }
}

impl Traffic {
    /// Passes one message on, if there is one and room for it.
    fn step(&mut self, way: Way<'_>) -> Result<Step, ProxyError> {
        let lane = match way.direction {
            Direction::Forward => &mut self.forward,
            Direction::Backward => &mut self.backward,
        };
        if lane.hand.is_empty() {
            let can_send = way.sink.can_send();
            if !can_send.map_err(|error| unsent(error, way.direction.sink()))? {
                return Ok(Step::Lacks(Need::Room));
            }
            if !take_up(way, &mut lane.hand)? {
                return Ok(Step::Lacks(Need::Message));
            }
        }
        let parts = lane.hand.parts();
        match way.sink.try_send(&parts) {
            Ok(()) => lane.flow.count(&parts),
            Err(error @ (SendError::Closed | SendError::Terminated)) => {
                return Err(unsent(error, way.direction.sink()));
            }
            Err(SendError::Full | SendError::NoPeer) if !is_addressed(way.sink) => {
                return Ok(Step::Lacks(Need::Room));
            }
            // One peer that does not keep up, or has left, is not to keep the others waiting.
            Err(_) => lane.flow.dropped += 1,
        }
        if let Some(capture) = way.capture
            && capture.try_send(&parts).is_err()
        {
            self.uncaptured += 1;
        }
        lane.hand.clear();
        Ok(Step::Passed)
    }
}

impl Flow {
    fn count(&mut self, parts: &[Part<'_>]) {
        let octets: usize = parts.iter().map(|part| part.as_bytes().len()).sum();
        self.messages += 1;
        self.octets = self.octets.saturating_add(u64::try_from(octets).unwrap_or(u64::MAX));
    }
}

/// Takes a message out of the source; false if there is none.
fn take_up(way: Way<'_>, hand: &mut Hand) -> Result<bool, ProxyError> {
    match way.source.try_recv_with(|message| {
        hand.take_up(message);
        Take::Taken(())
    }) {
        Ok(()) => Ok(true),
        Err(RecvError::Closed) => Err(ProxyError::Closed(way.direction.source())),
        Err(RecvError::Terminated) => Err(ProxyError::Terminated(way.direction.source())),
        Err(RecvError::Empty | RecvError::OutOfTurn | RecvError::NotSupported) => Ok(false),
    }
}

/// Whether the first frame of a message says whom it is for.
fn is_addressed(sink: &Socket) -> bool {
    sink.socket_type() == SocketType::Router
}

fn unsent(error: SendError, end: ProxyEnd) -> ProxyError {
    if error == SendError::Terminated {
        ProxyError::Terminated(end)
    } else {
        ProxyError::Closed(end)
    }
}

/// Waits for what the directions lack, and for the end of every socket.
fn register(sockets: ProxySockets<'_>, turn: Turn, parker: &Arc<Parker>) -> Vec<Wait> {
    let wait = |socket: &Socket, side| socket.wait(side, Waiter::Thread(Arc::clone(parker)));
    let lacking = sockets.ways().into_iter().zip(turn.needs).filter_map(|(way, need)| {
        Some(match (way?, need?) {
            (way, Need::Message) => wait(way.source, WaitSide::Receive),
            (way, Need::Room) => wait(way.sink, WaitSide::Send),
        })
    });
    let ending = sockets.each().map(|(_, socket)| wait(socket, WaitSide::End));
    lacking.chain(ending).collect()
}

/// A thread serves, and can be woken, while this lives.
struct Serving<'a> {
    proxy: &'a Proxy,
}

impl<'a> Serving<'a> {
    fn begin(proxy: &'a Proxy, parker: &Arc<Parker>) -> Self {
        *proxy.server.lock() = Some(Arc::clone(parker));
        Self { proxy }
    }
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        let parker = self.proxy.server.lock().take();
        drop(parker);
    }
}
