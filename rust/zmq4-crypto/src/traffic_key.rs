//! [`TrafficKey`]: seals and opens the texts of one direction of a connection.

use std::{array, fmt};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    hsalsa20,
    kernel::{Kernel, LANES},
    keystream::{Ahead, Keystream, Singly, blocks_for},
    poly1305,
    salsa::{Block, Half, Key, words},
};

/// The key of one direction: a shared key, and the beginning of all nonces. Dropping it wipes it.
pub struct TrafficKey {
    /// What `HSalsa20` makes of the two. On the heap, so that moving it leaves no copy behind.
    key: Box<Zeroizing<Key>>,
    kernel: Kernel,
}

/// A box, where it is.
#[derive(Debug)]
pub struct Boxed<'a> {
    /// The end of its nonce. No two texts that are sealed with a key may have the same.
    pub tail: [u8; TAIL_LEN],
    /// Sealing writes it; opening checks it.
    pub tag: &'a mut [u8; TAG_LEN],
    /// What is encrypted and decrypted.
    pub text: &'a mut [u8],
}

/// A box that does not open: it is not what was sealed with this key and this nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unopened;

impl TrafficKey {
    /// The key for nonces that begin with `prefix`.
    pub fn new(shared_key: &[u8; KEY_LEN], prefix: &[u8; PREFIX_LEN]) -> Self {
        Self::with_kernel(Kernel::fastest(), shared_key, prefix)
    }

    /// The same, with a kernel of choice: to compare them.
    pub fn with_kernel(
        kernel: Kernel,
        shared_key: &[u8; KEY_LEN],
        prefix: &[u8; PREFIX_LEN],
    ) -> Self {
        let key = Box::new(Zeroizing::new(words(&hsalsa20(shared_key, prefix))));
        Self { key, kernel }
    }

    /// Encrypts `text` where it is, and returns its tag.
    ///
    /// `tail` is the end of the nonce; no other text of this key may have the same.
    pub fn seal(&self, tail: [u8; TAIL_LEN], text: &mut [u8]) -> [u8; TAG_LEN] {
        let tail = u64::from_le_bytes(tail);
        if blocks_for(text.len()) <= SINGLY {
            seal(self.kernel, &mut Singly::new(&self.key, tail), text)
        } else {
            seal(self.kernel, &mut self.ahead([(tail, text.len())]), text)
        }
    }

    /// Decrypts `text` where it is.
    ///
    /// # Errors
    ///
    /// [`Unopened`] if the tag is not the text's; then the text stays as it was.
    pub fn open(
        &self,
        tail: [u8; TAIL_LEN],
        tag: &[u8; TAG_LEN],
        text: &mut [u8],
    ) -> Result<(), Unopened> {
        let tail = u64::from_le_bytes(tail);
        if blocks_for(text.len()) <= SINGLY {
            open(self.kernel, &mut Singly::new(&self.key, tail), tag, text)
        } else {
            open(self.kernel, &mut self.ahead([(tail, text.len())]), tag, text)
        }
    }

    /// Seals each text as [`TrafficKey::seal`] does, small ones together in less time.
    pub fn seal_many<'a>(&self, boxes: impl IntoIterator<Item = Boxed<'a>>) {
        let mut boxes = boxes.into_iter().fuse();
        while let Some(mut batch) = next_batch(&mut boxes) {
            if let [Some(Boxed { tail, tag, text }), None, ..] = &mut batch {
                **tag = self.seal(*tail, text);
                return;
            }
            let mut stream = self.ahead(texts_of(&batch));
            for Boxed { tag, text, .. } in batch.iter_mut().flatten() {
                **tag = seal(self.kernel, &mut stream, text);
            }
        }
    }

    /// Opens each text as [`TrafficKey::open`] does, small ones together in less time, up to the
    /// first one that does not open.
    ///
    /// Returns how many were opened; those behind stay as they were.
    pub fn open_many<'a>(&self, boxes: impl IntoIterator<Item = Boxed<'a>>) -> usize {
        let mut boxes = boxes.into_iter().fuse();
        let mut opened = 0;
        while let Some(mut batch) = next_batch(&mut boxes) {
            if let [Some(Boxed { tail, tag, text }), None, ..] = &mut batch {
                return opened + usize::from(self.open(*tail, tag, text).is_ok());
            }
            let mut stream = self.ahead(texts_of(&batch));
            for Boxed { tag, text, .. } in batch.iter_mut().flatten() {
                if open(self.kernel, &mut stream, tag, text).is_err() {
                    return opened;
                }
                opened += 1;
            }
        }
        opened
    }

    fn ahead(&self, texts: impl IntoIterator<Item = (u64, usize)>) -> Ahead<'_> {
        Ahead::new(self.kernel, &self.key, texts.into_iter())
    }
}

