//! Opening a connection.

use std::time::Duration;

use tokio::time::Instant;

use super::super::opening::{NotOpened, open};
use super::bench::Setup;
use crate::testing::{ScriptedPeer, greeting, message, ready};

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_given_up_at_the_handshake_deadline() {
    let setup = Setup::default();
    let (_peer, link) = ScriptedPeer::new(1024);
    let start = Instant::now();

    let failure = open(link, &setup.plan(&setup.host())).await.expect_err("silence").reason;

    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!(failure.to_string(), "the handshake was not done within 10s");
}

#[tokio::test(start_paused = true)]
async fn the_handshake_deadline_is_not_moved_by_a_trickle() {
    let setup = Setup::default();
    let (peer, link) = ScriptedPeer::new(1024);
    let trickle = tokio::spawn(async move {
        for octet in greeting(1) {
            peer.send([octet]).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });

    let failure = open(link, &setup.plan(&setup.host())).await.expect_err("too slow").reason;

    assert_eq!(failure.to_string(), "the handshake was not done within 10s");
    trickle.abort();
}

#[tokio::test(start_paused = true)]
async fn traffic_behind_the_peers_ready_is_kept() {
    let setup = Setup::default();
    let (peer, link) = ScriptedPeer::new(1024);
    let early = message(&["early"]);
    peer.send([greeting(1), ready("DEALER"), early.clone()].concat()).await;

    let opened = open(link, &setup.plan(&setup.host())).await.expect("opened");

    assert_eq!(opened.leftover, early);
}

#[tokio::test(start_paused = true)]
async fn an_incompatible_peer_is_refused_with_an_error_and_a_reason() {
    let setup = Setup::default();
    let (peer, link) = ScriptedPeer::new(1024);
    peer.send([greeting(1), ready("PULL")].concat()).await;

    let NotOpened { reason: failure, parting } =
        open(link, &setup.plan(&setup.host())).await.expect_err("refused");
    tokio::spawn(parting.expect("last words").say_goodbye());

    assert!(failure.is_refusal(), "{failure}");
    peer.receive(64).await;
    let said = peer.receive_all().await;
    assert!(said.windows(6).any(|window| window == b"\x05ERROR"), "{:?}", said.escape_ascii());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_ends_the_stream_in_the_handshake_is_an_end_and_no_fault() {
    let setup = Setup::default();
    let (peer, link) = ScriptedPeer::new(1024);
    peer.send(&greeting(1)[..20]).await;
    peer.end();

    let failure = open(link, &setup.plan(&setup.host())).await.expect_err("ended").reason;

    let words = "the peer closed the connection before the handshake began: \
                 it may not let our address in, or not take NULL";
    assert_eq!(failure.to_string(), words);
    assert!(!failure.is_refusal());
}
