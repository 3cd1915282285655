//! Replays the fuzzing corpora on stable Rust, and mutates them for a second, from a fixed seed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod entry;

use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn greeting_holds_for_its_corpus_and_mutations() {
    replay("greeting", entry::greeting);
}

#[test]
fn handshake_holds_for_its_corpus_and_mutations() {
    replay("handshake", entry::handshake);
}

#[test]
fn secured_holds_for_its_corpus_and_mutations() {
    replay("secured", entry::secured);
}

#[test]
fn sealed_holds_for_its_corpus_and_mutations() {
    replay("sealed", entry::sealed);
}

#[test]
fn unsealed_holds_for_its_corpus_and_mutations() {
    replay("unsealed", entry::unsealed);
}

#[test]
fn decoder_holds_for_its_corpus_and_mutations() {
    replay("decoder", entry::decoder);
}

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = corpus(target);
    assert!(corpus.len() >= 12, "{} files for {target}", corpus.len());
    for (path, data) in &corpus {
        eprintln!("{}", path.display());
        run(data);
    }
    let mut random = Random(SEED);
    for round in 0..ROUNDS {
        let mutant = mutate(&corpus, &mut random);
        eprintln!("seed {SEED:#x}, round {round}: {}", mutant.escape_ascii());
        run(&mutant);
    }
}

/// The files of a corpus, in the order of their names.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// One file of the corpus with up to four changes: an octet replaced, put in or taken out, the end
/// cut off, or the end of another file put behind.
fn mutate(corpus: &[(PathBuf, Vec<u8>)], random: &mut Random) -> Vec<u8> {
    let mut data = corpus[random.below(corpus.len())].1.clone();
    for _ in 0..=random.below(4) {
        let at = random.below(data.len() + 1);
        match random.below(5) {
            0 if at < data.len() => data[at] = random.octet(),
            1 if at < data.len() => drop(data.remove(at)),
            2 => data.insert(at, random.octet()),
            3 => data.truncate(at),
            _ => {
                let other = &corpus[random.below(corpus.len())].1;
                data.extend_from_slice(&other[random.below(other.len() + 1)..]);
            }
        }
    }
    data
}

/// Xorshift: enough to choose mutations.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    /// Half of the octets are ones that mean something in a header.
    fn octet(&mut self) -> u8 {
        const TELLING: [u8; 8] = [0x00, 0x01, 0x02, 0x04, 0x06, 0x7f, 0x80, 0xff];
        match self.below(2) {
            0 => TELLING[self.below(TELLING.len())],
            _ => u8::try_from(self.below(256)).unwrap(),
        }
    }
}

const SEED: u64 = 0x5eed_0f2e_2026_1123;
const ROUNDS: usize = 5_000;
