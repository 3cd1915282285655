//! The client of PLAIN.

use crate::{
    Metadata, MetadataLimits, PlainClient,
    command::{HandshakeCommand, SecurityCommand, put_command},
    error::{Fault, Malformed},
    mechanism::{
        Wrap,
        step::{Done, Ours, unexpected},
    },
};

/// Our HELLO is out.
pub(crate) struct ExpectWelcome(Ours);

impl ExpectWelcome {
    pub(crate) fn start(client: &PlainClient, ours: Ours, out: &mut Vec<u8>) -> Self {
        let (username, password) = (&*client.username, client.password.as_bytes());
        // Neither type holds more than 255 octets.
        let [username_len, password_len] =
            [username.len(), password.len()].map(|len| u8::try_from(len).unwrap_or(u8::MAX));
        put_command(out, b"HELLO", &[&[username_len], username, &[password_len], password]);
        Self(ours)
    }

    pub(crate) fn on_command(
        self,
        command: HandshakeCommand<'_>,
        out: &mut Vec<u8>,
    ) -> Result<ExpectReady, Fault> {
        let HandshakeCommand::Welcome(data) = command else {
            return Err(unexpected(command));
        };
        if !data.is_empty() {
            let command = SecurityCommand::Welcome;
            return Err(Malformed::CommandLength { command, len: data.len() }.into());
        }
        let mut metadata = Vec::new();
        self.0.metadata.encode(&mut metadata);
        put_command(out, b"INITIATE", &[&metadata]);
        Ok(ExpectReady { limits: self.0.limits })
    }
}

/// Our INITIATE is out.
pub(crate) struct ExpectReady {
    limits: MetadataLimits,
}

impl ExpectReady {
    pub(crate) fn on_command(self, command: HandshakeCommand<'_>) -> Result<Done, Fault> {
        let HandshakeCommand::Ready(data) = command else {
            return Err(unexpected(command));
        };
        let peer = Metadata::parse(data, &self.limits)?;
        Ok(Done { peer, last_command: Vec::new(), wrap: Wrap::Plain })
    }
}
