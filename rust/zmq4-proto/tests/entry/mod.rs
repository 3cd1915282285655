//! What fuzzing runs, and what must hold for any octets.
//!
//! `rust/fuzz` calls these functions with octets found by coverage; `corpus.rs` replays the corpora
//! through them and mutates them on stable Rust.

#![allow(dead_code, unused_imports, reason = "each caller uses its part")]

#[path = "../dialogue/mod.rs"]
mod dialogue;
mod sealed;
#[path = "../secured/mod.rs"]
mod secured;
#[path = "../traffic/mod.rs"]
mod traffic;
mod unsealed;

use zmq4_proto::{
    Command, Credentials, Decoder, Denied, FrameHeader, GREETING_LEN, GreetingMachine,
    HandshakeConfig, MechanismKind, MinVersion, RoutingId, SHORT_GREETING_LEN, Security,
    SocketType, TrafficLimits, Verdict, put_cancel_message, put_subscribe_message,
};

use dialogue::shake;
pub(crate) use sealed::sealed;
use traffic::{Inbound, Reader};
pub(crate) use unsealed::unsealed;

/// The greeting: any octets give the same verdict and the same answer, however they are cut.
pub(crate) fn greeting(data: &[u8]) {
    for least in MinVersion::ALL {
        greeting_for(least, data);
    }
}

fn greeting_for(least: MinVersion, data: &[u8]) {
    let (cuts, input) = split_cuts(data);
    let run = |pieces: Vec<&[u8]>| {
        let id = RoutingId::default();
        let mut machine =
            GreetingMachine::new(SocketType::Sub, MechanismKind::Null, &id).with_min_version(least);
        let (mut sent, mut consumed) = (Vec::new(), 0);
        for piece in pieces {
            let result = machine.handle_input(piece);
            machine.poll_transmit(&mut sent);
            match result {
                Ok(taken) => consumed += taken,
                Err(fault) => return (sent, Err(fault)),
            }
        }
        let is_short = is_2_0(least, input);
        let len = if is_short { SHORT_GREETING_LEN } else { GREETING_LEN };
        assert_eq!(consumed, input.len().min(len));
        assert_eq!(machine.peer().is_some(), consumed == len);
        assert!(!is_short || sent.len() <= len);
        (sent, Ok(machine.peer()))
    };

    // A poll before the input, so that the signature is out in both runs even if there is none.
    let whole = run(vec![&[], input]);
    assert_eq!(run([vec![&[][..]], pieces(input, cuts)].concat()), whole);
    assert!(matches!(whole.0.len(), 10 | 11 | SHORT_GREETING_LEN | GREETING_LEN));
}

/// True if the octets are those of a 2.0 peer that is accepted.
fn is_2_0(least: MinVersion, input: &[u8]) -> bool {
    least == MinVersion::V2_0 && input.get(10) == Some(&1)
}

/// The handshake: any octets end the same way, however they are cut, and never without a READY or,
/// in 2.0, an identity.
pub(crate) fn handshake(data: &[u8]) {
    for least in MinVersion::ALL {
        handshake_for(least, data);
    }
}

fn handshake_for(least: MinVersion, data: &[u8]) {
    let (cuts, input) = split_cuts(data);
    let ours = SocketType::ALL[usize::from(cuts) % SocketType::ALL.len()];
    let config = || HandshakeConfig { min_version: least, ..HandshakeConfig::new(ours) };

    let whole = shake(config(), [input]);
    assert_eq!(shake(config(), pieces(input, cuts)), whole);

    match whole.end {
        None => {}
        Some(Ok((peer, leftover))) => {
            assert!(peer.socket_type.is_none_or(|theirs| ours.accepts(theirs)));
            assert_ne!(peer.routing_id.first(), Some(&0));
            assert!(peer.version >= least.version());
            assert!(input.ends_with(&leftover));
            let handshake = &input[..input.len() - leftover.len()];
            if is_2_0(least, input) {
                assert!(!peer.version.has_commands());
                assert!(handshake[SHORT_GREETING_LEN..].ends_with(&peer.routing_id));
            } else {
                assert!(handshake[GREETING_LEN..].windows(6).any(|octets| octets == b"\x05READY"));
            }
        }
        Some(Err(fault)) => assert!(!fault.to_string().contains('\n')),
    }
}

