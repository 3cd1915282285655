//! Options with real types and one default each. Every part of the core gets the struct that concerns it.

use std::os::fd::RawFd;
use std::time::Duration;

use crate::security::SecurityOptions;
use bytes::Bytes;
use zmq4_proto::{Heartbeat, Metadata, MinVersion, RoutingId};

/// What a socket was asked to be. Copied into every endpoint when it is opened.
#[derive(Clone, Debug, Default)]
pub struct SocketOptions {
    /// Queues.
    pub pipe: PipeOptions,
    /// Connections.
    pub link: LinkOptions,
    /// What runs over them.
    pub session: SessionOptions,
    /// What is peculiar to some socket types.
    pub pattern: PatternOptions,
    /// Who it is, and whom it lets in.
    pub security: SecurityOptions,
}

/// How much is queued for one peer, and what happens beyond.
#[derive(Clone, Copy, Debug)]
pub struct PipeOptions {
    /// Outbound messages a peer; 0 is no limit.
    pub send_hwm: usize,
    /// Inbound messages a peer; 0 is no limit.
    pub recv_hwm: usize,
    /// Outbound octets a peer; 0 is no limit.
    pub send_hwm_bytes: usize,
    /// Inbound octets a peer; 0 is no limit.
    pub recv_hwm_bytes: usize,
    /// Keep only the newest message in each direction.
    pub conflate: bool,
    /// What a send does when every queue is full.
    pub on_full: OnFull,
}

impl Default for PipeOptions {
    fn default() -> Self {
        Self {
            send_hwm: 1000,
            recv_hwm: 1000,
            send_hwm_bytes: 0,
            recv_hwm_bytes: 0,
            conflate: false,
            on_full: OnFull::Block,
        }
    }
}

/// What a send does when every queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFull {
    /// It waits.
    #[default]
    Block,
    /// The new message is dropped and counted.
    DropNewest,
    /// The oldest message of the next queue in turn is dropped and counted.
    DropOldest,
    /// It fails at once.
    Error,
}

/// How connections are made.
#[derive(Clone, Debug)]
pub struct LinkOptions {
    /// The system's send buffer, in octets; the system's choice if absent.
    pub kernel_send_buffer: Option<usize>,
    /// The system's receive buffer, in octets; the system's choice if absent.
    pub kernel_recv_buffer: Option<usize>,
    /// Connections that wait to be accepted.
    pub backlog: u32,
    /// Whether names and wildcards mean IPv6 too.
    pub ipv6: bool,
    /// TCP keep-alive; off if absent.
    pub keepalive: Option<TcpKeepalive>,
    /// How long sent octets may stay unacknowledged; the system's choice if absent.
    pub user_timeout: Option<Duration>,
    /// How long a connection may take to be made; the system's limit if absent.
    pub connect_timeout: Option<Duration>,
    /// The octet of service (DSCP and ECN) that packets of tcp carry; 0 leaves it to the system.
    pub tos: u8,
    /// The priority of packets of tcp in the queues of this machine; 0 leaves it to the system.
    pub priority: u32,
    /// The only device that connections of tcp may use, if any.
    pub device: Option<String>,
    /// How long a read of tcp polls the device before it sleeps, in microseconds; 0 leaves it to the
    /// system.
    pub busy_poll_micros: u32,
    /// The descriptor of a listening socket, which the next bind serves instead of making one.
    pub use_fd: Option<RawFd>,
}

impl Default for LinkOptions {
    fn default() -> Self {
        Self {
            kernel_send_buffer: None,
            kernel_recv_buffer: None,
            backlog: 100,
            ipv6: false,
            keepalive: Some(TcpKeepalive::default()),
            user_timeout: Some(Duration::from_secs(45)),
            connect_timeout: None,
            tos: 0,
            priority: 0,
            device: None,
            busy_poll_micros: 0,
            use_fd: None,
        }
    }
}

