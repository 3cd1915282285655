//! ZAP: how a server asks a handler about a peer, as values.
//!
//! A request and a reply are messages of frames. How they travel is not this crate's matter: a server
//! sends the one to a handler and reads the other, and a handshake waits meanwhile.
//!
//! Source: RFC 27/ZAP.

mod fault;
mod reply;
mod request;

pub use fault::ZapFault;
pub use reply::ZapReply;
pub use request::ZapRequest;

/// The version that both speak.
const VERSION: &[u8] = b"1.0";
