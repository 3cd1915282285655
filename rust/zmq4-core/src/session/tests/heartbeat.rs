//! PING, PONG and silence.

use std::time::Duration;

use tokio::time::Instant;
use zmq4_proto::Version;

use super::bench::{Setup, quiesce};
use crate::testing::{message, ping, pong};

#[tokio::test(start_paused = true)]
async fn a_ping_goes_out_every_interval_while_the_peer_answers() {
    let running = Setup::with_heartbeat(3, 3).traffic();
    let start = Instant::now();

    for n in 1..=3 {
        running.peer.expect(ping(0, b"")).await;
        assert_eq!(start.elapsed().as_secs(), 3 * n);
        running.peer.send(pong(b"")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn silence_after_a_ping_ends_the_connection() {
    let running = Setup::with_heartbeat(3, 5).traffic();
    let start = Instant::now();

    let reason = running.reason().await;

    assert_eq!(start.elapsed().as_secs(), 8, "{reason}");
}

#[tokio::test(start_paused = true)]
async fn any_octet_is_a_sign_of_life() {
    let running = Setup::with_heartbeat(3, 5).traffic();

    for _ in 0..10 {
        tokio::time::sleep(Duration::from_secs(4)).await;
        running.peer.send([0]).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        running.peer.send([0]).await;
    }

    assert!(!running.task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn the_time_to_live_of_the_peers_ping_ends_the_connection() {
    let running = Setup::default().traffic();
    let start = Instant::now();

    running.peer.send(ping(25, b"ctx")).await;
    running.peer.expect(pong(b"ctx")).await;
    running.reason().await;

    assert_eq!(start.elapsed().as_millis() / 100, 25);
}

#[tokio::test(start_paused = true)]
async fn a_ping_has_room_behind_subscriptions_that_wait() {
    let running = Setup { capacity: 1000, ..Setup::with_heartbeat(3, 5) }.traffic();
    let topics = (0..1000).map(|n| format!("topic {n}").into_bytes());
    running.desk.session.upstream.open(topics);
    running.desk.session.signal.wake();

    tokio::time::sleep(Duration::from_secs(4)).await;
    for _ in 0..1000 {
        assert_eq!(running.peer.receive_frame().await[2..12], *b"\x09SUBSCRIBE");
    }

    running.peer.expect(ping(0, b"")).await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_know_pings_gets_none() {
    let version = Version { major: 3, minor: 0 };
    let running = Setup { version, ..Setup::with_heartbeat(1, 1) }.traffic();

    running.peer.expect_silence(Duration::from_secs(60)).await;

    assert!(!running.task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn rule_7_a_peer_is_not_blamed_while_reading_is_stopped_and_is_sent_pongs() {
    let mut running = Setup { recv_hwm: 2, ..Setup::with_heartbeat(3, 3) }.traffic();
    for body in ["1", "2", "3"] {
        running.peer.send(message(&[body])).await;
    }
    running.peer.send(ping(10, b"unseen")).await;
    quiesce().await;

    // A minute in which the peer's own time-out must not run out, nor ours.
    let start = Instant::now();
    let mut pongs = 0;
    while start.elapsed() < Duration::from_secs(60) {
        pongs += usize::from(running.peer.receive_frame().await == pong(b""));
    }
    assert!(pongs >= 50, "{pongs} signs of life in a minute");
    assert!(!running.task.is_finished());

    let received: Vec<_> = running.desk.recv_all().concat();
    quiesce().await;
    assert_eq!(received, [b"1", b"2"]);
    assert_eq!(running.desk.recv_all().concat(), [b"3"]);
    while running.peer.receive_frame().await != pong(b"unseen") {}
    running.reason().await;
}

#[tokio::test(start_paused = true)]
async fn rule_14_a_pong_goes_out_at_the_next_message_boundary() {
    let running = Setup { capacity: 100, ..Setup::default() }.traffic();
    let (first, second) = (message(&["a".repeat(150), "b".repeat(50)]), message(&["c".repeat(20)]));
    assert!(running.desk.send(&["a".repeat(150), "b".repeat(50)]));
    assert!(running.desk.send(&["c".repeat(20)]));
    quiesce().await;

    running.peer.send(ping(0, b"now")).await;
    quiesce().await;

    running.peer.expect(first).await;
    running.peer.expect(pong(b"now")).await;
    running.peer.expect(second).await;
}

#[tokio::test(start_paused = true)]
async fn a_ping_between_the_frames_of_a_message_is_answered_and_the_message_is_whole() {
    let mut running = Setup::default().traffic();

    running.peer.send(b"\x01\x01a").await;
    running.peer.send(ping(0, b"")).await;
    running.peer.expect(pong(b"")).await;
    assert_eq!(running.desk.recv(), None);
    running.peer.send(b"\0\x01b").await;
    quiesce().await;

    assert_eq!(running.desk.recv(), Some(vec![b"a".to_vec(), b"b".to_vec()]));
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_pings_is_answered_in_bounded_memory() {
    let running = Setup { capacity: 1 << 16, ..Setup::default() }.traffic();
    let flood = ping(0, b"0123456789abcdef").repeat(2000);

    running.peer.send(&flood).await;
    quiesce().await;

    let lane = running.desk.session.egress.lock().lane().capacity();
    assert!(lane <= 4096, "{lane} octets wait to be written");
}
