//! [`Admission`]: whom a server lets in.

use std::collections::HashSet;
use std::sync::Arc;

use zmq4_proto::{Credentials, Denied, PublicKey, Verdict};

use super::{Authenticator, Question};

/// Whom a server lets in.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// What handlers are told of the socket's purpose (RFC 27, "domain").
    pub domain: String,
    /// Who decides.
    pub policy: Policy,
}

/// Who decides about a peer.
#[derive(Clone, Debug, Default)]
pub enum Policy {
    /// Under NULL nobody is asked, and everybody is let in. Under PLAIN and CURVE the handler at
    /// `inproc://zeromq.zap.01` of the context decides; while there is none, nobody is let in.
    #[default]
    Unset,
    /// Everybody is let in: chosen, not forgotten.
    Anyone,
    /// The handler at `inproc://zeromq.zap.01` of the context decides, under any mechanism; while there is
    /// none, nobody is let in.
    Zap,
    /// CURVE: whoever has the secret key of one of these.
    Keys(Arc<HashSet<PublicKey>>),
    /// A part of the program.
    Ask(Arc<dyn Authenticator>),
}

impl Admission {
    /// Whether a peer of NULL waits for a verdict.
    pub(super) fn asks(&self) -> bool {
        !matches!(self.policy, Policy::Unset | Policy::Anyone)
    }
}

impl Policy {
    /// Asks, or decides at once.
    pub(crate) fn put(&self, question: Question) {
        let is_good = match (self, &question.credentials) {
            (Self::Ask(authenticator), _) => return authenticator.ask(question),
            (Self::Anyone, _) => true,
            (Self::Keys(keys), Credentials::Curve { public_key }) => keys.contains(public_key),
            (Self::Unset | Self::Zap | Self::Keys(_), _) => false,
        };
        let denied = Verdict::Deny(Denied::Refused);
        question.answer.give(if is_good { Verdict::accept() } else { denied });
    }
}
