//! What happens between two connections of one endpoint.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::super::connect;
use super::bench::{Desk, Links, Setup, StubHost, quiesce};
use crate::monitor::{EventStream, Happening};
use crate::options::{Backoff, StopOn};
use crate::session::{EndpointPhase, EndpointStatus};
use crate::testing::{ScriptedPeer, greeting, message, ready};

/// A connecting endpoint at work, and its peers in the order of the connections.
struct Endpoint {
    desk: Desk,
    host: Arc<StubHost>,
    peers: Vec<ScriptedPeer>,
    links: Arc<Links>,
    status: Arc<EndpointStatus>,
    events: EventStream,
}

/// The delays until the next attempt that were told, in milliseconds.
fn told_delays(events: &EventStream) -> Vec<u128> {
    let told = std::iter::from_fn(|| events.try_next().ok());
    let delays = told.filter_map(|heard| {
        if let Happening::ConnectFailed { retry_in, .. }
        | Happening::HandshakeFailed { retry_in, .. }
        | Happening::Disconnected { retry_in, .. } = heard.event.what
        {
            retry_in
        } else {
            None
        }
    });
    delays.map(|delay| delay.as_millis()).collect()
}

fn endpoint(setup: &Setup, connections: usize) -> Endpoint {
    let host = setup.host();
    let desk = setup.desk(&host).without_credit();
    let (plan, events) = setup.plan_heard(&host);
    let status = plan.status.clone();
    let (peers, links): (Vec<_>, Vec<_>) =
        (0..connections).map(|_| ScriptedPeer::new(setup.capacity)).unzip();
    let links = Links::new(links);
    tokio::spawn(connect(links.clone(), desk.session.clone(), Arc::new(plan)));
    Endpoint { desk, host, peers, links, status, events }
}

fn steady(initial: u64, max: u64) -> Setup {
    let [initial, max] = [initial, max].map(Duration::from_millis);
    let mut setup = Setup::default();
    setup.options.reconnect = Backoff { initial: Some(initial), max, jitter: 0.0 };
    setup
}

