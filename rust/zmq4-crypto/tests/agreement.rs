//! Every kernel makes the boxes of `crypto_secretbox`, singly and together.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod reference;

use proptest::{collection::vec, prelude::*};
use zmq4_crypto::{Boxed, Kernel, TAG_LEN, TAIL_LEN, TrafficKey};

use reference::PREFIX;

const KEY: [u8; 32] = [0x42; 32];

#[test]
fn every_length_to_two_thousand_is_sealed_and_opened_as_by_the_crate() {
    for len in 0..=2000 {
        let tail = u64::try_from(len).unwrap().to_be_bytes();
        agrees(&KEY, PREFIX, tail, &reference::text(len));
    }
}

#[test]
fn long_texts_are_sealed_and_opened_as_by_the_crate() {
    for len in [4096, 8191, 65_535, 65_536, 65_537, 300_001, 1 << 20] {
        agrees(&KEY, PREFIX, [9; TAIL_LEN], &reference::text(len));
    }
}

#[test]
fn texts_that_make_carries_run_far_have_the_tags_of_the_crate() {
    for octet in [0x00, 0x01, 0x7f, 0x80, 0xfb, 0xff] {
        for len in (0..600).step_by(16) {
            agrees(&[0xff; 32], PREFIX, [0xff; TAIL_LEN], &vec![octet; len]);
        }
    }
}

proptest! {
    #[test]
    fn any_key_nonce_and_text_agree(
        key: [u8; 32],
        prefix: [u8; 16],
        tail: [u8; 8],
        text in vec(any::<u8>(), 0..3000),
    ) {
        agrees(&key, &prefix, tail, &text);
    }

    #[test]
    fn texts_sealed_together_are_those_sealed_singly(
        key: [u8; 32],
        first: u64,
        lens in vec(prop_oneof![0..40_usize, 0..300_usize, 0..3000_usize], 0..40),
    ) {
        let texts: Vec<_> = lens.iter().map(|&len| reference::text(len)).collect();
        for kernel in Kernel::all() {
            let traffic = TrafficKey::with_kernel(kernel, &key, PREFIX);
            let mut boxes = closed(texts.clone(), first);

            traffic.seal_many(boxed(&mut boxes));

            for (sealed, text) in boxes.iter().zip(&texts) {
                let (tag, octets) = reference::seal(&key, PREFIX, sealed.tail, text);
                prop_assert_eq!(&sealed.tag, &tag);
                prop_assert_eq!(&sealed.text, &octets);
            }
            prop_assert_eq!(traffic.open_many(boxed(&mut boxes)), boxes.len());
            prop_assert_eq!(boxes.into_iter().map(|opened| opened.text).collect::<Vec<_>>(), texts.clone());
        }
    }

    #[test]
    fn opening_together_ends_before_the_first_broken_box(
        lens in vec(0..300_usize, 1..30),
        place: prop::sample::Index,
        flip in 0..8_u32,
        octet: prop::sample::Index,
    ) {
        for kernel in Kernel::all() {
            let traffic = TrafficKey::with_kernel(kernel, &KEY, PREFIX);
            let texts: Vec<_> = lens.iter().map(|&len| reference::text(len)).collect();
            let mut boxes = closed(texts.clone(), 1);
            traffic.seal_many(boxed(&mut boxes));
            let broken = place.index(boxes.len());
            break_one(&mut boxes[broken], octet.index(TAG_LEN + texts[broken].len()), flip);
            let before = boxes.clone();

            prop_assert_eq!(traffic.open_many(boxed(&mut boxes)), broken);

            for (opened, text) in boxes[..broken].iter().zip(&texts) {
                prop_assert_eq!(&opened.text, text);
            }
            prop_assert_eq!(&boxes[broken..], &before[broken..]);
        }
    }
}

#[test]
fn flipped_bit_anywhere_keeps_a_box_shut_and_as_it_was() {
    for kernel in Kernel::all() {
        let traffic = TrafficKey::with_kernel(kernel, &KEY, PREFIX);
        for len in [0, 1, 17, 100, 300] {
            let mut sealed = closed(vec![reference::text(len)], 5).remove(0);
            sealed.tag = traffic.seal(sealed.tail, &mut sealed.text);
            for bit in 0..8 * (TAIL_LEN + TAG_LEN + len) {
                let mut broken = sealed.clone();
                if bit / 8 < TAIL_LEN {
                    broken.tail[bit / 8] ^= 1 << (bit % 8);
                } else {
                    break_one(&mut broken, bit / 8 - TAIL_LEN, u32::try_from(bit % 8).unwrap());
                }
                let before = broken.clone();

                let result = traffic.open(broken.tail, &broken.tag, &mut broken.text);

                assert!(result.is_err(), "bit {bit} of {len} octets");
                assert_eq!(broken, before);
            }
        }
    }
}

#[test]
fn texts_behind_the_last_of_an_iterator_are_not_asked_for() {
    let traffic = TrafficKey::new(&KEY, PREFIX);
    let mut asked = 0;
    let ends = std::iter::from_fn(|| {
        asked += 1;
        None
    });

    traffic.seal_many(ends);

    assert_eq!(asked, 1);
}

#[test]
fn debug_shows_nothing_of_the_key() {
    assert_eq!(format!("{:?}", TrafficKey::new(&KEY, PREFIX)), "TrafficKey(..)");
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Closed {
    tail: [u8; TAIL_LEN],
    tag: [u8; TAG_LEN],
    text: Vec<u8>,
}

/// Texts with nonces that count, not sealed yet.
fn closed(texts: Vec<Vec<u8>>, first: u64) -> Vec<Closed> {
    let tails = (0..).map(|count| first.wrapping_add(count).to_be_bytes());
    let put = |(text, tail)| Closed { tail, tag: [0; TAG_LEN], text };
    texts.into_iter().zip(tails).map(put).collect()
}

fn boxed(boxes: &mut [Closed]) -> impl Iterator<Item = Boxed<'_>> {
    boxes.iter_mut().map(|Closed { tail, tag, text }| Boxed { tail: *tail, tag, text })
}

fn break_one(sealed: &mut Closed, octet: usize, bit: u32) {
    let octet = match octet.checked_sub(TAG_LEN) {
        None => &mut sealed.tag[octet],
        Some(place) => &mut sealed.text[place],
    };
    *octet ^= 1 << bit;
}

fn agrees(key: &[u8; 32], prefix: &[u8; 16], tail: [u8; 8], text: &[u8]) {
    let (tag, sealed) = reference::seal(key, prefix, tail, text);
    for kernel in Kernel::all() {
        let traffic = TrafficKey::with_kernel(kernel, key, prefix);
        let mut octets = text.to_vec();

        assert_eq!(traffic.seal(tail, &mut octets), tag, "{} octets, {kernel:?}", text.len());
        assert!(octets == sealed, "{} octets, {kernel:?}", text.len());

        assert_eq!(traffic.open(tail, &tag, &mut octets), Ok(()));
        assert!(octets == text, "{} octets, {kernel:?}", text.len());
    }
}
