//! What a socket brings to a handshake, and whom it lets in.
//!
//! ```text
//!   SecurityOptions ──▶ Mechanism ──▶ draw: the secrets of one connection ──▶ zmq4_proto::Security
//!          └─────────▶ Admission ──▶ address lists ──▶ Policy ──▶ Ruling: a verdict, or why there is none
//! ```
//!
//! Nothing here knows how a peer is reached, or how a handler is: values go in and come out.

mod admission;
mod allowance;
mod authenticator;
mod handshakes;
mod mechanism;
mod networks;
mod no_verdict;

pub use admission::{Admission, Policy};
pub(crate) use allowance::Allowance;
pub use authenticator::{Answer, Authenticator, Question};
pub(crate) use authenticator::{Awaited, Ruling};
pub(crate) use handshakes::HandshakeCounts;
pub use handshakes::Handshakes;
pub use mechanism::Mechanism;
pub use networks::{Network, Networks};
pub(crate) use no_verdict::NoVerdict;

/// How the peers of a socket are told who it is, and which of them it talks to.
#[derive(Clone, Debug, Default)]
pub struct SecurityOptions {
    /// What both sides do to know each other.
    pub mechanism: Mechanism,
    /// Whom a server lets in; clients never ask.
    pub admission: Admission,
}

impl SecurityOptions {
    /// What one connection begins with.
    ///
    /// # Errors
    ///
    /// The system has no randomness to give.
    pub(crate) fn draw(&self) -> std::io::Result<zmq4_proto::Security> {
        self.mechanism.draw(self.admission.asks())
    }

    /// Whether passwords would cross a network where others can read them: worth a warning.
    pub fn exposes_passwords(&self, endpoint: &crate::endpoint::Endpoint) -> bool {
        self.mechanism.has_passwords() && endpoint.leaves_the_machine()
    }
}