#[tokio::test(start_paused = true)]
async fn attempts_back_off_up_to_the_maximum() {
    let Endpoint { links, status, events, .. } = endpoint(&steady(100, 800), 0);

    tokio::time::sleep(Duration::from_secs(3)).await;

    assert_eq!(links.pauses(), [100, 200, 400, 800, 800]);
    assert_eq!(told_delays(&events), [100, 200, 400, 800, 800, 800]);
    assert_eq!(status.view().attempts, 6);
    assert_eq!(status.view().phase, EndpointPhase::Connecting);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_lasted_resets_the_back_off() {
    let Endpoint { links, mut peers, .. } = endpoint(&steady(100, 10_000), 3);
    for (peer, seconds) in peers.drain(..).zip([0, 1, 6]) {
        peer.shake("DEALER").await;
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    tokio::time::sleep(Duration::from_millis(150)).await;

    let pauses = links.pauses();
    assert!((100..110).contains(&pauses[0]), "{pauses:?}");
    assert!((1200..1210).contains(&pauses[1]), "the second pause is twice the first: {pauses:?}");
    assert!((6100..6110).contains(&pauses[2]), "and the third is the first again: {pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_refuses_is_left_alone_for_five_seconds() {
    let Endpoint { links, peers, events, .. } = endpoint(&steady(100, 800), 1);

    peers[0].send([greeting(1), ready("PULL")].concat()).await;
    tokio::time::sleep(Duration::from_secs(6)).await;

    assert_eq!(links.pauses().first().map(|pause| pause / 10), Some(500));
    assert_eq!(told_delays(&events).first(), Some(&5000));
}

#[tokio::test(start_paused = true)]
async fn no_initial_delay_means_one_attempt_only() {
    let mut setup = Setup::default();
    setup.options.reconnect.initial = None;
    let Endpoint { links, status, .. } = endpoint(&setup, 0);

    tokio::time::sleep(Duration::from_secs(1000)).await;

    assert_eq!(links.attempts.lock().len(), 1);
    assert_eq!(status.view().phase, EndpointPhase::Stopped);
}

#[tokio::test(start_paused = true)]
async fn rule_1_the_message_in_the_middle_of_a_write_is_sent_again_whole() {
    let setup = Setup { capacity: 100, ..steady(100, 800) };
    let Endpoint { desk, mut peers, .. } = endpoint(&setup, 2);
    let bodies = ["a".repeat(10), "b".repeat(300), "c".repeat(10)];
    for body in &bodies {
        assert!(desk.send(&[body.as_str(), "tail"]));
    }

    let first = peers.remove(0);
    first.shake("DEALER").await;
    first.expect(message(&[bodies[0].as_str(), "tail"])).await;
    first.receive(50).await;
    drop(first);
    let second = peers.remove(0);
    second.shake("DEALER").await;

    second.expect(message(&[bodies[1].as_str(), "tail"])).await;
    second.expect(message(&[bodies[2].as_str(), "tail"])).await;
    quiesce().await;
    assert_eq!(desk.end.outbound.tally().messages, 0);
}

#[tokio::test(start_paused = true)]
async fn rule_1_on_a_bound_side_the_queue_dies_with_the_peer_and_is_counted() {
    let mut setup = Setup { capacity: 100, ..Setup::default() };
    // IMMEDIATE gives a pipe to each connection, as a listener does.
    setup.options.immediate = true;
    let Endpoint { host, mut peers, .. } = endpoint(&setup, 1);
    let peer = peers.remove(0);
    peer.shake("DEALER").await;
    quiesce().await;
    let pipe = host.opened.lock().first().cloned().expect("attached");
    let desk = Desk::new(pipe);
    for _ in 0..5 {
        assert!(desk.send(&["x".repeat(60)]));
    }

    peer.expect(message(&["x".repeat(60)])).await;
    drop(peer);
    quiesce().await;

    // One was received, one more had been taken by the link's buffer before it broke.
    let dropped = host.dropped.lock().expect("detached");
    assert!((3..=4).contains(&dropped), "{dropped} of four");
    assert!(!desk.send(&["late"]));
}

#[tokio::test(start_paused = true)]
async fn rule_4_a_message_names_the_connection_it_came_by() {
    let Endpoint { mut desk, mut peers, .. } = endpoint(&steady(100, 800), 2);
    for body in ["first", "second"] {
        let peer = peers.remove(0);
        peer.shake("DEALER").await;
        peer.send(message(&[body])).await;
        quiesce().await;
    }

    let (first, by_first) = desk.recv_from().expect("it survived the reconnection");
    let (second, by_second) = desk.recv_from().expect("both are there");

    assert_eq!((first, second), (vec![b"first".to_vec()], vec![b"second".to_vec()]));
    assert!(!Arc::ptr_eq(&by_first, &by_second));
}

#[tokio::test(start_paused = true)]
async fn rule_8_what_the_session_took_still_counts_against_the_mark() {
    let setup = Setup { send_hwm: 10, capacity: 100, ..steady(100, 800) };
    let Endpoint { desk, peers, .. } = endpoint(&setup, 1);
    assert_eq!((0..30).filter(|_| desk.send(&["x".repeat(98)])).count(), 10, "without a peer");

    peers[0].shake("DEALER").await;
    quiesce().await;

    // The link's buffer took one message; the session holds all others, and they count.
    assert_eq!(desk.end.outbound.tally().messages, 9);
    assert!(desk.send(&["x".repeat(98)]));
    assert!(!desk.send(&["x".repeat(98)]));
}

#[tokio::test(start_paused = true)]
async fn rule_16_an_unfinished_message_is_discarded_when_the_connection_breaks() {
    let Endpoint { mut desk, mut peers, .. } = endpoint(&steady(100, 800), 2);
    let first = peers.remove(0);
    first.shake("DEALER").await;
    first
        .send([message(&["whole"]), b"\x01\x04half".to_vec(), b"\0\x09trunc".to_vec()].concat())
        .await;
    quiesce().await;
    drop(first);

    peers[0].shake("DEALER").await;
    peers[0].send(message(&["next"])).await;
    quiesce().await;

    assert_eq!(desk.recv_all().concat(), [b"whole".to_vec(), b"next".to_vec()]);
}

#[tokio::test(start_paused = true)]
async fn a_surplus_endpoint_does_not_bother_peers_until_there_is_room() {
    let mut setup = steady(100, 100);
    setup.options.immediate = true;
    let Endpoint { host, links, status, .. } = {
        let endpoint = endpoint(&setup, 0);
        endpoint.host.is_full.store(true, Ordering::Relaxed);
        endpoint
    };

    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(links.attempts.lock().len(), 0);
    assert_eq!(status.view().failure.as_deref(), Some("the socket has its only peer already"));

    host.is_full.store(false, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(links.attempts.lock().len() > 5);
}

fn stopping(stop: StopOn) -> Setup {
    let mut setup = steady(100, 800);
    setup.options.reconnect_stop = stop;
    setup
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_connection_may_be_the_end() {
    let stop = StopOn { refused: true, ..StopOn::default() };
    let Endpoint { links, peers, status, .. } = endpoint(&stopping(stop), 1);

    // A handshake that fails is another matter, and so is a connection that is lost.
    peers[0].end();
    tokio::time::sleep(Duration::from_secs(10)).await;

    assert_eq!(links.attempts.lock().len(), 2);
    assert_eq!(status.view().phase, EndpointPhase::Stopped);
    assert_eq!(status.view().failure.as_deref(), Some("connection refused"));
}

#[tokio::test(start_paused = true)]
async fn a_failed_handshake_may_be_the_end() {
    let stop = StopOn { handshake_failed: true, ..StopOn::default() };
    let Endpoint { links, mut peers, status, .. } = endpoint(&stopping(stop), 2);

    let first = peers.remove(0);
    first.shake("DEALER").await;
    drop(first);
    peers[0].end();
    tokio::time::sleep(Duration::from_secs(10)).await;

    assert_eq!(links.attempts.lock().len(), 2);
    assert_eq!(status.view().phase, EndpointPhase::Stopped);
    let failure = status.view().failure.expect("it has failed");
    assert!(
        failure.starts_with("the peer closed the connection before the handshake"),
        "{failure}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_has_failed_its_handshake() {
    let stop = StopOn { handshake_failed: true, ..StopOn::default() };
    let Endpoint { links, status, peers: _silent, .. } = endpoint(&stopping(stop), 1);

    tokio::time::sleep(Duration::from_secs(60)).await;

    assert_eq!(links.attempts.lock().len(), 1);
    assert_eq!(status.view().phase, EndpointPhase::Stopped);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_closed_may_leave_its_queue_at_once() {
    let stop = StopOn { disconnected: true, ..StopOn::default() };
    let Endpoint { desk, links, status, .. } = endpoint(&stopping(stop), 0);
    assert!(desk.send(&["never sent"]));
    quiesce().await;
    let attempts = links.attempts.lock().len();

    desk.session.disconnect();
    desk.session.close(None);
    tokio::time::sleep(Duration::from_secs(10)).await;

    assert_eq!(links.attempts.lock().len(), attempts);
    assert_eq!(status.view().phase, EndpointPhase::Closed);
}

#[tokio::test(start_paused = true)]
async fn what_an_endpoint_that_is_closed_had_begun_to_send_is_sent() {
    let stop = StopOn { disconnected: true, ..StopOn::default() };
    let setup = Setup { capacity: 100, ..stopping(stop) };
    let Endpoint { desk, mut peers, .. } = endpoint(&setup, 2);
    peers[0].shake("DEALER").await;
    let bodies = ["a".repeat(200), "b".repeat(200)];
    assert!(bodies.iter().all(|body| desk.send(&[body.as_str()])));
    quiesce().await;

    desk.session.disconnect();
    desk.session.close(None);

    for body in &bodies {
        peers[0].expect(message(&[body.as_str()])).await;
    }
    drop(peers.remove(0));
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_is_closed_goes_on_to_linger() {
    let stop = StopOn { disconnected: true, ..StopOn::default() };
    let Endpoint { desk, peers, .. } = endpoint(&stopping(stop), 1);
    assert!(desk.send(&["late"]));

    desk.session.close(None);

    peers[0].shake("DEALER").await;
    peers[0].expect(message(&["late"])).await;
}
