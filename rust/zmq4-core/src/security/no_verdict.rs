//! [`NoVerdict`]: why nobody said whether a peer is to be let in.

use std::fmt;

use zmq4_proto::{Denied, SocketType, Verdict, ZapFault};

/// Why nobody said whether a peer is to be let in. Then it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoVerdict {
    /// The part of the program that was asked dropped the question.
    Dropped,
    /// Nobody has bound the endpoint of handlers.
    NoHandler,
    /// Who has bound it is of a type that cannot answer.
    Unfit(SocketType),
    /// It has as many questions as it takes, and answers none of them.
    Busy,
    /// It was closed before it answered.
    Gone,
    /// What it answered is no answer.
    Malformed(ZapFault),
}

impl NoVerdict {
    /// What the peer is told. The fault is ours, and may soon be mended: a peer that is told nothing comes
    /// back. A question that was dropped has its own status.
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict::Deny(match self {
            Self::Dropped => Denied::HandlerFailed,
            Self::NoHandler | Self::Unfit(_) | Self::Busy | Self::Gone | Self::Malformed(_) => {
                Denied::TryLater
            }
        })
    }
}

impl fmt::Display for NoVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody said whether the peer is to be let in: ")?;
        match self {
            Self::Dropped => f.write_str("the question was dropped, which counts as status 500"),
            Self::NoHandler => {
                write!(f, "no handler is bound at {HANDLER}, and the socket allows nobody itself")
            }
            Self::Unfit(socket_type) => {
                write!(f, "a {socket_type} is bound at {HANDLER}, where a REP or ROUTER belongs")
            }
            Self::Busy => write!(f, "the handler at {HANDLER} does not keep up"),
            Self::Gone => write!(f, "the handler at {HANDLER} was closed before it answered"),
            Self::Malformed(fault) => {
                write!(f, "the handler at {HANDLER} sent what is no reply: {fault}")
            }
        }
    }
}

const HANDLER: &str = "inproc://zeromq.zap.01";
