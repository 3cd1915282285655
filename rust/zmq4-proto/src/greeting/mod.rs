//! The greeting: 64 octets each way, in three stages, before anything else; 12 with a 2.0 peer.

mod foreign;
mod machine;
mod octets;

pub use machine::GreetingMachine;
pub(crate) use octets::MECHANISM_LEN;
pub use octets::{GREETING_LEN, Greeting, PeerGreeting, SHORT_GREETING_LEN};
