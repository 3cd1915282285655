//! [`Mechanism`]: a factory of what each connection brings to its handshake.

use std::io;

use zmq4_proto::{
    CurveClient, CurveRandom, CurveServer, KeyPair, PlainClient, PublicKey, Security,
};

/// What both sides do to know each other. Who is client and who server has nothing to do with who connects
/// and who binds.
#[derive(Clone, Debug, Default)]
pub enum Mechanism {
    /// Nothing, except that peers may be asked about by their address.
    #[default]
    Null,
    /// This side has a name and a password.
    PlainClient(PlainClient),
    /// This side asks for a name and a password.
    PlainServer,
    /// This side has keys, and knows whom it talks to.
    CurveClient {
        /// Our long-term keys.
        keys: KeyPair,
        /// The long-term key of the server.
        server_key: PublicKey,
    },
    /// This side has keys that its clients know.
    CurveServer {
        /// Our long-term keys.
        keys: KeyPair,
    },
}

impl Mechanism {
    /// Whether names and passwords are sent as they are.
    pub(super) fn has_passwords(&self) -> bool {
        match self {
            Self::PlainClient(_) | Self::PlainServer => true,
            Self::Null | Self::CurveClient { .. } | Self::CurveServer { .. } => false,
        }
    }

    pub(super) fn draw(&self, authenticate: bool) -> io::Result<Security> {
        Ok(match self {
            Self::Null => Security::Null { authenticate },
            Self::PlainClient(client) => Security::PlainClient(client.clone()),
            Self::PlainServer => Security::PlainServer,
            Self::CurveClient { keys, server_key } => Security::CurveClient(CurveClient {
                keys: keys.clone(),
                server_key: *server_key,
                random: CurveRandom::draw(crate::random::fill)?,
            }),
            Self::CurveServer { keys } => Security::CurveServer(CurveServer {
                keys: keys.clone(),
                random: CurveRandom::draw(crate::random::fill)?,
            }),
        })
    }
}
