//! `XSalsa20` and Poly1305 for the traffic of one CURVE connection.
//!
//! The construction is `NaCl`'s `crypto_secretbox`, octet for octet. What is particular is where the
//! time goes. The first 16 octets of a connection's nonces never change, so the key that `HSalsa20`
//! derives from them is derived once. Eight blocks of keystream are made at a time, be they of one
//! text or of eight. Poly1305 takes four blocks a step.
//!
//! No secret decides a branch or an address. Keys and keystream are wiped; what the compiler leaves
//! in registers and on the stack while it works is not. `unsafe` code is in one file, `vector`.
//!
//! Sources: "Salsa20 specification", "Extending the Salsa20 nonce" and "The Poly1305-AES
//! message-authentication code" by D. J. Bernstein, and RFC 8439.

#![deny(unsafe_code)]
#![allow(clippy::many_single_char_names, reason = "words and limbs of numbers have no other names")]

mod kernel;
mod keystream;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod poly1305;
mod salsa;
mod traffic_key;
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "vector instructions, where the processor has them")]
mod vector;

pub use kernel::Kernel;
pub use salsa::hsalsa20;
pub use traffic_key::{Boxed, KEY_LEN, PREFIX_LEN, TAG_LEN, TAIL_LEN, TrafficKey, Unopened};
