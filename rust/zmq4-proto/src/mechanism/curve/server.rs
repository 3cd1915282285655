//! The server of CURVE.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    boxes::{CookieKey, SharedKey},
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
        let greeting_key = SharedKey::agree(&client_transient, self.keys.secret());
        // What is in the box does not matter: that it opens shows that the client knows our key.
        greeting_key
            .open(&nonce::short(nonce::HELLO, hello.nonce), hello.signature)
            .map_err(|_| Forged::Box { command })?;
        Ok(self.welcome(client_transient, &greeting_key, out))
    }

    fn welcome(
        self,
        client_transient: PublicKey,
        greeting_key: &SharedKey,
        out: &mut Vec<u8>,
    ) -> ExpectInitiate {
        let Self { keys, random, ours } = self;
        let transient = KeyPair::from_secret(SecretKey::of_random(random.transient_key()));
        let cookie_key = CookieKey::new(random.cookie_key());
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
    cookie_key: CookieKey,
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
        let traffic_key = SharedKey::agree(&self.client_transient, self.transient.secret());
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
        let found = SharedKey::agree(client_key, self.transient.secret())
            .open(&nonce::long(nonce::VOUCH, vouched.nonce), vouched.vouch)
            .map_err(|_| Forged::Vouch)?;
        let named = [self.client_transient.as_bytes(), &self.server_key.as_bytes()[..]].concat();
        if bool::from(found.ct_eq(named.as_slice())) { Ok(()) } else { Err(Forged::Vouch.into()) }
    }
}

/// The client has proved whose key it has; it is not told anything before that key is judged.
pub(crate) struct ExpectVerdict {
    /// Between C' and S'.
    traffic_key: SharedKey,
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
        let sealed = self.traffic_key.seal(&nonce::short(nonce::READY, count), &metadata);
        let mut last_command = Vec::new();
        put_command(&mut last_command, b"READY", &[&count.to_be_bytes(), &sealed]);

        let opener = Opener::new(self.traffic_key.share(), nonce::MESSAGE_OF_CLIENT, self.last);
        let sealer = Sealer::new(self.traffic_key, nonce::MESSAGE_OF_SERVER, nonces);
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
