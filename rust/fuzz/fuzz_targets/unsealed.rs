//! Fuzzes `unsealed`; what must hold is said in `zmq4-proto/tests/entry`.

#![no_main]

#[path = "../../zmq4-proto/tests/entry/mod.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entry::unsealed(data));
