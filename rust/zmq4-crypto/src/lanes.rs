//! Poly1305 in the lanes of vectors: four blocks a step, one in each lane.
//!
//! Vectors multiply numbers of 32 bits, so limbs have 26 here. A lane sums up each fourth block,
//! `(a r^4 + e) r^4 + i`, without carrying further than it must; in the end each lane is multiplied
//! with the power that its blocks lack, and the lanes are added.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_and_si256, _mm256_extract_epi64, _mm256_mul_epu32,
    _mm256_or_si256, _mm256_set_epi64x, _mm256_set1_epi64x, _mm256_slli_epi64, _mm256_srli_epi64,
    _mm256_unpackhi_epi64, _mm256_unpacklo_epi64,
};

use crate::{
    poly1305::{Fours, Limbs, Powers},
    vector::load,
};

/// Numbers in four lanes, in limbs below 2^28.
type Numbers = [__m256i; 5];

/// What [`Powers::take_fours`](crate::poly1305::Powers::take_fours) does.
#[target_feature(enable = "avx2")]
pub(crate) fn take_fours(powers: &Powers, fours: &Fours) -> Limbs {
    let [once, twice, thrice, four_times] = powers.limbs().map(narrow);
    let Some((last, others)) = fours.split_last() else { return Limbs::ZERO };
    let step = Factor::of([four_times; 4]);
    let mut products = zero();
    for four in others {
        // Carried here and not behind the product: the compiler takes limbs for small only if it
        // sees in the same block that they are, and else multiplies 64 bits by 64.
        products = step.times(plus(carried(products), numbers(four)));
    }
    let lacking = Factor::of([four_times, twice, thrice, once]);
    let products = lacking.times(plus(carried(products), numbers(last)));
    let mut totals = [0; 5];
    for (total, lanes) in totals.iter_mut().zip(&products) {
        *total = total_of(*lanes);
    }
    widened(totals)
}

/// What to multiply with in each lane.
struct Factor {
    r: Numbers,
    /// Five times all limbs but the first, for what comes back from the top of a product.
    wrapped: [__m256i; 4],
}

impl Factor {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn of(lanes: [[u64; 5]; 4]) -> Self {
        let [[a0, a1, a2, a3, a4], [b0, b1, b2, b3, b4], c, d] = lanes;
        let ([c0, c1, c2, c3, c4], [d0, d1, d2, d3, d4]) = (c, d);
        let r1 = lanes_of(a1, b1, c1, d1);
        let r2 = lanes_of(a2, b2, c2, d2);
        let r3 = lanes_of(a3, b3, c3, d3);
        let r4 = lanes_of(a4, b4, c4, d4);
        let wrapped = [five_times(r1), five_times(r2), five_times(r3), five_times(r4)];
        Self { r: [lanes_of(a0, b0, c0, d0), r1, r2, r3, r4], wrapped }
    }

