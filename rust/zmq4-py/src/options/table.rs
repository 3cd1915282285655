//! The table: what constructors take, what properties read and write, and what the reference page lists.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use zmq4_core::SocketOptions;

use crate::settings::{self as set, Value};
use crate::socket::Timeouts;

/// When a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// At once, for existing connections too.
    Now,
    /// At the next bind or connect.
    Next,
    /// Never after the first bind or connect.
    Fixed,
    /// Consulted by each call.
    Call,
}

impl When {
    fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Next => "next",
            Self::Fixed => "fixed",
            Self::Call => "call",
        }
    }
}

/// One row.
pub(crate) struct Option_ {
    pub(crate) name: &'static str,
    pub(super) c_name: &'static std::ffi::CStr,
    kind: &'static str,
    pub(super) when: When,
    pub(super) doc: &'static std::ffi::CStr,
    pub(super) value: Value,
}

macro_rules! option {
    ($name:literal, $kind:literal, $when:ident, $value:expr, $doc:literal) => {
        Option_ {
            name: $name,
            c_name: match std::ffi::CStr::from_bytes_with_nul(concat!($name, "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => panic!("a name has no NUL"),
            },
            kind: $kind,
            when: When::$when,
            doc: match std::ffi::CStr::from_bytes_with_nul(concat!($doc, "\0").as_bytes()) {
                Ok(doc) => doc,
                Err(_) => panic!("a document has no NUL"),
            },
            value: $value,
        }
    };
}

/// The table.
pub(crate) static TABLE: [Option_; 25] = [
    option!(
        "send_hwm",
        "messages",
        Now,
        set::SEND_HWM,
        "Outbound messages queued for one peer; 0 is no limit."
    ),
    option!(
        "recv_hwm",
        "messages",
        Now,
        set::RECV_HWM,
        "Inbound messages queued from one peer; 0 is no limit."
    ),
    option!(
        "send_hwm_bytes",
        "octets",
        Now,
        set::SEND_HWM_BYTES,
        "Outbound octets queued for one peer; 0 is no limit."
    ),
    option!(
        "recv_hwm_bytes",
        "octets",
        Now,
        set::RECV_HWM_BYTES,
        "Inbound octets queued from one peer; 0 is no limit."
    ),
    option!(
        "linger",
        "seconds or None",
        Now,
        set::LINGER,
        "How long unsent messages outlive the socket; None is for ever."
    ),
    option!(
        "send_timeout",
        "seconds or None",
        Call,
        Value::Timeout(Timeouts::send, Timeouts::set_send),
        "How long a send waits unless told; None is for ever."
    ),
    option!(
        "recv_timeout",
        "seconds or None",
        Call,
        Value::Timeout(Timeouts::receive, Timeouts::set_receive),
        "How long a receive waits unless told; None is for ever."
    ),
    option!(
        "on_full",
        "choice",
        Fixed,
        set::ON_FULL,
        "What a send does when every queue is full: block, drop_newest, drop_oldest or error."
    ),
    option!(
        "immediate",
        "bool",
        Next,
        set::IMMEDIATE,
        "Queue only for peers whose handshake is done."
    ),
    option!(
        "conflate",
        "bool",
        Fixed,
        set::CONFLATE,
        "Keep only the newest message in each direction of each pipe."
    ),
    option!(
        "heartbeat",
        "Heartbeat or None",
        Next,
        set::HEARTBEAT,
        "Ask a silent peer for a sign of life; None is off."
    ),
    option!(
        "reconnect",
        "Backoff or None",
        Next,
        set::RECONNECT,
        "Delays between attempts to connect; None is never again."
    ),
    option!(
        "connect_timeout",
        "seconds or None",
        Next,
        set::CONNECT_TIMEOUT,
        "How long one attempt to connect may take; None is the system's limit."
    ),
    option!(
        "handshake_timeout",
        "seconds or None",
        Next,
        set::HANDSHAKE_TIMEOUT,
        "From connection to end of handshake; None is no limit."
    ),
    option!(
        "max_message_size",
        "octets or None",
        Next,
        set::MAX_MESSAGE_SIZE,
        "The largest frame accepted from a peer; None is no limit."
    ),
    option!(
        "kernel_send_buffer",
        "octets or None",
        Next,
        set::KERNEL_SEND_BUFFER,
        "The system's send buffer; None is the system's choice."
    ),
    option!(
        "kernel_recv_buffer",
        "octets or None",
        Next,
        set::KERNEL_RECV_BUFFER,
        "The system's receive buffer; None is the system's choice."
    ),
    option!(
        "backlog",
        "connections",
        Next,
        set::BACKLOG,
        "Connections that may wait to be accepted."
    ),
    option!("ipv6", "bool", Next, set::IPV6, "Whether names and wildcards mean IPv6 too."),
    option!(
        "tcp_keepalive",
        "TcpKeepalive or None",
        Next,
        set::TCP_KEEPALIVE,
        "When TCP asks a silent peer for a sign of life; None is off."
    ),
    option!(
        "tcp_user_timeout",
        "seconds or None",
        Next,
        set::TCP_USER_TIMEOUT,
        "How long sent octets may stay unacknowledged; None is the system's limit."
    ),
    option!(
        "routing_id",
        "bytes",
        Next,
        set::ROUTING_ID,
        "The name told to peers: at most 255 octets, the first not zero."
    ),
    option!(
        "metadata",
        "mapping",
        Next,
        set::METADATA,
        "Application properties told to peers; their names begin with X-."
    ),
    option!(
        "max_frames",
        "frames",
        Next,
        set::MAX_FRAMES,
        "The most frames accepted in one message."
    ),
    option!(
        "max_message_bytes",
        "octets",
        Next,
        set::MAX_MESSAGE_OCTETS,
        "The most octets accepted in one message, each frame counted with at least 64."
    ),
];

pub(super) fn find(name: &str) -> Option<&'static Option_> {
    TABLE.iter().find(|row| row.name == name)
}

/// The table for Python: rows of name, kind, default, when, and one line of documentation.
pub(crate) fn table(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let (options, timeouts) = (SocketOptions::default(), Timeouts::default());
    let row = |row: &Option_| {
        // Value objects come from `zmq4.options`, which is not importable while this module is made.
        let default = row.value.plain_default(py, &options, &timeouts)?;
        (row.name, row.kind, default, row.when.name(), row.doc.to_str().unwrap_or_default())
            .into_pyobject(py)
    };
    PyTuple::new(py, TABLE.iter().map(row).collect::<PyResult<Vec<_>>>()?)
}
