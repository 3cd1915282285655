//! The greeting: 64 octets each way, in three stages, before anything else.

mod foreign;
mod machine;
mod octets;

pub use machine::GreetingMachine;
pub(crate) use octets::MECHANISM_LEN;
pub use octets::{GREETING_LEN, Greeting};
