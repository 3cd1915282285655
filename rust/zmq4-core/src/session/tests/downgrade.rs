//! Peers that speak ZMTP 2.0, where they are accepted: a PUSH and what it hears from them.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use zmq4_proto::{Heartbeat, MinVersion, SocketType, Version};

use super::super::opening::open;
use super::super::{Opened, Plan, Reason, traffic};
use super::bench::{Desk, Setup, quiesce};
use crate::testing::{ScriptedPeer, frame, message, ping};

/// Socket types as the greeting numbers them. RFC 15/ZMTP, "Formal Grammar".
const PUB: u8 = 1;
const PULL: u8 = 7;
const PUSH: u8 = 8;

#[tokio::test(start_paused = true)]
async fn messages_cross_a_2_0_connection_both_ways() {
    for capacity in [1, 2, 7, 64, 1 << 20] {
        let mut joined = join(Setup { capacity, ..setup() }).await;

        for body in [vec![], vec![b'a'; 255], vec![b'b'; 256], vec![b'c'; 70_000]] {
            assert!(joined.desk.send(&[b"head", body.as_slice()]));
            joined.peer.expect(message(&[b"head", body.as_slice()])).await;
            joined.peer.send(message(&[body.as_slice(), b"tail"])).await;
            quiesce().await;
            assert_eq!(joined.desk.recv(), Some(vec![body, b"tail".to_vec()]), "{capacity}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_2_0_peer_told_of_itself_is_known() {
    let opened = join(setup()).await.opened;

    assert_eq!(opened.version, Some(Version { major: 2, minor: 0 }));
    assert_eq!(opened.socket_type, Some(SocketType::Pull));
    assert_eq!(opened.routing_id.as_bytes(), b"worker");
    assert!(opened.metadata.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_2_0_peer_that_sends_all_at_once_is_served() {
    let setup = setup();
    let (peer, link) = ScriptedPeer::new(setup.capacity);
    let early = message(&["early"]);
    peer.send([opening(PULL), frame(0, b""), early.clone()].concat()).await;

    let opened = open(link, &plan(&setup)).await.expect("opened");

    assert_eq!(opened.leftover, early);
    peer.expect(opening_of_3_x(PUSH)).await;
    peer.expect(frame(0, b"")).await;
}

#[tokio::test(start_paused = true)]
async fn commands_of_a_2_0_peer_are_ignored_and_it_is_sent_none() {
    let mut setup = setup();
    let second = Duration::from_secs(1);
    setup.options.heartbeat = Some(Heartbeat { interval: second, timeout: second, ttl: second });
    let mut joined = join(setup).await;

    joined.peer.send([ping(10, b"ctx"), message(&["after"])].concat()).await;
    quiesce().await;

    assert_eq!(joined.desk.recv(), Some(vec![b"after".to_vec()]));
    joined.peer.expect_silence(Duration::from_secs(3600)).await;
    assert!(!joined.task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_2_0_peer_of_another_type_is_refused_without_a_word() {
    let setup = setup();
    let (peer, link) = ScriptedPeer::new(setup.capacity);
    peer.send([opening(PUB), frame(0, b"")].concat()).await;

    let failure = open(link, &plan(&setup)).await.expect_err("refused").reason;

    assert!(failure.is_refusal(), "{failure}");
    assert_eq!(failure.to_string(), "a PUSH socket cannot talk to a peer of type \"PUB\"");
    assert_eq!(peer.receive_all().await, opening_of_3_x(PUSH));
}

#[tokio::test(start_paused = true)]
async fn a_2_0_peer_is_refused_unless_the_option_allows_it() {
    let (peer, link) = ScriptedPeer::new(1024);
    peer.send(opening(PULL)).await;

    let failure = open(link, &plan(&Setup::default())).await.expect_err("refused").reason;

    assert!(failure.is_refusal(), "{failure}");
    let reason = "the peer speaks ZMTP 2.0, but 3.0 is the least supported";
    assert_eq!(failure.to_string(), reason);
}

/// A PUSH in traffic with a 2.0 peer.
struct Joined {
    peer: ScriptedPeer,
    opened: Arc<crate::Peer>,
    desk: Desk,
    task: JoinHandle<Reason>,
}

/// Opens a connection to a 2.0 PULL that never speaks before it has heard what it waits for.
async fn join(setup: Setup) -> Joined {
    let host = setup.host();
    let (desk, plan) = (setup.desk(&host), plan(&setup));
    let (peer, link) = ScriptedPeer::new(setup.capacity);
    let script = async {
        // Signature, major version, socket type.
        for stage in [0..10, 10..11, 11..12] {
            peer.expect(&opening_of_3_x(PUSH)[stage.clone()]).await;
            peer.send(&opening(PULL)[stage]).await;
        }
        peer.expect(frame(0, b"")).await;
        peer.send(frame(0, b"worker")).await;
    };
    let (opened, ()) = tokio::join!(open(link, &plan), script);
    let opened: Opened = opened.expect("opened");
    let told = Arc::clone(&opened.peer);
    let session = Arc::clone(&desk.session);
    let task = tokio::spawn(async move { traffic::run(&session, opened, &plan).await });
    Joined { peer, opened: told, desk, task }
}

fn setup() -> Setup {
    let mut setup = Setup::default();
    setup.options.min_version = MinVersion::V2_0;
    setup
}

fn plan(setup: &Setup) -> Plan {
    Plan { socket_type: SocketType::Push, ..setup.plan(&setup.host()) }
}

/// The first twelve octets of a 2.0 peer. RFC 15/ZMTP, "Formal Grammar".
fn opening(socket_type: u8) -> Vec<u8> {
    vec![0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, socket_type]
}

/// The same of a 3.x peer that goes down to 2.0.
fn opening_of_3_x(socket_type: u8) -> Vec<u8> {
    vec![0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, socket_type]
}
