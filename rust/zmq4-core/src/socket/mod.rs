//! Sockets: a pattern over pipes, usable from any thread.

mod bond;
mod close;
mod core;
mod endpoints;
mod greeting;
mod host;
mod inproc;
mod losses;
mod names;
mod readiness;
mod receive;
mod renewal;
mod send;
mod stats;
mod subscribing;
mod waiting;

pub(crate) use self::core::Core;
pub use losses::Drops;
pub(crate) use names::Names;
pub use receive::Take;
pub use stats::Stats;
pub use waiting::Wait;

use std::sync::Arc;
use std::time::Duration;

use zmq4_proto::SocketType;

use crate::context::Context;
use crate::error::{ListenError, OpenError};
use crate::monitor::EventStream;
use crate::options::SocketOptions;
use crate::session::{EndpointStatus, EndpointView};
use crate::wait::{Waiter, Watch};

/// A `ZeroMQ` socket. Every method may be called from any thread; dropping it closes it.
#[derive(Debug)]
pub struct Socket {
    core: Arc<Core>,
}

/// An endpoint that a socket has bound or connected.
#[derive(Clone, Debug)]
pub struct OpenEndpoint {
    id: u64,
    status: Arc<EndpointStatus>,
    socket: std::sync::Weak<Core>,
}

impl Socket {
    /// Makes a socket.
    ///
    /// # Errors
    ///
    /// [`OpenError::Terminated`] if the context was terminated, [`OpenError::Io`] for a type that is not
    /// supported.
    pub fn new(
        context: &Context,
        socket_type: SocketType,
        options: SocketOptions,
    ) -> Result<Self, OpenError> {
        Core::new(context, socket_type, options).map(|core| Self { core })
    }

    /// Makes a socket that its context neither waits for nor ends: whoever makes it sees to that.
    pub(crate) fn unlisted(
        context: &Context,
        socket_type: SocketType,
        options: SocketOptions,
    ) -> Self {
        Self { core: Core::unlisted(context, socket_type, options) }
    }

    /// The socket's type.
    pub fn socket_type(&self) -> SocketType {
        self.core.socket_type
    }

    /// Whether the socket was closed, by itself or with its context.
    pub fn is_closed(&self) -> bool {
        self.core.is_closed()
    }

    /// Listens to what happens to the socket from now on. At most `capacity` events wait to be taken; the
    /// oldest make way.
    ///
    /// # Errors
    ///
    /// [`ListenError::Closed`] or [`ListenError::Terminated`].
    pub fn events(&self, capacity: usize) -> Result<EventStream, ListenError> {
        self.core.events.listen(capacity)
    }

    /// Closes the socket. What is queued is sent for as long as `linger` says, or the option if absent.
    /// Never blocks; callers that wait are woken. Closing again does nothing.
    pub fn close(&self, linger: Option<Option<Duration>>) {
        self.core.close(linger);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.core.close(None);
    }
}

impl PartialEq for OpenEndpoint {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.status, &other.status)
    }
}

impl Eq for OpenEndpoint {}

impl std::hash::Hash for OpenEndpoint {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.status).hash(state);
    }
}

impl OpenEndpoint {
    /// Names the endpoint within its socket.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// A look at it.
    pub fn view(&self) -> EndpointView {
        self.status.view()
    }

    /// The address, with the real port or path.
    pub fn address(&self) -> String {
        self.status.address().to_string()
    }

    /// Whether the context of its socket was terminated.
    pub fn is_terminated(&self) -> bool {
        self.socket.upgrade().is_some_and(|core| core.is_terminated())
    }

    /// Rings `waiter` at the next change. The caller looks once more before it sleeps.
    pub fn watch(&self, waiter: Waiter) -> Watch {
        self.status.watch(waiter)
    }

    /// Unbinds or disconnects. What is queued is sent subject to linger; what came in is dropped.
    pub fn close(&self) {
        if let Some(core) = self.socket.upgrade() {
            core.close_endpoint(self.id);
        }
    }
}
