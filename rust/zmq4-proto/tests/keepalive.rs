//! Heartbeats on a virtual clock.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::time::{Duration, Instant};

use proptest::{collection::vec, prelude::*};
use zmq4_proto::{Beat, Fault, Heartbeat, Keepalive, Silence};

#[test]
fn without_heartbeats_there_is_no_deadline() {
    let start = Instant::now();

    assert_eq!(Keepalive::new(None, true, start).poll_timeout(), None);
    assert_eq!(Keepalive::new(Some(heartbeat(0, 5)), true, start).poll_timeout(), None);
}

#[test]
fn peer_that_does_not_know_pings_gets_none() {
    let keepalive = Keepalive::new(Some(heartbeat(1, 1)), false, Instant::now());

    assert_eq!(keepalive.poll_timeout(), None);
}

#[test]
fn pings_keep_their_cadence_whether_or_not_there_is_traffic() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(Some(heartbeat(1, 10)), true, start);

    for second in 1..100 {
        let due = start + seconds(second);
        keepalive.on_octets(just_before(due));
        assert_eq!(keepalive.poll_timeout(), Some(due));
        assert_eq!(keepalive.handle_timeout(just_before(due)), Beat::Idle);
        assert_eq!(keepalive.handle_timeout(due + millis(20)), PING);
    }
}

#[test]
fn pings_that_were_missed_are_left_out_and_the_cadence_is_kept() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(Some(heartbeat(1, 0)), true, start);

    let late = start + millis(5_300);

    assert_eq!(keepalive.handle_timeout(late), PING);
    assert_eq!(keepalive.handle_timeout(late), Beat::Idle);
    assert_eq!(keepalive.poll_timeout(), Some(start + seconds(6)));
}

#[test]
fn silence_after_a_ping_expires_to_the_instant() {
    let start = Instant::now();
    let mut keepalive = pinged(heartbeat(10, 3), start);
    let deadline = start + seconds(13);

    assert_eq!(keepalive.poll_timeout(), Some(deadline));
    assert_eq!(keepalive.handle_timeout(just_before(deadline)), Beat::Idle);
    assert_eq!(keepalive.handle_timeout(deadline), timed_out(3));
}

#[test]
fn time_out_runs_from_the_first_ping_that_nothing_followed() {
    let start = Instant::now();
    let mut keepalive = pinged(heartbeat(1, 3), start);
    assert_eq!(keepalive.handle_timeout(start + seconds(2)), PING);
    assert_eq!(keepalive.handle_timeout(start + seconds(3)), PING);

    assert_eq!(keepalive.handle_timeout(start + seconds(4)), timed_out(3));
}

#[test]
fn any_octet_is_life() {
    let start = Instant::now();
    let mut keepalive = pinged(heartbeat(10, 3), start);

    keepalive.on_octets(start + seconds(12));

    assert_eq!(keepalive.poll_timeout(), Some(start + seconds(20)));
}

#[test]
fn time_out_of_zero_never_expires() {
    let start = Instant::now();
    let mut keepalive = pinged(heartbeat(10, 0), start);

    assert_eq!(keepalive.poll_timeout(), Some(start + seconds(20)));
    assert_eq!(keepalive.handle_timeout(start + seconds(3_600)), PING);
}

#[test]
fn time_to_live_of_the_peer_expires_to_the_instant() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(None, true, start);

    keepalive.on_ping(start, 7);

    let deadline = start + millis(700);
    assert_eq!(keepalive.poll_timeout(), Some(deadline));
    assert_eq!(keepalive.handle_timeout(just_before(deadline)), Beat::Idle);
    let ttl = millis(700);
    let expired = Beat::Expired(Fault::Silent(Silence::TimeToLive { ttl }));
    assert_eq!(keepalive.handle_timeout(deadline), expired);
}

#[test]
fn long_time_to_live_does_not_overflow() {
    for ttl_deciseconds in [655, 656, 660, 700, u16::MAX] {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(None, false, start);

        keepalive.on_ping(start, ttl_deciseconds);

        let ttl = millis(100) * u32::from(ttl_deciseconds);
        assert_eq!(keepalive.poll_timeout(), Some(start + ttl));
    }
}

#[test]
fn time_to_live_ends_with_any_octet_and_with_a_ping_without_one() {
    let start = Instant::now();
    let mut by_octets = Keepalive::new(None, true, start);
    let mut by_ping = by_octets.clone();
    by_octets.on_ping(start, 10);
    by_ping.on_ping(start, 10);

    by_octets.on_octets(start + millis(500));
    by_ping.on_ping(start + millis(500), 0);

    assert_eq!(by_octets.poll_timeout(), None);
    assert_eq!(by_ping.poll_timeout(), None);
}

#[test]
fn our_time_to_live_is_rounded_down_and_capped() {
    let deciseconds =
        |ttl| Heartbeat { interval: seconds(1), timeout: seconds(1), ttl }.ttl_deciseconds();

    assert_eq!(deciseconds(millis(99)), 0);
    assert_eq!(deciseconds(millis(199)), 1);
    assert_eq!(deciseconds(millis(6_553_599)), u16::MAX);
    assert_eq!(deciseconds(Duration::MAX), u16::MAX);
}

#[test]
fn nobody_is_blamed_for_silence_while_reading_is_suspended() {
    let start = Instant::now();
    let mut keepalive = pinged(heartbeat(10, 3), start);
    keepalive.on_ping(start + seconds(10), 20);

    keepalive.suspend(start + seconds(11));

    for _ in 0..100 {
        let due = keepalive.poll_timeout().unwrap();
        assert!(!matches!(keepalive.handle_timeout(due), Beat::Expired(_)));
    }
}

