//! Queue, segments and local batch against a naive model, under random operations.
//!
//! Two models, because two kinds of reader use a queue: a session, which acknowledges what the kernel
//! took, and a socket's local batch, which acknowledges in steps.

use std::collections::VecDeque;
use std::sync::Arc;

use proptest::prelude::*;
use zmq4_proto::{Frame, FrameKind};

use super::backlog::{Overflow, Tally};
use super::local::LocalBatch;
use super::message::{FrameRef, MessageRef};
use super::party::{Pushed, Refill, Refused};
use super::plain::{PlainRef, Source, TakeMany};
use super::queue::Queue;
use super::segment::Segment;
use super::tests::queue;
use super::{Marks, Part};
use crate::peer::Peer;
use crate::pipe::Spares;
use crate::testing::a_peer;

/// A message of the model: the bodies of its frames.
type Model = Vec<Vec<u8>>;

/// The plain messages of a run.
#[derive(Default)]
struct Wires(Vec<Vec<u8>>);

impl TakeMany for Wires {
    fn plain(&mut self, message: PlainRef<'_>) {
        self.0.push(message.wire.to_vec());
    }

    fn other(&mut self, _: MessageRef<'_>) {
        unreachable!("a run of plain messages has no others");
    }
}

#[derive(Clone, Debug)]
enum Op {
    /// A sender's message; bodies of 64 KiB are given by reference.
    Push(Model),
    /// A sender's run of messages of one frame each.
    PushEach(Vec<Vec<u8>>),
    /// A session's message with large bodies.
    PushSegment(Model),
    /// A session's run of small messages.
    PushOctets(Vec<Vec<u8>>),
    /// The reader takes everything, or a little, and acknowledges it at once.
    Take,
    TakeLittle(usize),
    /// Pops up to so many messages through a local batch.
    Pop(usize),
    /// Takes a run of plain messages through a local batch: at most so many, and so many octets.
    PopRun(usize, usize),
    Room,
    SetMarks(usize, usize),
    Trim,
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::collection::vec(any::<u8>(), 0..20),
        1 => (250usize..260).prop_map(|len| vec![b's'; len]),
        1 => (0usize..2).prop_map(|more| vec![b'L'; Part::SHARED_FROM + more]),
    ]
}

pub(super) fn message() -> impl Strategy<Value = Model> {
    prop::collection::vec(body(), 1..4)
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => message().prop_map(Op::Push),
        2 => prop::collection::vec(body(), 1..6).prop_map(Op::PushEach),
        2 => message().prop_map(Op::PushSegment),
        2 => prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 1..6).prop_map(Op::PushOctets),
        2 => Just(Op::Take),
        2 => (0usize..70_000).prop_map(Op::TakeLittle),
        4 => (1usize..5).prop_map(Op::Pop),
        3 => (1usize..9, 1usize..100).prop_map(|(m, o)| Op::PopRun(m, o)),
        1 => Just(Op::Room),
        1 => (0usize..8, prop_oneof![Just(0), 1usize..300]).prop_map(|(m, o)| Op::SetMarks(m, o)),
        1 => Just(Op::Trim),
    ]
}

pub(super) fn parts(message: &Model) -> Vec<Part<'_>> {
    let part = |body: &'_ Vec<u8>| -> Part<'static> { Part::Share(Frame::from(body.clone())) };
    message.iter().map(part).collect()
}

pub(super) fn octets(message: &Model) -> usize {
    parts(message).iter().map(Part::wire_len).sum()
}

pub(super) fn bodies(message: MessageRef<'_>) -> Model {
    message.frames().map(|frame| frame.as_bytes().to_vec()).collect()
}

/// The naive queue.
#[derive(Debug)]
struct Naive {
    queued: VecDeque<Model>,
    counted: Tally,
    overflow: Overflow,
    marks: (usize, usize),
    is_asleep: bool,
    dropped: u64,
}

impl Naive {
    fn limit(n: usize) -> usize {
        if n == 0 { usize::MAX } else { n }
    }

    fn admits(&self, octets: usize) -> bool {
        self.counted.messages < Self::limit(self.marks.0)
            && (self.counted.messages == 0
                || self.counted.octets.saturating_add(octets) <= Self::limit(self.marks.1))
    }

    fn drop_front(&mut self) -> bool {
        let Some(oldest) = self.queued.pop_front() else { return false };
        self.counted.subtract(1, octets(&oldest));
        self.dropped += 1;
        true
    }

    fn push(&mut self, message: Model) -> Result<Pushed, Refused> {
        let size = octets(&message);
        match self.overflow {
            Overflow::Refuse if !self.admits(size) => return Err(Refused::Full),
            Overflow::Refuse => {}
            Overflow::DropOldest => while !self.admits(size) && self.drop_front() {},
            Overflow::Conflate => while self.drop_front() {},
        }
        Ok(self.append([message]))
    }

