//! The handshake: everything between a fresh byte stream and the first message.

mod config;
mod downgrade;
mod established;
mod frame;
mod machine;

pub use config::{HandshakeConfig, HandshakeLimits};
pub use established::Established;
pub use machine::Handshake;
