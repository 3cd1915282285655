//! Subscriptions: which topics a subscriber wants, and which peers of a publisher want a message.
//!
//! Both sides are a [`trie::Trie`] of prefixes. A subscriber counts how often it asked for each ([`Interest`]);
//! a publisher keeps a set a peer ([`Index`]), since peers cancel only when their own count is down to nothing.
//! Nothing here waits, locks or knows of sockets. A message matches by its first frame alone.

mod arena;
mod children;
#[cfg(all(test, not(zmq4_loom)))]
mod figures;
mod holders;
mod index;
mod interest;
mod label;
#[cfg(all(test, not(zmq4_loom)))]
mod oracle;
mod publisher;
mod subscribers;
#[cfg(all(test, not(zmq4_loom)))]
mod tests;
mod trie;

pub(crate) use index::Refused;
#[cfg(all(test, not(zmq4_loom)))]
use interest::Unsubscribed;
pub(crate) use interest::{Before, Interest, Manner};
pub(crate) use publisher::{Parting, Publisher, Wish};
