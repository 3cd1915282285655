//! CURVE against peers that change, drop, repeat or swap octets and commands, or make their own.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod secured;

use zmq4_proto::{
    CurveClient, CurveServer, Fault, Forged, HandshakeConfig, KeyPair, Malformed, Misbehaved,
    SecretKey, Security, SecurityCommand, SocketType, Verdict,
};

use secured::{
    End, Outcome, client_keys, client_random, curve_client, curve_server, frames, meet, random,
    run, server_keys, server_random, with,
};

#[test]
fn no_changed_octet_of_the_client_gets_past_the_server() {
    for (frame, header_len) in [(HELLO, 2), (INITIATE, 9)] {
        every_change(&client_frames(), frame, header_len, |frames, at| {
            let outcome = against_server(frames);

            if frame == HELLO && HELLO_PADDING.contains(&at) {
                assert!(outcome.is_ready(), "padding is not looked at: {at} {outcome:?}");
            } else {
                assert!(!outcome.fault().to_string().is_empty(), "{frame} {at}");
                assert!(outcome.asked.is_empty(), "{frame} {at}");
            }
        });
    }
}

#[test]
fn no_changed_octet_of_the_server_gets_past_the_client() {
    for frame in [WELCOME, READY] {
        every_change(&server_frames(), frame, 2, |frames, at| {
            let outcome = against_client(frames);

            assert!(!outcome.fault().to_string().is_empty(), "{frame} {at}");
        });
    }
}

#[test]
fn changed_header_of_a_command_never_panics_and_a_changed_length_never_succeeds() {
    for (sent, run) in sides() {
        for (index, at) in [(1, 0), (1, 1), (2, 0), (2, 1)] {
            for bit in 0..8 {
                let mut frames = sent.clone();
                frames[index][at] ^= 1 << bit;

                let outcome = run(&slices(&frames));

                assert!(at == 0 || !outcome.is_ready(), "{index} {at} {bit} {outcome:?}");
            }
        }
    }
}

#[test]
fn each_command_is_needed_once_and_in_its_place() {
    for (sent, run) in sides() {
        let [greeting, first, last] = &sent[..] else { panic!("three parts: {sent:?}") };
        let orders: [&[&Vec<u8>]; 6] =
            [&[first], &[last], &[last, first], &[first, first], &[last, last], &[]];
        for order in orders {
            let frames: Vec<_> = [greeting].into_iter().chain(order.to_vec()).cloned().collect();

            let outcome = run(&slices(&frames));

            let is_beginning = order.len() < 2 && order != [last];
            match outcome.end {
                End::Waiting => assert!(is_beginning, "{order:02x?}"),
                End::Failed(fault) => {
                    assert!(matches!(fault, Fault::Misbehaved(_)), "{fault}");
                    assert!(!is_beginning, "{order:02x?}");
                }
                End::Ready { .. } => panic!("{order:02x?}"),
            }
        }
    }
}

#[test]
fn what_follows_the_last_command_is_traffic() {
    for (mut sent, run) in sides() {
        let again = sent[2].clone();
        sent.push(again.clone());

        let End::Ready { leftover, .. } = run(&slices(&sent)).end else { panic!("not ready") };

        assert_eq!(leftover, again);
    }
}

#[test]
fn every_single_cut_ends_the_same() {
    for (sent, run) in sides() {
        let stream = [&sent.concat()[..], b"\0\x26traffic"].concat();
        for cut in 0..=stream.len() {
            let (front, back) = stream.split_at(cut);

            let End::Ready { leftover, .. } = run(&[front, back]).end else {
                panic!("not ready: {cut}")
            };

            assert_eq!(leftover, b"\0\x26traffic");
        }
        assert!(run(&stream.chunks(1).collect::<Vec<_>>()).is_ready());
    }
}

#[test]
fn stream_that_ends_early_is_never_ready() {
    for (sent, run) in sides() {
        let stream = sent.concat();
        for len in 0..stream.len() {
            let outcome = run(&[&stream[..len]]);

            assert!(matches!(outcome.end, End::Waiting), "{len} {outcome:?}");
            assert!(outcome.asked.is_empty());
        }
    }
}

#[test]
fn recorded_handshake_does_not_open_another_connection() {
    let recorded = client_frames();
    let server = CurveServer { keys: server_keys(), random: random([0x41, 0x61, 0x81, 0x91]) };
    let config = with(SocketType::Router, Security::CurveServer(server));

    let outcome = run(config, Verdict::accept(), recorded.iter().map(Vec::as_slice));

    assert_eq!(*outcome.fault(), Forged::Cookie.into());
}

