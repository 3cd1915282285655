//! Connections in traffic: both directions, back-pressure, and their ends.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use super::super::traffic;
use super::bench::{Running, Setup, quiesce, reason};
use crate::testing::{frame, message};

#[tokio::test(start_paused = true)]
async fn messages_cross_a_link_of_any_capacity_both_ways() {
    for capacity in [1, 2, 7, 64, 1000, 1 << 20] {
        let mut running = Setup { capacity, ..Setup::default() }.traffic();
        let bodies = [vec![], vec![b'a'; 1], vec![b'b'; 255], vec![b'c'; 256], vec![b'd'; 70_000]];

        for body in &bodies {
            assert!(running.desk.send(&[b"head", body.as_slice(), b"tail"]));
            running.peer.expect(message(&[b"head", body.as_slice(), b"tail"])).await;
            running.peer.send(message(&[body.as_slice(), b"", body.as_slice()])).await;
            quiesce().await;
            let received = running.desk.recv().expect("it came back");
            assert_eq!(received, [body.clone(), Vec::new(), body.clone()], "capacity {capacity}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rule_9_reading_stops_at_the_mark_and_goes_on_after_half_of_it() {
    let mut running = Setup { recv_hwm: 10, capacity: 1 << 16, ..Setup::default() }.traffic();
    running.peer.send(message(&["x"]).repeat(1000)).await;
    quiesce().await;
    assert_eq!(running.desk.end.inbound.tally().messages, 10);

    for _ in 0..4 {
        running.desk.recv().expect("there are ten");
    }
    quiesce().await;
    assert_eq!(running.desk.end.inbound.tally().messages, 10, "four are not half");

    running.desk.recv().expect("there are six");
    quiesce().await;
    assert_eq!(running.desk.end.unread().messages, 10, "filled up again");
}

#[tokio::test(start_paused = true)]
async fn rule_9_all_that_was_sent_beyond_the_mark_arrives_in_order() {
    let mut running = Setup { recv_hwm: 3, capacity: 1 << 20, ..Setup::default() }.traffic();
    for n in 0..2000u32 {
        running.peer.send(message(&[n.to_be_bytes().as_slice(), b"second"])).await;
    }

    let mut received = Vec::new();
    while received.len() < 2000 {
        quiesce().await;
        let some = running.desk.recv_all();
        assert!(!some.is_empty(), "{} of 2000 came", received.len());
        received.extend(some);
    }

    let expected = (0..2000u32).map(|n| vec![n.to_be_bytes().to_vec(), b"second".to_vec()]);
    assert!(received.into_iter().eq(expected));
}

#[tokio::test(start_paused = true)]
async fn a_session_reads_nothing_while_departed_peers_left_too_much_unread() {
    let mut running = Setup::default().traffic();
    running.host.is_clogged.store(true, Ordering::Relaxed);
    running.peer.send(message(&["x"])).await;
    quiesce().await;
    assert_eq!(running.desk.recv(), None);

    running.host.is_clogged.store(false, Ordering::Relaxed);
    running.desk.end.inbound.wake_writer();
    quiesce().await;

    assert!(running.desk.recv().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_flood_out_does_not_keep_what_comes_in_waiting() {
    let setup = Setup { send_hwm: 0, capacity: 16 << 20, ..Setup::default() };
    let host = setup.host();
    let (mut desk, plan) = (setup.desk(&host), setup.plan(&host));
    let (peer, opened) = setup.opened();
    let body = vec![0; 65_536];
    for _ in 0..100 {
        desk.send(&[&body]);
    }
    peer.send(message(&["question"])).await;
    let session = Arc::clone(&desk.session);
    let mut run = pin!(traffic::run(&session, opened, &plan));

    // One turn of the session: it may not write all of it before it reads.
    let turn = poll_fn(|cx| Poll::Ready(run.as_mut().poll(cx))).await;

    assert!(turn.is_pending());
    assert_eq!(desk.recv(), Some(vec![b"question".to_vec()]));
    assert!(desk.end.outbound.tally().messages > 0);
}

#[tokio::test(start_paused = true)]
async fn rule_3_what_came_before_a_fault_is_delivered() {
    let mut setup = Setup::default();
    setup.options.max_message_size = Some(1000);
    let Running { peer, mut desk, task, .. } = setup.traffic();

    peer.send([message(&["good"]), message(&["good too"]), frame(0, &[0; 1001])].concat()).await;

    let why = reason(task).await;
    assert!(why.contains("1001"), "{why}");
    assert_eq!(desk.recv_all().concat(), [b"good".to_vec(), b"good too".to_vec()]);
}

#[tokio::test(start_paused = true)]
async fn what_a_peer_sent_before_it_closed_is_read_although_writing_fails() {
    let Running { peer, mut desk, task, .. } =
        Setup { recv_hwm: 1, capacity: 1 << 16, ..Setup::default() }.traffic();
    quiesce().await;
    peer.send(message(&["x"]).repeat(100)).await;
    drop(peer);
    desk.send(&["into the void"]);

    let mut received = 0;
    while received < 100 {
        quiesce().await;
        let some = desk.recv_all().len();
        assert!(some > 0, "{received} of 100 came");
        received += some;
    }

    reason(task).await;
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_whose_messages_nobody_wants_ends_at_once() {
    let Running { peer, desk, task, .. } = Setup { recv_hwm: 1, ..Setup::default() }.traffic();
    quiesce().await;
    peer.send(message(&["x"]).repeat(100)).await;
    drop(peer);
    desk.send(&["into the void"]);
    quiesce().await;
    assert!(!task.is_finished(), "stopped at the mark");

    desk.session.close(Some(Duration::from_secs(100)));

    tokio::time::timeout(Duration::from_millis(10), task)
        .await
        .expect("at once")
        .expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn rule_17_an_idle_session_owns_no_octets() {
    let mut running = Setup::default().traffic();
    for _ in 0..100 {
        running.desk.send(&["x".repeat(1000)]);
        running.peer.send(message(&["x".repeat(1000)])).await;
    }
    quiesce().await;
    running.peer.expect(message(&["x".repeat(1000)]).repeat(100)).await;
    assert_eq!(running.desk.recv_all().len(), 100);

    tokio::time::sleep(Duration::from_secs(3)).await;

    let queues = [&running.desk.end.outbound, &running.desk.end.inbound];
    assert_eq!(queues.map(|queue| queue.memory()), [0, 0]);
    assert_eq!(running.desk.session.egress.lock().memory(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_dropped_leaves_its_session_disconnected() {
    let running = Setup::default().traffic();
    quiesce().await;

    running.task.abort();
    quiesce().await;

    running.desk.send(&["x"]);
    assert_eq!(running.desk.end.outbound.tally().messages, 1, "queued, not written");
}