/// A handshake with credentials: any octets end the same way, however they are cut, and whoever is
/// ready was let in, by the secrets that the peer must know.
pub(crate) fn secured(data: &[u8]) {
    let Some((&role, data)) = data.split_first() else { return };
    let (cuts, input) = split_cuts(data);
    let config = || match role % 5 {
        0 => secured::curve_server(SocketType::Router),
        1 => secured::curve_client(SocketType::Dealer),
        2 => secured::plain_server(SocketType::Router),
        3 => secured::plain_client(SocketType::Dealer),
        _ => secured::with(SocketType::Router, Security::Null { authenticate: true }),
    };
    let kind = config().security.kind();
    let verdict = if cuts & 1 == 0 { Verdict::accept() } else { Verdict::Deny(Denied::Refused) };

    let whole = secured::run(config(), verdict.clone(), [input]);
    let pieces = secured::run(config(), verdict.clone(), pieces(input, cuts));

    assert_eq!(pieces.sent, whole.sent);
    assert_eq!(format!("{:?}", pieces.end), format!("{:?}", whole.end));
    let judges = kind.as_server() || kind == MechanismKind::Null;
    assert!(whole.asked.is_empty() || judges);
    if kind.as_server() && !whole.is_ready() {
        assert!(whole.sent.len() <= GREETING_LEN + input.len(), "it makes much of little");
    }
    if whole.is_ready() {
        assert!(!judges || (whole.asked.len() == 1 && verdict == Verdict::accept()));
        assert_eq!(whole.peer().user_id.is_some(), judges);
        assert!(input.len() >= GREETING_LEN);
    }
    for credentials in &whole.asked {
        if let Credentials::Curve { public_key } = credentials {
            assert_eq!(public_key, secured::client_keys().public(), "only it can have vouched");
        }
    }
}

/// Traffic: any octets give the same messages, commands and fault, however they are cut, and within
/// the limits.
pub(crate) fn decoder(data: &[u8]) {
    let (cuts, input) = split_cuts(data);
    let limits = TrafficLimits {
        max_message_size: (cuts & 1 == 1).then_some(70_000),
        max_frames: 16,
        max_message_octets: 200_000,
    };
    let run = |pieces: Vec<&[u8]>, budget| {
        let mut reader = Reader::new(Decoder::new(limits));
        pieces.into_iter().flat_map(|piece| reader.read(piece, budget)).collect::<Vec<_>>()
    };

    let whole = run(vec![input], usize::MAX);
    assert_eq!(run(pieces(input, cuts), 1 + usize::from(cuts & 3)), whole);

    for inbound in &whole {
        match inbound {
            Inbound::Message(frames) => {
                assert!(frames.len() <= 16);
                if let Some(subscription) = Command::from_message(&frames[0]) {
                    assert_eq!(written_as_message(subscription), frames[0].to_vec());
                }
            }
            Inbound::Command(body) => inspect(Command::parse(body)),
            Inbound::Fault(fault) => assert!(!fault.to_string().is_empty()),
        }
    }
}

fn inspect(command: Command<'_>) {
    match command {
        Command::Ping { context, .. } => assert!(context.len() <= zmq4_proto::MAX_PING_CONTEXT),
        Command::Unknown { name } => assert!(!name.is_empty()),
        Command::Ready(_)
        | Command::Error(_)
        | Command::Pong { .. }
        | Command::Subscribe(_)
        | Command::Cancel(_)
        | Command::Malformed => {}
    }
}

/// The body of the message that says the same as a SUBSCRIBE or a CANCEL.
fn written_as_message(subscription: Command<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match subscription {
        Command::Subscribe(topic) => put_subscribe_message(&mut out, topic),
        Command::Cancel(topic) => put_cancel_message(&mut out, topic),
        Command::Ready(_)
        | Command::Error(_)
        | Command::Ping { .. }
        | Command::Pong { .. }
        | Command::Unknown { .. }
        | Command::Malformed => panic!("{subscription:?} is no subscription"),
    }
    let (_, header_len) = FrameHeader::decode(&out).unwrap().unwrap();
    out.split_off(header_len)
}

/// The first octet of the data says how the others are cut.
fn split_cuts(data: &[u8]) -> (u8, &[u8]) {
    data.split_first().map_or((0, data), |(&cuts, input)| (cuts, input))
}

/// Cuts `input` into pieces whose lengths follow from `cuts`; 0 makes single octets.
fn pieces(input: &[u8], cuts: u8) -> Vec<&[u8]> {
    let (mut rest, mut state, mut pieces) = (input, usize::from(cuts), Vec::new());
    while !rest.is_empty() {
        state = state.wrapping_mul(13) % 64;
        let (piece, behind) = rest.split_at((state + 1).min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}
