//! CURVE: both sides prove who they are, and nobody else can read or change what they say.
//!
//! ```text
//!   client                                      server
//!   start ─── HELLO: C' ──────────────────────▶ ExpectHello
//!   ExpectWelcome ◀──────── WELCOME: S', cookie ─
//!         ─── INITIATE: cookie, C, vouch ─────▶ ExpectInitiate
//!                                               ExpectVerdict ◀── verdict about C
//!   ExpectReady ◀────────────────────── READY ─
//! ```
//!
//! C and S are the long-term keys, C' and S' those of the connection; their secret halves are c, s,
//! c' and s'. Traffic is sealed with c' and s', so whoever learns c or s later still cannot read it.
//! Sources: RFC 25/ZMTP-CURVE and RFC 26/CurveZMQ.

mod boxes;
mod client;
mod layout;
mod message;
mod nonce;
mod opener;
mod random;
mod sealer;
mod server;

pub(crate) use client::{ExpectReady, ExpectWelcome};
pub use opener::{OpenStop, OpenedRun, Opener};
pub use random::CurveRandom;
pub use sealer::{SealedRun, Sealer};
pub(crate) use server::{ExpectHello, ExpectInitiate, ExpectVerdict};
