//! Poly1305: the tag of a text under a key that is used once.
//!
//! Numbers modulo 2^130 - 5 are held in limbs of 44, 44 and 42 bits. A product of two of them fits
//! three 128-bit words, and so does the sum of four products: long texts are taken four blocks a
//! step, `(h + a) r^4 + b r^3 + c r^2 + d r`, and carried once. All of it runs in the same time for
//! all keys and texts of a length. Source: RFC 8439, section 2.5.

#![expect(clippy::inline_always, reason = "the limbs stay in registers only in one function")]

use crate::{kernel::Kernel, salsa::Half};

/// The tag of `text` under `key`, whose first two words are the multiplier.
pub(crate) fn tag(kernel: Kernel, key: &Half, text: &[u8]) -> [u8; 16] {
    let [r0, r1, s0, s1] = *key;
    let once = Multiplier::new(clamped(r0, r1));
    let (mut h, mut rest) = (Limbs::ZERO, text);
    if text.len() >= FOUR_PAY {
        let (fours, left) = text.as_chunks();
        (h, rest) = (kernel.take_fours(&Powers::of(&once), fours), left);
    }
    let (blocks, end) = rest.as_chunks();
    for block in blocks {
        h = Limbs::carried(once.times(h.plus(Limbs::of_block(block))));
    }
    if !end.is_empty() {
        h = Limbs::carried(once.times(h.plus(Limbs::of_end(end))));
    }

    let pad = u128::from(s1) << 64 | u128::from(s0);
    h.reduced().wrapping_add(pad).to_le_bytes()
}

/// Four blocks each.
pub(crate) type Fours = [[u8; 64]];

/// The multiplier, to the first, second, third and fourth power.
pub(crate) struct Powers([Multiplier; 4]);

impl Powers {
    #[inline(always)]
    fn of(once: &Multiplier) -> Self {
        let squared = Limbs::carried(once.times(once.limbs()));
        let twice = Multiplier::new(squared);
        let thrice = Multiplier::new(Limbs::carried(once.times(squared)));
        let four_times = Multiplier::new(Limbs::carried(twice.times(squared)));
        Self([Multiplier::new(once.limbs()), twice, thrice, four_times])
    }

    #[cfg(target_arch = "x86_64")]
    pub(crate) fn limbs(&self) -> [Limbs; 4] {
        self.0.each_ref().map(Multiplier::limbs)
    }

    /// The blocks at the front of a text, summed up: each multiplied with the power that is its
    /// distance from the end of them.
    pub(crate) fn take_fours(&self, fours: &Fours) -> Limbs {
        let Self([once, twice, thrice, four_times]) = self;
        let mut h = Limbs::ZERO;
        for four in fours {
            let mut blocks = four.as_chunks().0.iter().map(Limbs::of_block);
            let mut next = || blocks.next().unwrap_or(Limbs::ZERO);
            let first = four_times.times(h.plus(next()));
            let (second, third) = (thrice.times(next()), twice.times(next()));
            h = Limbs::carried(sum(sum(first, second), sum(third, once.times(next()))));
        }
        h
    }
}

/// A number below 2^131, in limbs that have at most one bit more than 44, 44 and 42.
#[derive(Clone, Copy)]
pub(crate) struct Limbs([u64; 3]);

impl Limbs {
    pub(crate) const ZERO: Self = Self([0; 3]);

    #[inline(always)]
    fn of_block(block: &[u8; 16]) -> Self {
        Self::of_number(u128::from_le_bytes(*block), 1 << 40)
    }

    /// Fewer than 16 octets, the last of a text: a one stands behind them, then zeros.
    #[inline(always)]
    fn of_end(rest: &[u8]) -> Self {
        let mut block = [0; 16];
        for (place, &octet) in block.iter_mut().zip(rest.iter().chain(&[1])) {
            *place = octet;
        }
        Self::of_number(u128::from_le_bytes(block), 0)
    }

    #[inline(always)]
    fn of_number(number: u128, top: u64) -> Self {
        let (low, high) = (low_word(number), low_word(number >> 64));
        Self([low & LOW_44, (low >> 44 | high << 20) & LOW_44, high >> 24 | top])
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        let (Self([a, b, c]), Self([d, e, f])) = (self, other);
        Self([a.wrapping_add(d), b.wrapping_add(e), c.wrapping_add(f)])
    }

    /// Carries once around. Products below 2^103 have carries that fit a word.
    #[inline(always)]
    pub(crate) fn carried(products: [u128; 3]) -> Self {
        let [d0, d1, d2] = products;
        let d1 = d1.wrapping_add(d0 >> 44);
        let d2 = d2.wrapping_add(d1 >> 44);
        let h0 = (low_word(d0) & LOW_44).wrapping_add(low_word(d2 >> 42).wrapping_mul(5));
        let h1 = (low_word(d1) & LOW_44).wrapping_add(h0 >> 44);
        Self([h0 & LOW_44, h1, low_word(d2) & LOW_42])
    }

    /// The limbs of the same number, or of one that differs by the modulus, with no bit too many.
    pub(crate) fn settled(self) -> [u64; 3] {
        self.carried_on().carried_on().0
    }

    /// Carries from the second limb on, around to it.
    #[inline(always)]
    fn carried_on(self) -> Self {
        let Self([h0, h1, h2]) = self;
        let h2 = h2.wrapping_add(h1 >> 44);
        let h0 = h0.wrapping_add((h2 >> 42).wrapping_mul(5));
        let h1 = (h1 & LOW_44).wrapping_add(h0 >> 44);
        Self([h0 & LOW_44, h1, h2 & LOW_42])
    }

