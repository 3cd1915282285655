//! `ZeroMQ` sockets: pipes, patterns, sessions and transports over [`zmq4_proto`].
//!
//! ```text
//!   proxy       messages between two sockets                         (no tokio)
//!   socket      public API: any thread, no waiting inside; callers wait on their own descriptor
//!   zap         the handler that is asked about peers                (tokio)
//!   pattern     how a socket type uses its pipes                     (no tokio)
//!   pipe · wait queues of wire octets, water marks, wake-ups         (no tokio)
//!   monitor     what happens, for whoever wants to know              (no tokio)
//!   security    who we are to peers, and whom we let in              (values)
//!   session     one connection's task                                (tokio)
//!   transport   tcp, ipc, mem                                        (tokio)
//! ```
//!
//! The walk of a message through these floors, the locks and the wake-ups are drawn in
//! `docs/architecture.md`.

#![cfg_attr(zmq4_loom, allow(dead_code, reason = "loom's stand-ins take the system's place"))]

mod context;
mod endpoint;
mod error;
mod events;
mod io_thread;
mod monitor;
mod options;
mod packed;
mod pattern;
mod peer;
mod pipe;
mod proxy;
mod random;
mod security;
mod session;
mod socket;
mod subscription;
mod sync;
mod sys;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod throttle;
mod transport;
mod wait;
mod zap;

pub use context::Context;
pub use endpoint::{Endpoint, Host, IpcAddress, TcpAddress, TcpSource};
pub use error::{
    EndpointError, ListenError, OpenError, OptionError, RecvError, SendError, SubscribeError,
};
pub use events::Events;
pub use monitor::{Cause, Event, EventStream, Failure, Happening, Heard, Loss};
pub use options::{
    Backoff, Limits, LinkOptions, Notify, OnFull, PatternOptions, PipeOptions, SessionOptions,
    SocketOptions, StopOn, TcpKeepalive,
};
pub use packed::{OffsetFrame, Unpacked, pack};
pub use peer::Peer;
pub use pipe::{FrameRef, Frames, MessageRef, Part};
pub use proxy::{Flow, Proxy, ProxyEnd, ProxyError, ProxySockets, ProxyStats, Served, Unfit};
pub use security::{
    Admission, Answer, Authenticator, Handshakes, Mechanism, Network, Networks, Policy, Question,
    SecurityOptions,
};
pub use session::{EndpointPhase, EndpointView};
pub use socket::{Drops, OpenEndpoint, Socket, Stats, Take, Wait};
pub use sys::{BlockedSignals, Descriptors, SignalMask};
pub use throttle::Throttle;
pub use wait::{LoopSignal, Parked, Parker, WaitId, WaitSide, Waiter, Watch};
pub use zmq4_proto as proto;
