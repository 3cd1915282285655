//! Fuzzes `boxes`; what must hold is said in `zmq4-crypto/tests/entry`.

#![no_main]

#[path = "../../zmq4-crypto/tests/entry/mod.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entry::boxes(data));
