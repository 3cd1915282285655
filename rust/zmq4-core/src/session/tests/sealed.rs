//! Encrypted connections in traffic, in both roles: what holds in the plain holds here, and nothing plain is
//! written.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use zmq4_proto::{FrameHeader, Sealer, Version};

use super::super::connect;
use super::bench::{Desk, Links, Running, Setup, StubHost, quiesce, reason};
use crate::monitor::{Cause, EventStream, Happening};
use crate::pipe::{Given, Overflow, Part, Segment};
use crate::testing::{Role, ScriptedPeer, SealedPeer, frame, message, ping, pong, seal};

const LINGER: Option<Duration> = Some(Duration::from_secs(30));

#[tokio::test(start_paused = true)]
async fn messages_cross_a_sealed_link_of_any_capacity_both_ways() {
    for role in Role::BOTH {
        for (capacity, large) in
            [(1, 300), (2, 300), (7, 70_000), (1000, 300_000), (1 << 20, 900_000)]
        {
            let mut running = Setup { capacity, ..Setup::default() }.sealed_traffic(role);
            let bodies = [0, 1, 222, 223, 255, 256, large].map(|len| vec![b'a'; len]);

            for body in &bodies {
                assert!(running.desk.send(&[b"head", body.as_slice(), b"tail"]));
                running.peer.expect(message(&[b"head", body.as_slice(), b"tail"])).await;
                running.peer.send(message(&[body.as_slice(), b"", body.as_slice()])).await;
                quiesce().await;
                let received = running.desk.recv().expect("it came back");
                assert!(received == [body.clone(), vec![], body.clone()], "{role:?} {capacity}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_but_sealed_messages_is_written() {
    let mark = b"plain octets";
    let shared = zmq4_proto::Frame::from(mark.repeat(10_000));
    let running = Setup::with_heartbeat(3, 1000).sealed_traffic(Role::Client);
    quiesce().await;
    running.desk.session.upstream.open([mark.to_vec()].into_iter());
    for _ in 0..3 {
        assert!(running.desk.send(&[mark]));
        let parts = [Part::Copy(mark), Part::Refer(shared.clone()), Part::Share(shared.clone())];
        running.desk.end.push(&parts, parts.iter().map(Part::wire_len).sum()).expect("room");
        tokio::time::sleep(Duration::from_secs(3)).await;
    }

    running.desk.session.close(LINGER);
    let wire = running.peer.peer.receive_all().await;

    assert!(wire.len() > 6 * shared.len());
    assert!(!wire.windows(mark.len()).any(|window| window == mark));
    let mut left = wire.as_slice();
    while let Some((header, header_len)) = FrameHeader::decode(left).expect("frames") {
        assert_eq!(left[0] & !2, 0, "no kind is seen from outside");
        assert_eq!(&left[header_len..header_len + 8], b"\x07MESSAGE");
        left = &left[header_len + usize::try_from(header.body_len).expect("small")..];
    }
    assert!(left.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_quiet_senders_message_is_sealed_by_its_own_thread() {
    let mut running = Setup::default().sealed_traffic(Role::Server);
    quiesce().await;

    let part = Part::Copy(b"now");
    let given = running.desk.end.push(std::slice::from_ref(&part), part.wire_len());

    // The session has not run since: nothing was awaited.
    assert_eq!(given.ok(), Some(Given::Done));
    assert_eq!(running.desk.end.outbound.tally().messages, 0);
    running.peer.expect(message(&["now"])).await;
}

#[tokio::test(start_paused = true)]
async fn what_the_kernel_does_not_take_of_it_is_left_to_the_session() {
    for capacity in [1, 100] {
        let mut running = Setup { capacity, ..Setup::default() }.sealed_traffic(Role::Client);
        quiesce().await;
        let body = "x".repeat(250);

        assert!(running.desk.send(&[&body]));
        assert_eq!(running.desk.end.outbound.tally().messages, 1, "counted until taken");
        assert!(running.desk.send(&["behind"]));

        running.peer.expect(message(&[body])).await;
        running.peer.expect(message(&["behind"])).await;
        quiesce().await;
        assert_eq!(running.desk.end.outbound.tally().messages, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn heartbeats_travel_sealed() {
    for role in Role::BOTH {
        let mut running = Setup::with_heartbeat(3, 3).sealed_traffic(role);
        let start = Instant::now();

        for n in 1..=3 {
            running.peer.expect(ping(0, b"")).await;
            assert_eq!(start.elapsed().as_secs(), 3 * n);
            running.peer.send([ping(0, b"ctx"), pong(b"")].concat()).await;
            running.peer.expect(pong(b"ctx")).await;
        }

        assert!(!running.task.is_finished());
    }
}

#[tokio::test(start_paused = true)]
async fn silence_ends_an_encrypted_connection_too() {
    let running = Setup::with_heartbeat(3, 5).sealed_traffic(Role::Server);
    let start = Instant::now();

    let reason = running.reason().await;

    assert_eq!(start.elapsed().as_secs(), 8, "{reason}");
}

#[tokio::test(start_paused = true)]
async fn rule_15_subscriptions_go_before_messages_as_the_peers_version_has_them() {
    let told = [
        (Version::OURS, frame(4, b"\x09SUBSCRIBEtopic")),
        (Version { major: 3, minor: 0 }, frame(0, b"\x01topic")),
    ];
    for (version, expected) in told {
        let setup = Setup { version, ..Setup::default() };
        let mut running = setup.sealed_traffic(Role::Client);
        running.desk.session.upstream.open([b"topic".to_vec()].into_iter());

        assert!(running.desk.send(&["message"]));

        running.peer.expect([expected, message(&["message"])].concat()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn many_subscriptions_are_told_in_runs_and_before_messages() {
    let mut running = Setup { capacity: 1000, ..Setup::default() }.sealed_traffic(Role::Client);
    let topics: Vec<_> = (0..20_000).map(|n: u32| n.to_be_bytes().to_vec()).collect();
    running.desk.session.upstream.open(topics.clone().into_iter());

    assert!(running.desk.send(&["message"]));

    for topic in topics {
        running.peer.expect(frame(4, &[b"\x09SUBSCRIBE", topic.as_slice()].concat())).await;
    }
    running.peer.expect(message(&["message"])).await;
}

#[tokio::test(start_paused = true)]
async fn rule_21_what_is_queued_is_sealed_and_sent_before_the_end() {
    let mut running = Setup { capacity: 10, ..Setup::default() }.sealed_traffic(Role::Server);
    for _ in 0..100 {
        assert!(running.desk.send(&["x"]));
    }

    running.desk.session.close(LINGER);

    assert_eq!(running.peer.receive_all().await, message(&["x"]).repeat(100));
    running.peer.peer.end();
    assert_eq!(running.reason().await, "the socket closed the connection");
}

#[tokio::test(start_paused = true)]
async fn linger_zero_sends_nothing_that_was_still_queued() {
    let running = Setup::default().sealed_traffic(Role::Server);
    running.desk.send(&["x".repeat(10_000)]);

    running.desk.session.close(Some(Duration::ZERO));

    running.peer.peer.expect_end().await;
}

#[tokio::test(start_paused = true)]
async fn rule_18_what_is_sealed_goes_out_and_the_newest_behind_it() {
    for (overflow, last) in
        [(Overflow::Conflate, vec!["9"]), (Overflow::DropOldest, vec!["8", "9"])]
    {
        let setup = Setup { overflow, send_hwm: 3, capacity: 10, ..Setup::default() };
        let mut running = setup.sealed_traffic(Role::Client);
        running.desk = running.desk.without_credit();
        quiesce().await;

        for n in 0..10 {
            assert!(running.desk.send(&[n.to_string()]));
            quiesce().await;
        }

        running.peer.expect(message(&["0"])).await;
        for n in last {
            running.peer.expect(message(&[n])).await;
        }
        quiesce().await;
        assert_eq!(running.desk.end.outbound.tally().messages, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn rule_17_an_idle_encrypted_session_owns_no_octets() {
    let mut running = Setup::default().sealed_traffic(Role::Client);
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
async fn a_peer_that_reads_nothing_holds_no_more_than_a_run_beside_what_is_queued() {
    let setup = Setup { send_hwm: 0, capacity: 1, ..Setup::default() };
    let running = setup.sealed_traffic(Role::Server);
    quiesce().await;
    for _ in 0..100_000 {
        assert!(running.desk.send(&["x".repeat(50)]));
    }

    quiesce().await;

    let plain = 100_000 * 52;
    let held = running.desk.session.egress.lock().memory();
    assert!(held < 2 * plain + 2 * Sealer::RUN_LEN, "{held} octets for {plain}");
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_the_sealer_ends_the_connection() {
    let Running { desk, task, peer, .. } = Setup::default().sealed_traffic(Role::Client);
    quiesce().await;

    // No frames at all: what a sealer refuses, as it refuses to begin its nonces anew.
    desk.end.outbound.push_segment(Segment::of_octets(b"\x02\xff\0\0\0\0\0\0\0", 1));
    desk.end.outbound.wake_reader();

    assert!(reason(task).await.contains("length"), "a reason");
    peer.peer.expect_end().await;
}

#[tokio::test(start_paused = true)]
async fn rule_3_what_came_before_a_forged_message_is_delivered() {
    for role in Role::BOTH {
        let Running { mut peer, mut desk, task, .. } = Setup::default().sealed_traffic(role);
        peer.send(message(&["good"])).await;
        let mut forged = seal(&mut peer.sealer, &message(&["forged"]));
        *forged.last_mut().expect("octets") ^= 1;

        peer.peer.send([forged, seal(&mut peer.sealer, &message(&["later"]))].concat()).await;

        let why = reason(task).await;
        assert!(why.contains("MESSAGE"), "{why}");
        assert_eq!(desk.recv_all().concat(), [b"good".to_vec()]);
    }
}

/// A connecting endpoint that has a role, and its peers in the order of the connections.
struct Endpoint {
    desk: Desk,
    _host: Arc<StubHost>,
    peers: Vec<ScriptedPeer>,
    events: EventStream,
}

fn endpoint(role: Role, setup: Setup, connections: usize) -> Endpoint {
    let setup = Setup { security: role.security(), ..setup };
    let host = setup.host();
    let desk = setup.desk(&host);
    let (plan, events) = setup.plan_heard(&host);
    let (peers, links): (Vec<_>, Vec<_>) =
        (0..connections).map(|_| ScriptedPeer::new(setup.capacity)).unzip();
    tokio::spawn(connect(Links::new(links), Arc::clone(&desk.session), Arc::new(plan)));
    Endpoint { desk, _host: host, peers, events }
}

#[tokio::test(start_paused = true)]
async fn rule_1_the_message_in_the_middle_of_a_write_is_sealed_anew_for_the_next_connection() {
    for role in Role::BOTH {
        let setup = Setup { capacity: 100, ..Setup::default() };
        let Endpoint { desk, mut peers, .. } = endpoint(role, setup, 2);
        let desk = desk.without_credit();
        let bodies = ["a".repeat(10), "b".repeat(300), "c".repeat(10)];
        for body in &bodies {
            assert!(desk.send(&[body.as_str(), "tail"]));
        }

        let mut first = SealedPeer::shake(peers.remove(0), role, b"").await;
        first.expect(message(&[bodies[0].as_str(), "tail"])).await;
        first.peer.receive(50).await;
        drop(first);
        let mut second = SealedPeer::shake(peers.remove(0), role, b"").await;

        second.expect(message(&[bodies[1].as_str(), "tail"])).await;
        second.expect(message(&[bodies[2].as_str(), "tail"])).await;
        quiesce().await;
        assert_eq!(desk.end.outbound.tally().messages, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn traffic_behind_the_last_word_of_a_handshake_is_received() {
    for role in Role::BOTH {
        let setup = Setup { recv_hwm: 2, ..Setup::default() };
        let Endpoint { mut desk, mut peers, .. } = endpoint(role, setup, 1);

        let early = message(&["early", "on"]).repeat(10);
        let mut peer = SealedPeer::shake(peers.remove(0), role, &early).await;
        peer.send(message(&["later"])).await;

        let mut received = Vec::new();
        while received.len() < 11 {
            quiesce().await;
            let some = desk.recv_all();
            assert!(!some.is_empty(), "{} of 11 came", received.len());
            received.extend(some);
        }
        assert_eq!(received[9], [b"early".to_vec(), b"on".to_vec()]);
        assert_eq!(received[10], [b"later"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_forged_message_is_told_as_the_reason_of_the_disconnection() {
    let Endpoint { mut peers, events, .. } = endpoint(Role::Client, Setup::default(), 1);
    let peer = SealedPeer::shake(peers.remove(0), Role::Client, b"").await;

    peer.peer.send(message(&["in the plain"])).await;
    peer.peer.expect_end().await;
    quiesce().await;

    let heard = std::iter::from_fn(|| events.try_next().ok());
    let causes = heard.filter_map(|heard| {
        if let Happening::Disconnected { why, .. } = &heard.event.what {
            Some(why.cause)
        } else {
            None
        }
    });
    assert_eq!(causes.collect::<Vec<_>>(), [Cause::Protocol]);
}
