//! Which exception an error becomes. The classes live in `zmq4.error`; this file is the only place that
//! raises them.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use zmq4_core::{ListenError, OpenError, RecvError, SendError, SubscribeError};

/// The exceptions that native code raises, by the name of their class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Closed,
    WouldBlock,
    Timeout,
    AddressInUse,
    InvalidEndpoint,
    EndpointError,
    NoPeers,
    Unroutable,
    StateError,
    ForkError,
    OptionError,
    MultipartError,
    MessageTooLarge,
    ContextTerminated,
}

impl Kind {
    const ALL: [Self; 14] = [
        Self::Closed,
        Self::WouldBlock,
        Self::Timeout,
        Self::AddressInUse,
        Self::InvalidEndpoint,
        Self::EndpointError,
        Self::NoPeers,
        Self::Unroutable,
        Self::StateError,
        Self::ForkError,
        Self::OptionError,
        Self::MultipartError,
        Self::MessageTooLarge,
        Self::ContextTerminated,
    ];

    fn class(self) -> &'static str {
        match self {
            Self::Closed => "Closed",
            Self::WouldBlock => "WouldBlock",
            Self::Timeout => "Timeout",
            Self::AddressInUse => "AddressInUse",
            Self::InvalidEndpoint => "InvalidEndpoint",
            Self::EndpointError => "EndpointError",
            Self::NoPeers => "NoPeers",
            Self::Unroutable => "Unroutable",
            Self::StateError => "StateError",
            Self::ForkError => "ForkError",
            Self::OptionError => "OptionError",
            Self::MultipartError => "MultipartError",
            Self::MessageTooLarge => "MessageTooLarge",
            Self::ContextTerminated => "ContextTerminated",
        }
    }
}

/// Makes an exception of `kind` that says `message`.
pub(crate) fn new(py: Python<'_>, kind: Kind, message: &str) -> PyErr {
    let made = load(py).and_then(|classes| {
        let (_, class) = classes.iter().find(|(each, _)| *each == kind).expect("all are loaded");
        class.bind(py).call1((message,))
    });
    made.map_or_else(|error| error, PyErr::from_value)
}

type Class = (Kind, Py<PyAny>);

/// The classes. Loaded with the module: while the interpreter ends nothing can be imported, and modules are
/// empty, but a destructor of the program may still be told what is wrong.
pub(crate) fn load(py: Python<'_>) -> PyResult<&[Class]> {
    static CLASSES: PyOnceLock<Vec<Class>> = PyOnceLock::new();
    let classes = CLASSES.get_or_try_init(py, || {
        let module = py.import("zmq4.error")?;
        let class = |kind: Kind| Ok((kind, module.getattr(kind.class())?.unbind()));
        Kind::ALL.into_iter().map(class).collect::<PyResult<_>>()
    })?;
    Ok(classes)
}

/// Makes an exception and sets an attribute of it.
pub(crate) fn with_attribute<'py>(
    py: Python<'py>,
    kind: Kind,
    message: &str,
    name: &str,
    value: impl IntoPyObject<'py>,
) -> PyErr {
    let error = new(py, kind, message);
    match error.value(py).setattr(name, value) {
        Ok(()) => error,
        Err(other) => other,
    }
}

/// A send that cannot be. `what` names the socket.
pub(crate) fn send(py: Python<'_>, error: SendError, what: &str) -> PyErr {
    match error {
        SendError::NoPeer => new(
            py,
            Kind::NoPeers,
            &format!("{what}: no peer is connected; wait with endpoint.ready()"),
        ),
        SendError::Full => new(
            py,
            Kind::WouldBlock,
            &format!("{what}: every peer's queue is full; raise send_hwm, or wait with timeout="),
        ),
        SendError::Unroutable => new(
            py,
            Kind::Unroutable,
            &format!(
                "{what}: no peer has that routing id; send to msg.sender of a peer that is there, or \
                 drop such messages with on_unroutable=\"drop\""
            ),
        ),
        SendError::OutOfTurn => new(
            py,
            Kind::StateError,
            &format!(
                "{what}: it is not its turn to send: a Req waits for the reply to its last request, a Rep \
                 for the next request; receive it first"
            ),
        ),
        SendError::NotSupported => new(py, Kind::StateError, &format!("{what} does not send")),
        SendError::Closed => new(py, Kind::Closed, &format!("{what} is closed")),
        SendError::Terminated => {
            new(py, Kind::ContextTerminated, &format!("{what}: its context was terminated"))
        }
    }
}

