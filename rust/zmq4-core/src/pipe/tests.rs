//! The rules of pipes, one test a rule.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::backlog::Overflow;
use super::local::LocalBatch;
use super::message::FrameRef;
use super::oracle::{bodies, octets, parts};
use super::party::{Party, Pushed, Refill, Refused, Side};
use super::queue::Queue;
use super::segment::Segment;
use super::{Marks, Part};
use crate::pipe::Spares;

/// A party that counts its wakes.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicUsize);

impl Party for Count {
    fn wake(&self, _side: Side) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

pub(super) fn queue(marks: Marks, overflow: Overflow) -> (Arc<Queue>, Arc<Count>, Arc<Count>) {
    let (writer, reader) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let parties = (Arc::clone(&writer), Arc::clone(&reader));
    (Queue::new(marks, overflow, parties.0, parties.1), writer, reader)
}

fn push(queue: &Queue, body: &[u8]) -> Result<Pushed, Refused> {
    let part = Part::Copy(body);
    queue.push(std::slice::from_ref(&part), part.wire_len())
}

/// Pops one message as a socket does; says whether the writer is to be woken.
fn pop(local: &mut LocalBatch, queue: &Queue) -> Option<bool> {
    local.fill(queue);
    let extent = local.front()?.extent();
    Some(local.pop(extent, queue))
}

#[test]
fn rule_9_a_batch_of_any_length_costs_one_wake() {
    let (queue, ..) = queue(Marks::new(0, 0), Overflow::Refuse);

    let wakes = (0..1000).filter(|_| push(&queue, b"x") == Ok(Pushed::WakeReader)).count();

    assert_eq!(wakes, 1);
}

#[test]
fn a_blocked_writer_is_woken_once_after_half_of_the_mark() {
    let (queue, ..) = queue(Marks::new(10, 0), Overflow::Refuse);
    while push(&queue, b"x").is_ok() {}
    let mut local = LocalBatch::default();
    local.follow(&queue);

    let wakes: Vec<_> = (0..10).map(|_| pop(&mut local, &queue)).collect();

    let woken = wakes.iter().position(|wake| *wake == Some(true));
    assert_eq!(woken, Some(4), "with the fifth read");
    assert_eq!(wakes.iter().filter(|wake| **wake == Some(true)).count(), 1);
}

#[test]
fn rule_17_a_queue_that_drops_the_oldest_does_not_grow() {
    let (queue, ..) = queue(Marks::new(10, 0), Overflow::DropOldest);

    for _ in 0..100_000 {
        push(&queue, &[b'x'; 100]).expect("never refused");
    }
    let mut segments = VecDeque::new();
    queue.take(&mut segments, &mut Spares::default());

    let held: usize = segments.iter().map(|segment| segment.bytes.capacity()).sum();
    assert!(held <= 4 * 256 * 1024, "{held} octets are held for ten messages");
    assert_eq!(queue.discards().total(), 99_990);
}

#[test]
fn rule_17_an_idle_queue_owns_no_octets() {
    let (queue, ..) = queue(Marks::new(0, 0), Overflow::Refuse);
    for _ in 0..1000 {
        push(&queue, &[0; 200]).expect("taken");
    }
    let mut local = LocalBatch::default();
    local.follow(&queue);
    while pop(&mut local, &queue).is_some() {}

    queue.trim();
    push(&queue, b"x").expect("taken");
    local.fill(&queue);

    let mut segments = VecDeque::new();
    assert_eq!(queue.take(&mut segments, &mut Spares::default()), Refill::Empty);
    let held = local.memory();
    assert!(held < 1024, "{held} octets are held for one message of one octet");
}

#[test]
fn rule_20_a_message_larger_than_the_octet_mark_is_admitted_alone() {
    let (queue, ..) = queue(Marks::new(10, 100), Overflow::Refuse);

    assert!(push(&queue, &[0; 1000]).is_ok());
    assert_eq!(push(&queue, b""), Err(Refused::Full));
}

#[test]
fn a_reader_that_runs_dry_owes_nothing() {
    let (queue, ..) = queue(Marks::new(1000, 100), Overflow::Refuse);
    let mut local = LocalBatch::default();
    local.follow(&queue);
    push(&queue, &[0; 38]).expect("taken");
    assert_eq!(push(&queue, &[0; 98]), Err(Refused::Full));
    assert_eq!(pop(&mut local, &queue), Some(false), "no step is complete");

    assert_eq!(pop(&mut local, &queue), None);

    assert!(local.take_owed_wake(), "the writer is woken all the same");
    assert!(push(&queue, &[0; 98]).is_ok());
}

#[test]
fn smaller_marks_apply_to_a_reader_in_the_middle_of_a_step() {
    let (queue, ..) = queue(Marks::new(1000, 0), Overflow::Refuse);
    let mut local = LocalBatch::default();
    local.follow(&queue);
    for _ in 0..4 {
        push(&queue, b"x").expect("taken");
    }

    queue.set_marks(Marks::new(4, 0));
    assert_eq!(push(&queue, b"x"), Err(Refused::Full));
    while pop(&mut local, &queue).is_some() {}

    assert!(local.take_owed_wake());
}

#[test]
fn a_receiver_of_a_conflating_queue_is_shown_the_newest() {
    let (queue, ..) = queue(Marks::new(10, 0), Overflow::Conflate);
    let mut local = LocalBatch::default();
    local.follow(&queue);
    push(&queue, b"old").expect("taken");
    local.fill(&queue);

    push(&queue, b"new").expect("taken");
    local.fill(&queue);

    assert_eq!(local.front().map(bodies), Some(vec![b"new".to_vec()]));
    assert_eq!(queue.discards().total(), 1);
}

#[test]
fn drain_is_announced_once_when_nothing_counts_any_more() {
    let (queue, ..) = queue(Marks::new(10, 0), Overflow::Refuse);
    push(&queue, b"x").expect("taken");
    push(&queue, b"x").expect("taken");

    assert!(queue.watch_drain());
    assert!(!queue.acknowledge(1, 3));
    assert!(queue.acknowledge(1, 3), "drained");
    assert!(!queue.watch_drain());
}

#[test]
fn closing_either_end_is_told_to_the_other() {
    let (queue, writer, reader) = queue(Marks::new(10, 0), Overflow::Refuse);
    push(&queue, b"x").expect("taken");
    let mut segments = VecDeque::new();
    queue.take(&mut segments, &mut Spares::default());
    assert_eq!(queue.take(&mut VecDeque::new(), &mut Spares::default()), Refill::Empty);

    queue.close_writer();
    assert_eq!(reader.0.load(Ordering::Relaxed), 1, "the sleeping reader is woken");
    assert_eq!(queue.take(&mut VecDeque::new(), &mut Spares::default()), Refill::Ended);

    assert_eq!(queue.close_reader(), 1, "one message was not acknowledged");
    assert_eq!(writer.0.load(Ordering::Relaxed), 1);
    assert_eq!(push(&queue, b"x"), Err(Refused::Closed));
}

#[test]
fn rule_25_a_small_body_given_by_reference_is_copied() {
    let small = vec![b'x'; Part::SHARED_FROM - 1];
    let large = vec![b'x'; Part::SHARED_FROM];
    let mut segment = Segment::default();
    let model = vec![small, large];

    segment.append(&parts(&model), octets(&model));

    let message = segment.front().expect("one message");
    let kinds: Vec<_> =
        message.frames().map(|frame| matches!(frame, FrameRef::External(_))).collect();
    assert_eq!(kinds, [false, true]);
}

#[test]
fn a_body_for_many_queues_is_shared_above_256_octets() {
    for (len, is_shared) in [(256, false), (257, true), (Part::SHARED_FROM, true)] {
        let body = vec![b'x'; len];
        let part = Part::Copy(&body);
        let copy = part.for_many();
        let mut segments = [Segment::default(), Segment::default()];

        for segment in &mut segments {
            segment.append(std::slice::from_ref(&copy), copy.wire_len());
        }

        let bodies: Vec<_> = segments.iter().map(|segment| segment.externals.front()).collect();
        match bodies.as_slice() {
            [Some(one), Some(other)] => assert_eq!(one.body.as_ptr(), other.body.as_ptr()),
            _ => assert!(!is_shared, "{len} octets were copied"),
        }
        assert!(bodies.iter().all(|body| body.is_some() == is_shared), "{len} octets");
    }
}
