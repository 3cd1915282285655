//! Whom a server lets in: by address, by key, by what the program says; and what either end hears of it.
#![cfg(feature = "testing")]
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

mod common;

use std::io::Read as _;
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::hearing::{expect, listen};
use common::secured::{
    Desk, curve_client, curve_server, expect_failure, failure, keys, pairs, plain_client, secured,
    server, server_with,
};
use common::{SOON, expect_peers, socket};
use zmq4_core::proto::SocketType::{Dealer, Router};
use zmq4_core::proto::{Credentials, Denied, Verdict};
use zmq4_core::{
    Cause, Context, Endpoint, Mechanism, Network, Networks, Policy, SecurityOptions, Socket,
};

const ANY_PORT: &str = "tcp://127.0.0.1:*";

/// Refusals on principle are tried again no sooner.
const SLOWLY: Duration = Duration::from_secs(5);

fn networks(address: &str, prefix_len: u8) -> Networks {
    let address: IpAddr = address.parse().expect("an address");
    Network::new(address, prefix_len).into_iter().collect()
}

fn bind(socket: &Socket) -> String {
    socket.bind(ANY_PORT).expect("bound").address()
}

#[test]
fn an_address_that_is_not_let_in_is_told_so_little_that_not_even_a_greeting_comes() {
    for (client, server_side) in pairs() {
        for (allow, deny) in [
            (networks("192.0.2.0", 24), Networks::default()),
            (Networks::default(), networks("127.0.0.0", 8)),
            (networks("127.0.0.1", 32), networks("::ffff:127.0.0.1", 128)),
        ] {
            let context = Context::new(1);
            let server = server_with(&context, server_side.clone(), Policy::Anyone, |options| {
                options.security.admission.allow_from = allow;
                options.security.admission.deny_from = deny;
            });
            let theirs = listen(&server);
            let address = bind(&server);

            let mut stranger = TcpStream::connect(&address["tcp://".len()..]).expect("accepted");
            stranger.set_read_timeout(Some(SOON)).expect("set");
            assert!(matches!(stranger.read(&mut [0; 64]), Ok(0) | Err(_)), "nothing is said");
            expect(&theirs, &["Listening", "Accepted", "HandshakeFailed AddressDenied"]);

            let client = secured(&context, Dealer, client.clone());
            let ours = listen(&client);
            client.connect(&address).expect("connected");
            expect_failure(&ours, Cause::Ended, "it may not let our address in");
            expect_failure(&theirs, Cause::AddressDenied, "the peer's address is not let in");
            let handshakes = server.stats().handshakes;
            assert!(handshakes.barred >= 2);
            assert_eq!(handshakes.begun, 0, "there was no cryptography");
        }
    }
}

#[test]
fn an_address_that_is_let_in_goes_through() {
    for (allow, deny) in [
        (networks("127.0.0.0", 8), Networks::default()),
        (Networks::default(), networks("::1", 128)),
        (networks("::ffff:127.0.0.1", 128), networks("192.0.2.0", 24)),
    ] {
        let context = Context::new(1);
        let server = server_with(&context, curve_server(), Policy::Anyone, |options| {
            options.security.admission.allow_from = allow;
            options.security.admission.deny_from = deny;
        });
        let client = secured(&context, Dealer, curve_client(2));

        expect_peers(&client.connect(&bind(&server)).expect("connected"), 1);
    }
}

#[test]
fn who_connects_does_not_talk_to_an_address_that_it_does_not_let_in() {
    let context = Context::new(1);
    let bound = socket(&context, Router);
    let connecting = server_with(&context, Mechanism::Null, Policy::Anyone, |options| {
        options.security.admission.deny_from = networks("127.0.0.1", 32);
    });
    let ours = listen(&connecting);

    connecting.connect(&bind(&bound)).expect("connected");

    let (why, retry_in) = failure(&ours);
    assert_eq!(why.cause, Cause::AddressDenied);
    assert!(retry_in >= Some(SLOWLY), "{retry_in:?}");
    assert_eq!(connecting.stats().handshakes.begun, 0);
}