/// When TCP asks a silent peer for a sign of life. By default a dead host is noticed within 45 s.
#[derive(Clone, Copy, Debug)]
pub struct TcpKeepalive {
    /// Silence before the first probe.
    pub idle: Duration,
    /// Time between probes.
    pub interval: Duration,
    /// Unanswered probes that end the connection.
    pub count: u32,
}

impl Default for TcpKeepalive {
    fn default() -> Self {
        Self { idle: Duration::from_secs(15), interval: Duration::from_secs(10), count: 3 }
    }
}

/// What runs over a connection.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// The name told to the peer.
    pub routing_id: RoutingId,
    /// Application properties (`X-…`) told to the peer.
    pub metadata: Metadata,
    /// The least ZMTP version that a peer must speak. 2.0 counts only under the mechanism NULL.
    pub min_version: MinVersion,
    /// Queue only for peers whose handshake is done.
    pub immediate: bool,
    /// Reconnection.
    pub reconnect: Backoff,
    /// What ends it.
    pub reconnect_stop: StopOn,
    /// From connection to end of handshake; no limit if absent.
    pub handshake_timeout: Option<Duration>,
    /// PING and its consequences; off if absent.
    pub heartbeat: Option<Heartbeat>,
    /// The largest frame accepted; no limit if absent.
    pub max_message_size: Option<u64>,
    /// The most frames accepted in one message.
    pub max_frames: u32,
    /// The most octets accepted in one message, each frame counted with at least 64.
    pub max_message_octets: u64,
    /// How long unsent messages outlive the socket; for ever if absent.
    pub linger: Option<Duration>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            routing_id: RoutingId::default(),
            metadata: Metadata::default(),
            min_version: MinVersion::default(),
            immediate: false,
            reconnect: Backoff::default(),
            reconnect_stop: StopOn::default(),
            handshake_timeout: Some(Duration::from_secs(10)),
            heartbeat: None,
            max_message_size: None,
            max_frames: Limits::MAX_FRAMES,
            max_message_octets: Limits::MAX_MESSAGE_OCTETS,
            linger: Some(Duration::from_secs(1)),
        }
    }
}

/// How reconnection slows down.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The first delay; none means: never reconnect.
    pub initial: Option<Duration>,
    /// The longest delay.
    pub max: Duration,
    /// Each delay is varied by up to this share of it, both ways.
    pub jitter: f64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            initial: Some(Duration::from_millis(100)),
            max: Duration::from_secs(30),
            jitter: 0.25,
        }
    }
}

/// What makes a connecting endpoint try no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StopOn {
    /// Nobody listens at the address.
    pub refused: bool,
    /// A connection was made, but its handshake failed.
    pub handshake_failed: bool,
    /// The endpoint was closed while it had no connection, with messages that still linger.
    pub disconnected: bool,
}

/// What is peculiar to some socket types; the others never look at it.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct PatternOptions {
    /// ROUTER: a send to an unknown peer fails instead of being dropped.
    pub mandatory: bool,
    /// ROUTER: a routing id goes to the newest peer that claims it.
    pub handover: bool,
    /// ROUTER: which changes of its peers are told by an empty message.
    pub notify: Notify,
    /// REQ, DEALER, ROUTER: the first message to each peer is an empty one.
    pub probe: bool,
    /// REQ: requests carry a number, and replies without it are dropped.
    pub correlate: bool,
    /// REQ: a new request may be sent before the reply to the last one.
    pub relaxed: bool,
    /// XPUB: repeated subscriptions are told too.
    pub verbose: bool,
    /// XPUB: repeated subscriptions and cancellations are told too.
    pub verboser: bool,
    /// XPUB: the program decides what a subscription leads to.
    pub manual: bool,
    /// PUB, XPUB: a send waits for full queues instead of dropping for them.
    pub nodrop: bool,
    /// PUB, XPUB: what each new subscriber is sent first; nothing if empty.
    pub welcome: Bytes,
    /// XPUB, manual: the next message goes to the newest subscriber alone.
    pub last_value: bool,
    /// PUB, XPUB, SUB: what matches no subscription is sent and received.
    pub invert_matching: bool,
    /// PUB, XPUB, XSUB: of a message's frames only the first can be a subscription.
    pub only_first_subscribe: bool,
    /// XSUB: repeated cancellations are passed on too.
    pub verbose_unsubscribe: bool,
    /// PUB, XPUB: the most subscriptions of one peer.
    pub max_subscriptions: usize,
    /// PUB, XPUB: the most octets that all subscriptions of the socket may hold.
    pub max_subscription_bytes: usize,
}

