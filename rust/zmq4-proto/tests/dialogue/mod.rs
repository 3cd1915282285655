//! A whole handshake against a scripted peer, and the octets such a peer sends.

#![allow(dead_code, reason = "each test file uses its part")]

use zmq4_proto::{
    Established, Fault, FrameKind, Greeting, Handshake, HandshakeConfig, MechanismKind, Metadata,
    RoutingId, Version, put_frame, put_ready,
};

/// What a handshake did with everything a peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// All octets that went out.
    pub(crate) sent: Vec<u8>,
    /// The end: the peer and the octets behind the handshake, a fault, or `None` for neither yet.
    pub(crate) end: Option<Result<(Established, Vec<u8>), Fault>>,
}

/// Runs a handshake over `pieces`, as a driver would.
pub(crate) fn shake<'a>(
    config: HandshakeConfig,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Outcome {
    let mut handshake = Handshake::new(config);
    let (mut sent, mut leftover) = (Vec::new(), Vec::new());
    handshake.poll_transmit(&mut sent);
    for piece in pieces {
        let result = handshake.handle_input(piece);
        handshake.poll_transmit(&mut sent);
        match result {
            Ok(consumed) => leftover.extend_from_slice(&piece[consumed..]),
            Err(fault) => {
                assert_eq!(handshake.handle_input(b"more"), Err(fault.clone()));
                assert!(!handshake.is_established());
                return Outcome { sent, end: Some(Err(fault)) };
            }
        }
        assert!(leftover.is_empty() || handshake.is_established(), "octets were left too early");
    }
    let end = handshake.into_established().map(|(established, _)| Ok((established, leftover)));
    Outcome { sent, end }
}

/// The greeting of a peer with this version, NULL, and no routing id.
pub(crate) fn greeting(major: u8, minor: u8) -> Vec<u8> {
    let version = Version { major, minor };
    let mechanism = MechanismKind::Null.padded_name();
    Greeting { version, mechanism, as_server: false }.encode(&RoutingId::default()).to_vec()
}

/// A READY frame with one property: the socket type.
pub(crate) fn ready(socket_type: &str) -> Vec<u8> {
    ready_with(&Metadata::new().with(b"Socket-Type", socket_type.as_bytes()))
}

/// A READY frame with this metadata.
pub(crate) fn ready_with(metadata: &Metadata) -> Vec<u8> {
    let mut out = Vec::new();
    put_ready(&mut out, metadata);
    out
}

/// A command frame with this body.
pub(crate) fn command(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_frame(&mut out, FrameKind::Command, body);
    out
}