#[test]
fn silence_is_timed_anew_when_reading_goes_on() {
    let start = Instant::now();
    let mut keepalive = pinged(heartbeat(1_000, 3), start);
    let pinged_at = start + seconds(1_000);
    keepalive.on_ping(pinged_at, 20);
    keepalive.suspend(pinged_at);

    keepalive.resume(pinged_at + seconds(100));

    assert_eq!(keepalive.poll_timeout(), Some(pinged_at + seconds(102)));
    keepalive.on_octets(pinged_at + seconds(101));
    assert_eq!(keepalive.poll_timeout(), Some(start + seconds(2_000)));
}

#[test]
fn suspended_connection_gives_a_pong_each_second_if_no_ping_was_seen() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(None, true, start);

    keepalive.suspend(start);

    assert_eq!(
        beats(&mut keepalive, 3),
        [1_000, 2_000, 3_000].map(|at| (start + millis(at), PONG))
    );
}

#[test]
fn suspended_connection_gives_pongs_twice_an_interval_of_the_peer() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(None, true, start);
    keepalive.on_ping(start, 0);
    keepalive.on_ping(start + millis(400), 0);

    keepalive.suspend(start + millis(500));

    assert_eq!(beats(&mut keepalive, 3), [800, 1_000, 1_200].map(|at| (start + millis(at), PONG)));
}

#[test]
fn ping_that_may_already_wait_unread_gets_its_pong_at_once() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(None, true, start);
    keepalive.on_ping(start, 0);
    keepalive.on_ping(start + seconds(1), 0);

    keepalive.suspend(start + seconds(5));

    assert_eq!(keepalive.handle_timeout(start + seconds(5)), PONG);
}

#[test]
fn pings_read_together_do_not_make_a_flood_of_pongs() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(None, true, start);
    for _ in 0..1_000 {
        keepalive.on_ping(start, 0);
    }

    keepalive.suspend(start);

    assert_eq!(beats(&mut keepalive, 20).last().unwrap().0, start + millis(1_050));
}

#[test]
fn suspended_connection_to_a_3_0_peer_gives_no_pongs() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(None, false, start);

    keepalive.suspend(start);

    assert_eq!(keepalive.poll_timeout(), None);
}

#[test]
fn pongs_end_when_reading_goes_on() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(None, true, start);
    keepalive.suspend(start);

    keepalive.resume(start + millis(10));

    assert_eq!(keepalive.poll_timeout(), None);
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Octets,
    Ping(u16),
    Suspend,
    Resume,
    Timeout,
}

proptest! {
    #[test]
    fn deadline_and_its_test_agree_and_every_deadline_moves(
        interval in 0_u64..3_000,
        timeout in 0_u64..3_000,
        events in vec((0_u64..1_500, events()), 0..60),
    ) {
        let mut now = Instant::now();
        let heartbeat =
            Heartbeat { interval: millis(interval), timeout: millis(timeout), ttl: seconds(1) };
        let mut keepalive = Keepalive::new(Some(heartbeat), true, now);
        for (delay, event) in events {
            now += millis(delay);
            match event {
                Event::Octets => keepalive.on_octets(now),
                Event::Ping(ttl_deciseconds) => keepalive.on_ping(now, ttl_deciseconds),
                Event::Suspend => keepalive.suspend(now),
                Event::Resume => keepalive.resume(now),
                Event::Timeout => {
                    now = now.max(keepalive.poll_timeout().unwrap_or(now));
                }
            }
            let is_due = keepalive.poll_timeout().is_some_and(|deadline| deadline <= now);
            prop_assert_eq!(keepalive.clone().handle_timeout(now) != Beat::Idle, is_due);
            for _ in 0..3 {
                if matches!(keepalive.handle_timeout(now), Beat::Idle | Beat::Expired(_)) {
                    break;
                }
            }
            let beat = keepalive.handle_timeout(now);
            if matches!(beat, Beat::Expired(_)) {
                return Ok(());
            }
            prop_assert_eq!(beat, Beat::Idle);
        }
    }
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Octets),
        (0_u16..40).prop_map(Event::Ping),
        Just(Event::Suspend),
        Just(Event::Resume),
        Just(Event::Timeout),
    ]
}

/// A keepalive that has just sent its first PING.
fn pinged(heartbeat: Heartbeat, start: Instant) -> Keepalive {
    let mut keepalive = Keepalive::new(Some(heartbeat), true, start);
    assert_eq!(keepalive.handle_timeout(start + heartbeat.interval), PING);
    keepalive
}

/// The next beats, each at its deadline.
fn beats(keepalive: &mut Keepalive, count: usize) -> Vec<(Instant, Beat)> {
    let next = |_| {
        let due = keepalive.poll_timeout().unwrap();
        (due, keepalive.handle_timeout(due))
    };
    (0..count).map(next).collect()
}

fn heartbeat(interval: u64, timeout: u64) -> Heartbeat {
    Heartbeat { interval: seconds(interval), timeout: seconds(timeout), ttl: millis(2_590) }
}

fn timed_out(after: u64) -> Beat {
    Beat::Expired(Fault::Silent(Silence::Heartbeat { timeout: seconds(after) }))
}

fn just_before(instant: Instant) -> Instant {
    instant.checked_sub(Duration::from_nanos(1)).unwrap()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

const PING: Beat = Beat::SendPing { ttl_deciseconds: 25 };
const PONG: Beat = Beat::SendPong;
