//! The sending half against a model: arbitrary partial writes, commands in between, and breaks.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use zmq4_proto::Frame;

use super::super::egress::{Egress, Flushed};
use crate::pipe::{Marks, Overflow, Part, Party, Queue, Side};
use crate::testing::{frame, message, pong};
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
    /// What the peer read on this connection.
    read: Vec<u8>,
    /// Wire octets of messages that are not acknowledged, oldest first.
    unacknowledged: Vec<Vec<u8>>,
    /// Messages acknowledged on this connection, in order.
    settled: Vec<Vec<u8>>,
    /// Commands given to this connection.
    commands: Vec<Vec<u8>>,
}

impl Bench {
    fn new(capacity: usize) -> Self {
        let parties = (Arc::new(Nobody), Arc::new(Nobody));
        let queue = Queue::new(Marks::new(0, 0), Overflow::Refuse, parties.0, parties.1);
        let mut egress = Egress::new(Overflow::Refuse);
        let (near, far) = mem::pair(capacity);
        egress.connect(Arc::new(Link::mem(near)), None);
        let (read, unacknowledged, settled, commands) = Default::default();
        Self { egress, queue, far, capacity, read, unacknowledged, settled, commands }
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
                self.read.extend_from_slice(&buffer[..octets]);
                octets
            }
            Poll::Pending => 0,
        }
    }

    /// Splits what the peer has read into whole frames; checks that commands stand between messages and
    /// messages come in order.
    fn check(&self) {
        let mut left = self.read.as_slice();
        let mut expected = self.settled.iter().chain(&self.unacknowledged);
        let mut commands = self.commands.iter();
        while !left.is_empty() {
            let next = if left[0] & 4 != 0 { commands.next() } else { expected.next() };
            let next = next.expect("nothing comes that was not sent");
            let common = next.len().min(left.len());
            assert!(left[..common] == next[..common], "other octets than were sent");
            left = &left[common..];
        }
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
                self.check();
                self.egress.disconnect();
                let (near, far) = mem::pair(self.capacity);
                self.egress.connect(Arc::new(Link::mem(near)), None);
                self.far = far;
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
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn rules_1_8_and_14_hold_under_any_partial_writes_and_breaks(
        capacity in prop_oneof![100usize..400, 1000usize..200_000],
        ops in prop::collection::vec(op(), 1..120),
    ) {
        let mut bench = Bench::new(capacity);

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
    let mut bench = Bench::new(100_000);
    // More pieces than one write gathers.
    let bodies: Vec<Vec<u8>> = (0..100).map(|_| vec![b'L'; 65_536]).collect();
    bench.run(Op::Push(bodies.clone()));
    bench.flush();

    bench.run(Op::Command(b'!'));
    bench.finish();

    assert!(bench.read.ends_with(&pong(b"!")));
    assert_eq!(bench.read.len(), message(&bodies).len() + frame(4, b"\x04PONG!").len());
}
