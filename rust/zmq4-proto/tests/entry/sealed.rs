//! Encrypted traffic that somebody meddles with, with real boxes.

use zmq4_proto::{FrameKind, OpenStop, Opener, Sealer, SocketType, Verdict, put_frame};

use super::secured::{curve_client, curve_server, meet};

/// What comes out is the beginning of what was sealed, however it was changed, repeated, reordered or cut on
/// its way; behind the first fault comes nothing.
///
/// The octets are a script: how many frames, the length and kind of each, then changes of three octets each,
/// one after the other, and last how the wire is cut.
pub(crate) fn sealed(data: &[u8]) {
    let mut script = data.iter().copied();
    let mut next = || script.next().unwrap_or(0);
    let [client, server] = meet(
        [curve_client(SocketType::Dealer), curve_server(SocketType::Router)],
        &Verdict::accept(),
    );
    let (mut sealer, mut opener) = (client.halves().0, server.halves().1);
    let mut plain = Vec::new();
    let count = usize::from(next() % 8);
    let mut messages: Vec<Vec<u8>> =
        (0..count).map(|_| seal_one(&mut sealer, [next(), next()], &mut plain)).collect();
    for _ in 0..next() % 8 {
        meddle(&mut messages, [next(), next(), next()]);
    }
    let wire = messages.concat();
    let step = usize::from(next()) + 1;

    let came = open_in_pieces(&mut opener, &wire, step);

    assert!(plain.starts_with(&came), "nothing comes out that did not go in");
}

fn seal_one(sealer: &mut Sealer, [len, kind]: [u8; 2], plain: &mut Vec<u8>) -> Vec<u8> {
    let kind = match kind % 3 {
        0 => FrameKind::Last,
        1 => FrameKind::More,
        _ => FrameKind::Command,
    };
    let (body, mut wire) = (vec![len; usize::from(len) * 3], Vec::new());
    put_frame(plain, kind, &body);
    sealer.seal_frame(kind, &body, &mut wire).unwrap();
    wire
}

/// Changes an octet, takes one out or puts one in; repeats, takes out or swaps a MESSAGE.
fn meddle(messages: &mut Vec<Vec<u8>>, [how, which, at]: [u8; 3]) {
    if messages.is_empty() {
        return;
    }
    let which = usize::from(which) % messages.len();
    let message = &mut messages[which];
    let octet = usize::from(at) % message.len().max(1);
    match how % 6 {
        0 if !message.is_empty() => message[octet] ^= (how / 6).max(1),
        1 if !message.is_empty() => drop(message.remove(octet)),
        2 => message.insert(octet, how),
        3 => {
            let again = message.clone();
            messages.insert(which, again);
        }
        4 => drop(messages.remove(which)),
        _ => {
            let other = usize::from(at) % messages.len();
            messages.swap(which, other);
        }
    }
}

pub(super) fn open_in_pieces(opener: &mut Opener, wire: &[u8], step: usize) -> Vec<u8> {
    let (mut unread, mut came, mut fault) = (Vec::new(), Vec::new(), None);
    for piece in wire.chunks(step) {
        unread.extend_from_slice(piece);
        let run = opener.open_run(&mut unread);
        came.extend_from_slice(&unread[..run.plain_len]);
        unread.drain(..run.consumed);
        if let OpenStop::Fault(found) = run.stop {
            assert!(run.plain_len == 0 || fault.is_none(), "nothing comes behind a fault");
            assert!(
                fault.replace(found.clone()).is_none_or(|first| first == found),
                "it stays the same"
            );
        }
    }
    came
}
