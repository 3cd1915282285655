//! Write credit: a quiet sender's message goes out from its own thread, a flood falls into the queue.

use super::bench::{Running, Setup, quiesce};
use crate::pipe::{Given, Part};
use crate::testing::message;

fn give(running: &Running, body: &[u8]) -> Given {
    let part = Part::Copy(body);
    running.desk.end.push(std::slice::from_ref(&part), part.wire_len()).expect("there is room")
}

#[tokio::test(start_paused = true)]
async fn a_quiet_senders_message_goes_out_from_its_own_thread() {
    let running = Setup::default().traffic();
    quiesce().await;

    let given = give(&running, b"now");

    // The session has not run since: nothing was awaited.
    assert_eq!(given, Given::Done);
    assert_eq!(running.desk.end.outbound.tally().messages, 0);
    running.peer.expect(message(&["now"])).await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_falls_into_the_queue_and_costs_one_wake() {
    let running = Setup::default().traffic();
    quiesce().await;

    let wakes = (0..100).filter(|_| give(&running, b"x") == Given::Wake).count();

    assert_eq!(wakes, 1);
    assert!(running.desk.end.outbound.tally().messages >= 98);
    running.desk.end.outbound.wake_reader();
    running.peer.expect(message(&["x"]).repeat(100)).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_goes_out_at_once_whenever_the_peer_has_spoken() {
    let mut running = Setup::default().traffic();
    quiesce().await;

    for _ in 0..5 {
        running.peer.send(message(&["question"])).await;
        quiesce().await;
        assert!(running.desk.recv().is_some());
        assert_eq!(give(&running, b"answer"), Given::Done);
        assert_eq!(running.desk.end.outbound.tally().messages, 0);
        running.peer.expect(message(&["answer"])).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_kernel_does_not_take_is_left_to_the_session() {
    let running = Setup { capacity: 100, ..Setup::default() }.traffic();
    quiesce().await;
    let body = "x".repeat(250);

    assert_eq!(give(&running, body.as_bytes()), Given::Wake);
    assert_eq!(running.desk.end.outbound.tally().messages, 1);
    running.desk.end.outbound.wake_reader();

    running.peer.expect(message(&[body])).await;
    quiesce().await;
    assert_eq!(running.desk.end.outbound.tally().messages, 0);
}

#[tokio::test(start_paused = true)]
async fn rule_1_a_write_error_is_the_sessions_and_never_the_callers() {
    let Running { peer, desk, task, .. } = Setup::default().traffic();
    quiesce().await;

    drop(peer);

    assert!(desk.send(&["lost with the connection, not with an error"]));
    assert_eq!(desk.end.outbound.tally().messages, 1, "it is kept for the next connection");
    super::bench::reason(task).await;
    assert_eq!(desk.end.outbound.tally().messages, 1);
}

#[tokio::test(start_paused = true)]
async fn a_small_body_given_by_reference_between_others_keeps_its_place() {
    let running = Setup::default().traffic();
    quiesce().await;
    let parts = [
        Part::Share(zmq4_proto::Frame::from(vec![b's'; 300])),
        Part::Copy(b"copied"),
        Part::Share(zmq4_proto::Frame::from(vec![b't'; 3])),
    ];

    let octets = parts.iter().map(Part::wire_len).sum();
    running.desk.end.push(&parts, octets).expect("there is room");

    running.peer.expect(message(&["s".repeat(300).as_str(), "copied", "ttt"])).await;
}

#[tokio::test(start_paused = true)]
async fn credit_does_not_overtake_what_is_queued() {
    let running = Setup { capacity: 50, ..Setup::default() }.traffic();
    quiesce().await;
    let bodies: Vec<_> = (0..20).map(|n| format!("{n:030}")).collect();

    for body in &bodies {
        give(&running, body.as_bytes());
        running.desk.end.outbound.wake_reader();
    }

    for body in &bodies {
        running.peer.expect(message(&[body])).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_above_eight_kibibytes_never_goes_past_the_queue() {
    let running = Setup::default().traffic();
    quiesce().await;

    assert_eq!(give(&running, &[0; 8192]), Given::Wake);
    assert_eq!(running.desk.end.outbound.tally().messages, 1);
}