impl fmt::Debug for TrafficKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrafficKey(..)")
    }
}

/// As many boxes as get their keystream together.
type Batch<'a> = [Option<Boxed<'a>>; LANES];

fn next_batch<'a>(boxes: &mut impl Iterator<Item = Boxed<'a>>) -> Option<Batch<'a>> {
    let batch: Batch<'a> = array::from_fn(|_| boxes.next());
    batch.iter().any(Option::is_some).then_some(batch)
}

fn texts_of(batch: &Batch<'_>) -> impl Iterator<Item = (u64, usize)> {
    batch.iter().flatten().map(|boxed| (u64::from_le_bytes(boxed.tail), boxed.text.len()))
}

fn seal(kernel: Kernel, stream: &mut impl Keystream, text: &mut [u8]) -> [u8; TAG_LEN] {
    let block = Zeroizing::new(*stream.next_block());
    let [tag_key, first] = &*block;
    apply(first, stream, text);
    poly1305::tag(kernel, tag_key, text)
}

fn open(
    kernel: Kernel,
    stream: &mut impl Keystream,
    tag: &[u8; TAG_LEN],
    text: &mut [u8],
) -> Result<(), Unopened> {
    let block = Zeroizing::new(*stream.next_block());
    let [tag_key, first] = &*block;
    let expected = u128::from_le_bytes(poly1305::tag(kernel, tag_key, text));
    if !bool::from(expected.ct_eq(&u128::from_le_bytes(*tag))) {
        return Err(Unopened);
    }
    apply(first, stream, text);
    Ok(())
}

/// Encrypts or decrypts: both are one.
fn apply(first: &Half, stream: &mut impl Keystream, text: &mut [u8]) {
    let Some((head, rest)) = text.split_first_chunk_mut::<32>() else {
        return apply_half(first, text);
    };
    apply_half(first, head);
    let (blocks, end) = rest.as_chunks_mut::<64>();
    for block in blocks {
        apply_block(stream.next_block(), block);
    }
    if !end.is_empty() {
        apply_end(stream.next_block(), end);
    }
}

fn apply_block(block: &Block, text: &mut [u8; 64]) {
    for (half, text) in block.iter().zip(text.as_chunks_mut::<32>().0) {
        apply_half(half, text);
    }
}

fn apply_end([first, second]: &Block, text: &mut [u8]) {
    match text.split_first_chunk_mut::<32>() {
        Some((head, end)) => {
            apply_half(first, head);
            apply_half(second, end);
        }
        None => apply_half(first, text),
    }
}

fn apply_half(half: &Half, text: &mut [u8]) {
    let (wholes, rest) = text.as_chunks_mut::<8>();
    let rest_word = half.get(wholes.len()).copied().unwrap_or_default();
    for (octets, word) in wholes.iter_mut().zip(half) {
        *octets = (u64::from_le_bytes(*octets) ^ word).to_le_bytes();
    }
    for (octet, key) in rest.iter_mut().zip(rest_word.to_le_bytes()) {
        *octet ^= key;
    }
}

/// Length of a shared key.
pub const KEY_LEN: usize = 32;
/// Length of the part of a nonce that a key has for all texts.
pub const PREFIX_LEN: usize = 16;
/// Length of the part of a nonce that each text has for itself.
pub const TAIL_LEN: usize = 8;
/// What sealing adds to a text.
pub const TAG_LEN: usize = 16;
/// Texts of at most so many blocks are not worth eight blocks at once.
const SINGLY: u64 = 1;
