//! Two ends, one clock, and a wire that cuts and delays.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod traffic;
mod wire;

use std::time::Duration;

use zmq4_proto::{Fault, Heartbeat, RoutingId, Silence, SocketType, Version};

use traffic::{Inbound, message};
use wire::{End, Pair, Setting};

#[test]
fn every_legal_pair_of_types_establishes_over_any_cut() {
    for (ours, theirs) in pairs_of_types().filter(|(ours, theirs)| ours.accepts(*theirs)) {
        for piece_len in [1, 2, 3, 10, 11, 64, 65, 1_000] {
            let mut pair = Pair::new([ours, theirs], Setting { piece_len, ..setting() });

            pair.run(Duration::from_secs(10));

            assert_eq!(pair.ends[0].peer().socket_type, Some(theirs));
            assert_eq!(pair.ends[1].peer().socket_type, Some(ours));
        }
    }
}

#[test]
fn every_legal_pair_of_types_establishes_in_2_0_over_any_cut() {
    for (ours, theirs) in pairs_of_types().filter(|(ours, theirs)| ours.accepts(*theirs)) {
        for piece_len in [1, 2, 3, 10, 11, 12, 13, 1_000] {
            let mut pair = Pair::new([ours, theirs], Setting { piece_len, ..setting_2_0() });

            pair.run(Duration::from_secs(10));

            for end in &pair.ends {
                assert_eq!(end.peer().version, Version { major: 2, minor: 0 });
            }
            assert!(ours.accepts(pair.ends[0].peer().socket_type.unwrap()));
            assert!(theirs.accepts(pair.ends[1].peer().socket_type.unwrap()));
        }
    }
}

#[test]
fn every_illegal_pair_of_types_is_incompatible_on_both_sides() {
    for (ours, theirs) in pairs_of_types().filter(|(ours, theirs)| !ours.accepts(*theirs)) {
        let mut pair = Pair::new([ours, theirs], setting());

        pair.run(Duration::from_secs(10));

        for end in &pair.ends {
            assert!(end.fault().is_incompatible(), "{ours:?} {theirs:?}");
            assert!(end.written.windows(18).any(|octets| octets == b"Invalid socket typ"));
        }
    }
}

#[test]
fn handshake_takes_four_trips() {
    let mut pair = Pair::new([SocketType::Push, SocketType::Pull], setting());

    // Signature, major version, rest of the greeting, READY.
    pair.run(setting().latency * 4);

    assert!(pair.ends.iter().all(End::is_established));
}

#[test]
fn handshake_in_2_0_takes_four_trips() {
    let mut pair = Pair::new([SocketType::Push, SocketType::Pull], setting_2_0());

    // Signature, major version, socket type, identity.
    pair.run(setting().latency * 4);

    assert!(pair.ends.iter().all(End::is_established));
}

#[test]
fn handshake_on_a_wire_that_ends_early_never_establishes() {
    for (setting, len) in [(setting(), 90), (setting_2_0(), 14)] {
        for octets in 0..len {
            let setting = Setting { cut_after: Some(octets), ..setting.clone() };
            let mut pair = Pair::new([SocketType::Push, SocketType::Pull], setting);

            pair.run(Duration::from_secs(10));

            assert!(pair.ends.iter().all(|end| !end.is_established() && end.faults.is_empty()));
        }
    }
}

#[test]
fn routing_id_reaches_the_other_end() {
    for setting in [setting(), setting_2_0()] {
        let id = RoutingId::try_from(&b"worker-7"[..]).unwrap();
        let setting = Setting { routing_id: id.clone(), ..setting };
        let mut pair = Pair::new([SocketType::Dealer, SocketType::Router], setting);

        pair.run(Duration::from_secs(1));

        assert_eq!(pair.ends[1].peer().routing_id, id);
    }
}

