//! Eight blocks of Salsa20 at a time, in the lanes of vectors. The only file with `unsafe` code.
//!
//! A vector holds the same word of eight blocks. So there is nothing to shuffle between rounds, and
//! each lane may have a nonce of its own; in the end the words are brought into the order of blocks.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_loadu_si256, _mm256_permute2x128_si256, _mm256_rol_epi32,
    _mm256_set1_epi32, _mm256_setr_epi32, _mm256_slli_epi32, _mm256_srli_epi32,
    _mm256_storeu_si256, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32,
    _mm256_unpacklo_epi64, _mm256_xor_si256,
};

use crate::{
    kernel::{Blocks, LANES, Lanes},
    lanes,
    poly1305::{Fours, Limbs, Powers},
    salsa::{CONSTANTS, DOUBLE_ROUNDS, Half, Key, halves},
};

/// Vectors of 256 bits. There is a value of this type only where the processor has them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx2(());

/// The same, with twice as many registers and an instruction that rotates. There is a value of this
/// type only where the processor has them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Avx512(Avx2);

impl Avx2 {
    pub(crate) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// Makes eight blocks.
    #[expect(clippy::unused_self, reason = "it is the proof that the processor can")]
    pub(crate) fn fill(self, key: &Key, lanes: &Lanes, blocks: &mut Blocks) {
        // SAFETY: that there is a `self` proves that the processor has AVX2.
        unsafe { fill_avx2(key, lanes, blocks) }
    }

    #[expect(clippy::unused_self, reason = "it is the proof that the processor can")]
    pub(crate) fn take_fours(self, powers: &Powers, fours: &Fours) -> Limbs {
        // SAFETY: that there is a `self` proves that the processor has AVX2.
        unsafe { lanes::take_fours(powers, fours) }
    }
}

impl Avx512 {
    pub(crate) fn detect() -> Option<Self> {
        let avx2 = Avx2::detect()?;
        let is_there = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
        is_there.then_some(Self(avx2))
    }

    /// Makes eight blocks.
    #[expect(clippy::unused_self, reason = "it is the proof that the processor can")]
    pub(crate) fn fill(self, key: &Key, lanes: &Lanes, blocks: &mut Blocks) {
        // SAFETY: that there is a `self` proves that the processor has AVX2, AVX512F and AVX512VL.
        unsafe { fill_avx512(key, lanes, blocks) }
    }

    pub(crate) fn take_fours(self, powers: &Powers, fours: &Fours) -> Limbs {
        self.0.take_fours(powers, fours)
    }
}

/// Defines a function that makes eight blocks, with its way of rotating.
macro_rules! define_fill {
    ($fill:ident, $features:literal, $rotate:ident) => {
        #[target_feature(enable = $features)]
        fn $fill(key: &Key, lanes: &Lanes, blocks: &mut Blocks) {
            let input = input(key, lanes);
            let mut x = input;
            for _ in 0..DOUBLE_ROUNDS {
                quarter!($rotate, x, 0, 4, 8, 12);
                quarter!($rotate, x, 5, 9, 13, 1);
                quarter!($rotate, x, 10, 14, 2, 6);
                quarter!($rotate, x, 15, 3, 7, 11);

                quarter!($rotate, x, 0, 1, 2, 3);
                quarter!($rotate, x, 5, 6, 7, 4);
                quarter!($rotate, x, 10, 11, 8, 9);
                quarter!($rotate, x, 15, 12, 13, 14);
            }
            for (word, added) in x.iter_mut().zip(input) {
                *word = _mm256_add_epi32(*word, added);
            }
            let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = x;
            let firsts = transposed([a, b, c, d, e, f, g, h]);
            let seconds = transposed([i, j, k, l, m, n, o, p]);
            for ([first, second], (a, b)) in blocks.iter_mut().zip(firsts.into_iter().zip(seconds))
            {
                store(a, first);
                store(b, second);
            }
        }
    };
}

/// A quarter round; a macro, so that the places are constants and the words stay in registers.
macro_rules! quarter {
    ($rotate:ident, $x:ident, $a:literal, $b:literal, $c:literal, $d:literal) => {
        $x[$b] = _mm256_xor_si256($x[$b], $rotate::<7, 25>(_mm256_add_epi32($x[$a], $x[$d])));
        $x[$c] = _mm256_xor_si256($x[$c], $rotate::<9, 23>(_mm256_add_epi32($x[$b], $x[$a])));
        $x[$d] = _mm256_xor_si256($x[$d], $rotate::<13, 19>(_mm256_add_epi32($x[$c], $x[$b])));
        $x[$a] = _mm256_xor_si256($x[$a], $rotate::<18, 14>(_mm256_add_epi32($x[$d], $x[$c])));
    };
}