#[test]
fn address_lists_are_about_tcp() {
    for address in ["ipc://*", "inproc://x"] {
        let context = Context::new(1);
        let server = server_with(&context, Mechanism::Null, Policy::Anyone, |options| {
            options.security.admission.allow_from = networks("192.0.2.0", 24);
        });
        let place = server.bind(address).expect("bound");

        let client = socket(&context, Dealer);

        expect_peers(&client.connect(&place.address()).expect("connected"), 1);
    }
}

#[test]
fn a_key_that_is_written_down_is_let_in_under_its_own_name() {
    let context = Context::new(1);
    let known = Policy::Keys(Arc::new([*keys(2).public(), *keys(3).public()].into()));
    let server = server(&context, curve_server(), known);
    let address = bind(&server);

    let client = secured(&context, Dealer, curve_client(2));
    expect_peers(&client.connect(&address).expect("connected"), 1);

    expect_peers(&server.endpoints()[0], 1);
    let user_id = server.endpoints()[0].view().peers[0].user_id.clone();
    assert_eq!(user_id, Some(keys(2).public().to_z85()));
}

#[test]
fn a_key_that_is_not_written_down_is_refused_and_both_ends_say_why() {
    let context = Context::new(1);
    let known = Policy::Keys(Arc::new([*keys(2).public()].into()));
    let server = server(&context, curve_server(), known);
    let theirs = listen(&server);
    let stranger = secured(&context, Dealer, curve_client(4));
    let ours = listen(&stranger);

    stranger.connect(&bind(&server)).expect("connected");

    let who = format!("status 400 (key {}): it is none of those", keys(4).public());
    expect_failure(&theirs, Cause::Denied, &who);
    let (why, retry_in) = failure(&ours);
    assert_eq!(why.cause, Cause::Denied);
    assert!(why.text.contains("\"400\" (unprotected"), "{why}");
    assert!(retry_in < Some(SLOWLY), "anybody could have said so: {retry_in:?}");
}

#[test]
fn keys_let_nobody_in_who_has_none() {
    for (client, server_side) in pairs().into_iter().take(2) {
        let context = Context::new(1);
        let server = server(&context, server_side, Policy::Keys(Arc::default()));
        let theirs = listen(&server);
        let client = secured(&context, Dealer, client);

        client.connect(&bind(&server)).expect("connected");

        expect_failure(&theirs, Cause::Denied, "status 400");
    }
}

#[test]
fn a_client_that_knows_another_key_of_the_server_is_told_what_that_may_mean() {
    let context = Context::new(1);
    let server = server(&context, curve_server(), Policy::Anyone);
    let theirs = listen(&server);
    let mistaken = Mechanism::CurveClient { keys: keys(2), server_key: *keys(9).public() };
    let client = secured(&context, Dealer, mistaken);
    let ours = listen(&client);
    let began = Instant::now();

    client.connect(&bind(&server)).expect("connected");

    expect_failure(&theirs, Cause::Forged, "the box of a HELLO does not open");
    let words = "the server closed the connection during the CURVE handshake: \
                 it may have another key, or not know ours";
    expect_failure(&ours, Cause::Ended, words);
    assert!(began.elapsed() < SOON / 2, "told at once, and not when the time is over");
}

#[test]
fn a_wrong_password_is_refused_slowly_and_both_ends_say_why() {
    let context = Context::new(1);
    let (desk, policy) = Desk::policy();
    let server = server(&context, Mechanism::PlainServer, policy);
    let theirs = listen(&server);
    let client = secured(&context, Dealer, plain_client("admin", "guess"));
    let ours = listen(&client);
    client.connect(&bind(&server)).expect("connected");

    desk.next().answer.give_because(Verdict::Deny(Denied::Refused), "wrong password");

    expect_failure(&theirs, Cause::Denied, "400 (user \"admin\"): wrong password");
    let (why, retry_in) = failure(&ours);
    assert_eq!(why.cause, Cause::Denied);
    assert!(!why.text.contains("wrong password"), "{why}");
    assert!(retry_in >= Some(SLOWLY), "{retry_in:?}");
}

