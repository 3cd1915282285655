//! The server of PLAIN.

use bytes::Bytes;

use crate::{
    Credentials, Metadata, Password,
    command::{HandshakeCommand, SecurityCommand, put_command, put_ready},
    error::{Fault, Malformed},
    mechanism::{
        Wrap,
        step::{Done, Ours, unexpected},
    },
};

/// Nothing is out yet.
pub(crate) struct ExpectHello(Ours);

impl ExpectHello {
    pub(crate) fn new(ours: Ours) -> Self {
        Self(ours)
    }

    pub(crate) fn on_command(
        self,
        command: HandshakeCommand<'_>,
    ) -> Result<(Credentials, ExpectVerdict), Fault> {
        let HandshakeCommand::Hello(data) = command else {
            return Err(unexpected(command));
        };
        let credentials = claim(data)
            .ok_or(Malformed::CommandLength { command: SecurityCommand::Hello, len: data.len() })?;
        Ok((credentials, ExpectVerdict(self.0)))
    }
}

/// The client's claim is in; it is not told anything before it is judged.
pub(crate) struct ExpectVerdict(Ours);

impl ExpectVerdict {
    pub(crate) fn on_accept(self, out: &mut Vec<u8>) -> ExpectInitiate {
        put_command(out, b"WELCOME", &[]);
        ExpectInitiate(self.0)
    }
}

/// Our WELCOME is out.
pub(crate) struct ExpectInitiate(Ours);

impl ExpectInitiate {
    pub(crate) fn on_command(self, command: HandshakeCommand<'_>) -> Result<Done, Fault> {
        let HandshakeCommand::Initiate(data) = command else {
            return Err(unexpected(command));
        };
        let peer = Metadata::parse(data, &self.0.limits)?;
        let mut last_command = Vec::new();
        put_ready(&mut last_command, &self.0.metadata);
        Ok(Done { peer, last_command, wrap: Wrap::Plain })
    }
}

/// Reads name and password, which must fill the data.
fn claim(data: &[u8]) -> Option<Credentials> {
    let (username, rest) = split_string(data)?;
    let (password, rest) = split_string(rest)?;
    let password = Password::new(password).ok()?;
    let username = Bytes::copy_from_slice(username);
    rest.is_empty().then_some(Credentials::Plain { username, password })
}

fn split_string(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, rest) = data.split_first()?;
    rest.split_at_checked(len.into())
}
