//! The client of CURVE.

use super::{
    boxes::BoxKey,
    layout::{HELLO_PADDING, HELLO_SIGNED, Ready, VERSION, Welcome},
    nonce::{self, LastNonce, NonceCounter},
    opener::Opener,
    random::CurveRandom,
    sealer::Sealer,
};
use crate::{
    CurveClient, KeyPair, Metadata, MetadataLimits, PublicKey, SecretKey,
    command::{HandshakeCommand, SecurityCommand, put_command},
    error::{Fault, Forged, Malformed},
    mechanism::{
        Wrap,
        step::{Done, Ours, unexpected},
    },
};

/// Our HELLO is out.
pub(crate) struct ExpectWelcome {
    /// C, c.
    keys: KeyPair,
    /// S.
    server_key: PublicKey,
    /// C', c'.
    transient: KeyPair,
    /// Between C' and S.
    greeting_key: BoxKey,
    random: CurveRandom,
    nonces: NonceCounter,
    ours: Ours,
}

impl ExpectWelcome {
    pub(crate) fn start(client: CurveClient, ours: Ours, out: &mut Vec<u8>) -> Result<Self, Fault> {
        let CurveClient { keys, server_key, random } = client;
        let transient = KeyPair::from_secret(SecretKey::of_random(random.transient_key()));
        let greeting_key = BoxKey::agree(&server_key, transient.secret());
        let mut nonces = NonceCounter::new();
        let count = nonces.take()?;

        let signature = greeting_key.seal(&nonce::short(nonce::HELLO, count), &HELLO_SIGNED);
        let parts: [&[u8]; 5] = [
            &VERSION,
            &HELLO_PADDING,
            transient.public().as_bytes(),
            &count.to_be_bytes(),
            &signature,
        ];
        put_command(out, b"HELLO", &parts);
        Ok(Self { keys, server_key, transient, greeting_key, random, nonces, ours })
    }

    pub(crate) fn on_command(
        mut self,
        command: HandshakeCommand<'_>,
        out: &mut Vec<u8>,
    ) -> Result<ExpectReady, Fault> {
        let HandshakeCommand::Welcome(data) = command else {
            return Err(unexpected(command));
        };
        let welcome = Welcome::parse(data)?;
        let command = SecurityCommand::Welcome;
        let text = self
            .greeting_key
            .open(&nonce::long(nonce::WELCOME, welcome.nonce), welcome.sealed)
            .map_err(|_| Forged::Box { command })?;
        let (&server_transient, cookie) = text
            .split_first_chunk()
            .ok_or(Malformed::CommandLength { command, len: data.len() })?;
        let server_transient =
            PublicKey::new(server_transient).map_err(|_| Forged::WeakKey { command })?;
        self.initiate(&server_transient, cookie, out)
    }

    /// Shows the server its cookie, and that our long-term key stands for that of the connection.
    fn initiate(
        &mut self,
        server_transient: &PublicKey,
        cookie: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<ExpectReady, Fault> {
        let traffic_key = BoxKey::agree(server_transient, self.transient.secret());
        let count = self.nonces.take()?;
        let vouch = self.vouch(server_transient);
        let mut text =
            [&self.keys.public().as_bytes()[..], self.random.boxed_nonce(), &vouch[..]].concat();
        self.ours.metadata.encode(&mut text);

        let sealed = traffic_key.seal(&nonce::short(nonce::INITIATE, count), &text);
        put_command(out, b"INITIATE", &[cookie, &count.to_be_bytes(), &sealed]);
        let nonces = std::mem::replace(&mut self.nonces, NonceCounter::new());
        Ok(ExpectReady { traffic_key, nonces, limits: self.ours.limits })
    }

    fn vouch(&self, server_transient: &PublicKey) -> Vec<u8> {
        let vouched =
            [self.transient.public().as_bytes(), &self.server_key.as_bytes()[..]].concat();
        let vouch_nonce = nonce::long(nonce::VOUCH, self.random.boxed_nonce());
        BoxKey::agree(server_transient, self.keys.secret()).seal(&vouch_nonce, &vouched)
    }
}

/// Our INITIATE is out.
pub(crate) struct ExpectReady {
    /// Between C' and S'.
    traffic_key: BoxKey,
    nonces: NonceCounter,
    limits: MetadataLimits,
}

impl ExpectReady {
    pub(crate) fn on_command(self, command: HandshakeCommand<'_>) -> Result<Done, Fault> {
        let HandshakeCommand::Ready(data) = command else {
            return Err(unexpected(command));
        };
        let Ready { nonce: count, sealed } = Ready::parse(data)?;
        let metadata = self
            .traffic_key
            .open(&nonce::short(nonce::READY, count), sealed)
            .map_err(|_| Forged::Box { command: SecurityCommand::Ready })?;
        let peer = Metadata::parse(&metadata, &self.limits)?;

        let [from, to] = [nonce::MESSAGE_OF_SERVER, nonce::MESSAGE_OF_CLIENT]
            .map(|prefix| self.traffic_key.for_traffic(prefix));
        let (opener, sealer) =
            (Opener::new(from, LastNonce::new(count)), Sealer::new(to, self.nonces));
        let wrap = Wrap::Curve { sealer: Box::new(sealer), opener: Box::new(opener) };
        Ok(Done { peer, last_command: Vec::new(), wrap })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::mechanism::curve::layout::{COOKIE_LEN, Hello};

    #[test]
    fn transient_key_of_low_order_is_refused() {
        let keys = |octet| KeyPair::from_secret(SecretKey::of_random(&[octet; 32]));
        let Ok(random) = CurveRandom::draw(|part| {
            part.fill(0x5a);
            Ok::<_, Infallible>(())
        });
        let client = CurveClient { keys: keys(1), server_key: *keys(2).public(), random };
        let ours = Ours { metadata: Metadata::new(), limits: MetadataLimits::default() };
        let mut out = Vec::new();
        let step = ExpectWelcome::start(client, ours, &mut out).unwrap();
        let hello = Hello::parse(&out[2 + 6..]).unwrap();
        let client_transient = PublicKey::new(hello.transient_key).unwrap();
        let sealed = BoxKey::agree(&client_transient, keys(2).secret())
            .seal(&nonce::long(nonce::WELCOME, &[9; 16]), &[0; 32 + COOKIE_LEN]);

        let welcome = [&[9; 16][..], &sealed].concat();
        let result = step.on_command(HandshakeCommand::Welcome(&welcome), &mut out);

        let command = SecurityCommand::Welcome;
        assert_eq!(result.err(), Some(Forged::WeakKey { command }.into()));
    }
}
