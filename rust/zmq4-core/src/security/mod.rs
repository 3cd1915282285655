//! What a socket brings to a handshake, and whom it lets in.
//!
//! ```text
//!   SecurityOptions ──▶ Mechanism ──▶ draw: the secrets of one connection ──▶ zmq4_proto::Security
//!          └─────────▶ Admission ──▶ address lists ──▶ Policy ──▶ Verdict
//! ```

mod admission;
mod authenticator;
mod mechanism;

pub use admission::{Admission, Policy};
pub use authenticator::{Answer, Authenticator, Question};
pub use mechanism::Mechanism;

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
}