#[test]
fn messages_arrive_in_order_and_whole_over_any_cut() {
    let settings = [setting(), setting_2_0()];
    for (setting, piece_len) in
        settings.iter().flat_map(|setting| [1, 7, 1_000, 65_536].map(|len| (setting, len)))
    {
        let setting = Setting { piece_len, ..setting.clone() };
        let mut pair = Pair::new([SocketType::Dealer, SocketType::Dealer], setting);
        pair.run(Duration::from_secs(10));
        let large = vec![8; 70_000];
        let bodies: [&[u8]; 4] = [b"", b"x", &[7; 300], &large];

        pair.send(0, &bodies);
        pair.send(0, &[b"last"]);
        pair.send(1, &[b"answer"]);
        pair.run(Duration::from_secs(10));

        assert_eq!(pair.ends[1].messages(), [message(&bodies), message(&[b"last"])]);
        assert_eq!(pair.ends[0].messages(), [message(&[b"answer"])]);
    }
}

#[test]
fn heartbeats_hold_an_idle_connection_for_an_hour() {
    let mut pair = with_heartbeats(setting());

    pair.run(Duration::from_secs(3_600));

    for end in &pair.ends {
        assert_eq!(end.faults, []);
        assert!((3_590..=3_600).contains(&end.count_pings()), "{}", end.count_pings());
        assert!(!end.inbound.iter().any(|inbound| matches!(inbound, Inbound::Fault(_))));
    }
}

#[test]
fn no_heartbeats_go_to_a_2_0_peer() {
    let mut pair = with_heartbeats(setting_2_0());

    pair.run(Duration::from_secs(3_600));

    for end in &pair.ends {
        assert_eq!((end.count_pings(), end.faults.len()), (0, 0));
    }
}

#[test]
fn dead_wire_is_noticed_by_time_out_or_time_to_live() {
    let mut pair = with_heartbeats(setting());
    pair.run(Duration::from_secs(100));

    pair.cut();
    pair.run(Duration::from_secs(6));

    for end in &pair.ends {
        assert!(matches!(end.fault(), Fault::Silent(_)));
    }
}

#[test]
fn end_without_heartbeats_notices_a_dead_wire_by_the_others_time_to_live() {
    let mut pair = with_heartbeats(setting());
    pair.ends[1].heartbeat = None;
    pair.run(Duration::from_secs(100));

    pair.cut();
    pair.run(Duration::from_secs(6));

    let ttl = Duration::from_secs(3);
    assert_eq!(pair.ends[1].fault(), Fault::Silent(Silence::TimeToLive { ttl }));
}

#[test]
fn end_that_stops_reading_is_not_taken_for_dead_and_takes_no_one_for_dead() {
    for timeout in [Duration::from_secs(1), Duration::from_secs(3)] {
        let mut pair = with_heartbeats(setting());
        pair.ends[0].heartbeat = Some(Heartbeat { timeout, ..HEARTBEAT });
        pair.ends[1].heartbeat = None;
        pair.run(Duration::from_secs(10));

        pair.suspend(1);
        pair.run(Duration::from_secs(600));
        assert_eq!(pair.ends.each_ref().map(|end| end.faults.len()), [0, 0], "{timeout:?}");
        pair.resume(1);
        pair.run(Duration::from_secs(600));

        assert_eq!(pair.ends.each_ref().map(|end| end.faults.len()), [0, 0], "{timeout:?}");
    }
}

fn pairs_of_types() -> impl Iterator<Item = (SocketType, SocketType)> {
    SocketType::ALL
        .into_iter()
        .flat_map(|ours| SocketType::ALL.into_iter().map(move |theirs| (ours, theirs)))
}

fn with_heartbeats(setting: Setting) -> Pair {
    let mut pair = Pair::new([SocketType::Dealer, SocketType::Router], setting);
    for end in &mut pair.ends {
        end.heartbeat = Some(HEARTBEAT);
    }
    pair
}

fn setting() -> Setting {
    Setting {
        piece_len: 1_000,
        latency: Duration::from_millis(30),
        cut_after: None,
        routing_id: RoutingId::default(),
        is_2_0: false,
    }
}

fn setting_2_0() -> Setting {
    Setting { is_2_0: true, ..setting() }
}

const HEARTBEAT: Heartbeat = Heartbeat {
    interval: Duration::from_secs(1),
    timeout: Duration::from_secs(3),
    ttl: Duration::from_secs(3),
};