    fn append(&mut self, messages: impl IntoIterator<Item = Model>) -> Pushed {
        if self.overflow == Overflow::Conflate {
            while self.drop_front() {}
        }
        for message in messages {
            self.counted.add(1, octets(&message));
            self.queued.push_back(message);
        }
        while self.overflow == Overflow::Conflate && self.queued.len() > 1 {
            self.drop_front();
        }
        if std::mem::take(&mut self.is_asleep) { Pushed::WakeReader } else { Pushed::Quiet }
    }
}

fn overflow() -> impl Strategy<Value = Overflow> {
    prop_oneof![3 => Just(Overflow::Refuse), 1 => Just(Overflow::DropOldest), 1 => Just(Overflow::Conflate)]
}

/// Queue and model side by side.
struct Bench {
    queue: Arc<Queue>,
    naive: Naive,
    local: LocalBatch,
    /// What lies in the local batch, as the model has it.
    shown: VecDeque<Model>,
    /// Popped and not acknowledged, as the model has it.
    owed: Tally,
    peer: Arc<Peer>,
}

impl Bench {
    fn new(overflow: Overflow, marks: (usize, usize)) -> Self {
        let (queue, ..) = queue(Marks::new(marks.0, marks.1), overflow);
        let counted = Tally::default();
        let naive = Naive {
            queued: VecDeque::new(),
            counted,
            overflow,
            marks,
            is_asleep: true,
            dropped: 0,
        };
        let mut local = LocalBatch::default();
        local.follow(&queue);
        Self { queue, naive, local, shown: VecDeque::new(), owed: Tally::default(), peer: a_peer() }
    }

    /// Pushes a run: a prefix of it is taken, and no message behind one that was refused.
    fn push_each(&mut self, bodies: Vec<Vec<u8>>) {
        let model = bodies.clone();
        let plain = |body: &'_ Vec<u8>| body.len() < Part::SHARED_FROM;
        let given: Vec<_> = if model.iter().all(plain) {
            model.iter().map(|body| Part::Copy(body)).collect()
        } else {
            parts(&model)
        };
        let (taken, pushed) = self.queue.push_each(&given);
        let was_asleep = self.naive.is_asleep;
        let all = bodies.len();
        let fits: Vec<_> =
            bodies.into_iter().take(taken).map(|body| self.naive.push(vec![body])).collect();
        assert!(fits.iter().all(Result::is_ok), "nothing is taken beyond the mark");
        let wakes = was_asleep && taken > 0;
        assert_eq!(pushed, if wakes { Pushed::WakeReader } else { Pushed::Quiet });
        if taken < all && !wakes {
            let refused = model.into_iter().nth(taken).map(|body| self.naive.push(vec![body]));
            assert_eq!(refused, Some(Err(Refused::Full)));
        }
    }

    fn push_segment(&mut self, message: Model) {
        let mut segment = Segment::from(Some(Arc::clone(&self.peer)));
        segment.append(&parts(&message), octets(&message));
        assert_eq!(self.queue.push_segment(segment), self.naive.append([message]));
    }

    fn push_octets(&mut self, messages: Vec<Vec<u8>>) {
        let mut segment = Segment::default();
        for body in &messages {
            segment.append(&[Part::Copy(body)], body.len() + 2);
        }
        let pushed = self.queue.push_octets(&segment.bytes, messages.len(), &self.peer);
        assert_eq!(pushed, self.naive.append(messages.into_iter().map(|body| vec![body])));
    }

    /// Takes as a session does, and checks that what comes is what the model has, in order.
    fn take(&mut self, little: Option<usize>) {
        let mut segments = VecDeque::new();
        let refill = match little {
            None => self.queue.take(&mut segments, &mut Spares::default()),
            Some(octets) => self.queue.take_little(&mut segments, octets),
        };
        self.naive.is_asleep |= refill == Refill::Empty;
        assert_eq!(refill == Refill::Empty, self.naive.queued.is_empty());
        let mut taken = Tally::default();
        for mut segment in segments {
            assert_eq!(segment.messages > 0, segment.octets > 0);
            while let Some(message) = segment.front() {
                let expected = self.naive.queued.pop_front().expect("the model has it too");
                assert_eq!(bodies(message), expected);
                taken.add(1, segment.drop_front());
            }
            assert_eq!((segment.messages, segment.octets), (0, 0), "counts agree with contents");
        }
        if let Some(limit) = little {
            assert!(taken.messages <= 1 || taken.octets <= limit);
        } else {
            assert!(self.naive.queued.is_empty());
        }
        self.queue.acknowledge(taken.messages, taken.octets);
        self.naive.counted.subtract(taken.messages, taken.octets);
    }

