//! A pattern and its pipes, whose other ends a test holds.

use std::collections::HashMap;
use std::sync::Arc;

use zmq4_proto::SocketType;

use super::{NotSent, Pattern, Pipes, Routed, of};
use crate::pipe::{
    Marks, MessageRef, Overflow, Part, Party, PipeEnd, PipeId, Pushed, Queue, Refill, Side,
};
use crate::sync::{Mutex, Rank};

/// The frames of a message.
pub(super) type Frames = Vec<Vec<u8>>;

/// What a socket does around its pattern, without the socket.
pub(super) struct Bench {
    pub(super) pattern: Box<dyn Pattern>,
    pub(super) pipes: Pipes,
    announced: Arc<Mutex<Vec<(PipeId, Side)>>>,
    /// The same queues, crosswise: what the peers see of them.
    peers: HashMap<PipeId, PipeEnd>,
}

/// Notes what pipes announce, as a socket's inbox does.
#[derive(Debug)]
struct Announced {
    pipe: PipeId,
    list: Arc<Mutex<Vec<(PipeId, Side)>>>,
}

impl Party for Announced {
    fn wake(&self, side: Side) {
        self.list.lock().push((self.pipe, side));
    }
}

#[derive(Debug)]
struct Nobody;

impl Party for Nobody {
    fn wake(&self, _side: Side) {}
}

/// A message as values.
pub(super) fn frames_of(message: MessageRef<'_>) -> Frames {
    message.frames().map(|frame| frame.as_bytes().to_vec()).collect()
}

impl Bench {
    pub(super) fn new(socket_type: SocketType) -> Self {
        Self {
            pattern: of(socket_type),
            pipes: Pipes::default(),
            announced: Arc::new(Mutex::new(Rank::Leaf, Vec::new())),
            peers: HashMap::new(),
        }
    }

    /// Takes in what was announced, as a socket does before every call.
    pub(super) fn collect(&mut self) {
        let announced = std::mem::take(&mut *self.announced.lock());
        for (pipe, side) in announced {
            let Some(end) = self.pipes.get_mut(pipe) else { continue };
            match side {
                Side::Readable => self.pattern.readable(pipe),
                Side::Writable if !end.outbound.is_reader_gone() => self.pattern.writable(pipe),
                Side::Writable if !std::mem::replace(&mut end.is_hung_up, true) => {
                    self.pattern.hang_up(pipe);
                }
                Side::Writable => {}
            }
        }
        self.run_aftermath();
    }

    /// Adds a pipe whose outbound queue takes `mark` messages.
    pub(super) fn attach(&mut self, mark: usize) -> PipeId {
        let id = self.pipes.reserve();
        let ours = || Arc::new(Announced { pipe: id, list: Arc::clone(&self.announced) });
        let outbound = Queue::new(Marks::new(mark, 0), Overflow::Refuse, ours(), Arc::new(Nobody));
        let inbound = Queue::new(Marks::new(0, 0), Overflow::Refuse, Arc::new(Nobody), ours());
        let theirs = PipeEnd::new(id, Arc::clone(&inbound), Arc::clone(&outbound), None);
        self.peers.insert(id, theirs);
        self.pipes.insert(id, PipeEnd::new(id, outbound, inbound, None));
        self.pattern.attach(id);
        id
    }

    /// Removes a pipe; the peer finds its end closed.
    pub(super) fn remove(&mut self, id: PipeId) {
        let Some(end) = self.pipes.remove(id) else { return };
        if !end.is_hung_up {
            self.pattern.hang_up(id);
        }
        self.pattern.detach(id);
        self.peers.remove(&id);
    }

    /// Removes the pipes that have ended; returns which.
    pub(super) fn sweep(&mut self) -> Vec<PipeId> {
        let ended: Vec<_> = std::iter::from_fn(|| self.pipes.next_retired()).collect();
        for &id in &ended {
            self.remove(id);
        }
        ended
    }

    pub(super) fn send(&mut self, frames: &[&[u8]]) -> Result<Routed, NotSent> {
        self.collect();
        let parts: Vec<_> = frames.iter().map(|frame| Part::Copy(frame)).collect();
        let octets = parts.iter().map(Part::wire_len).sum();
        let sent = self.pattern.send(&mut self.pipes, &parts, octets);
        self.run_aftermath();
        sent
    }

    /// Takes the next message, as a socket does; with the pipe that it came through.
    pub(super) fn recv(&mut self) -> Option<(PipeId, Frames)> {
        self.collect();
        let next = self.pattern.next(&mut self.pipes);
        let received = next.map(|id| (id, self.take(id)));
        self.run_aftermath();
        received
    }

    fn take(&mut self, id: PipeId) -> Frames {
        let end = self.pipes.get_mut(id).expect("attached");
        let message = end.front().expect("announced");
        let (extent, envelope) = (message.extent(), end.envelope);
        if envelope > 0 {
            self.pattern.open(id, message, envelope);
        }
        let frames = frames_of(message.without_front(envelope));
        end.local.pop(extent, &end.inbound);
        self.pattern.taken();
        frames
    }

    /// What a pattern asked for is done after unlocking; here announcements are all that matters.
    fn run_aftermath(&mut self) {
        if let Some(aftermath) = self.pipes.take_aftermath() {
            let mut announced = self.announced.lock();
            announced.extend(aftermath.readable.into_iter().map(|pipe| (pipe, Side::Readable)));
        }
    }

    /// The peer of a pipe takes everything it was sent.
    pub(super) fn peer_reads(&mut self, id: PipeId) -> Vec<Frames> {
        let Some(end) = self.peers.get_mut(&id) else { return Vec::new() };
        let (mut taken, mut wake) = (Vec::new(), false);
        while end.fill() == Refill::Some {
            while let Some(message) = end.front() {
                taken.push(frames_of(message));
                let extent = message.extent();
                wake |= end.local.pop(extent, &end.inbound);
            }
        }
        if wake | end.local.take_owed_wake() {
            end.inbound.wake_writer();
        }
        taken
    }

    /// The peer of a pipe sends a message.
    pub(super) fn peer_sends(&mut self, id: PipeId, frames: &[&[u8]]) {
        let Some(end) = self.peers.get(&id) else { return };
        let parts: Vec<_> = frames.iter().map(|frame| Part::Copy(frame)).collect();
        let octets = parts.iter().map(Part::wire_len).sum();
        if end.outbound.push(&parts, octets) == Ok(Pushed::WakeReader) {
            end.outbound.wake_reader();
        }
    }

    /// The peer of a pipe leaves; what it sent may still be read.
    pub(super) fn peer_leaves(&mut self, id: PipeId) {
        let Some(end) = self.peers.get(&id) else { return };
        end.outbound.close_writer();
        end.inbound.close_reader();
    }
}