impl Default for PatternOptions {
    fn default() -> Self {
        Self {
            mandatory: true,
            handover: false,
            notify: Notify::default(),
            probe: false,
            correlate: false,
            relaxed: false,
            verbose: false,
            verboser: false,
            manual: false,
            nodrop: false,
            welcome: Bytes::new(),
            last_value: false,
            invert_matching: false,
            only_first_subscribe: false,
            verbose_unsubscribe: false,
            max_subscriptions: Limits::SUBSCRIPTIONS_PER_PEER,
            max_subscription_bytes: Limits::SUBSCRIPTION_OCTETS,
        }
    }
}

/// Which changes of its peers a ROUTER is told by an empty message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notify {
    /// A peer is there.
    pub connect: bool,
    /// A peer is gone.
    pub disconnect: bool,
}

/// Bounds on what peers can make us hold, in one table. Those that a user may change are options.
#[derive(Clone, Copy, Debug)]
pub struct Limits;

impl Limits {
    /// Connections of one listener whose handshake is not done.
    pub const PENDING_HANDSHAKES: usize = 512;
    /// When there are so many, one whose greeting is not whole has so long before it makes way for the next.
    pub const GREETING_PATIENCE: Duration = Duration::from_millis(250);
    /// And one whose greeting is whole.
    pub const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(1);
    /// Of these, connections from one address; loopback and ipc are exempt.
    pub const PENDING_HANDSHAKES_PER_ADDRESS: usize = 256;
    /// While connections are in traffic, the cryptography of handshakes has one part in so many of an I/O
    /// thread's time.
    pub const HANDSHAKE_SHARE: u32 = 4;
    /// What of that time may be saved up.
    pub const HANDSHAKE_BURST: Duration = Duration::from_millis(5);
    /// Questions to the ZAP handler of a context that are not answered.
    pub const ZAP_QUESTIONS: usize = 4096;
    /// Octets that are kept of a peer that speaks on while it is being judged.
    pub const UNJUDGED_OCTETS: usize = 16 * 1024;
    /// Frames of one message.
    pub const MAX_FRAMES: u32 = 65_536;
    /// Octets of one message, each frame counted with at least 64.
    pub const MAX_MESSAGE_OCTETS: u64 = 1 << 30;
    /// A large frame of up to so many octets has its buffer at once.
    pub const LARGE_FRAME_WHOLE: usize = 1 << 20;
    /// Octets of buffer that a larger frame starts with; it grows as data arrives.
    pub const LARGE_FRAME_START: usize = 32 * 1024;
    /// Unread messages of departed peers of a socket, as a multiple of `recv_hwm`.
    pub const DEPARTED_FACTOR: usize = 4;
    /// Subscriptions of one peer.
    pub const SUBSCRIPTIONS_PER_PEER: usize = 100_000;
    /// Octets of the subscriptions of all peers of a socket, each counted with its overhead.
    pub const SUBSCRIPTION_OCTETS: usize = 64 << 20;
    /// What a subscription counts beyond the octets of its topic.
    pub const SUBSCRIPTION_OVERHEAD: usize = 160;
    /// Lines of one kind that go into the log in a second; of the rest only the number.
    pub const LOG_LINES_PER_SECOND: u32 = 10;
    /// After an authentication failure or an incompatible type, the next attempt is no sooner.
    pub const REFUSED_RETRY_MIN: Duration = Duration::from_secs(5);
    /// After such a failure, the next attempt is no later.
    pub const REFUSED_RETRY_MAX: Duration = Duration::from_secs(60);
}