/// A subscription that cannot be. `what` names the socket.
pub(crate) fn subscribe(py: Python<'_>, error: SubscribeError, what: &str) -> PyErr {
    match error {
        SubscribeError::NotSupported => {
            new(py, Kind::StateError, &format!("{what} has no subscriptions of its own"))
        }
        SubscribeError::TooMany => new(
            py,
            Kind::StateError,
            &format!("{what}: the peer holds as many subscriptions as it may (max_subscriptions)"),
        ),
        SubscribeError::Closed => new(py, Kind::Closed, &format!("{what} is closed")),
        SubscribeError::Terminated => {
            new(py, Kind::ContextTerminated, &format!("{what}: its context was terminated"))
        }
    }
}

/// There are no events to hear of. `what` names the socket.
pub(crate) fn listen(py: Python<'_>, error: ListenError, what: &str) -> PyErr {
    match error {
        ListenError::Empty => new(py, Kind::WouldBlock, &format!("{what}: no event is there")),
        ListenError::Closed => {
            new(py, Kind::Closed, &format!("{what} is closed, or listening to it has ended"))
        }
        ListenError::Terminated => {
            new(py, Kind::ContextTerminated, &format!("{what}: its context was terminated"))
        }
    }
}

/// A receive that cannot be. `what` names the socket.
pub(crate) fn receive(py: Python<'_>, error: RecvError, what: &str) -> PyErr {
    match error {
        RecvError::Empty => new(py, Kind::WouldBlock, &format!("{what}: no message is there")),
        RecvError::OutOfTurn => new(
            py,
            Kind::StateError,
            &format!(
                "{what}: it is not its turn to receive: a Req sends a request first, a Rep replies to \
                 the last one"
            ),
        ),
        RecvError::NotSupported => new(py, Kind::StateError, &format!("{what} does not receive")),
        RecvError::Closed => new(py, Kind::Closed, &format!("{what} is closed")),
        RecvError::Terminated => {
            new(py, Kind::ContextTerminated, &format!("{what}: its context was terminated"))
        }
    }
}

/// A bind or connect that was refused.
pub(crate) fn open(py: Python<'_>, error: &OpenError, address: &str) -> PyErr {
    let message = |kind, text: String| with_attribute(py, kind, &text, "endpoint", address);
    match error {
        OpenError::Endpoint(_) => {
            message(Kind::InvalidEndpoint, format!("{address:?} is no usable address: {error}"))
        }
        OpenError::InUse => message(
            Kind::AddressInUse,
            format!("{address} is in use by another socket; close it or choose another address"),
        ),
        OpenError::NameTaken => message(
            Kind::AddressInUse,
            format!("{address}: a peer of the socket has that routing id already"),
        ),
        OpenError::Io(io) => {
            let made = message(Kind::EndpointError, format!("{address}: {io}"));
            if let Some(number) = error.system_number()
                && let Err(other) = made.value(py).setattr("errno", number)
            {
                return other;
            }
            made
        }
        OpenError::NoIoThread => message(
            Kind::InvalidEndpoint,
            format!("{address}: the context has no I/O threads, so only inproc works"),
        ),
        OpenError::Closed => message(Kind::Closed, format!("{address}: the socket is closed")),
        OpenError::Terminated => {
            message(Kind::ContextTerminated, format!("{address}: the context was terminated"))
        }
    }
}

/// A descriptor that cannot be had. `what` names the socket.
pub(crate) fn descriptor(py: Python<'_>, error: &OpenError, what: &str) -> PyErr {
    match error {
        OpenError::Io(error) => system(error),
        OpenError::Terminated => receive(py, RecvError::Terminated, what),
        OpenError::Closed
        | OpenError::Endpoint(_)
        | OpenError::InUse
        | OpenError::NameTaken
        | OpenError::NoIoThread => receive(py, RecvError::Closed, what),
    }
}

/// The system refused something that is no endpoint.
pub(crate) fn system(error: &std::io::Error) -> PyErr {
    PyRuntimeError::new_err(format!("the system refused: {error}"))
}
