//! Commands: frames for the protocol itself.

mod body;
mod error;
mod handshake;
mod ping;
mod ready;
mod subscribe;

pub use body::Command;
pub(crate) use body::put_command;
pub use error::put_error;
pub(crate) use handshake::HandshakeCommand;
pub use handshake::SecurityCommand;
pub use ping::{MAX_PING_CONTEXT, put_ping, put_pong};
pub use ready::put_ready;
pub(crate) use subscribe::MAX_SUBSCRIPTION_OVERHEAD;
pub use subscribe::{put_cancel, put_cancel_message, put_subscribe, put_subscribe_message};
