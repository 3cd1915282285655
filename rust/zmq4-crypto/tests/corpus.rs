//! Replays the corpus of `boxes` on stable Rust, and mutates it, from a fixed seed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod entry;

use std::{fs, path::Path};

#[test]
fn boxes_hold_for_their_corpus_and_mutations() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/boxes");
    let mut paths: Vec<_> =
        fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 8, "{} files", paths.len());
    let mut random = Random(SEED);
    for path in paths {
        eprintln!("{}", path.display());
        let data = fs::read(path).unwrap();
        entry::boxes(&data);
        for _ in 0..MUTANTS {
            entry::boxes(&mutant(&data, &mut random));
        }
    }
}

/// The octets with up to four of them changed, or with their end cut off.
fn mutant(data: &[u8], random: &mut Random) -> Vec<u8> {
    let mut data = data.to_vec();
    if random.below(4) == 0 {
        data.truncate(random.below(data.len() + 1));
    }
    for _ in 0..=random.below(4) {
        let place = random.below(data.len() + 1);
        if let Some(octet) = data.get_mut(place) {
            *octet = u8::try_from(random.below(256)).unwrap();
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
}

const SEED: u64 = 0x5eed_0f2e_2026_1123;
const MUTANTS: usize = 200;