#[test]
fn different_mechanisms_are_named_at_both_ends() {
    let all = pairs();
    for (one, (client, _)) in all.iter().enumerate() {
        for (other, (_, server_side)) in all.iter().enumerate() {
            if one == other {
                continue;
            }
            let context = Context::new(1);
            let server = server(&context, server_side.clone(), Policy::Anyone);
            let theirs = listen(&server);
            let client = secured(&context, Dealer, client.clone());
            let ours = listen(&client);

            client.connect(&bind(&server)).expect("connected");

            let names = ["NULL", "PLAIN", "CURVE"];
            let words = |peers: usize, own: usize| {
                let (peers, own) = (names[peers], names[own]);
                format!("the peer's security mechanism is \"{peers}\", ours is {own}")
            };
            expect_failure(&theirs, Cause::Incompatible, &words(one, other));
            expect_failure(&ours, Cause::Incompatible, &words(other, one));
        }
    }
}

#[test]
fn the_program_is_asked_with_all_that_is_known() {
    for (client, server_side) in pairs() {
        let context = Context::new(1);
        let (desk, policy) = Desk::policy();
        let server = server(&context, server_side, policy);
        let client = secured(&context, Dealer, client);
        let line = client.connect(&bind(&server)).expect("connected");

        let question = desk.next();

        assert_eq!(question.domain, "global");
        assert_eq!(question.address, "127.0.0.1");
        assert_eq!(question.routing_id.as_bytes(), b"server");
        match &question.credentials {
            Credentials::Null => {}
            Credentials::Plain { username, password } => {
                assert_eq!((&username[..], password.as_bytes()), (&b"admin"[..], &b"secret"[..]));
            }
            Credentials::Curve { public_key } => assert_eq!(public_key, keys(2).public()),
        }
        question.answer.give(Verdict::accept());
        expect_peers(&line, 1);
        expect_peers(&server.endpoints()[0], 1);
    }
}

#[test]
fn a_slow_answer_keeps_nobody_else_waiting() {
    let context = Context::new(1);
    let (desk, policy) = Desk::policy();
    let server = server(&context, curve_server(), policy);
    let address = bind(&server);
    let lines = [2, 3].map(|number| {
        let client = secured(&context, Dealer, curve_client(number));
        let line = client.connect(&address).expect("connected");
        (client, line)
    });
    let questions = [desk.next(), desk.next()];
    let [slow, quick] = questions;

    let Credentials::Curve { public_key: quick_key } = quick.credentials else {
        panic!("a key is expected")
    };
    quick.answer.give(Verdict::accept());

    let quick_line = &lines[usize::from(quick_key == *keys(3).public())].1;
    expect_peers(quick_line, 1);
    assert!(slow.answer.is_awaited());
}

#[test]
fn a_question_that_is_dropped_is_status_500_at_both_ends() {
    let context = Context::new(1);
    let (desk, policy) = Desk::policy();
    let server = server(&context, Mechanism::PlainServer, policy);
    let theirs = listen(&server);
    let client = secured(&context, Dealer, plain_client("admin", "secret"));
    let ours = listen(&client);
    client.connect(&bind(&server)).expect("connected");

    drop(desk.next());

    expect_failure(&theirs, Cause::NoVerdict, "the question was dropped");
    expect_failure(&ours, Cause::Denied, "500");
    assert_eq!(server.stats().handshakes.refused, 1);
}

#[test]
fn a_server_may_connect_and_a_client_bind() {
    for (client, server_side) in pairs() {
        let context = Context::new(1);
        let client = secured(&context, Dealer, client);
        let server = server(&context, server_side, Policy::Anyone);

        expect_peers(&server.connect(&bind(&client)).expect("connected"), 1);
    }
}

#[test]
fn passwords_on_a_network_are_worth_a_warning() {
    let exposes = |mechanism: Mechanism, address: &str| {
        let security = SecurityOptions { mechanism, ..SecurityOptions::default() };
        security.exposes_passwords(&address.parse::<Endpoint>().expect("an address"))
    };

    assert!(exposes(Mechanism::PlainServer, "tcp://0.0.0.0:1"));
    assert!(exposes(plain_client("a", "b"), "tcp://example.com:1"));
    assert!(!exposes(plain_client("a", "b"), "tcp://127.0.0.1:1"));
    assert!(!exposes(Mechanism::PlainServer, "ipc://x"));
    assert!(!exposes(curve_server(), "tcp://0.0.0.0:1"));
    assert!(!exposes(Mechanism::Null, "tcp://0.0.0.0:1"));
}
