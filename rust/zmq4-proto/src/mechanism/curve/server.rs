//! The server of CURVE.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    boxes::BoxKey,
    layout::{Cookie, Hello, Initiate, VERSION, Vouched},
    nonce::{self, LastNonce, NonceCounter},
    opener::Opener,
    random::CurveRandom,
    sealer::Sealer,
};
use crate::{
    Credentials, CurveServer, KeyPair, Metadata, PublicKey, SecretKey,
    command::{HandshakeCommand, SecurityCommand, put_command},
    error::{Fault, Forged, Malformed},
    key::KEY_LEN,
    mechanism::{
        Wrap,
        step::{Done, Ours, unexpected},
    },
};

/// Nothing is out yet.
pub(crate) struct ExpectHello {
    /// S, s.
    keys: KeyPair,
    random: CurveRandom,
    ours: Ours,
}

impl ExpectHello {
    pub(crate) fn new(server: CurveServer, ours: Ours) -> Self {
        let CurveServer { keys, random } = server;
        Self { keys, random, ours }
    }

    pub(crate) fn on_command(
        self,
        command: HandshakeCommand<'_>,
        out: &mut Vec<u8>,
    ) -> Result<ExpectInitiate, Fault> {
        let HandshakeCommand::Hello(data) = command else {
            return Err(unexpected(command));
        };
        let hello = Hello::parse(data)?;
        if hello.version != VERSION {
            let [major, minor] = hello.version;
            return Err(Malformed::CurveVersion { major, minor }.into());
        }
        let command = SecurityCommand::Hello;
        let client_transient =
            PublicKey::new(hello.transient_key).map_err(|_| Forged::WeakKey { command })?;
        let greeting_key = BoxKey::agree(&client_transient, self.keys.secret());
        // What is in the box does not matter: that it opens shows that the client knows our key.
        greeting_key
            .open(&nonce::short(nonce::HELLO, hello.nonce), hello.signature)
            .map_err(|_| Forged::Box { command })?;
        Ok(self.welcome(client_transient, &greeting_key, out))
    }

    fn welcome(
        self,
        client_transient: PublicKey,
        greeting_key: &BoxKey,
        out: &mut Vec<u8>,
    ) -> ExpectInitiate {
        let Self { keys, random, ours } = self;
        let transient = KeyPair::from_secret(SecretKey::of_random(random.transient_key()));
        let cookie_key = BoxKey::new(random.cookie_key());
        let baked = baked(&client_transient, transient.secret());
        let cookie_nonce = random.cookie_nonce();
        let cookie = cookie_key.seal(&nonce::long(nonce::COOKIE, cookie_nonce), &*baked);

        let text = [transient.public().as_bytes(), &cookie_nonce[..], &cookie].concat();
        let sealed = greeting_key.seal(&nonce::long(nonce::WELCOME, random.boxed_nonce()), &text);
        put_command(out, b"WELCOME", &[random.boxed_nonce(), &sealed]);
        ExpectInitiate { server_key: *keys.public(), client_transient, transient, cookie_key, ours }
    }
}

/// Our WELCOME is out.
pub(crate) struct ExpectInitiate {
    /// S.
    server_key: PublicKey,
    /// C'.
    client_transient: PublicKey,
    /// S', s'.
    transient: KeyPair,
    cookie_key: BoxKey,
    ours: Ours,
}

impl ExpectInitiate {
    pub(crate) fn on_command(
        self,
        command: HandshakeCommand<'_>,
    ) -> Result<(Credentials, ExpectVerdict), Fault> {
        let HandshakeCommand::Initiate(data) = command else {
            return Err(unexpected(command));
        };
        let initiate = Initiate::parse(data)?;
        self.check_cookie(&initiate.cookie)?;
        let command = SecurityCommand::Initiate;
        let traffic_key = BoxKey::agree(&self.client_transient, self.transient.secret());
        let text = traffic_key
            .open(&nonce::short(nonce::INITIATE, initiate.nonce), initiate.sealed)
            .map_err(|_| Forged::Box { command })?;
        let vouched = Vouched::parse(&text)?;
        let public_key =
            PublicKey::new(vouched.client_key).map_err(|_| Forged::WeakKey { command })?;
        self.check_vouch(&public_key, &vouched)?;

        let peer = Metadata::parse(vouched.metadata, &self.ours.limits)?;
        let last = LastNonce::new(initiate.nonce);
        let next = ExpectVerdict { traffic_key, last, peer, ours: self.ours.metadata };
        Ok((Credentials::Curve { public_key }, next))
    }

