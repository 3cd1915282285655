//! [`Admission`]: whom a server lets in.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use zmq4_proto::{Credentials, Denied, Metadata, PublicKey, Verdict};

use super::{Authenticator, Networks, Question};

/// Whom a server lets in.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// What handlers are told of the socket's purpose (RFC 27, "domain").
    pub domain: String,
    /// Who decides about those whose address is let in.
    pub policy: Policy,
    /// If there are any, only peers of tcp at these addresses are let in.
    pub allow_from: Networks,
    /// Peers of tcp at these addresses are not let in, whatever else is said of them.
    pub deny_from: Networks,
}

/// Who decides about a peer.
#[derive(Clone, Debug, Default)]
pub enum Policy {
    /// Under NULL without a domain nobody is asked, and everybody is let in. With a domain, and under PLAIN
    /// and CURVE, it is as with [`Self::Zap`].
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
    /// Whether a peer is turned away for where it is, and for nothing else. Without an address there is
    /// nothing to look at: the lists are about tcp.
    pub(crate) fn bars(&self, address: Option<IpAddr>) -> bool {
        let Some(address) = address else { return false };
        let is_allowed = self.allow_from.is_empty() || self.allow_from.contains(address);
        self.deny_from.contains(address) || !is_allowed
    }

    /// Whether a peer of NULL waits for a verdict.
    pub(super) fn asks(&self) -> bool {
        match self.policy {
            Policy::Unset => !self.domain.is_empty(),
            Policy::Anyone => false,
            Policy::Zap | Policy::Keys(_) | Policy::Ask(_) => true,
        }
    }
}

impl Policy {
    /// Asks, or decides at once. `handler` is the one at `inproc://zeromq.zap.01`.
    pub(crate) fn put(&self, question: Question, handler: &dyn Authenticator) {
        match (self, &question.credentials) {
            (Self::Unset | Self::Zap, _) => handler.ask(question),
            (Self::Ask(authenticator), _) => authenticator.ask(question),
            (Self::Anyone, credentials) => {
                let verdict = accept(credentials);
                question.answer.give(verdict);
            }
            (Self::Keys(keys), credentials @ Credentials::Curve { public_key })
                if keys.contains(public_key) =>
            {
                let verdict = accept(credentials);
                question.answer.give(verdict);
            }
            (Self::Keys(_), _) => {
                let verdict = Verdict::Deny(Denied::Refused);
                question.answer.give_because(verdict, "it is none of those that are let in");
            }
        }
    }
}

/// Lets a peer in, as the user that it has proved to be.
fn accept(credentials: &Credentials) -> Verdict {
    match credentials {
        Credentials::Null | Credentials::Plain { .. } => Verdict::accept(),
        Credentials::Curve { public_key } => {
            Verdict::Accept { user_id: public_key.to_z85().into(), metadata: Metadata::new() }
        }
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::super::Network;
    use super::*;

    fn networks(texts: &[&str]) -> Networks {
        let addresses = texts.iter().map(|text| text.parse::<IpAddr>().expect("an address"));
        addresses.map(Network::from).collect()
    }

    fn is_barred(allow_from: &[&str], deny_from: &[&str], address: &str) -> bool {
        let [allow_from, deny_from] = [allow_from, deny_from].map(networks);
        let admission = Admission { allow_from, deny_from, ..Admission::default() };
        admission.bars(Some(address.parse().expect("an address")))
    }

    #[test]
    fn without_lists_nobody_is_barred() {
        assert!(!is_barred(&[], &[], "192.0.2.1"));
    }

    #[test]
    fn a_list_of_the_allowed_bars_everybody_else() {
        assert!(!is_barred(&["192.0.2.1"], &[], "192.0.2.1"));
        assert!(is_barred(&["192.0.2.1"], &[], "192.0.2.2"));
        assert!(is_barred(&["192.0.2.1"], &[], "::1"));
    }

    #[test]
    fn who_is_denied_is_barred_although_allowed() {
        assert!(is_barred(&[], &["192.0.2.1"], "::ffff:192.0.2.1"));
        assert!(is_barred(&["192.0.2.1"], &["192.0.2.1"], "192.0.2.1"));
        assert!(!is_barred(&[], &["192.0.2.1"], "192.0.2.2"));
    }

    #[test]
    fn who_has_no_address_is_not_barred() {
        let admission = Admission { allow_from: networks(&["192.0.2.1"]), ..Admission::default() };

        assert!(!admission.bars(None));
    }

    #[test]
    fn peers_of_null_are_asked_about_where_somebody_is_to_decide() {
        let asks = |domain: &str, policy: Policy| {
            Admission { domain: domain.to_owned(), policy, ..Admission::default() }.asks()
        };

        assert!(!asks("", Policy::Unset) && asks("global", Policy::Unset));
        assert!(!asks("", Policy::Anyone) && !asks("global", Policy::Anyone));
        assert!(asks("", Policy::Zap) && asks("", Policy::Keys(Arc::default())));
    }
}
