//! What fuzzing runs, and what must hold for any octets.
//!
//! `rust/fuzz` calls it with octets found by coverage; `corpus.rs` replays the corpus through it
//! and mutates it on stable Rust.

#[path = "../reference/mod.rs"]
mod reference;

use zmq4_crypto::{Boxed, Kernel, TAG_LEN, TrafficKey};

/// Boxes: any key and any texts are sealed as by the crate, one by one and together, by all kernels;
/// they open to what they were; and one that was tampered with does not open.
///
/// The octets are a key, a first nonce, a place to tamper with, and texts that begin with their
/// length.
pub(crate) fn boxes(data: &[u8]) {
    let Some((key, data)) = data.split_first_chunk::<32>() else { return };
    let Some((first, data)) = data.split_first_chunk::<8>() else { return };
    let Some((place, data)) = data.split_first_chunk::<2>() else { return };
    let (first, place) = (u64::from_be_bytes(*first), usize::from(u16::from_be_bytes(*place)));
    let tails = (0..).map(|count| first.wrapping_add(count).to_be_bytes());
    let plain: Vec<([u8; 8], &[u8])> = tails.zip(texts(data)).collect();

    let expected: Vec<_> = plain
        .iter()
        .map(|(tail, text)| reference::seal(key, reference::PREFIX, *tail, text))
        .collect();
    for kernel in Kernel::all() {
        let traffic = TrafficKey::with_kernel(kernel, key, reference::PREFIX);
        let mut sealed: Vec<_> =
            plain.iter().map(|(_, text)| ([0; TAG_LEN], text.to_vec())).collect();
        traffic.seal_many(boxed(&plain, &mut sealed));
        assert_eq!(sealed, expected);

        let broken = tamper(&mut sealed, place);
        assert_eq!(traffic.open_many(boxed(&plain, &mut sealed)), broken);
        for ((tail, text), (tag, octets)) in plain.iter().zip(expected.clone()).take(broken) {
            let mut octets = octets;
            assert_eq!(traffic.open(*tail, &tag, &mut octets), Ok(()));
            assert_eq!(&octets, text);
        }
        for ((_, text), (_, octets)) in plain.iter().zip(&sealed).take(broken) {
            assert_eq!(octets, text);
        }
    }
}

type Sealed = ([u8; TAG_LEN], Vec<u8>);

fn boxed<'a>(
    plain: &[([u8; 8], &[u8])],
    sealed: &'a mut [Sealed],
) -> impl Iterator<Item = Boxed<'a>> {
    let tails: Vec<_> = plain.iter().map(|&(tail, _)| tail).collect();
    sealed.iter_mut().zip(tails).map(|((tag, text), tail)| Boxed { tail, tag, text })
}

/// Flips the bit that `place` falls on, if there are so many. Returns how many boxes are whole.
fn tamper(sealed: &mut [Sealed], place: usize) -> usize {
    let mut left = place / 8;
    for (index, (tag, text)) in sealed.iter_mut().enumerate() {
        let len = tag.len() + text.len();
        if let Some(octet) = tag.iter_mut().chain(text).nth(left) {
            *octet ^= 1 << (place % 8);
            return index;
        }
        left -= len;
    }
    sealed.len()
}

/// Cuts texts: each begins with an octet that says, times three, how long it is.
fn texts(data: &[u8]) -> Vec<&[u8]> {
    let (mut rest, mut texts) = (data, Vec::new());
    while let Some((&len, behind)) = rest.split_first() {
        let (text, behind) = behind.split_at(behind.len().min(3 * usize::from(len)));
        texts.push(text);
        rest = behind;
    }
    texts
}
