//! The handshake of sleep, in every interleaving: no wake is lost, and none comes twice.
//!
//! A lost wake shows as a deadlock, which loom reports.

use std::collections::VecDeque;
use std::sync::Arc;

use loom::sync::{Condvar, Mutex};
use loom::thread;

use super::super::local::LocalBatch;
use super::*;
use crate::pipe::Spares;

/// Counts its wakes, and lets a thread sleep until the next.
#[derive(Debug, Default)]
struct Bell {
    /// All wakes so far, and those that nobody slept for yet.
    rung: Mutex<(usize, usize)>,
    changed: Condvar,
}

impl Bell {
    fn wait(&self) {
        let mut rung = self.rung.lock().expect("no panic under this lock");
        while rung.1 == 0 {
            rung = self.changed.wait(rung).expect("no panic under this lock");
        }
        rung.1 -= 1;
    }

    fn wakes(&self) -> usize {
        self.rung.lock().expect("no panic under this lock").0
    }
}

impl Party for Bell {
    fn wake(&self, _side: Side) {
        let mut rung = self.rung.lock().expect("no panic under this lock");
        *rung = (rung.0 + 1, rung.1 + 1);
        self.changed.notify_one();
    }
}

struct Wired {
    queue: Arc<Queue>,
    writer: Arc<Bell>,
    reader: Arc<Bell>,
}

fn wired(marks: Marks) -> Wired {
    let (writer, reader) = (Arc::new(Bell::default()), Arc::new(Bell::default()));
    let parties = (Arc::clone(&writer), Arc::clone(&reader));
    let queue = Queue::new(marks, Overflow::Refuse, parties.0, parties.1);
    Wired { queue, writer, reader }
}

/// Pushes one message, sleeping while the queue is full. Returns how often it slept, or none if nobody
/// reads any more.
fn push_waiting(queue: &Queue, bell: &Bell, body: &[u8]) -> Option<usize> {
    let part = Part::Copy(body);
    let octets = part.wire_len();
    let mut sleeps = 0;
    loop {
        match queue.push(std::slice::from_ref(&part), octets) {
            Ok(Pushed::Quiet) => return Some(sleeps),
            Ok(Pushed::WakeReader) => {
                queue.wake_reader();
                return Some(sleeps);
            }
            Err(Refused::Full) => {
                bell.wait();
                sleeps += 1;
            }
            Err(Refused::Closed) => return None,
        }
    }
}

/// Takes until `wanted` messages came, sleeping while there is none, and acknowledges every batch.
/// Returns how often it slept.
fn take_waiting(queue: &Queue, bell: &Bell, wanted: usize) -> usize {
    let (mut taken, mut sleeps) = (0, 0);
    let mut segments = VecDeque::new();
    while taken < wanted {
        match queue.take(&mut segments, &mut Spares::default()) {
            Refill::Some => {
                for segment in segments.drain(..) {
                    taken += segment.messages;
                    if queue.acknowledge(segment.messages, segment.octets) {
                        queue.wake_writer();
                    }
                }
            }
            Refill::Empty => {
                bell.wait();
                sleeps += 1;
            }
            Refill::Ended => break,
        }
    }
    sleeps
}

#[test]
fn loom_push_never_loses_a_wake_and_never_doubles_one() {
    loom::model(|| {
        let Wired { queue, writer, reader } = wired(Marks::new(10, 0));
        assert_eq!(queue.take(&mut VecDeque::new(), &mut Spares::default()), Refill::Empty);

        let pushing = (Arc::clone(&queue), writer);
        let other = thread::spawn(move || {
            push_waiting(&pushing.0, &pushing.1, b"1");
            push_waiting(&pushing.0, &pushing.1, b"2");
        });
        reader.wait();
        let sleeps = 1 + take_waiting(&queue, &reader, 2);
        other.join().expect("pushed");

        assert_eq!(reader.wakes(), sleeps, "one wake for every sleep");
    });
}

