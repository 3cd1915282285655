//! Statistics of how long comparisons with secrets take: Welch's t between two classes of wrong guesses, as in
//! "dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede, 2017).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

use std::{hint::black_box, time::Instant};

use zmq4_proto::Password;

const SAMPLES: usize = 1_000_000;
/// Comparisons that make one sample: a single one is shorter than the clock's step.
const REPEATS: usize = 16;
/// The bound that is customary for this test.
const SIGNIFICANT: f64 = 4.5;

#[test]
#[ignore = "a million samples, on a machine that is quiet: make soak"]
fn password_is_compared_in_a_time_that_tells_nothing() {
    let known = Password::new(&[b'k'; 40]).unwrap();
    let (mut early, mut late) = ([b'k'; 40], [b'k'; 40]);
    early[0] = b'x';
    late[39] = b'x';
    let guesses = [Password::new(&early).unwrap(), Password::new(&late).unwrap()];

    let t = welch(|class| known.matches(&guesses[class]));

    println!("t {t:.2}");
    assert!(t.abs() < SIGNIFICANT, "t {t:.2}");
}

#[test]
#[ignore = "a million samples, on a machine that is quiet: make soak"]
fn comparison_that_stops_at_the_first_difference_is_found_out() {
    let known = vec![b'k'; 4000];
    let (mut early, mut late) = (known.clone(), known.clone());
    early[0] = b'x';
    late[3999] = b'x';
    let guesses = [early, late];

    let t = welch(|class| black_box(&known) == black_box(&guesses[class]));

    assert!(t.abs() > SIGNIFICANT, "t {t:.2}");
}

/// Welch's t between the times of class 0 and class 1, which take turns at random; the slowest tenth, which the
/// machine had its part in, is left out.
fn welch(mut compare: impl FnMut(usize) -> bool) -> f64 {
    let mut classes = [Vec::with_capacity(SAMPLES), Vec::with_capacity(SAMPLES)];
    let mut state = 0x5eed_u64;
    while classes.iter().any(|times| times.len() < SAMPLES) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let class = usize::from(state >> 40 & 1 == 1);
        let begin = Instant::now();
        for _ in 0..REPEATS {
            black_box(compare(black_box(class)));
        }
        let nanoseconds = u32::try_from(begin.elapsed().as_nanos()).unwrap_or(u32::MAX);
        classes[class].push(f64::from(nanoseconds));
    }
    let limit = ninth_decile(&classes);
    let [a, b] = classes.map(|times| moments(times.into_iter().filter(|time| *time <= limit)));
    (a.mean - b.mean) / (a.variance / a.count + b.variance / b.count).sqrt()
}

fn ninth_decile(classes: &[Vec<f64>; 2]) -> f64 {
    let mut all = classes.concat();
    all.sort_by(f64::total_cmp);
    all[all.len() / 10 * 9]
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

/// Welford's way.
fn moments(times: impl Iterator<Item = f64>) -> Moments {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for time in times {
        count += 1.0;
        let off = time - mean;
        mean += off / count;
        squares += off * (time - mean);
    }
    Moments { count, mean, variance: squares / (count - 1.0) }
}
