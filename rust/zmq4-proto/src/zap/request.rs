//! [`ZapRequest`]: what a handler is asked.
//!
//! Wire form: RFC 27/ZAP, "Request".

use super::VERSION;
use crate::{Credentials, RoutingId};

/// A question about one peer.
#[derive(Clone, Copy, Debug)]
pub struct ZapRequest<'a> {
    /// Names the request; the reply repeats it.
    pub id: &'a [u8],
    /// What the server is for, as its user has it; may be empty.
    pub domain: &'a str,
    /// The peer's address: the IP address without a port, or empty where there is none.
    pub address: &'a str,
    /// The routing id of the server's own socket.
    pub routing_id: &'a RoutingId,
    /// What the peer claims or has proved.
    pub credentials: &'a Credentials,
}

impl<'a> ZapRequest<'a> {
    /// The frames of the message, the empty delimiter first.
    pub fn frames(&self) -> Vec<&'a [u8]> {
        let credentials = self.credentials;
        let mut frames: Vec<&[u8]> = vec![
            b"",
            VERSION,
            self.id,
            self.domain.as_bytes(),
            self.address.as_bytes(),
            self.routing_id,
            credentials.mechanism().as_bytes(),
        ];
        match credentials {
            Credentials::Null => {}
            Credentials::Plain { username, password } => {
                frames.extend([&username[..], password.as_bytes()]);
            }
            Credentials::Curve { public_key } => frames.push(public_key.as_bytes()),
        }
        frames
    }
}