#[test]
fn cookie_of_another_connection_is_refused_even_with_its_own_initiate() {
    // Both connections have the same cookie key; their transient keys differ.
    let other = CurveServer { keys: server_keys(), random: random([0x41, 0x60, 0x80, 0x90]) };
    let config = with(SocketType::Router, Security::CurveServer(other));
    let [client, _] = meet([curve_client(SocketType::Dealer), config], &Verdict::accept());

    let outcome = against_server(&frames(&client.sent));

    assert_eq!(*outcome.fault(), Forged::Cookie.into());
}

#[test]
fn client_with_another_server_key_is_refused_at_its_hello() {
    let client = CurveClient {
        keys: client_keys(),
        server_key: *client_keys().public(),
        random: client_random(),
    };
    let config = with(SocketType::Dealer, Security::CurveClient(client));

    let [_, server] = meet([config, curve_server(SocketType::Router)], &Verdict::accept());

    assert_eq!(*server.fault(), Forged::Box { command: SecurityCommand::Hello }.into());
    assert_eq!(server.sent.len(), 64, "a stranger is told nothing");
}

#[test]
fn server_without_the_key_cannot_answer() {
    let impostor = || KeyPair::from_secret(SecretKey::new(&[3; 32]).unwrap());
    let deceived = CurveClient {
        keys: client_keys(),
        server_key: *impostor().public(),
        random: client_random(),
    };
    let server = CurveServer { keys: impostor(), random: server_random() };
    let configs = [
        with(SocketType::Dealer, Security::CurveClient(deceived)),
        with(SocketType::Router, Security::CurveServer(server)),
    ];
    let [_, server] = meet(configs, &Verdict::accept());

    let outcome = against_client(&frames(&server.sent));

    assert_eq!(*outcome.fault(), Forged::Box { command: SecurityCommand::Welcome }.into());
}

#[test]
fn keys_of_low_order_are_refused() {
    let zero = [0; 32];
    let mut minus_one = [0xff; 32];
    minus_one[0] = 0xec;
    for key in [zero, minus_one] {
        let mut frames = client_frames();
        frames[HELLO][2 + 80..2 + 112].copy_from_slice(&key);

        let outcome = against_server(&frames);

        assert_eq!(*outcome.fault(), Forged::WeakKey { command: SecurityCommand::Hello }.into());
    }
}

#[test]
fn hello_of_another_version_is_refused() {
    for (at, version) in [(8, (0, 0)), (8, (2, 0)), (9, (1, 1))] {
        let mut frames = client_frames();
        let (major, minor) = version;
        frames[HELLO][at] = if at == 8 { major } else { minor };

        let outcome = against_server(&frames);

        assert_eq!(*outcome.fault(), Malformed::CurveVersion { major, minor }.into());
    }
}

#[test]
fn commands_of_other_lengths_are_refused() {
    for (index, command, len) in
        [(HELLO, SecurityCommand::Hello, 194), (INITIATE, SecurityCommand::Initiate, 248)]
    {
        for wrong in [0, 1, len - 1] {
            let outcome = against_server(&resized(client_frames(), index, command, wrong));

            let fault = Malformed::CommandLength { command, len: wrong };
            assert_eq!(*outcome.fault(), fault.into());
        }
    }
    for wrong in [0, 159, 161] {
        let command = SecurityCommand::Welcome;
        let outcome = against_client(&resized(server_frames(), WELCOME, command, wrong));

        assert_eq!(*outcome.fault(), Malformed::CommandLength { command, len: wrong }.into());
    }
    for wrong in [0, 23] {
        let command = SecurityCommand::Ready;
        let outcome = against_client(&resized(server_frames(), READY, command, wrong));

        assert_eq!(*outcome.fault(), Malformed::CommandLength { command, len: wrong }.into());
    }
}

#[test]
fn initiate_of_every_length_ends_in_a_fault() {
    for len in (0..600).chain([4_096, 16_374, 16_375, 16_376, 65_535]) {
        let frames = resized(client_frames(), INITIATE, SecurityCommand::Initiate, len);

        let outcome = against_server(&frames);

        assert_eq!(outcome.is_ready(), len == 292 - 9, "{len} {outcome:?}");
    }
}

