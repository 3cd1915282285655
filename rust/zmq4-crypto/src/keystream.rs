//! The keystream of one text, or of several in a row: [`Keystream`], and its two makers.

use zeroize::optimization_barrier;

use crate::{
    kernel::{Blocks, Kernel, LANES, Lanes},
    salsa::{self, Block, Key},
};

/// Blocks of keystream, in the order in which the texts need them.
pub(crate) trait Keystream {
    /// The next block. Whoever asks must have said beforehand how many are needed.
    fn next_block(&mut self) -> &Block;
}

/// How many blocks a text of `len` octets needs: half of the first is for its tag.
pub(crate) fn blocks_for(len: usize) -> u64 {
    let octets = u64::try_from(len).unwrap_or(u64::MAX).saturating_add(32);
    octets.div_ceil(64)
}

/// The blocks of one text, each made when it is asked for.
pub(crate) struct Singly<'k> {
    key: &'k Key,
    tail: u64,
    counter: u64,
    block: Block,
}

impl<'k> Singly<'k> {
    pub(crate) fn new(key: &'k Key, tail: u64) -> Self {
        Self { key, tail, counter: 0, block: WIPED }
    }
}

impl Keystream for Singly<'_> {
    fn next_block(&mut self) -> &Block {
        self.block = salsa::block(self.key, self.tail, self.counter);
        self.counter = self.counter.wrapping_add(1);
        &self.block
    }
}

impl Drop for Singly<'_> {
    fn drop(&mut self) {
        self.block = WIPED;
        optimization_barrier(&self.block);
    }
}

/// The blocks of up to eight texts, made eight at a time.
pub(crate) struct Ahead<'k> {
    kernel: Kernel,
    key: &'k Key,
    /// What is yet to be made, the nearest first.
    spans: [Span; LANES],
    /// The first span that may have something left.
    at: usize,
    blocks: Blocks,
    /// How many of the blocks were handed out, and how many there are.
    used: usize,
    made: usize,
}

/// Blocks of one nonce.
#[derive(Clone, Copy, Default)]
struct Span {
    tail: u64,
    next: u64,
    end: u64,
}

impl<'k> Ahead<'k> {
    /// For texts that were given the last octets of their nonces, and their lengths.
    pub(crate) fn new(
        kernel: Kernel,
        key: &'k Key,
        texts: impl Iterator<Item = (u64, usize)>,
    ) -> Self {
        let mut spans = [Span::default(); LANES];
        for (span, (tail, len)) in spans.iter_mut().zip(texts) {
            *span = Span { tail, next: 0, end: blocks_for(len) };
        }
        Self { kernel, key, spans, at: 0, blocks: [WIPED; LANES], used: 0, made: 0 }
    }

    fn refill(&mut self) {
        let mut lanes = Lanes::default();
        let mut count = 0;
        for (tail, counter) in lanes.tails.iter_mut().zip(&mut lanes.counters) {
            let Some((next_tail, next_counter)) = self.next_of_spans() else { break };
            (*tail, *counter) = (next_tail, next_counter);
            count += 1;
        }
        debug_assert!(count > 0, "more blocks were asked for than the texts need");
        self.kernel.fill(self.key, &lanes, count, &mut self.blocks);
        (self.used, self.made) = (0, count);
    }

    /// The nonce and the number of the next block that is yet to be made.
    fn next_of_spans(&mut self) -> Option<(u64, u64)> {
        loop {
            let span = self.spans.get_mut(self.at)?;
            if span.next < span.end {
                let counter = span.next;
                span.next += 1;
                return Some((span.tail, counter));
            }
            self.at += 1;
        }
    }
}

impl Keystream for Ahead<'_> {
    fn next_block(&mut self) -> &Block {
        if self.used >= self.made {
            self.refill();
        }
        #[expect(clippy::indexing_slicing, reason = "it is below the length")]
        let block = &self.blocks[self.used % LANES];
        self.used += 1;
        block
    }
}

impl Drop for Ahead<'_> {
    fn drop(&mut self) {
        self.blocks = [WIPED; LANES];
        optimization_barrier(&self.blocks);
    }
}

const WIPED: Block = [[0; 4]; 2];
