//! A pipe that lasts as long as one connection.

use super::Host;
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