define_fill!(fill_avx2, "avx2", rotate_by_shifts);
define_fill!(fill_avx512, "avx2,avx512f,avx512vl", rotate_at_once);

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_by_shifts<const LEFT: i32, const RIGHT: i32>(words: __m256i) -> __m256i {
    _mm256_xor_si256(_mm256_slli_epi32::<LEFT>(words), _mm256_srli_epi32::<RIGHT>(words))
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn rotate_at_once<const LEFT: i32, const RIGHT: i32>(words: __m256i) -> __m256i {
    _mm256_rol_epi32::<LEFT>(words)
}

#[inline]
#[target_feature(enable = "avx2")]
fn input(key: &Key, lanes: &Lanes) -> [__m256i; 16] {
    let [t0, t1] = split(lanes.tails);
    let [n0, n1] = split(lanes.counters);
    let [k0, k1, k2, k3, k4, k5, k6, k7] = *key;
    let [c0, c1, c2, c3] = CONSTANTS;
    let [c0, c1, c2, c3] = [everywhere(c0), everywhere(c1), everywhere(c2), everywhere(c3)];
    let [k0, k1, k2, k3] = [everywhere(k0), everywhere(k1), everywhere(k2), everywhere(k3)];
    let [k4, k5, k6, k7] = [everywhere(k4), everywhere(k5), everywhere(k6), everywhere(k7)];
    [c0, k0, k1, k2, k3, c1, t0, t1, n0, n1, c2, k4, k5, k6, k7, c3]
}

#[inline]
#[target_feature(enable = "avx2")]
fn everywhere(word: u32) -> __m256i {
    _mm256_set1_epi32(word.cast_signed())
}

/// The low and the high halves of a number in each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn split(numbers: [u64; LANES]) -> [__m256i; 2] {
    let pairs = numbers.map(|number| halves(number).map(u32::cast_signed));
    let [[a, b], [c, d], [e, f], [g, h], [i, j], [k, l], [m, n], [o, p]] = pairs;
    [_mm256_setr_epi32(a, c, e, g, i, k, m, o), _mm256_setr_epi32(b, d, f, h, j, l, n, p)]
}

/// Turns eight words of eight lanes into eight lanes of eight words.
#[inline]
#[target_feature(enable = "avx2")]
fn transposed(words: [__m256i; 8]) -> [__m256i; 8] {
    let [a, b, c, d, e, f, g, h] = words;
    let (ab, cd) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
    let (ef, gh) = (_mm256_unpacklo_epi32(e, f), _mm256_unpacklo_epi32(g, h));
    let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
    let (ef_high, gh_high) = (_mm256_unpackhi_epi32(e, f), _mm256_unpackhi_epi32(g, h));

    // Half of lane 0 and of lane 4, of 1 and 5, of 2 and 6, of 3 and 7.
    let (first04, second04) = (_mm256_unpacklo_epi64(ab, cd), _mm256_unpacklo_epi64(ef, gh));
    let (first15, second15) = (_mm256_unpackhi_epi64(ab, cd), _mm256_unpackhi_epi64(ef, gh));
    let first26 = _mm256_unpacklo_epi64(ab_high, cd_high);
    let second26 = _mm256_unpacklo_epi64(ef_high, gh_high);
    let first37 = _mm256_unpackhi_epi64(ab_high, cd_high);
    let second37 = _mm256_unpackhi_epi64(ef_high, gh_high);
    [
        _mm256_permute2x128_si256::<LOW_HALVES>(first04, second04),
        _mm256_permute2x128_si256::<LOW_HALVES>(first15, second15),
        _mm256_permute2x128_si256::<LOW_HALVES>(first26, second26),
        _mm256_permute2x128_si256::<LOW_HALVES>(first37, second37),
        _mm256_permute2x128_si256::<HIGH_HALVES>(first04, second04),
        _mm256_permute2x128_si256::<HIGH_HALVES>(first15, second15),
        _mm256_permute2x128_si256::<HIGH_HALVES>(first26, second26),
        _mm256_permute2x128_si256::<HIGH_HALVES>(first37, second37),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(words: __m256i, half: &mut Half) {
    // SAFETY: `half` is 32 octets that are ours to write, and this store asks for no alignment.
    unsafe { _mm256_storeu_si256(half.as_mut_ptr().cast(), words) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn load(octets: &[u8; 32]) -> __m256i {
    // SAFETY: `octets` are 32 octets to read, and this load asks for no alignment.
    unsafe { _mm256_loadu_si256(octets.as_ptr().cast()) }
}

const LOW_HALVES: i32 = 0x20;
const HIGH_HALVES: i32 = 0x31;
