//! Salsa20, a block at a time and in portable code: the core, and `HSalsa20`, which derives keys.

use zeroize::Zeroizing;

/// A key, as the words that Salsa20 works on.
pub(crate) type Key = [u32; 8];

/// Half a block of keystream: 32 octets, each eight of them a little-endian word.
pub(crate) type Half = [u64; 4];

/// A block of keystream. Of a nonce's first one, half is the key of Poly1305, half meets the text.
pub(crate) type Block = [Half; 2];

/// Derives a key from another one and the first 16 octets of a nonce.
///
/// With zeros for a nonce it makes `crypto_box`'s key of what two key pairs have in common.
/// Source: "Extending the Salsa20 nonce", section 2.
pub fn hsalsa20(key: &[u8; 32], nonce: &[u8; 16]) -> Zeroizing<[u8; 32]> {
    let key = Zeroizing::new(words(key));
    let nonce: [u32; 4] = words(nonce);
    let mut x = Zeroizing::new(state(&key, nonce));
    rounds(&mut x);
    let mut derived = Zeroizing::new([0; 32]);
    let (octets, _) = derived.as_chunks_mut();
    for (octets, word) in octets.iter_mut().zip([0, 5, 10, 15, 6, 7, 8, 9]) {
        *octets = x.get(word).copied().unwrap_or_default().to_le_bytes();
    }
    derived
}

/// A block of keystream: of the nonce that ends in `tail`, the one with the number `counter`.
pub(crate) fn block(key: &Key, tail: u64, counter: u64) -> Block {
    let ([t0, t1], [c0, c1]) = (halves(tail), halves(counter));
    let input = state(key, [t0, t1, c0, c1]);
    let mut x = input;
    rounds(&mut x);
    for (word, added) in x.iter_mut().zip(input) {
        *word = word.wrapping_add(added);
    }
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = x;
    let first = [joined(a, b), joined(c, d), joined(e, f), joined(g, h)];
    let second = [joined(i, j), joined(k, l), joined(m, n), joined(o, p)];
    [first, second]
}

/// Little-endian words of a key or a nonce.
pub(crate) fn words<const OCTETS: usize, const WORDS: usize>(
    octets: &[u8; OCTETS],
) -> [u32; WORDS] {
    const { assert!(OCTETS == 4 * WORDS, "a word has four octets") };
    let mut words = [0; WORDS];
    for (word, octets) in words.iter_mut().zip(octets.as_chunks().0) {
        *word = u32::from_le_bytes(*octets);
    }
    words
}

/// The low and the high half of a word.
pub(crate) fn halves(word: u64) -> [u32; 2] {
    words(&word.to_le_bytes())
}

fn joined(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn state(key: &Key, middle: [u32; 4]) -> [u32; 16] {
    let [c0, c1, c2, c3] = CONSTANTS;
    let [k0, k1, k2, k3, k4, k5, k6, k7] = *key;
    let [m0, m1, m2, m3] = middle;
    [c0, k0, k1, k2, k3, c1, m0, m1, m2, m3, c2, k4, k5, k6, k7, c3]
}

fn rounds(x: &mut [u32; 16]) {
    for _ in 0..DOUBLE_ROUNDS {
        quarter::<0, 4, 8, 12>(x);
        quarter::<5, 9, 13, 1>(x);
        quarter::<10, 14, 2, 6>(x);
        quarter::<15, 3, 7, 11>(x);

        quarter::<0, 1, 2, 3>(x);
        quarter::<5, 6, 7, 4>(x);
        quarter::<10, 11, 8, 9>(x);
        quarter::<15, 12, 13, 14>(x);
    }
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the state stays in registers only if all is one function"
)]
#[expect(clippy::indexing_slicing, reason = "the places are constants below 16")]
fn quarter<const A: usize, const B: usize, const C: usize, const D: usize>(x: &mut [u32; 16]) {
    x[B] ^= x[A].wrapping_add(x[D]).rotate_left(7);
    x[C] ^= x[B].wrapping_add(x[A]).rotate_left(9);
    x[D] ^= x[C].wrapping_add(x[B]).rotate_left(13);
    x[A] ^= x[D].wrapping_add(x[C]).rotate_left(18);
}

/// "expand 32-byte k"
pub(crate) const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
pub(crate) const DOUBLE_ROUNDS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarter_round_of_the_specification() {
        // Salsa20 specification, section 3, the last example; there z is numbered a, b, c, d.
        let mut x = [0; 16];
        [x[0], x[1], x[2], x[3]] = [0xd391_7c5b, 0x55f1_c407, 0x52a5_8a7a, 0x8f88_7a3b];

        quarter::<0, 1, 2, 3>(&mut x);

        assert_eq!(x[..4], [0x3e2f_308c, 0xd90a_8f36, 0x6ab2_a923, 0x2883_524c]);
    }

    #[test]
    fn rounds_of_zeros_are_zeros() {
        let mut x = [0; 16];
        rounds(&mut x);

        assert_eq!(x, [0; 16]);
    }
}