    fn pop(&mut self) {
        let refill = self.local.fill(&self.queue);
        self.follow_fill();
        let Some(message) = self.local.front() else {
            assert_eq!(refill, Refill::Empty);
            return;
        };
        let expected = self.shown.pop_front().expect("the model has it too");
        assert_eq!(message.frame_count(), expected.len());
        assert_eq!(message.wire_octets(), octets(&expected));
        assert_eq!(bodies(message), expected);
        let by_reference = expected.iter().filter(|body| body.len() >= Part::SHARED_FROM).count();
        let external = message.frames().filter(|frame| matches!(frame, FrameRef::External(_)));
        assert_eq!(external.count(), by_reference);
        self.local.pop(message.extent(), &self.queue);
        self.owed.add(1, octets(&expected));
        // What is still owed says whether a step was complete: the model follows the batch there.
        if self.local.owed() == Tally::default() {
            let owed = std::mem::take(&mut self.owed);
            self.naive.counted.subtract(owed.messages, owed.octets);
        }
        assert_eq!(self.local.owed(), self.owed);
    }

    fn pop_run(&mut self, most: Tally) {
        self.local.fill(&self.queue);
        self.follow_fill();
        let (mut wires, source) = (Wires::default(), Source { peer: None, pipe: 1 });
        let (run, _) = self.local.take_plain(most, &self.queue, source, &mut wires);
        let last = wires.0.last().map_or(0, Vec::len);
        assert_eq!(run.messages, wires.0.len());
        assert_eq!(run.octets, wires.0.iter().map(Vec::len).sum());
        assert!(run.messages <= most.messages && run.octets - last < most.octets);
        for wire in wires.0 {
            let expected = self.shown.pop_front().expect("the model has it too");
            let mut frame = Vec::new();
            zmq4_proto::put_frame(&mut frame, FrameKind::Last, &expected.concat());
            assert_eq!((wire, expected.len()), (frame, 1));
            self.step(octets(&expected));
        }
        assert_eq!(self.local.owed(), self.owed);
    }

    /// One more message was taken: what a full step takes is no longer owed.
    fn step(&mut self, octets: usize) {
        self.owed.add(1, octets);
        let (messages, most) = self.naive.marks;
        let step = |mark| Naive::limit(mark).div_ceil(2);
        if self.owed.messages >= step(messages) || self.owed.octets >= step(most) {
            let owed = std::mem::take(&mut self.owed);
            self.naive.counted.subtract(owed.messages, owed.octets);
        }
    }

    /// What a fill does to the model.
    fn follow_fill(&mut self) {
        let naive = &mut self.naive;
        match naive.overflow {
            Overflow::Conflate if !naive.queued.is_empty() => {
                for stale in self.shown.drain(..) {
                    naive.counted.subtract(1, octets(&stale));
                    naive.dropped += 1;
                }
                self.shown.extend(naive.queued.pop_front());
            }
            _ if !self.shown.is_empty() => {}
            _ if naive.queued.is_empty() => {
                naive.is_asleep = true;
                let owed = std::mem::take(&mut self.owed);
                naive.counted.subtract(owed.messages, owed.octets);
            }
            Overflow::Refuse => self.shown.append(&mut naive.queued),
            Overflow::DropOldest | Overflow::Conflate => {
                self.shown.extend(naive.queued.pop_front());
            }
        }
    }

    fn run(&mut self, op: Op) {
        match op {
            Op::Push(message) => {
                let pushed = self.queue.push(&parts(&message), octets(&message));
                assert_eq!(pushed, self.naive.push(message));
            }
            Op::PushEach(bodies) => self.push_each(bodies),
            Op::PushSegment(message) => self.push_segment(message),
            Op::PushOctets(messages) => self.push_octets(messages),
            Op::Take => self.take(None),
            Op::TakeLittle(octets) => self.take(Some(octets)),
            Op::Pop(times) => (0..times).for_each(|_| self.pop()),
            Op::PopRun(messages, octets) => self.pop_run(Tally { messages, octets }),
            Op::Room => {
                let room = self.queue.room();
                assert_eq!(
                    room == 0,
                    self.naive.overflow != Overflow::Conflate && !self.has_room()
                );
            }
            Op::SetMarks(messages, octets) => {
                self.naive.marks = (messages, octets);
                self.queue.set_marks(Marks::new(messages, octets));
                self.local.follow(&self.queue);
            }
            Op::Trim => self.queue.trim(),
        }
        assert_eq!(self.queue.tally(), self.naive.counted, "what counts");
        assert_eq!(self.queue.discards().total(), self.naive.dropped, "what was dropped");
    }

    fn has_room(&self) -> bool {
        let Naive { counted, marks, .. } = &self.naive;
        counted.messages < Naive::limit(marks.0)
            && (counted.messages == 0 || counted.octets < Naive::limit(marks.1))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_queue_behaves_like_a_list_of_messages(
        overflow in overflow(),
        marks in (0usize..8, prop_oneof![2 => Just(0), 1 => 1usize..300]),
        ops in prop::collection::vec(op(), 1..60),
        by_session in any::<bool>(),
    ) {
        let mut bench = Bench::new(overflow, marks);
        // A queue has one reader of one kind.
        for op in ops {
            let is_for_session = matches!(op, Op::Take | Op::TakeLittle(_));
            let is_for_socket = matches!(op, Op::Pop(_) | Op::PopRun(..));
            if !(is_for_session && !by_session || is_for_socket && by_session) {
                bench.run(op);
            }
        }
    }
}
