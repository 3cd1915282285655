//! PLAIN: the client gives a name and a password, in the clear.
//!
//! ```text
//!   client                                      server
//!   start ─── HELLO ──────────────────────────▶ ExpectHello
//!                                               ExpectVerdict ◀── verdict
//!   ExpectWelcome ◀────────────────── WELCOME ─
//!         ─── INITIATE ───────────────────────▶ ExpectInitiate
//!   ExpectReady ◀────────────────────── READY ─
//! ```
//!
//! Instead of WELCOME or READY an ERROR may come. Source: RFC 24/ZMTP-PLAIN.

mod client;
mod server;

pub(crate) use client::{ExpectReady, ExpectWelcome};
pub(crate) use server::{ExpectHello, ExpectInitiate, ExpectVerdict};