    /// The number modulo 2^130 - 5, of which the lowest 128 bits.
    #[inline(always)]
    fn reduced(self) -> u128 {
        let [h0, h1, h2] = self.settled();
        let low = u128::from(h0) | u128::from(h1) << 44 | u128::from(h2) << 88;
        // One if adding five overflows 130 bits: if the number is not below 2^130 - 5.
        let over = h0.wrapping_add(5) >> 44;
        let over = h1.wrapping_add(over) >> 44;
        let over = h2.wrapping_add(over) >> 42;
        low.wrapping_add(u128::from(over).wrapping_mul(5))
    }
}

/// A number to multiply with. What leaves a product at the top comes back times five; the limbs do
/// not end with octets, whence another factor of four.
struct Multiplier {
    r: [u64; 3],
    /// Twenty times the second and the third limb.
    wrapped: [u64; 2],
}

impl Multiplier {
    #[inline(always)]
    fn new(limbs: Limbs) -> Self {
        let Limbs([r0, r1, r2]) = limbs;
        Self { r: [r0, r1, r2], wrapped: [r1.wrapping_mul(20), r2.wrapping_mul(20)] }
    }

    #[inline(always)]
    fn limbs(&self) -> Limbs {
        Limbs(self.r)
    }

    #[inline(always)]
    fn times(&self, factor: Limbs) -> [u128; 3] {
        let ([r0, r1, r2], [w1, w2]) = (self.r, self.wrapped);
        let Limbs([h0, h1, h2]) = factor;
        let three = |a: u128, b: u128, c: u128| a.wrapping_add(b).wrapping_add(c);
        [
            three(product(h0, r0), product(h1, w2), product(h2, w1)),
            three(product(h0, r1), product(h1, r0), product(h2, w2)),
            three(product(h0, r2), product(h1, r1), product(h2, r0)),
        ]
    }
}

/// The multiplier of a key, without the bits that Poly1305 has no use for.
#[inline(always)]
fn clamped(low: u64, high: u64) -> Limbs {
    Limbs::of_number(
        u128::from(high & 0x0fff_fffc_0fff_fffc) << 64 | u128::from(low & 0x0fff_fffc_0fff_ffff),
        0,
    )
}

#[inline(always)]
fn product(a: u64, b: u64) -> u128 {
    u128::from(a).wrapping_mul(u128::from(b))
}

#[inline(always)]
fn sum(a: [u128; 3], b: [u128; 3]) -> [u128; 3] {
    let ([a0, a1, a2], [b0, b1, b2]) = (a, b);
    [a0.wrapping_add(b0), a1.wrapping_add(b1), a2.wrapping_add(b2)]
}

#[inline(always)]
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the upper half is cut off on purpose"
)]
fn low_word(number: u128) -> u64 {
    number as u64
}

const LOW_44: u64 = (1 << 44) - 1;
const LOW_42: u64 = (1 << 42) - 1;
/// From how many octets on the powers of the multiplier are worth computing.
const FOUR_PAY: usize = 128;

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[test]
    fn example_of_the_rfc() {
        // RFC 8439, section 2.5.2.
        let key = "85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b";
        let text = b"Cryptographic Forum Research Group";

        assert_eq!(
            tag(Kernel::PORTABLE, &key_of(key), text).to_vec(),
            octets("a8061dc1305136c6c22b8baf0c0127a9")
        );
    }

    #[test]
    fn edges_of_the_rfc() {
        // RFC 8439, appendix A.3, vectors 7 to 11: multiplier, pad, text, tag.
        let ones = "f".repeat(32);
        for (r, s, text, expected) in [
            ("02", "", ones.clone(), "03"),
            ("02", &*ones, "02".to_owned() + &"0".repeat(30), "03"),
            ("01", "", format!("{ones}f0{}11{}", &ones[2..], "0".repeat(30)), "05"),
            ("01", "", format!("{ones}fb{}{}", "fe".repeat(15), "01".repeat(16)), "00"),
            ("02", "", format!("fd{}", &ones[2..]), &format!("fa{}", &ones[2..])),
        ] {
            let key = key_of(&format!("{r:0<32}{s:0<32}"));

            assert_eq!(
                tag(Kernel::PORTABLE, &key, &octets(&text)).to_vec(),
                octets(&format!("{expected:0<32}"))
            );
        }
    }

    #[test]
    fn empty_text_has_the_pad_for_a_tag() {
        assert_eq!(tag(Kernel::PORTABLE, &[u64::MAX, u64::MAX, 1, 0], b""), 1_u128.to_le_bytes());
    }

    proptest! {
        /// Octets are mostly ones that make numbers close to the modulus.
        #[test]
        fn tags_are_those_of_the_crate(
            key in prop_oneof![any::<[u64; 4]>(), Just([u64::MAX; 4]), Just([u64::MAX, 0, 0, 0])],
            text in vec(prop_oneof![6 => Just(0xff_u8), 1 => Just(0), 1 => Just(0xfb), 2 => any::<u8>()], 0..1500),
        ) {
            let octets: Vec<u8> = key.iter().flat_map(|word| word.to_le_bytes()).collect();
            let expected = <poly1305::Poly1305 as poly1305::universal_hash::KeyInit>::new(
                poly1305::Key::from_slice(&octets),
            );

            let expected = <[u8; 16]>::from(expected.compute_unpadded(&text));
            for kernel in Kernel::all() {
                prop_assert_eq!(tag(kernel, &key, &text), expected, "{:?}", kernel);
            }
        }
    }

    fn key_of(hex: &str) -> Half {
        let octets = octets(hex);
        let mut words = octets.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word));
        std::array::from_fn(|_| words.next().unwrap())
    }

    fn octets(hex: &str) -> Vec<u8> {
        let octet = |place| u8::from_str_radix(&hex[2 * place..][..2], 16).unwrap();
        (0..hex.len() / 2).map(octet).collect()
    }
}
