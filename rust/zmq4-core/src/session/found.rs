//! What the walk finds besides messages.

use std::io;

use zmq4_proto::{Command, Fault};

use crate::pipe::Pushed;
use crate::subscription::Refused;

/// What the peer asks of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Ping { ttl_deciseconds: u16, context: Vec<u8> },
    Error(Vec<u8>),
}

/// What makes the connection unusable.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The peer broke the rules.
    Fault(Fault),
    /// The system refused.
    Io(io::Error),
    /// It asked for more subscriptions than a peer may hold.
    Insatiable(Refused),
}

/// What was found besides messages.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) requests: Vec<Request>,
    pub(super) wake_reader: bool,
    /// The connection is to be closed; everything before the trouble has been delivered.
    pub(super) trouble: Option<Trouble>,
}

/// Requests of the peer that are kept between two writes; a flood of them is coalesced.
const MAX_REQUESTS: usize = 16;

impl Found {
    pub(super) fn pushed(&mut self, pushed: Pushed) {
        self.wake_reader |= pushed == Pushed::WakeReader;
    }

    pub(super) fn request(&mut self, command: &Command<'_>) {
        let request = match *command {
            Command::Ping { ttl_deciseconds, context } => {
                Request::Ping { ttl_deciseconds, context: context.to_vec() }
            }
            Command::Error(reason) => Request::Error(reason.to_vec()),
            Command::Ready(_)
            | Command::Pong { .. }
            | Command::Subscribe(_)
            | Command::Cancel(_)
            | Command::Unknown { .. }
            | Command::Malformed => return,
        };
        if self.requests.len() == MAX_REQUESTS {
            self.requests.remove(0);
        }
        self.requests.push(request);
    }
}
