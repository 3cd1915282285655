//! The end of sessions: linger and farewell.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::super::connect;
use super::bench::{Links, Setup, quiesce};
use crate::session::EndpointPhase;
use crate::testing::{ScriptedPeer, greeting, message, ready};

const LINGER: Option<Duration> = Some(Duration::from_secs(30));

#[tokio::test(start_paused = true)]
async fn rule_21_what_is_queued_is_sent_before_the_end() {
    let running = Setup { capacity: 10, ..Setup::default() }.traffic();
    let expected = message(&["x"]).repeat(100);
    for _ in 0..100 {
        assert!(running.desk.send(&["x"]));
    }

    running.desk.session.close(LINGER);
    running.peer.expect(expected).await;
    running.peer.expect_end().await;
    running.peer.end();

    assert_eq!(running.reason().await, "the socket closed the connection");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read_is_left_at_the_linger_deadline() {
    let running = Setup { capacity: 10, ..Setup::default() }.traffic();
    running.desk.send(&["x".repeat(100)]);
    let start = Instant::now();

    running.desk.session.close(LINGER);
    running.reason().await;

    assert_eq!(start.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn linger_zero_ends_a_stuck_connection_at_once() {
    let running = Setup { capacity: 10, ..Setup::default() }.traffic();
    running.desk.send(&["x".repeat(100)]);
    quiesce().await;
    let start = Instant::now();

    running.desk.session.close(Some(Duration::ZERO));
    running.reason().await;

    assert!(start.elapsed() < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn linger_zero_sends_nothing_that_was_still_queued() {
    let running = Setup::default().traffic();
    running.desk.send(&["x".repeat(10_000)]);

    running.desk.session.close(Some(Duration::ZERO));

    running.peer.expect_end().await;
}

#[tokio::test(start_paused = true)]
async fn the_farewell_waits_half_a_second_for_the_peers_end_of_stream() {
    let running = Setup::default().traffic();
    quiesce().await;
    let start = Instant::now();

    running.desk.session.close(LINGER);
    running.peer.expect_end().await;
    running.reason().await;

    assert_eq!(start.elapsed().as_millis() / 10, 50);
}

#[tokio::test(start_paused = true)]
async fn what_a_peer_still_sends_during_the_farewell_does_no_harm() {
    let running = Setup { recv_hwm: 1, capacity: 10, ..Setup::default() }.traffic();

    running.desk.session.close(LINGER);
    running.peer.send(message(&["late"])).await;
    running.peer.end();

    assert_eq!(running.reason().await, "the socket closed the connection");
}

#[tokio::test(start_paused = true)]
async fn a_linger_beyond_the_clock_is_for_ever() {
    let running = Setup { capacity: 10, ..Setup::default() }.traffic();
    running.desk.send(&["x".repeat(100)]);

    running.desk.session.close(Some(Duration::MAX));
    tokio::time::sleep(Duration::from_secs(1_000_000)).await;

    assert!(!running.task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_in_back_off_with_nothing_to_send_ends_at_once() {
    let setup = Setup::default();
    let host = setup.host();
    let (desk, plan) = (setup.desk(&host), setup.plan(&host));
    let task = tokio::spawn(connect(Links::new([]), desk.session.clone(), Arc::new(plan)));
    tokio::time::sleep(Duration::from_secs(100)).await;
    let start = Instant::now();

    desk.session.close(None);
    task.await.expect("ended");

    assert!(start.elapsed() < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_in_back_off_with_something_to_send_lingers_exactly_so_long() {
    for seconds in [0, 7] {
        let setup = Setup::default();
        let host = setup.host();
        let (desk, plan) = (setup.desk(&host), setup.plan(&host));
        let task = tokio::spawn(connect(Links::new([]), desk.session.clone(), Arc::new(plan)));
        desk.send(&["x"]);
        tokio::time::sleep(Duration::from_secs(100)).await;
        let start = Instant::now();

        desk.session.close(Some(Duration::from_secs(seconds)));
        task.await.expect("ended");

        assert_eq!(start.elapsed().as_millis() / 100, u128::from(seconds) * 10);
    }
}

#[tokio::test(start_paused = true)]
async fn rule_21_a_closed_endpoint_goes_on_connecting_to_send_what_is_queued() {
    let setup = Setup::default();
    let host = setup.host();
    let (desk, plan) = (setup.desk(&host), setup.plan(&host));
    let (peer, link) = ScriptedPeer::new(1024);
    desk.send(&["x"]);
    desk.session.close(LINGER);
    let task = tokio::spawn(connect(Links::new([link]), desk.session.clone(), Arc::new(plan)));

    peer.shake("DEALER").await;
    peer.expect(message(&["x"])).await;
    peer.expect_end().await;
    peer.end();

    task.await.expect("ended");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_in_the_handshake_with_nothing_to_send_ends_at_once() {
    let setup = Setup::default();
    let host = setup.host();
    let (desk, plan) = (setup.desk(&host), setup.plan(&host));
    let (peer, link) = ScriptedPeer::new(1024);
    let task = tokio::spawn(connect(Links::new([link]), desk.session.clone(), Arc::new(plan)));
    peer.send(greeting(1)).await;
    quiesce().await;
    let start = Instant::now();

    desk.session.close(None);
    task.await.expect("ended");

    assert!(start.elapsed() < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_endpoint_does_not_linger_for_a_connection_that_never_comes() {
    let mut setup = Setup::default();
    setup.options.reconnect.initial = None;
    let host = setup.host();
    let (desk, plan) = (setup.desk(&host), setup.plan(&host));
    let status = plan.status.clone();
    let task = tokio::spawn(connect(Links::new([]), desk.session.clone(), Arc::new(plan)));
    desk.send(&["x"]);
    quiesce().await;
    assert_eq!(status.view().phase, EndpointPhase::Stopped);

    desk.session.close(None);

    tokio::time::timeout(Duration::from_secs(1), task).await.expect("ends").expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn an_immediate_connection_lingers_when_its_endpoint_closes() {
    let mut setup = Setup { capacity: 80, ..Setup::default() };
    setup.options.immediate = true;
    let host = setup.host();
    let (endpoint, plan) = (setup.desk(&host), setup.plan(&host));
    let (peer, link) = ScriptedPeer::new(80);
    let task = tokio::spawn(connect(Links::new([link]), endpoint.session.clone(), Arc::new(plan)));
    let script = tokio::spawn(async move {
        peer.send([greeting(1), ready("DEALER")].concat()).await;
        peer.receive(64).await;
        peer.receive_frame().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        peer.receive_all().await
    });
    quiesce().await;
    let pipe = host.opened.lock().first().cloned().expect("a pipe for the connection");
    let desk = super::bench::Desk::new(pipe.clone()).without_credit();
    for _ in 0..10 {
        assert!(desk.send(&["x".repeat(30)]));
    }

    // As a socket does it: the endpoint, and the pipe that belongs to it.
    endpoint.session.close(LINGER);
    pipe.close(LINGER);

    let got = script.await.expect("no panic");
    assert_eq!(got, message(&["x".repeat(30)]).repeat(10));
    task.await.expect("ended");
    assert_eq!(*host.dropped.lock(), Some(0), "detached, and nothing was lost");
}
