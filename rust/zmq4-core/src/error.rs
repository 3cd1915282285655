//! What can go wrong, sorted by the call it happens in.
//!
//! A peer's fault is never here: it ends that peer's connection and is told by the endpoint and the log.

use std::fmt;
use std::io;

/// Why a message was not sent. It is still the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// There is no peer, nor a connecting endpoint that would queue for one.
    NoPeer,
    /// Every peer's queue is at its high-water mark.
    Full,
    /// No peer has that routing id.
    Unroutable,
    /// It is not this socket's turn to send.
    OutOfTurn,
    /// This socket type does not send.
    NotSupported,
    /// The socket is closed.
    Closed,
    /// The context was terminated.
    Terminated,
}

/// Why nothing was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvError {
    /// No message is there.
    Empty,
    /// It is not this socket's turn to receive.
    OutOfTurn,
    /// This socket type does not receive.
    NotSupported,
    /// The socket is closed.
    Closed,
    /// The context was terminated.
    Terminated,
}

/// Why a subscription was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscribeError {
    /// This socket type does not subscribe, or has nothing to decide.
    NotSupported,
    /// The peer holds as many subscriptions as it may.
    TooMany,
    /// The socket is closed.
    Closed,
    /// The context was terminated.
    Terminated,
}

/// Why no event was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenError {
    /// There is none now.
    Empty,
    /// The socket is closed, or the listener.
    Closed,
    /// The context was terminated.
    Terminated,
}

/// Why an endpoint's address was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointError {
    /// There is no `transport://` in front.
    NoScheme,
    /// The transport is not known or not supported.
    UnknownTransport(String),
    /// The part behind the scheme breaks the transport's grammar; the text says what is wrong.
    Invalid(&'static str),
    /// The address can be bound but not connected to.
    BindOnly,
    /// The address can be connected to but not bound.
    ConnectOnly,
}

/// Why an endpoint was not bound or connected.
#[derive(Debug)]
pub enum OpenError {
    /// The address was not understood.
    Endpoint(EndpointError),
    /// Somebody else has the address.
    InUse,
    /// A peer of the socket has that routing id.
    NameTaken,
    /// The system refused; its word.
    Io(io::Error),
    /// The context has no I/O thread, and the transport needs one.
    NoIoThread,
    /// The socket is closed.
    Closed,
    /// The context was terminated.
    Terminated,
}

/// What the system said, and of what.
#[derive(Debug)]
pub(crate) struct Explained {
    what: String,
    error: io::Error,
}

impl Explained {
    /// Says of `what` it was that the system gave `error`; the kind stays what it was.
    pub(crate) fn wrap(what: String, error: io::Error) -> io::Error {
        io::Error::new(error.kind(), Self { what, error })
    }
}

impl OpenError {
    /// The system's number of the error, where it was the system that refused.
    pub fn system_number(&self) -> Option<i32> {
        let Self::Io(error) = self else { return None };
        let explained = error.get_ref().and_then(|inner| inner.downcast_ref::<Explained>());
        explained.map_or(error, |explained| &explained.error).raw_os_error()
    }
}

/// Why an option was not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionError {
    /// The value is not in the option's range, which the text gives.
    OutOfRange(&'static str),
    /// The option must be set before the first endpoint.
    Fixed,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPeer => "no peer is connected",
            Self::Full => "every peer's queue is at its high-water mark",
            Self::Unroutable => "no peer has that routing id",
            Self::OutOfTurn => "it is not this socket's turn to send",
            Self::NotSupported => "this socket type does not send",
            Self::Closed => "the socket is closed",
            Self::Terminated => "the context was terminated",
        })
    }
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no message is there",
            Self::OutOfTurn => "it is not this socket's turn to receive",
            Self::NotSupported => "this socket type does not receive",
            Self::Closed => "the socket is closed",
            Self::Terminated => "the context was terminated",
        })
    }
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSupported => "this socket type does not subscribe",
            Self::TooMany => "the peer holds as many subscriptions as it may",
            Self::Closed => "the socket is closed",
            Self::Terminated => "the context was terminated",
        })
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no event is there",
            Self::Closed => "the socket is closed",
            Self::Terminated => "the context was terminated",
        })
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoScheme => f.write_str("the address has no transport in front, as in tcp://"),
            Self::UnknownTransport(name) => {
                write!(f, "transport {name:?} is not supported; use tcp, ipc or inproc")
            }
            Self::Invalid(what) => f.write_str(what),
            Self::BindOnly => f.write_str("a wildcard can be bound but not connected to"),
            Self::ConnectOnly => f.write_str("a source (what stands before ;) is for connecting"),
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoint(error) => error.fmt(f),
            Self::InUse => f.write_str("the address is in use"),
            Self::NameTaken => f.write_str("a peer of the socket has that routing id"),
            Self::Io(error) => error.fmt(f),
            Self::NoIoThread => f.write_str("the context has no I/O threads; only inproc works"),
            Self::Closed => f.write_str("the socket is closed"),
            Self::Terminated => f.write_str("the context was terminated"),
        }
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.error)
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange(range) => write!(f, "the value must be {range}"),
            Self::Fixed => f.write_str("the option must be set before the first bind or connect"),
        }
    }
}

impl std::error::Error for SendError {}
impl std::error::Error for RecvError {}
impl std::error::Error for EndpointError {}
impl std::error::Error for OptionError {}
impl std::error::Error for SubscribeError {}
impl std::error::Error for ListenError {}

impl std::error::Error for Explained {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Endpoint(error) => Some(error),
            Self::Io(error) => Some(error),
            Self::InUse | Self::NameTaken | Self::NoIoThread | Self::Closed | Self::Terminated => {
                None
            }
        }
    }
}

impl From<EndpointError> for OpenError {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(error)
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::AddrInUse { Self::InUse } else { Self::Io(error) }
    }
}
