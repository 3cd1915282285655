//! Announcing and waiting, in every interleaving. A lost wake shows as a deadlock, which loom reports.

use std::sync::Arc;

use loom::thread;

use super::*;
use crate::pipe::Spares;
use crate::pipe::{Marks, Overflow, Part, Party, Pushed, Queue, Refill, Side};
use crate::wait::{Beacon, Parker};

/// As much of a socket as waiting needs: one pipe, and whether it may have something.
#[derive(Debug)]
struct Miniature {
    inbox: Arc<Inbox>,
    queue: Arc<Queue>,
    state: Mutex<Pipe>,
}

#[derive(Debug, Default)]
struct Pipe {
    is_active: bool,
    taken: usize,
    changes: Changes,
}

const PIPE: PipeId = PipeId(7);

#[derive(Debug)]
struct Announcer(Arc<Inbox>);

impl Party for Announcer {
    fn wake(&self, side: Side) {
        match side {
            Side::Readable => self.0.readable(PIPE),
            Side::Writable => self.0.writable(PIPE),
        }
    }
}

impl Miniature {
    fn new() -> Arc<Self> {
        let inbox = Arc::new(Inbox::new(false));
        let party = || Arc::new(Announcer(Arc::clone(&inbox)));
        let queue = Queue::new(Marks::new(10, 0), Overflow::Refuse, party(), party());
        let state = Mutex::new(Rank::State, Pipe::default());
        Arc::new(Self { inbox, queue, state })
    }

    fn send(&self) {
        if self.queue.push(&[Part::Copy(b"")], 2) == Ok(Pushed::WakeReader) {
            self.queue.wake_reader();
        }
    }

    /// Whether there is a message, as a socket finds out under its lock.
    fn has_message(&self, state: &mut Pipe) -> bool {
        if self.inbox.has_changes() {
            self.inbox.collect(&mut state.changes);
            state.is_active |= !std::mem::take(&mut state.changes.readable).is_empty();
        }
        self.has_local_message(state)
    }

    /// The same, without taking in what was announced meanwhile.
    fn has_local_message(&self, state: &mut Pipe) -> bool {
        if state.taken == 0 && state.is_active {
            let mut segments = VecDeque::new();
            match self.queue.take(&mut segments, &mut Spares::default()) {
                Refill::Some => state.taken = segments.iter().map(|it| it.messages).sum(),
                Refill::Empty | Refill::Ended => state.is_active = false,
            }
        }
        state.taken > 0
    }

    fn try_recv(&self) -> bool {
        let mut state = self.state.lock();
        if !self.has_message(&mut state) {
            return false;
        }
        state.taken -= 1;
        let more = self.inbox.has_waiters(WaitSide::Receive) && self.has_message(&mut state);
        drop(state);
        if more {
            self.inbox.pass_on(WaitSide::Receive);
        }
        true
    }

    /// Shows a descriptor, as a socket does when it is asked for one.
    fn expose(&self) {
        let mut state = self.state.lock();
        self.inbox.expose(Beacon::new(WaitSide::Receive).expect("a stand-in"));
        self.inbox.collect(&mut state.changes);
        state.is_active |= !std::mem::take(&mut state.changes.readable).is_empty();
        self.relevel(&mut state);
    }

    /// Receives without waiting, and brings the descriptor in line.
    fn recv_now(&self) -> usize {
        let mut state = self.state.lock();
        let taken = usize::from(self.has_message(&mut state));
        state.taken -= taken;
        self.relevel(&mut state);
        taken
    }

    fn relevel(&self, state: &mut Pipe) {
        if self.has_local_message(state) {
            self.inbox.beacon().expect("exposed").light();
        } else {
            self.inbox.dim();
        }
    }

    fn is_lit(&self) -> bool {
        self.inbox.beacon().expect("exposed").is_lit()
    }

    /// Ends a wait as a dropped `Wait` does.
    fn leave(&self, id: WaitId) {
        if !self.inbox.deregister(WaitSide::Receive, id)
            && self.inbox.has_waiters(WaitSide::Receive)
            && self.has_message(&mut self.state.lock())
        {
            self.inbox.pass_on(WaitSide::Receive);
        }
    }

