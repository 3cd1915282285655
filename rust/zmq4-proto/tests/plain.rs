//! PLAIN: the recorded dialogue, and peers that break it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod hex;
mod secured;

use zmq4_proto::{
    Credentials, Denied, Fault, FrameKind, HandshakeConfig, Malformed, Misbehaved, Password,
    PlainClient, Security, SecurityCommand, SocketType, Verdict, Wrap, put_frame,
};

use hex::hex;
use secured::{End, Outcome, error_reason, frames, meet, plain_client, plain_server, run, with};

#[test]
fn both_ends_say_what_is_recorded() {
    let [client, server] = meet(ends(), &Verdict::accept());

    assert_eq!(frames(&client.sent)[1..], [hex(HELLO), hex(INITIATE)]);
    assert_eq!(frames(&server.sent)[1..], [hex(WELCOME), hex(READY)]);
    for outcome in [client, server] {
        assert!(matches!(outcome.end, End::Ready { wrap: Wrap::Plain, .. }), "{outcome:?}");
    }
}

#[test]
fn greetings_name_the_mechanism_and_its_server() {
    let [client, server] = meet(ends(), &Verdict::accept());

    for (sent, as_server) in [(&client.sent, 0), (&server.sent, 1)] {
        assert_eq!(sent[12..32], *b"PLAIN\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(sent[32], as_server);
    }
}

#[test]
fn server_asks_about_name_and_password() {
    let [_, server] = meet(ends(), &Verdict::accept());

    let [Credentials::Plain { username, password }] = &server.asked[..] else {
        panic!("{:?}", server.asked)
    };
    assert_eq!(username, "admin");
    assert!(password.matches(&Password::new(b"secret").unwrap()));
}

#[test]
fn empty_and_longest_names_and_passwords_arrive() {
    for len in [0, 1, 255] {
        let text = vec![b'x'; len];
        let client = PlainClient::new(&text, Password::new(&text).unwrap()).unwrap();
        let client = with(SocketType::Dealer, Security::PlainClient(client));

        let [_, server] = meet([client, plain_server(SocketType::Router)], &Verdict::accept());

        let [Credentials::Plain { username, password }] = &server.asked[..] else {
            panic!("{:?}", server.asked)
        };
        assert_eq!((&username[..], password.as_bytes()), (&text[..], &text[..]));
    }
}

#[test]
fn name_of_256_octets_is_refused_beforehand() {
    let password = Password::new(b"").unwrap();

    assert!(PlainClient::new(&[b'x'; 256], password).is_err());
}

#[test]
fn refused_client_gets_error_and_never_welcome() {
    for (denied, status) in [(Denied::Refused, "400"), (Denied::HandlerFailed, "500")] {
        let [client, server] = meet(ends(), &Verdict::Deny(denied));

        assert_eq!(*server.fault(), denied.into());
        assert_eq!(frames(&server.sent).len(), 2);
        assert_eq!(error_reason(&server.sent).unwrap(), status.as_bytes());
        assert!(client.fault().is_denied());
        assert_eq!(client.fault().status(), Some(status.parse().unwrap()));
    }
}

#[test]
fn both_spellings_of_error_are_understood() {
    for error in ["0409 5e 52524f52 03 343030", "040a 05 4552524f52 03 343030"] {
        let outcome = client_gets(&[&greeting(), &hex(error)]);

        assert_eq!(outcome.fault().status(), Some(400), "{error}");
    }
}

#[test]
fn error_in_the_place_of_ready_is_understood() {
    let outcome = client_gets(&[&greeting(), &hex(WELCOME), &framed(b"\x05ERROR\x03500")]);

    assert_eq!(outcome.fault().status(), Some(500));
}

#[test]
fn hello_must_be_filled_by_its_two_strings() {
    for data in
        [&b""[..], b"\x05admin", b"\x05admin\x07secret", b"\x05admin\x05secret", b"\xffadmin\0"]
    {
        let outcome = server_gets(&[&greeting(), &framed(&[b"\x05HELLO", data].concat())]);

        let command = SecurityCommand::Hello;
        assert_eq!(*outcome.fault(), Malformed::CommandLength { command, len: data.len() }.into());
        assert_eq!(outcome.sent.len(), 64, "a stranger is told nothing");
    }
}

#[test]
fn welcome_has_no_data() {
    let outcome = client_gets(&[&greeting(), &framed(b"\x07WELCOMEx")]);

    let command = SecurityCommand::Welcome;
    assert_eq!(*outcome.fault(), Malformed::CommandLength { command, len: 1 }.into());
}

#[test]
fn every_octet_of_a_command_s_name_matters() {
    for ((sent, run), name_lens) in sides().into_iter().zip([[6, 9], [8, 6]]) {
        let sent = frames(&sent);
        for (frame, name_len) in [1, 2].into_iter().zip(name_lens) {
            for at in 2..2 + name_len {
                let mut sent = sent.clone();
                sent[frame][at] ^= 0x01;

                let outcome = run(&sent.iter().map(Vec::as_slice).collect::<Vec<_>>());

                let fault = outcome.fault();
                let is_refused = matches!(fault, Fault::Misbehaved(_) | Fault::Malformed(_));
                assert!(is_refused, "{frame} {at} {fault}");
            }
        }
    }
}

#[test]
fn any_changed_octet_ends_without_a_panic() {
    for (sent, run) in sides() {
        for at in 0..sent.len() {
            for bit in 0..8 {
                let mut sent = sent.clone();
                sent[at] ^= 1 << bit;

                if let End::Failed(fault) = run(&[&sent]).end {
                    assert!(!fault.to_string().contains('\n'));
                }
            }
        }
    }
}

#[test]
fn only_the_commands_in_their_order_establish() {
    let letters: [&[u8]; 7] = [
        &hex(HELLO),
        &hex(INITIATE),
        &hex(WELCOME),
        &hex(READY),
        &framed(b"\x05ERROR\x03400"),
        &framed(b"\x04PING\0\0"),
        b"\0\x05hello",
    ];
    let numbers = || 0..letters.len();
    for sequence in
        numbers().flat_map(|a| numbers().flat_map(move |b| numbers().map(move |c| [a, b, c])))
    {
        let greeting = greeting();
        let stream: Vec<&[u8]> =
            [&greeting[..]].into_iter().chain(sequence.map(|letter| letters[letter])).collect();

        assert_eq!(server_gets(&stream).is_ready(), sequence[..2] == [0, 1], "{sequence:?}");
        assert_eq!(client_gets(&stream).is_ready(), sequence[..2] == [2, 3], "{sequence:?}");
    }
}

#[test]
fn every_cut_ends_the_same() {
    for (sent, run) in sides() {
        for cut in 0..=sent.len() {
            let (front, back) = sent.split_at(cut);

            assert!(run(&[front, back]).is_ready(), "{cut}");
            assert_eq!(run(&[front]).is_ready(), back.is_empty(), "{cut}");
        }
    }
}

#[test]
fn two_clients_and_two_servers_come_to_nothing() {
    let clients = [plain_client(SocketType::Dealer), plain_client(SocketType::Router)];
    let servers = [plain_server(SocketType::Dealer), plain_server(SocketType::Router)];

    for outcome in meet(clients, &Verdict::accept()) {
        assert!(matches!(outcome.fault(), Fault::Misbehaved(_)), "{outcome:?}");
    }
    for outcome in meet(servers, &Verdict::accept()) {
        assert!(matches!(outcome.end, End::Waiting), "{outcome:?}");
    }
}

#[test]
fn message_before_ready_is_refused() {
    let outcome = server_gets(&[&greeting(), &hex(HELLO), b"\0\x05hello"]);

    assert_eq!(*outcome.fault(), Misbehaved::MessageBeforeReady.into());
}

fn ends() -> [HandshakeConfig; 2] {
    [plain_client(SocketType::Dealer), plain_server(SocketType::Router)]
}

/// What each honest end sends, and the other end that gets it.
fn sides() -> [(Vec<u8>, Run); 2] {
    let [client, server] = meet(ends(), &Verdict::accept());
    [(client.sent, server_gets), (server.sent, client_gets)]
}

type Run = fn(&[&[u8]]) -> Outcome;

fn server_gets(pieces: &[&[u8]]) -> Outcome {
    run(plain_server(SocketType::Router), Verdict::accept(), pieces.iter().copied())
}

fn client_gets(pieces: &[&[u8]]) -> Outcome {
    run(plain_client(SocketType::Dealer), Verdict::accept(), pieces.iter().copied())
}

/// As libzmq sends it on either side.
fn greeting() -> Vec<u8> {
    let [client, _] = meet(ends(), &Verdict::accept());
    client.sent[..64].to_vec()
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_frame(&mut out, FrameKind::Command, body);
    out
}

const HELLO: &str = "0413 05 48454c4c4f 05 61646d696e 06 736563726574";
const WELCOME: &str = "0408 07 57454c434f4d45";
const INITIATE: &str = "042c 08 494e495449415445
    0b 536f636b65742d54797065 00000006 4445414c4552 08 4964656e74697479 00000000";
const READY: &str = "0429 05 5245414459
    0b 536f636b65742d54797065 00000006 524f55544552 08 4964656e74697479 00000000";