    /// The cookie must be the one of this connection, for the key that the client began with.
    fn check_cookie(&self, cookie: &Cookie<'_>) -> Result<(), Fault> {
        let found = self
            .cookie_key
            .open(&nonce::long(nonce::COOKIE, cookie.nonce), cookie.sealed)
            .map_err(|_| Forged::Cookie)?;
        let baked = baked(&self.client_transient, self.transient.secret());
        if bool::from(found.ct_eq(baked.as_slice())) { Ok(()) } else { Err(Forged::Cookie.into()) }
    }

    /// The owner of the client's long-term key must have named the key of this connection, and us.
    fn check_vouch(&self, client_key: &PublicKey, vouched: &Vouched<'_>) -> Result<(), Fault> {
        let found = BoxKey::agree(client_key, self.transient.secret())
            .open(&nonce::long(nonce::VOUCH, vouched.nonce), vouched.vouch)
            .map_err(|_| Forged::Vouch)?;
        let named = [self.client_transient.as_bytes(), &self.server_key.as_bytes()[..]].concat();
        if bool::from(found.ct_eq(named.as_slice())) { Ok(()) } else { Err(Forged::Vouch.into()) }
    }
}

/// The client has proved whose key it has; it is not told anything before that key is judged.
pub(crate) struct ExpectVerdict {
    /// Between C' and S'.
    traffic_key: BoxKey,
    last: LastNonce,
    /// The client's metadata.
    peer: Metadata,
    /// Our metadata.
    ours: Metadata,
}

impl ExpectVerdict {
    pub(crate) fn on_accept(self) -> Result<Done, Fault> {
        let mut nonces = NonceCounter::new();
        let count = nonces.take()?;
        let mut metadata = Vec::new();
        self.ours.encode(&mut metadata);
        let ready = self.traffic_key.seal(&nonce::short(nonce::READY, count), &metadata);
        let mut last_command = Vec::new();
        put_command(&mut last_command, b"READY", &[&count.to_be_bytes(), &ready]);

        let [from, to] = [nonce::MESSAGE_OF_CLIENT, nonce::MESSAGE_OF_SERVER]
            .map(|prefix| self.traffic_key.for_traffic(prefix));
        let (opener, sealer) = (Opener::new(from, self.last), Sealer::new(to, nonces));
        let wrap = Wrap::Curve { sealer: Box::new(sealer), opener: Box::new(opener) };
        Ok(Done { peer: self.peer, last_command, wrap })
    }
}

