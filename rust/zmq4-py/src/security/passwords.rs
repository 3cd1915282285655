//! [`Passwords`]: names and passwords that the program wrote down.

use std::collections::HashMap;

use zmq4_core::proto::{Credentials, Denied, Metadata, Password, Verdict};
use zmq4_core::{Authenticator, Question};

/// Decides at once, and without Python, by a table of passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    known: HashMap<Box<[u8]>, Password>,
    /// Compared with what peers of unknown names say, so that it takes as long.
    stand_in: Password,
}

impl Passwords {
    pub(crate) fn new(known: HashMap<Box<[u8]>, Password>, stand_in: Password) -> Self {
        Self { known, stand_in }
    }

    fn knows(&self, username: &[u8], password: &Password) -> bool {
        let expected = self.known.get(username);
        let is_same = password.matches(expected.unwrap_or(&self.stand_in));
        is_same & expected.is_some()
    }
}

impl Authenticator for Passwords {
    fn ask(&self, question: Question) {
        let verdict = match &question.credentials {
            Credentials::Plain { username, password } if self.knows(username, password) => {
                Verdict::Accept { user_id: username.clone(), metadata: Metadata::new() }
            }
            Credentials::Plain { .. } | Credentials::Null | Credentials::Curve { .. } => {
                Verdict::Deny(Denied::Refused)
            }
        };
        // Neither end learns which of the two it was.
        question.answer.give_because(verdict, "no such name with such a password");
    }
}
