//! A pipe that lasts as long as one connection.

use std::sync::Arc;

use super::{Host, Session};
use crate::peer::Peer;
use crate::pipe::PipeId;

/// Detaches a pipe when its connection ends, however it ends: a task may also be dropped or panic.
#[derive(Debug)]
pub(super) struct Attached<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) pipe: PipeId,
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        self.host.detach(self.pipe);
    }
}

/// A peer that was greeted; the socket is told when it is gone, however that comes about.
#[derive(Debug)]
pub(super) struct Greeted<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) session: &'a Session,
    pub(super) peer: Arc<Peer>,
}

impl Drop for Greeted<'_> {
    fn drop(&mut self) {
        self.host.part(self.session, &self.peer);
    }
}
