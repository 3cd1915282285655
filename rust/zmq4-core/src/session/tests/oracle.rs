//! The sending half against a model: arbitrary partial writes, commands in between, and breaks.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use zmq4_proto::{Frame, OpenStop, Opener, Sealer};

use super::super::egress::{Egress, Flushed};
use crate::pipe::{Marks, Overflow, Part, Party, Queue, Side};
use crate::testing::{Role, frame, halves, message, pong, wraps};
use crate::transport::Link;
use crate::transport::mem::{self, MemLink};

#[derive(Debug)]
struct Nobody;

impl Party for Nobody {
    fn wake(&self, _side: Side) {}
}

#[derive(Clone, Debug)]
enum Op {
    Push(Vec<Vec<u8>>),
    Command(u8),
    Flush,
    /// The peer takes up to so many octets.
    Read(usize),
    Break,
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::collection::vec(any::<u8>(), 0..30),
        1 => (65_536usize..65_540).prop_map(|len| vec![b'L'; len]),
        1 => (250usize..260).prop_map(|len| vec![b's'; len]),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => prop::collection::vec(body(), 1..4).prop_map(Op::Push),
        2 => any::<u8>().prop_map(Op::Command),
        8 => Just(Op::Flush),
        6 => prop_oneof![3 => 1usize..50, 1 => 1usize..200_000].prop_map(Op::Read),
        1 => Just(Op::Break),
    ]
}

struct Bench {
    egress: Egress,
    queue: Arc<Queue>,
    far: MemLink,
    capacity: usize,
    /// Of an encrypted line: which role we have, what the peer opens with, and what it cannot open yet.
    role: Option<Role>,
    opener: Option<Box<Opener>>,
    sealed: Vec<u8>,
    /// What the peer read on this connection, in the plain.
    read: Vec<u8>,
    /// Wire octets of messages that are not acknowledged, oldest first.
    unacknowledged: Vec<Vec<u8>>,
    /// Messages acknowledged on this connection, in order.
    settled: Vec<Vec<u8>>,
    /// Commands given to this connection.
    commands: Vec<Vec<u8>>,
}

impl Bench {
    fn new(capacity: usize, role: Option<Role>) -> Self {
        let parties = (Arc::new(Nobody), Arc::new(Nobody));
        let queue = Queue::new(Marks::new(0, 0), Overflow::Refuse, parties.0, parties.1);
        let egress = Egress::new(Overflow::Refuse);
        let (_, far) = mem::pair(capacity);
        let (read, unacknowledged, settled, commands) = Default::default();
        let (opener, sealed) = Default::default();
        let mut bench = Self {
            egress,
            queue,
            far,
            capacity,
            role,
            opener,
            sealed,
            read,
            unacknowledged,
            settled,
            commands,
        };
        bench.connect();
        bench
    }

    fn connect(&mut self) {
        let (near, far) = mem::pair(self.capacity);
        self.far = far;
        let (ours, opener) = self.role.map(wraps).map(|(ours, _, opener)| (ours, opener)).unzip();
        self.opener = opener;
        self.sealed.clear();
        let sealer = ours.map(|ours| halves(ours).0);
        self.egress.connect(Arc::new(Link::mem(near)), sealer);
    }

    fn flush(&mut self) -> Flushed {
        let mut cx = Context::from_waker(Waker::noop());
        let flushed = self.egress.flush(&mut cx, &self.queue).expect("the link is open");
        if let Flushed::Wrote { taken, .. } = flushed {
            self.queue.acknowledge(taken.messages, taken.octets);
            self.settled.extend(self.unacknowledged.drain(..taken.messages));
        }
        flushed
    }

    fn peer_reads(&mut self, most: usize) -> usize {
        let mut buffer = vec![0; most.min(self.capacity)];
        let mut cx = Context::from_waker(Waker::noop());
        match self.far.poll_read(&mut cx, &mut buffer) {
            Poll::Ready(read) => {
                let octets = read.expect("no error");
                self.hear(&buffer[..octets]);
                octets
            }
            Poll::Pending => 0,
        }
    }

    fn hear(&mut self, octets: &[u8]) {
        let Some(opener) = &mut self.opener else { return self.read.extend_from_slice(octets) };
        self.sealed.extend_from_slice(octets);
        let run = opener.open_run(&mut self.sealed);
        assert!(!matches!(run.stop, OpenStop::Fault(_)), "{:?}", run.stop);
        self.read.extend_from_slice(&self.sealed[..run.plain_len]);
        self.sealed.drain(..run.consumed);
    }

    /// Splits what the peer has read into whole frames; checks that commands stand between messages and
    /// messages come in order. Says how many messages are whole.
    fn check(&self) -> usize {
        let mut whole = 0;
        let mut left = self.read.as_slice();
        let mut expected = self.settled.iter().chain(&self.unacknowledged);
        let mut commands = self.commands.iter();
        while !left.is_empty() {
            let is_command = left[0] & 4 != 0;
            let next = if is_command { commands.next() } else { expected.next() };
            let next = next.expect("nothing comes that was not sent");
            whole += usize::from(!is_command && left.len() >= next.len());
            let common = next.len().min(left.len());
            assert!(left[..common] == next[..common], "other octets than were sent");
            left = &left[common..];
        }
        whole
    }

