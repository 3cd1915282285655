//! [`Kernel`]: which code makes keystream on this processor.

use std::fmt;

#[cfg(target_arch = "x86_64")]
use crate::vector::{Avx2, Avx512};
use crate::{
    poly1305::{Fours, Limbs, Powers},
    salsa::{self, Block, Key},
};

/// How many blocks are made at a time.
pub(crate) const LANES: usize = 8;

/// Blocks of keystream that were made at once.
pub(crate) type Blocks = [Block; LANES];

/// Which blocks to make: for each, the last eight octets of its nonce, and its number.
#[derive(Clone, Copy, Default)]
pub(crate) struct Lanes {
    pub(crate) tails: [u64; LANES],
    pub(crate) counters: [u64; LANES],
}

/// The code that makes keystream. All of it makes the same, in different time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Kind);

/// A value of a vector kind is a proof that the processor has what it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

impl Kernel {
    /// Code that runs everywhere.
    pub const PORTABLE: Self = Self(Kind::Portable);

    /// The fastest code that this processor runs.
    pub fn fastest() -> Self {
        Self::all().next().unwrap_or(Self::PORTABLE)
    }

    /// All code that this processor runs, the fastest first.
    pub fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let vectors = [Avx512::detect().map(Kind::Avx512), Avx2::detect().map(Kind::Avx2)];
        #[cfg(not(target_arch = "x86_64"))]
        let vectors: [Option<Kind>; 0] = [];
        vectors.into_iter().flatten().chain([Kind::Portable]).map(Self)
    }

    /// Makes the first `count` blocks; what is behind them in `blocks` has no meaning.
    pub(crate) fn fill(self, key: &Key, lanes: &Lanes, count: usize, blocks: &mut Blocks) {
        match self.0 {
            _ if count < VECTORS_PAY => fill_singly(key, lanes, count, blocks),
            Kind::Portable => fill_singly(key, lanes, count, blocks),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(avx2) => avx2.fill(key, lanes, blocks),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(avx512) => avx512.fill(key, lanes, blocks),
        }
    }

    /// What [`Powers::take_fours`] does.
    pub(crate) fn take_fours(self, powers: &Powers, fours: &Fours) -> Limbs {
        match self.0 {
            _ if fours.len() < LANES_PAY => powers.take_fours(fours),
            Kind::Portable => powers.take_fours(fours),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(avx2) => avx2.take_fours(powers, fours),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(avx512) => avx512.take_fours(powers, fours),
        }
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(_) => "AVX-512",
        })
    }
}

fn fill_singly(key: &Key, lanes: &Lanes, count: usize, blocks: &mut Blocks) {
    let lanes = lanes.tails.iter().zip(&lanes.counters).take(count);
    for (block, (&tail, &counter)) in blocks.iter_mut().zip(lanes) {
        *block = salsa::block(key, tail, counter);
    }
}

/// From how many blocks on eight at a time cost less than each alone.
const VECTORS_PAY: usize = 2;
/// From how many fours of blocks on a vector of them costs less than each alone.
const LANES_PAY: usize = 4;
