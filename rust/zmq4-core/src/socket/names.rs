//! The inproc names of a context.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use zmq4_proto::{RoutingId, SocketType};

use super::bond::Bond;
use super::core::Core;
use crate::error::OpenError;
use crate::peer::Peer;
use crate::pipe::PipeId;
use crate::session::EndpointStatus;

/// Who bound a name, or who waits for it to be bound.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: HashMap<String, Name>,
}

#[derive(Debug)]
enum Name {
    Bound(Weak<Core>, u64),
    /// Sockets that connected before anybody bound. Never empty.
    Awaited(Vec<Joint>),
}

/// The connecting half of a bond, waiting for the other.
#[derive(Debug)]
pub(super) struct Joint {
    /// Gone if the socket was closed in the meantime; what it sent is still delivered.
    pub(super) connecter: Weak<Core>,
    pub(super) endpoint: u64,
    pub(super) pipe: PipeId,
    /// With IMMEDIATE the connecter has the pipe only from the moment that somebody binds.
    pub(super) is_immediate: bool,
    /// How the connecter wants to name whoever binds.
    pub(super) name: Option<RoutingId>,
    pub(super) socket_type: SocketType,
    pub(super) peer: Arc<Peer>,
    pub(super) status: Arc<EndpointStatus>,
    pub(super) bond: Arc<Bond>,
}

impl Names {
    /// Takes a name; returns those who waited for it.
    pub(super) fn bind(
        &mut self,
        name: &str,
        core: &Arc<Core>,
        endpoint: u64,
    ) -> Result<Vec<Joint>, OpenError> {
        if let Some(Name::Bound(core, _)) = self.names.get(name)
            && core.strong_count() > 0
        {
            return Err(OpenError::InUse);
        }
        let bound = Name::Bound(Arc::downgrade(core), endpoint);
        match self.names.insert(name.to_owned(), bound) {
            Some(Name::Awaited(waiting)) => Ok(waiting),
            Some(Name::Bound(..)) | None => Ok(Vec::new()),
        }
    }

    /// Frees a name that `core` has bound.
    pub(super) fn unbind(&mut self, name: &str, core: &Core) {
        if let Some(Name::Bound(bound, _)) = self.names.get(name)
            && std::ptr::eq(bound.as_ptr(), core)
        {
            self.names.remove(name);
        }
    }

    /// The binder of a name, if there is one, and its endpoint.
    pub(crate) fn bound(&self, name: &str) -> Option<(Arc<Core>, u64)> {
        match self.names.get(name)? {
            Name::Bound(core, endpoint) => Some((core.upgrade()?, *endpoint)),
            Name::Awaited(_) => None,
        }
    }

    /// The binder of a name; without one the joint is kept until there is.
    pub(super) fn find(&mut self, name: &str, joint: Joint) -> Option<(Arc<Core>, u64, Joint)> {
        if let Some(Name::Bound(core, endpoint)) = self.names.get(name)
            && let Some(core) = core.upgrade()
        {
            return Some((core, *endpoint, joint));
        }
        match self.names.get_mut(name) {
            Some(Name::Awaited(waiting)) => waiting.push(joint),
            Some(Name::Bound(..)) | None => {
                self.names.insert(name.to_owned(), Name::Awaited(vec![joint]));
            }
        }
        None
    }

    /// Takes back a joint that still waits.
    pub(super) fn forget(&mut self, name: &str, bond: &Arc<Bond>) -> Option<Joint> {
        let Some(Name::Awaited(waiting)) = self.names.get_mut(name) else { return None };
        let at = waiting.iter().position(|joint| Arc::ptr_eq(&joint.bond, bond))?;
        let joint = waiting.swap_remove(at);
        if waiting.is_empty() {
            self.names.remove(name);
        }
        Some(joint)
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use zmq4_proto::SocketType;

    use crate::{Context, Socket, SocketOptions};

    fn count(context: &Context) -> usize {
        context.with_names(|names| names.names.len())
    }

    #[test]
    fn names_that_nobody_ever_binds_are_forgotten_with_those_who_waited() {
        let context = Context::new(0);
        let socket = Socket::new(&context, SocketType::Dealer, SocketOptions::default());
        let socket = socket.expect("a socket");

        for n in 0..10 {
            let endpoint = socket.connect(&format!("inproc://{n}")).expect("connected");
            assert_eq!(count(&context), 1);
            endpoint.close();
            assert_eq!(count(&context), 0);
        }
    }

    #[test]
    fn a_bound_name_is_forgotten_with_its_socket() {
        let context = Context::new(0);
        let socket = Socket::new(&context, SocketType::Pair, SocketOptions::default());
        let socket = socket.expect("a socket");
        socket.bind("inproc://x").expect("bound");

        drop(socket);

        assert_eq!(count(&context), 0);
    }
}
