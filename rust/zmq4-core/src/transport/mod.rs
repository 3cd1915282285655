//! Transports: how byte streams come to be.
//!
//! `tcp` and `ipc` make [`Link`]s by listening and connecting; `mem` joins two in memory for tests.
//! inproc needs no link: it joins two pipes crosswise (see [`crate::socket`]).

mod adopt;
mod dial;
mod ipc;
mod link;
mod listener;
mod local;
#[cfg(test)]
pub(crate) mod mem;
mod tcp;
mod vigil;

pub(crate) use dial::dial;
pub(crate) use link::{Link, remote_ip};
pub(crate) use listener::{Acceptor, Listener, Stopper, listen};