    /// Products whose limbs are not carried yet. With limbs below 2^28 they are below 2^60.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn times(&self, numbers: Numbers) -> Numbers {
        let [r0, r1, r2, r3, r4] = self.r;
        let [w1, w2, w3, w4] = self.wrapped;
        [
            dot(numbers, [r0, w4, w3, w2, w1]),
            dot(numbers, [r1, r0, w4, w3, w2]),
            dot(numbers, [r2, r1, r0, w4, w3]),
            dot(numbers, [r3, r2, r1, r0, w4]),
            dot(numbers, [r4, r3, r2, r1, r0]),
        ]
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn dot(numbers: Numbers, by: Numbers) -> __m256i {
    let ([h0, h1, h2, h3, h4], [a, b, c, d, e]) = (numbers, by);
    let first = _mm256_add_epi64(_mm256_mul_epu32(h0, a), _mm256_mul_epu32(h1, b));
    let second = _mm256_add_epi64(_mm256_mul_epu32(h2, c), _mm256_mul_epu32(h3, d));
    _mm256_add_epi64(_mm256_add_epi64(first, second), _mm256_mul_epu32(h4, e))
}

/// Four blocks, each with its one on top; lanes 1 and 2 are in each other's place.
#[inline]
#[target_feature(enable = "avx2")]
fn numbers(four: &[u8; 64]) -> Numbers {
    let mut pairs = four.as_chunks::<32>().0.iter();
    let (Some(first), Some(second)) = (pairs.next(), pairs.next()) else { return zero() };
    let (first, second) = (load(first), load(second));
    let low = _mm256_unpacklo_epi64(first, second);
    let high = _mm256_unpackhi_epi64(first, second);
    let middle = _mm256_or_si256(_mm256_srli_epi64::<52>(low), _mm256_slli_epi64::<12>(high));
    let top = _mm256_set1_epi64x(1 << 24);
    [
        low_26(low),
        low_26(_mm256_srli_epi64::<26>(low)),
        low_26(middle),
        low_26(_mm256_srli_epi64::<14>(high)),
        _mm256_or_si256(_mm256_srli_epi64::<40>(high), top),
    ]
}

/// Carries in two chains at once, so that each limb has at most a few values more than 26 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn carried(products: Numbers) -> Numbers {
    let [d0, d1, d2, d3, d4] = products;
    let (d1, d4) = (carry(d0, d1), carry(d3, d4));
    let (d0, d3) = (low_26(d0), low_26(d3));
    let d2 = carry(d1, d2);
    let d0 = _mm256_add_epi64(d0, five_times(_mm256_srli_epi64::<26>(d4)));
    let (d1, d4) = (low_26(d1), low_26(d4));
    let (d3, d1) = (carry(d2, d3), carry(d0, d1));
    let (d2, d0) = (low_26(d2), low_26(d0));
    [d0, d1, d2, low_26(d3), carry(d3, d4)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn carry(from: __m256i, to: __m256i) -> __m256i {
    _mm256_add_epi64(to, _mm256_srli_epi64::<26>(from))
}

#[inline]
#[target_feature(enable = "avx2")]
fn low_26(words: __m256i) -> __m256i {
    _mm256_and_si256(words, _mm256_set1_epi64x((1 << 26) - 1))
}

#[inline]
#[target_feature(enable = "avx2")]
fn five_times(words: __m256i) -> __m256i {
    _mm256_add_epi64(words, _mm256_slli_epi64::<2>(words))
}

#[inline]
#[target_feature(enable = "avx2")]
fn plus(a: Numbers, b: Numbers) -> Numbers {
    let ([a0, a1, a2, a3, a4], [b0, b1, b2, b3, b4]) = (a, b);
    [
        _mm256_add_epi64(a0, b0),
        _mm256_add_epi64(a1, b1),
        _mm256_add_epi64(a2, b2),
        _mm256_add_epi64(a3, b3),
        _mm256_add_epi64(a4, b4),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn zero() -> Numbers {
    [_mm256_set1_epi64x(0); 5]
}

#[inline]
#[target_feature(enable = "avx2")]
fn lanes_of(a: u64, b: u64, c: u64, d: u64) -> __m256i {
    _mm256_set_epi64x(d.cast_signed(), c.cast_signed(), b.cast_signed(), a.cast_signed())
}

/// The sum of the four lanes: below 2^62.
#[inline]
#[target_feature(enable = "avx2")]
fn total_of(lanes: __m256i) -> u64 {
    let lanes = [
        _mm256_extract_epi64::<0>(lanes),
        _mm256_extract_epi64::<1>(lanes),
        _mm256_extract_epi64::<2>(lanes),
        _mm256_extract_epi64::<3>(lanes),
    ];
    lanes.iter().fold(0, |total, lane| total.wrapping_add(lane.cast_unsigned()))
}

/// Limbs of 26 bits.
fn narrow(number: Limbs) -> [u64; 5] {
    let [h0, h1, h2] = number.settled();
    let low = |word: u64| word & LOW_26;
    [low(h0), low(h0 >> 26 | h1 << 18), low(h1 >> 8), low(h1 >> 34 | h2 << 10), h2 >> 16]
}

/// Out of limbs of 26 bits that are not carried yet.
fn widened(totals: [u64; 5]) -> Limbs {
    let [t0, t1, t2, t3, t4] = totals.map(u128::from);
    let d0 = t0.wrapping_add(t1 << 26);
    let d1 = (t2 << 8).wrapping_add(t3 << 34);
    let d2 = t4 << 16;
    Limbs::carried([d0, d1, d2])
}

const LOW_26: u64 = (1 << 26) - 1;