#[test]
fn loom_acknowledgement_wakes_a_blocked_writer_once() {
    loom::model(|| {
        let Wired { queue, writer, reader } = wired(Marks::new(1, 0));

        let pushing = (Arc::clone(&queue), Arc::clone(&writer));
        let other = thread::spawn(move || {
            let first = push_waiting(&pushing.0, &pushing.1, b"1");
            let second = push_waiting(&pushing.0, &pushing.1, b"2");
            first.unwrap_or(0) + second.unwrap_or(0)
        });
        take_waiting(&queue, &reader, 2);
        let sleeps = other.join().expect("pushed");

        assert_eq!(writer.wakes(), sleeps, "one wake for every refusal");
    });
}

#[test]
fn loom_a_session_out_of_room_is_woken_once_there_is_room() {
    loom::model(|| {
        let Wired { queue, writer, reader } = wired(Marks::new(1, 0));
        push_waiting(&queue, &writer, b"1");

        let asking = (Arc::clone(&queue), Arc::clone(&writer));
        let session = thread::spawn(move || {
            let mut sleeps = 0;
            while asking.0.room() == 0 {
                asking.1.wait();
                sleeps += 1;
            }
            sleeps
        });
        take_waiting(&queue, &reader, 1);

        assert_eq!(writer.wakes(), session.join().expect("found room"));
    });
}

#[test]
fn loom_a_reader_that_runs_dry_never_leaves_the_writer_blocked() {
    loom::model(|| {
        // Two octets and a header are less than half of the mark, so that no step is ever reached.
        let Wired { queue, writer, reader } = wired(Marks::new(1000, 10));

        let pushing = (Arc::clone(&queue), writer);
        let other = thread::spawn(move || {
            push_waiting(&pushing.0, &pushing.1, b"12");
            push_waiting(&pushing.0, &pushing.1, b"12345678");
        });
        let mut local = LocalBatch::default();
        local.follow(&queue);
        let mut received = 0;
        while received < 2 {
            match local.fill(&queue) {
                Refill::Some => {
                    let extent = local.front().expect("filled").extent();
                    received += 1;
                    if local.pop(extent, &queue) {
                        queue.wake_writer();
                    }
                }
                Refill::Empty => {
                    if local.take_owed_wake() {
                        queue.wake_writer();
                    }
                    reader.wait();
                }
                Refill::Ended => unreachable!("nobody closes"),
            }
        }
        other.join().expect("pushed");
    });
}

#[test]
fn loom_closing_the_writer_wakes_a_sleeping_reader() {
    loom::model(|| {
        let Wired { queue, writer, reader } = wired(Marks::new(10, 0));

        let pushing = (Arc::clone(&queue), writer);
        let other = thread::spawn(move || {
            push_waiting(&pushing.0, &pushing.1, b"1");
            pushing.0.close_writer();
        });
        take_waiting(&queue, &reader, usize::MAX);
        other.join().expect("closed");

        assert!(queue.is_spent());
    });
}

#[test]
fn loom_closing_the_reader_frees_a_blocked_writer() {
    loom::model(|| {
        let Wired { queue, writer, .. } = wired(Marks::new(1, 0));
        push_waiting(&queue, &writer, b"1");

        let pushing = (Arc::clone(&queue), writer);
        let other = thread::spawn(move || push_waiting(&pushing.0, &pushing.1, b"2"));
        queue.close_reader();

        assert_eq!(other.join().expect("ended"), None);
        assert_eq!(queue.tally(), Tally::default(), "nothing counts that nobody will read");
    });
}

#[test]
fn loom_larger_marks_free_a_blocked_writer() {
    loom::model(|| {
        let Wired { queue, writer, .. } = wired(Marks::new(1, 0));
        push_waiting(&queue, &writer, b"1");

        let pushing = (Arc::clone(&queue), writer);
        let other = thread::spawn(move || push_waiting(&pushing.0, &pushing.1, b"2"));
        if queue.set_marks(Marks::new(2, 0)) {
            queue.wake_writer();
        }

        assert!(other.join().expect("pushed").is_some());
    });
}