/// What is in a cookie: C' and s'.
fn baked(client_transient: &PublicKey, transient: &SecretKey) -> Zeroizing<[u8; 2 * KEY_LEN]> {
    let mut baked = Zeroizing::new([0; 2 * KEY_LEN]);
    let keys = client_transient.as_bytes().iter().chain(transient.as_bytes());
    for (octet, &part) in baked.iter_mut().zip(keys) {
        *octet = part;
    }
    baked
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::{
        CurveRandom, MetadataLimits,
        mechanism::curve::layout::{HELLO_PADDING, HELLO_SIGNED, Welcome},
    };

    /// A client that says what it likes, but knows the server's key.
    struct Client {
        /// C', c'.
        transient: KeyPair,
        /// S'.
        server_transient: PublicKey,
        cookie: Vec<u8>,
        server: ExpectInitiate,
    }

    fn keys(octet: u8) -> KeyPair {
        KeyPair::from_secret(SecretKey::of_random(&[octet; KEY_LEN]))
    }

    impl Client {
        fn new() -> Self {
            let Ok(random) = CurveRandom::draw(|part| {
                part.fill(0x5a);
                Ok::<_, Infallible>(())
            });
            let ours = Ours { metadata: Metadata::new(), limits: MetadataLimits::default() };
            let server = ExpectHello::new(CurveServer { keys: keys(1), random }, ours);
            let (transient, server_key) = (keys(2), keys(1));
            let greeting_key = BoxKey::agree(server_key.public(), transient.secret());
            let signature = greeting_key.seal(&nonce::short(nonce::HELLO, 1), &HELLO_SIGNED);
            let hello = [
                &VERSION[..],
                &HELLO_PADDING,
                transient.public().as_bytes(),
                &1_u64.to_be_bytes(),
                &signature,
            ];

            let mut out = Vec::new();
            let server =
                server.on_command(HandshakeCommand::Hello(&hello.concat()), &mut out).unwrap();

            let welcome = Welcome::parse(&out[2 + 8..]).unwrap();
            let text =
                greeting_key.open(&nonce::long(nonce::WELCOME, welcome.nonce), welcome.sealed);
            let text = text.unwrap();
            let server_transient = PublicKey::new(*text.first_chunk().unwrap()).unwrap();
            let cookie = text[KEY_LEN..].to_vec();
            Self { transient, server_transient, cookie, server }
        }

        /// Claims a key, with a vouch of the owner of another that names these two.
        fn initiate(
            self,
            claimed: &[u8; KEY_LEN],
            voucher: &KeyPair,
            named: [&PublicKey; 2],
        ) -> Result<Credentials, Fault> {
            let named = named.map(|key| *key.as_bytes()).concat();
            let vouch = BoxKey::agree(&self.server_transient, voucher.secret())
                .seal(&nonce::long(nonce::VOUCH, &[9; 16]), &named);
            let text = [&claimed[..], &[9; 16], &vouch].concat();
            let sealed = BoxKey::agree(&self.server_transient, self.transient.secret())
                .seal(&nonce::short(nonce::INITIATE, 2), &text);
            let data = [&self.cookie[..], &2_u64.to_be_bytes(), &sealed].concat();
            let result = self.server.on_command(HandshakeCommand::Initiate(&data));
            result.map(|(credentials, _)| credentials)
        }
    }

    #[test]
    fn vouch_that_names_both_keys_proves_the_long_term_key() {
        let (client, owner) = (Client::new(), keys(3));

        let result = client.initiate(
            owner.public().as_bytes(),
            &owner,
            [keys(2).public(), keys(1).public()],
        );

        let Ok(Credentials::Curve { public_key }) = result else { panic!("{result:?}") };
        assert_eq!(public_key, *owner.public());
    }

    #[test]
    fn vouch_of_another_owner_is_refused() {
        let (client, owner, thief) = (Client::new(), keys(3), keys(4));

        let result = client.initiate(
            owner.public().as_bytes(),
            &thief,
            [keys(2).public(), keys(1).public()],
        );

        assert_eq!(result.unwrap_err(), Forged::Vouch.into());
    }

    #[test]
    fn vouch_for_another_connection_or_another_server_is_refused() {
        for named in [
            [keys(5).public(), keys(1).public()],
            [keys(2).public(), keys(5).public()],
            [keys(1).public(), keys(2).public()],
        ] {
            let (client, owner) = (Client::new(), keys(3));

            let result = client.initiate(owner.public().as_bytes(), &owner, named);

            assert_eq!(result.unwrap_err(), Forged::Vouch.into());
        }
    }

    #[test]
    fn long_term_key_of_low_order_is_refused() {
        let (client, owner) = (Client::new(), keys(3));

        let result = client.initiate(&[0; KEY_LEN], &owner, [keys(2).public(), keys(1).public()]);

        let command = SecurityCommand::Initiate;
        assert_eq!(result.unwrap_err(), Forged::WeakKey { command }.into());
    }

    #[test]
    fn cookie_with_another_content_is_refused() {
        // Sealed with the server's own cookie key, as a cookie of another connection could be.
        let (mut client, owner) = (Client::new(), keys(3));
        let baked = baked(keys(5).public(), client.server.transient.secret());
        let sealed = client.server.cookie_key.seal(&nonce::long(nonce::COOKIE, &[8; 16]), &*baked);
        client.cookie = [&[8; 16][..], &sealed].concat();

        let result = client.initiate(
            owner.public().as_bytes(),
            &owner,
            [keys(2).public(), keys(1).public()],
        );

        assert_eq!(result.unwrap_err(), Forged::Cookie.into());
    }
}