    fn recv(&self) {
        let parker = Parker::new().expect("a stand-in");
        loop {
            parker.reset();
            let id = self.inbox.register(WaitSide::Receive, Waiter::Thread(Arc::clone(&parker)));
            if self.try_recv() {
                return self.leave(id);
            }
            parker.park(None, None).expect("never fails");
            self.leave(id);
        }
    }
}

#[test]
fn loom_a_receiver_that_looks_once_more_never_sleeps_beside_a_message() {
    loom::model(|| {
        let socket = Miniature::new();
        let sender = Arc::clone(&socket);

        let other = thread::spawn(move || sender.send());
        socket.recv();

        other.join().expect("sent");
    });
}

#[test]
fn loom_the_baton_wakes_a_second_receiver_for_a_second_message() {
    loom::model(|| {
        let socket = Miniature::new();
        let receiver = Arc::clone(&socket);

        let other = thread::spawn(move || receiver.recv());
        socket.send();
        socket.send();
        socket.recv();

        other.join().expect("received");
    });
}

#[test]
fn loom_a_receiver_that_gives_up_passes_its_wake_on() {
    loom::model(|| {
        let socket = Miniature::new();
        let receiver = Arc::clone(&socket);
        let parker = Parker::new().expect("a stand-in");
        let id = socket.inbox.register(WaitSide::Receive, Waiter::Thread(parker));

        let other = thread::spawn(move || receiver.recv());
        socket.send();
        socket.leave(id);

        other.join().expect("received");
    });
}

#[test]
fn loom_two_idle_receivers_do_not_wake_each_other() {
    loom::model(|| {
        let socket = Miniature::new();
        let parkers: Vec<_> = (0..2).map(|_| Parker::new().expect("a stand-in")).collect();
        let [first, second] = [&parkers[0], &parkers[1]].map(|parker| {
            socket.inbox.register(WaitSide::Receive, Waiter::Thread(Arc::clone(parker)))
        });
        socket.inbox.readable(PIPE);

        // Woken, but nothing is there for it, nor for anybody else.
        assert!(!socket.try_recv());
        socket.leave(first);

        assert!(socket.inbox.deregister(WaitSide::Receive, second), "it sleeps on");
    });
}

#[test]
fn loom_closing_wakes_everyone() {
    loom::model(|| {
        let socket = Miniature::new();
        let closer = Arc::clone(&socket);
        let parker = Parker::new().expect("a stand-in");
        socket.inbox.register(WaitSide::Send, Waiter::Thread(Arc::clone(&parker)));

        let other = thread::spawn(move || closer.inbox.ring_all());
        parker.park(None, None).expect("never fails");

        other.join().expect("rang");
        assert!(!socket.inbox.has_waiters(WaitSide::Send));
    });
}

#[test]
fn loom_the_beacon_is_never_dark_beside_a_message() {
    loom::model(|| {
        let socket = Miniature::new();
        socket.expose();
        let [sender, receiver] = [Arc::clone(&socket), Arc::clone(&socket)];

        let sending = thread::spawn(move || {
            sender.send();
            sender.send();
        });
        let receiving = thread::spawn(move || receiver.recv_now());
        let received = socket.recv_now() + receiving.join().expect("received");
        sending.join().expect("sent");

        assert!(received == 2 || socket.is_lit());
    });
}

#[test]
fn loom_the_beacon_goes_dark_once_somebody_looked_in_vain() {
    loom::model(|| {
        let socket = Miniature::new();
        socket.expose();
        let sender = Arc::clone(&socket);

        let sending = thread::spawn(move || sender.send());
        let mut received = socket.recv_now();
        sending.join().expect("sent");
        received += socket.recv_now();
        received += socket.recv_now();

        assert_eq!(received, 1);
        assert!(!socket.is_lit());
    });
}

#[test]
fn loom_a_beacon_that_is_made_while_a_message_comes_is_lit() {
    loom::model(|| {
        let socket = Miniature::new();
        let sender = Arc::clone(&socket);

        let sending = thread::spawn(move || sender.send());
        socket.expose();
        sending.join().expect("sent");

        assert!(socket.is_lit());
    });
}
