//! What tests of encrypted sockets share: a server's keys, and those of its clients.

use std::convert::Infallible;

use zmq4_core::proto::{KeyPair, SocketType};
use zmq4_core::{Admission, Context, Mechanism, Policy, SecurityOptions, Socket, SocketOptions};

use super::socket_with;

/// Connections without octets have no mechanism.
pub(crate) const TRANSPORTS: [&str; 2] = ["tcp", "ipc"];

pub(crate) fn keys(seed: u8) -> KeyPair {
    let fill = |octets: &mut [u8]| {
        octets.fill(seed);
        Ok::<_, Infallible>(())
    };
    let Ok(keys) = KeyPair::generate(fill);
    keys
}

pub(crate) fn server_letting(policy: Policy) -> SecurityOptions {
    let mechanism = Mechanism::CurveServer { keys: keys(1) };
    SecurityOptions { mechanism, admission: Admission { policy, ..Admission::default() } }
}

pub(crate) fn server() -> SecurityOptions {
    server_letting(Policy::Anyone)
}

pub(crate) fn client_with(keys: KeyPair) -> SecurityOptions {
    let server_key = *self::keys(1).public();
    SecurityOptions {
        mechanism: Mechanism::CurveClient { keys, server_key },
        admission: Admission::default(),
    }
}

pub(crate) fn client() -> SecurityOptions {
    client_with(keys(2))
}

pub(crate) fn secured(
    context: &Context,
    socket_type: SocketType,
    security: &SecurityOptions,
    change: impl FnOnce(&mut SocketOptions),
) -> Socket {
    socket_with(context, socket_type, |options| {
        options.security = security.clone();
        change(options);
    })
}