#[test]
fn two_clients_and_two_servers_come_to_nothing() {
    let clients = [curve_client(SocketType::Dealer), curve_client(SocketType::Router)];
    let servers = [curve_server(SocketType::Dealer), curve_server(SocketType::Router)];

    for outcome in meet(clients, &Verdict::accept()) {
        assert!(matches!(outcome.fault(), Fault::Misbehaved(_)), "{outcome:?}");
    }
    for outcome in meet(servers, &Verdict::accept()) {
        assert!(matches!(outcome.end, End::Waiting), "{outcome:?}");
    }
}

#[test]
fn error_of_the_server_is_its_status() {
    let greeting = &server_frames()[0];
    for body in [&b"\x05ERROR\x03400"[..], b"\x05ERROR400"] {
        let outcome = against_client(&[greeting.clone(), framed(body)]);

        assert_eq!(outcome.fault().status(), Some(400));
    }
    // JeroMQ may leave out the reason.
    let outcome = against_client(&[greeting.clone(), framed(b"\x05ERROR")]);
    assert!(matches!(outcome.fault(), Fault::PeerError { reason } if reason.is_empty()));
}

#[test]
fn message_before_ready_is_refused() {
    let message = [&b"\0\x26\x07MESSAGE"[..], &[7; 30]].concat();
    let [greeting, hello, _] = &client_frames()[..] else { panic!("three parts") };

    for frames in [vec![greeting, &message], vec![greeting, hello, &message]] {
        let outcome = against_server(&frames.into_iter().cloned().collect::<Vec<_>>());

        assert_eq!(*outcome.fault(), Misbehaved::MessageBeforeReady.into());
    }
}

#[test]
fn server_sends_no_more_than_it_got() {
    let outcome = against_server(&client_frames()[..2]);

    assert!(frames(&outcome.sent)[WELCOME].len() < client_frames()[HELLO].len());
}

/// Runs over every octet of a command's body, with its lowest and its highest bit changed.
fn every_change(
    sent: &[Vec<u8>],
    frame: usize,
    header_len: usize,
    mut check: impl FnMut(&[Vec<u8>], usize),
) {
    for at in header_len..sent[frame].len() {
        for mask in [0x01, 0x80] {
            let mut frames = sent.to_vec();
            frames[frame][at] ^= mask;
            check(&frames, at - header_len);
        }
    }
}

/// The same frames, one of them with another length of data.
fn resized(
    mut frames: Vec<Vec<u8>>,
    index: usize,
    command: SecurityCommand,
    len: usize,
) -> Vec<Vec<u8>> {
    let header_len = if index == INITIATE && frames[index][0] & 2 != 0 { 9 } else { 2 };
    let mut body = frames[index].split_off(header_len);
    body.resize(1 + command.name().len() + len, 0x5a);
    frames[index] = framed(&body);
    frames
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    zmq4_proto::put_frame(&mut out, zmq4_proto::FrameKind::Command, body);
    out
}

/// Greeting, HELLO and INITIATE of an honest client, which the honest server with its known secrets
/// takes.
fn client_frames() -> Vec<Vec<u8>> {
    let [client, _] = meet(ends(), &Verdict::accept());
    frames(&client.sent)
}

/// Greeting, WELCOME and READY of the honest server.
fn server_frames() -> Vec<Vec<u8>> {
    let [_, server] = meet(ends(), &Verdict::accept());
    frames(&server.sent)
}

fn ends() -> [HandshakeConfig; 2] {
    [curve_client(SocketType::Dealer), curve_server(SocketType::Router)]
}

/// What each honest end sends, and the other end that gets it.
fn sides() -> [(Vec<Vec<u8>>, Run); 2] {
    [(client_frames(), server_gets), (server_frames(), client_gets)]
}

type Run = fn(&[&[u8]]) -> Outcome;

fn slices(frames: &[Vec<u8>]) -> Vec<&[u8]> {
    frames.iter().map(Vec::as_slice).collect()
}

fn against_server(frames: &[Vec<u8>]) -> Outcome {
    server_gets(&slices(frames))
}

fn against_client(frames: &[Vec<u8>]) -> Outcome {
    client_gets(&slices(frames))
}

fn server_gets(pieces: &[&[u8]]) -> Outcome {
    run(curve_server(SocketType::Router), Verdict::accept(), pieces.iter().copied())
}

fn client_gets(pieces: &[&[u8]]) -> Outcome {
    run(curve_client(SocketType::Dealer), Verdict::accept(), pieces.iter().copied())
}

const HELLO: usize = 1;
const INITIATE: usize = 2;
const WELCOME: usize = 1;
const READY: usize = 2;
const HELLO_PADDING: std::ops::Range<usize> = 8..80;
