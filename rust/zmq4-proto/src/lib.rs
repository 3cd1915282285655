//! ZMTP, the wire protocol of `ZeroMQ`, as values and state machines.
//!
//! This crate turns octets into types and types into octets. It refuses to know sockets, threads,
//! clocks, random sources and Python: octets and instants are arguments, octets and deadlines are
//! results. A driver owns the connection and moves both.
//!
//! A connection passes through three stages, and the types follow them:
//!
//! ```text
//!   Handshake  ──── Established ────▶  Decoder    octets in: messages counted, commands found
//!   greeting, then the mechanism       put_*      octets out: headers and whole commands
//!                                      Keepalive  time: when to ping, when to give up
//! ```
//!
//! Whatever a peer does wrong is a [`Fault`]; nothing a peer sends makes this crate panic.
//!
//! Sources: RFC 23/ZMTP (3.0) and RFC 37/ZMTP (3.1); RFC 15/ZMTP (2.0) where
//! [`MinVersion::V2_0`] is asked for.

#![forbid(unsafe_code)]

mod error;
pub use error::{
    Denied, Excerpt, Fault, Foreign, Forged, Incompatible, LimitExceeded, Malformed, Misbehaved,
    Silence,
};

mod version;
pub use version::{MinVersion, Version};

mod frame;
pub use frame::{
    COMMAND, FrameHeader, FrameKind, LONG, MAX_HEADER_LEN, MORE, header_len, put_frame, put_header,
};

mod message;
pub use message::{Frame, IntoFrames, Message, Owner, RoutingId, RoutingIdTooLong};

mod socket_type;
pub use socket_type::SocketType;

mod metadata;
pub use metadata::{Metadata, MetadataLimits, PropertyRefused};

mod command;
pub use command::{
    Command, MAX_PING_CONTEXT, SecurityCommand, put_cancel, put_cancel_message, put_error,
    put_ping, put_pong, put_ready, put_subscribe, put_subscribe_message,
};

mod greeting;
pub use greeting::{GREETING_LEN, Greeting, GreetingMachine, PeerGreeting, SHORT_GREETING_LEN};

mod z85;
pub use z85::{Z85Error, z85_decode, z85_encode};

mod key;
pub use key::{KEY_LEN, KeyPair, KeyRefused, PublicKey, SecretKey};

mod security;
pub use security::{
    CredentialTooLong, Credentials, CurveClient, CurveServer, Password, PlainClient, Security,
    Verdict,
};

mod mechanism;
pub use mechanism::{
    CurveRandom, MechanismKind, OpenStop, OpenedRun, Opener, SealedRun, Sealer, Wrap,
};

mod zap;
pub use zap::{ZapFault, ZapReply, ZapRequest};

mod handshake;
pub use handshake::{Established, Handshake, HandshakeConfig, HandshakeLimits};

mod decoder;
pub use decoder::{Decoder, LARGE_BODY, MAX_COMMAND_BODY, TrafficLimits, Walk, WalkStop};

mod keepalive;
pub use keepalive::{Beat, Heartbeat, Keepalive};