    fn run(&mut self, op: Op) {
        match op {
            Op::Push(bodies) => {
                let share = |body: &Vec<u8>| Part::Share(Frame::from(body.clone()));
                let parts: Vec<_> = bodies.iter().map(share).collect();
                let octets = parts.iter().map(Part::wire_len).sum();
                self.queue.push(&parts, octets).expect("no limit");
                self.unacknowledged.push(message(&bodies));
            }
            Op::Command(n) => {
                let command = pong(&[n]);
                self.egress.lane().extend_from_slice(&command);
                self.commands.push(command);
            }
            Op::Flush => {
                self.flush();
            }
            Op::Read(most) => {
                self.peer_reads(most);
            }
            Op::Break => {
                while self.peer_reads(1 << 20) > 0 {}
                assert_eq!(self.check(), self.settled.len(), "what came whole does not come again");
                self.egress.disconnect();
                self.connect();
                // What was not acknowledged begins anew; commands die with their connection.
                (self.read, self.settled, self.commands) = Default::default();
            }
        }
        let messages = self.unacknowledged.len();
        let octets = self.unacknowledged.iter().map(Vec::len).sum();
        let counted = self.queue.tally();
        assert_eq!((counted.messages, counted.octets), (messages, octets), "counted until taken");
    }

    /// Moves everything to the peer.
    fn finish(&mut self) {
        loop {
            let flushed = self.flush();
            let read = self.peer_reads(1 << 20);
            if flushed == Flushed::Idle && read == 0 {
                return;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn rules_1_8_and_14_hold_under_any_partial_writes_and_breaks(
        capacity in prop_oneof![100usize..400, 1000usize..200_000],
        ops in prop::collection::vec(op(), 1..120),
        role in prop::sample::select(&[None, Some(Role::Client), Some(Role::Server)][..]),
    ) {
        let mut bench = Bench::new(capacity, role);

        for op in ops {
            bench.run(op);
        }
        bench.finish();

        bench.check();
        prop_assert!(bench.unacknowledged.is_empty());
        let sent: usize = bench.settled.iter().chain(&bench.commands).map(Vec::len).sum();
        prop_assert_eq!(bench.read.len(), sent, "nothing is left out, nothing comes twice");
    }
}

#[test]
fn rule_14_a_command_waits_for_the_end_of_a_message_of_many_pieces() {
    for role in [None, Some(Role::Server)] {
        let mut bench = Bench::new(100_000, role);
        // More pieces than one write gathers, and than a run holds.
        let bodies: Vec<Vec<u8>> = (0..100).map(|_| vec![b'L'; 65_536]).collect();
        bench.run(Op::Push(bodies.clone()));
        bench.flush();

        bench.run(Op::Command(b'!'));
        bench.finish();

        assert!(bench.read.ends_with(&pong(b"!")));
        assert_eq!(bench.read.len(), message(&bodies).len() + frame(4, b"\x04PONG!").len());
    }
}

#[test]
fn rule_14_a_command_does_not_wait_for_a_run_that_ends_with_a_message() {
    let mut bench = Bench::new(1 << 20, Some(Role::Client));
    // However runs of whole frames are cut, each but the first ends within a message.
    let bodies = [vec![b's'; 10_000], vec![b'L'; 200_000]];
    for _ in 0..20 {
        bench.run(Op::Push(bodies.to_vec()));
    }
    bench.flush();

    bench.run(Op::Command(b'!'));
    bench.finish();

    let two = message(&bodies).repeat(2);
    assert!(bench.read[two.len()..].starts_with(&pong(b"!")), "behind what was begun");
}

#[test]
fn rule_2_no_more_is_sealed_at_a_time_than_a_run() {
    let mut bench = Bench::new(1 << 22, Some(Role::Client));
    let small = vec![b's'; 1];
    let referred = Frame::from(vec![b'r'; 300]);
    for _ in 0..20_000 {
        let parts = [Part::Copy(&small), Part::Refer(referred.clone()), Part::Copy(&small)];
        let octets = parts.iter().map(Part::wire_len).sum();
        bench.queue.push(&parts, octets).expect("no limit");
        bench.unacknowledged.push(message(&[&small, referred.as_ref(), &small]));
    }

    let (mut total, mut least) = (0, usize::MAX);
    while let Flushed::Wrote { octets, .. } = bench.flush() {
        assert!(octets <= Sealer::RUN_LEN, "{octets}");
        least = if bench.unacknowledged.is_empty() { least } else { least.min(octets) };
        total += octets;
        bench.peer_reads(1 << 22);
    }

    assert_eq!(bench.check(), 20_000);
    assert!(total > 20_000 * 400 && least > Sealer::RUN_LEN - 400, "runs are full: {least}");
}
