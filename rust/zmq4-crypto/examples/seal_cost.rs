//! What sealing a text costs, in nanoseconds, beside `crypto_secretbox`:
//! `cargo run --release -p zmq4-crypto --example seal_cost`.

#![allow(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use crypto_secretbox::{AeadInPlace, KeyInit, XSalsa20Poly1305};
use zmq4_crypto::{Boxed, Kernel, TrafficKey};

fn main() {
    print!("{:<20}", "ns a text");
    for len in LENGTHS {
        print!("{len:>10}");
    }
    println!("   octets");
    row("crypto_secretbox", crate_seal);
    for kernel in Kernel::all() {
        let key = TrafficKey::with_kernel(kernel, &KEY, PREFIX);
        let name = format!("{kernel:?}");
        row(&name, |len| singly(&key, len));
        row(&format!("{name}, opened"), |len| opened(&key, len));
        row(&format!("{name}, eight"), |len| eight(&key, len));
    }
}

fn row(name: &str, cost: impl Fn(usize) -> f64) {
    print!("{name:<20}");
    for len in LENGTHS {
        print!("{:>10.0}", cost(len));
    }
    println!();
}

fn crate_seal(len: usize) -> f64 {
    let cipher = XSalsa20Poly1305::new(&KEY.into());
    let mut text = vec![0; len];
    best(|| {
        let tag = cipher.encrypt_in_place_detached(&[7; 24].into(), b"", &mut text);
        black_box(tag.is_ok());
    })
}

fn singly(key: &TrafficKey, len: usize) -> f64 {
    let mut text = vec![0; len];
    let mut count = 0_u64;
    best(|| {
        count += 1;
        black_box(key.seal(count.to_be_bytes(), &mut text));
    })
}

/// Decrypting what was just encrypted would measure both; so the tag is right each other time.
fn opened(key: &TrafficKey, len: usize) -> f64 {
    let mut text = vec![0; len];
    let both = best(|| {
        let tag = key.seal([7; 8], &mut text);
        black_box(key.open([7; 8], &tag, &mut text).is_ok());
    });
    both - singly(key, len)
}

fn eight(key: &TrafficKey, len: usize) -> f64 {
    let mut texts = vec![(vec![0; len], [0; 16]); 8];
    let mut count = 0_u64;
    let all = best(|| {
        key.seal_many(texts.iter_mut().map(|(text, tag)| {
            count += 1;
            Boxed { tail: count.to_be_bytes(), tag, text }
        }));
        black_box(&texts);
    });
    all / 8.0
}

/// The time of one call in the best of many rounds, in nanoseconds.
fn best(mut call: impl FnMut()) -> f64 {
    let mut calls = 1_u32;
    let calls = loop {
        if timed(calls, &mut call) > ROUND {
            break calls;
        }
        calls *= 2;
    };
    let fastest = (0..ROUNDS).map(|_| timed(calls, &mut call)).min().unwrap_or_default();
    fastest.as_secs_f64() * 1e9 / f64::from(calls)
}

fn timed(calls: u32, call: &mut impl FnMut()) -> Duration {
    let begin = Instant::now();
    for _ in 0..calls {
        call();
    }
    begin.elapsed()
}

const KEY: [u8; 32] = [0x42; 32];
const PREFIX: &[u8; 16] = b"CurveZMQMESSAGEC";
const LENGTHS: [usize; 6] = [16, 128, 1024, 8192, 65_536, 1 << 20];
const ROUND: Duration = Duration::from_millis(4);
const ROUNDS: usize = 15;
