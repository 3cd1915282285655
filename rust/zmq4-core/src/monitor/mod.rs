//! Events: what happens to the connections and messages of a socket, for whoever wants to know.
//!
//! A socket has a [`Hub`]. Those who know something tell it, whatever thread they are on; each listener
//! ([`EventStream`]) has a bounded ring of what it has not taken yet. Without a listener telling costs one look
//! at a flag.

mod happening;
mod hub;
#[cfg(all(test, zmq4_loom))]
mod hub_loom;

pub use happening::{Cause, Event, Failure, Happening, Loss};
pub(crate) use hub::Hub;
pub use hub::{EventStream, Heard};
