//! What a peer with good keys may put into its boxes: the parsers behind them, whatever the text.
//!
//! The boxes are made here, with the secrets of the documented handshake, so that any octets reach what is behind.

use crypto_box::{SalsaBox, aead::Aead};
use zmq4_proto::{
    Established, FrameHeader, FrameKind, HandshakeConfig, Opener, Security, SocketType, Verdict,
    put_frame,
};

use super::dialogue::{command, greeting, shake};
use super::sealed::open_in_pieces;
use super::secured::{
    Driver, End, Outcome, curve_client, curve_server, frames, last_command, meet, run, with,
};
use super::{pieces, split_cuts};

const COOKIE_END: usize = 9 + 96;
const VOUCHED_LEN: usize = 32 + 16 + 80;

/// Any text in the boxes of INITIATE, READY and MESSAGE gives one end, however its command is cut, and metadata
/// mean in a box what they mean under NULL.
pub(crate) fn unsealed(data: &[u8]) {
    let Some((&role, data)) = data.split_first() else { return };
    let (cuts, text) = split_cuts(data);
    match role % 4 {
        0 => drop(initiate(cuts, |_vouched| text.to_vec())),
        1 => {
            let outcome = initiate(cuts, |vouched| [vouched, text].concat());
            let peer = greeting(3, 1);
            assert_same(&outcome, under_null(SocketType::Router, &peer, text));
        }
        2 => {
            let peer = greeting(3, 1);
            assert_same(&ready(cuts, text), under_null(SocketType::Dealer, &peer, text));
        }
        _ => message(cuts, text),
    }
}

/// How the server takes an INITIATE whose box holds what `text` makes of the vouched part of an honest one.
fn initiate(cuts: u8, text: impl FnOnce(&[u8]) -> Vec<u8>) -> Outcome {
    let [client, _] = honest();
    let said = frames(&client.sent);
    let body = last_command(&client.sent);
    let (in_front, boxed) = body.split_at(COOKIE_END + 8);
    let nonce = nonce(b"CurveZMQINITIATE", &in_front[COOKIE_END..]);
    let honest = traffic_key().decrypt(&nonce.into(), boxed).unwrap();
    let sealed = seal(&nonce, &text(&honest[..VOUCHED_LEN]));
    let forged = command(&[in_front, &sealed].concat());

    let [_, config] = ends();
    let whole = run(config, Verdict::accept(), [&said[0][..], &said[1], &forged]);
    let [_, config] = ends();
    let cut = [&said[0][..], &said[1]].into_iter().chain(pieces(&forged, cuts));
    assert_eq!(
        format!("{:?}", run(config, Verdict::accept(), cut).end),
        format!("{:?}", whole.end)
    );
    whole
}

/// How the client takes a READY whose box holds this text.
fn ready(cuts: u8, text: &[u8]) -> Outcome {
    let [_, server] = honest();
    let said = frames(&server.sent);
    let body = last_command(&server.sent);
    let (in_front, _) = body.split_at(6 + 8);
    let sealed = seal(&nonce(b"CurveZMQREADY---", &in_front[6..]), text);
    let forged = command(&[in_front, &sealed].concat());

    let [config, _] = ends();
    let mut client = Driver::new(config, Verdict::accept());
    for piece in [&said[0][..], &said[1]].into_iter().chain(pieces(&forged, cuts)) {
        client.read(piece);
    }
    client.finish()
}

/// A MESSAGE with this text is a frame or a fault, alike however it is cut.
fn message(cuts: u8, text: &[u8]) {
    let opener =
        || -> Box<Opener> { honest().map(|end| end.halves().1).into_iter().nth(1).unwrap() };
    // Numbers go on behind that of INITIATE.
    let number = 3_u64.to_be_bytes();
    let sealed = seal(&nonce(b"CurveZMQMESSAGEC", &number), text);
    let body = [&b"\x07MESSAGE"[..], &number, &sealed].concat();
    let mut wire = Vec::new();
    put_frame(&mut wire, FrameKind::Last, &body);

    let whole = open_in_pieces(&mut opener(), &wire, wire.len());
    let cut = open_in_pieces(&mut opener(), &wire, usize::from(cuts) + 1);

    assert_eq!(cut, whole);
    if let Some((flags, content)) = text.split_first().filter(|(flags, _)| **flags <= 1) {
        let (header, header_len) = FrameHeader::decode(&whole).unwrap().unwrap();
        assert_eq!((header.kind == FrameKind::More, &whole[header_len..]), (*flags == 1, content));
    }
}

fn assert_same(outcome: &Outcome, expected: Option<Established>) {
    match (&outcome.end, expected) {
        (End::Ready { peer, .. }, Some(expected)) => {
            assert_eq!(peer.socket_type, expected.socket_type);
            assert_eq!(peer.routing_id, expected.routing_id);
            assert_eq!(peer.metadata, expected.metadata);
        }
        (End::Failed(fault), None) => assert!(!fault.to_string().contains('\n')),
        (end, expected) => panic!("{end:?}, and under NULL {expected:?}"),
    }
}

fn under_null(ours: SocketType, greeting: &[u8], metadata: &[u8]) -> Option<Established> {
    let ready = command(&[b"\x05READY", metadata].concat());
    let config = with(ours, Security::Null { authenticate: false });
    shake(config, [greeting, &ready]).end?.ok().map(|(peer, _)| peer)
}

fn ends() -> [HandshakeConfig; 2] {
    [curve_client(SocketType::Dealer), curve_server(SocketType::Router)]
}

fn honest() -> [Outcome; 2] {
    meet(ends(), &Verdict::accept())
}

fn seal(nonce: &[u8; 24], text: &[u8]) -> Vec<u8> {
    traffic_key().encrypt(&(*nonce).into(), text).unwrap()
}

/// The key that c' and s' of the documented handshake have in common.
fn traffic_key() -> SalsaBox {
    let counting_from = |first: u8| {
        crypto_box::SecretKey::from(std::array::from_fn(|index| {
            first + u8::try_from(index).unwrap()
        }))
    };
    SalsaBox::new(&counting_from(0x40).public_key(), &counting_from(0x20))
}

fn nonce(prefix: &[u8; 16], number: &[u8]) -> [u8; 24] {
    [prefix, number].concat().try_into().unwrap()
}
