//! All short sequences of commands, against a model of two lines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod dialogue;

use zmq4_proto::{HandshakeConfig, SocketType};

use dialogue::{command, greeting, ready, shake};

#[test]
fn only_a_good_ready_behind_a_greeting_establishes() {
    let alphabet = alphabet();
    for sequence in sequences(alphabet.len(), LONGEST) {
        let frames: Vec<&Letter> = sequence.iter().map(|&index| &alphabet[index]).collect();
        let octets: Vec<&[u8]> = frames.iter().map(|letter| &letter.octets[..]).collect();
        let stream = [&greeting(3, 1)[..], &octets.concat()].concat();

        let end = shake(HandshakeConfig::new(SocketType::Pull), [&stream[..]]).end;

        // The first command decides, and everything behind a READY is traffic.
        let expected = frames.first().map(|letter| letter.establishes);
        assert_eq!(end.as_ref().map(Result::is_ok), expected, "{sequence:?}");
        if let Some(Ok((_, leftover))) = end {
            assert_eq!(leftover, octets[1..].concat(), "{sequence:?}");
        }
    }
}

#[test]
fn nothing_establishes_without_a_greeting() {
    let alphabet = alphabet();
    for sequence in sequences(alphabet.len(), LONGEST) {
        let octets: Vec<&[u8]> = sequence.iter().map(|&i| &alphabet[i].octets[..]).collect();

        let end = shake(HandshakeConfig::new(SocketType::Pull), octets).end;

        assert!(!matches!(end, Some(Ok(_))), "{sequence:?}");
    }
}

struct Letter {
    octets: Vec<u8>,
    establishes: bool,
}

/// Every kind of frame that a handshake can meet.
fn alphabet() -> Vec<Letter> {
    let good = |octets| Letter { octets, establishes: true };
    let bad = |octets| Letter { octets, establishes: false };
    vec![
        good(ready("PUSH")),
        good(command(b"\x05READY")),
        bad(ready("PUB")),
        bad(command(b"\x05READY\0")),
        bad(command(b"\x05ERROR\x03400")),
        bad(command(b"\x04PING\0\0")),
        bad(command(b"\x04WHAT")),
        bad(command(b"")),
        bad(b"\0\x05hello".to_vec()),
        bad(b"\x01\0".to_vec()),
        bad(b"\x06\0\0\0\0\0\x01\0\0".to_vec()),
    ]
}

/// All sequences of at most `longest` numbers below `letters`.
fn sequences(letters: usize, longest: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last
            .iter()
            .flat_map(|prefix| (0..letters).map(move |letter| [&prefix[..], &[letter]].concat()))
            .collect();
        all.extend_from_slice(&last);
    }
    all
}

const LONGEST: usize = 4;
