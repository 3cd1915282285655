//! The parts of CURVE's commands, behind their names; those that are boxed are still closed.
//!
//! Wire form: RFC 26/CurveZMQ, "Formal Grammar".

use super::boxes::TAG_LEN;
use crate::{
    command::SecurityCommand,
    error::{Fault, Malformed},
    key::KEY_LEN,
};

pub(super) type LongNonce = [u8; 16];

pub(super) struct Hello<'a> {
    pub(super) version: [u8; 2],
    /// C', not yet looked at.
    pub(super) transient_key: [u8; KEY_LEN],
    pub(super) nonce: u64,
    /// Of 64 zeros, from C' to S.
    pub(super) signature: &'a [u8],
}

pub(super) struct Welcome<'a> {
    pub(super) nonce: &'a LongNonce,
    /// Of S' and the cookie, from S to C'.
    pub(super) sealed: &'a [u8],
}

pub(super) struct Initiate<'a> {
    pub(super) cookie: Cookie<'a>,
    pub(super) nonce: u64,
    /// Of a [`Vouched`], from C' to S'.
    pub(super) sealed: &'a [u8],
}

pub(super) struct Cookie<'a> {
    pub(super) nonce: &'a LongNonce,
    /// Of C' and s', with a key that only the server has.
    pub(super) sealed: &'a [u8],
}

/// What is in the box of an INITIATE.
pub(super) struct Vouched<'a> {
    /// C, not yet looked at.
    pub(super) client_key: [u8; KEY_LEN],
    pub(super) nonce: &'a LongNonce,
    /// Of C' and S, from C to S'.
    pub(super) vouch: &'a [u8],
    pub(super) metadata: &'a [u8],
}

pub(super) struct Ready<'a> {
    pub(super) nonce: u64,
    /// Of metadata, from S' to C'.
    pub(super) sealed: &'a [u8],
}

impl<'a> Hello<'a> {
    pub(super) fn parse(data: &'a [u8]) -> Result<Self, Fault> {
        let parts = || {
            let (&version, rest) = data.split_first_chunk()?;
            let (_padding, rest) = rest.split_at_checked(HELLO_PADDING.len())?;
            let (&transient_key, rest) = rest.split_first_chunk()?;
            let (nonce, signature) = split_count(rest)?;
            let is_whole = signature.len() == TAG_LEN + HELLO_SIGNED.len();
            is_whole.then_some(Self { version, transient_key, nonce, signature })
        };
        parts().ok_or_else(|| wrong_length(SecurityCommand::Hello, data))
    }
}

impl<'a> Welcome<'a> {
    pub(super) fn parse(data: &'a [u8]) -> Result<Self, Fault> {
        let parts = || {
            let (nonce, sealed) = data.split_first_chunk()?;
            (sealed.len() == TAG_LEN + KEY_LEN + COOKIE_LEN).then_some(Self { nonce, sealed })
        };
        parts().ok_or_else(|| wrong_length(SecurityCommand::Welcome, data))
    }
}

impl<'a> Initiate<'a> {
    pub(super) fn parse(data: &'a [u8]) -> Result<Self, Fault> {
        let parts = || {
            let (cookie, rest) = data.split_at_checked(COOKIE_LEN)?;
            let (nonce, sealed) = cookie.split_first_chunk()?;
            let cookie = Cookie { nonce, sealed };
            let (nonce, sealed) = split_count(rest)?;
            let holds_vouch = sealed.len() >= TAG_LEN + KEY_LEN + VOUCH_LEN;
            holds_vouch.then_some(Self { cookie, nonce, sealed })
        };
        parts().ok_or_else(|| wrong_length(SecurityCommand::Initiate, data))
    }
}

impl<'a> Vouched<'a> {
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, Fault> {
        let parts = || {
            let (&client_key, rest) = text.split_first_chunk()?;
            let (vouch, metadata) = rest.split_at_checked(VOUCH_LEN)?;
            let (nonce, vouch) = vouch.split_first_chunk()?;
            Some(Self { client_key, nonce, vouch, metadata })
        };
        parts().ok_or_else(|| wrong_length(SecurityCommand::Initiate, text))
    }
}

impl<'a> Ready<'a> {
    pub(super) fn parse(data: &'a [u8]) -> Result<Self, Fault> {
        split_count(data)
            .filter(|(_, sealed)| sealed.len() >= TAG_LEN)
            .map(|(nonce, sealed)| Self { nonce, sealed })
            .ok_or_else(|| wrong_length(SecurityCommand::Ready, data))
    }
}

fn split_count(data: &[u8]) -> Option<(u64, &[u8])> {
    let (count, rest) = data.split_first_chunk()?;
    Some((u64::from_be_bytes(*count), rest))
}

fn wrong_length(command: SecurityCommand, data: &[u8]) -> Fault {
    Malformed::CommandLength { command, len: data.len() }.into()
}

/// The one version there is.
pub(super) const VERSION: [u8; 2] = [1, 0];
/// Makes HELLO longer than WELCOME, so that a server cannot be used to amplify.
pub(super) const HELLO_PADDING: [u8; 72] = [0; 72];
/// What the client seals to show that it knows the server's key.
pub(super) const HELLO_SIGNED: [u8; 64] = [0; 64];
/// A nonce, and the box of two keys.
pub(super) const COOKIE_LEN: usize = 16 + TAG_LEN + 2 * KEY_LEN;
/// A nonce, and the box of two keys.
const VOUCH_LEN: usize = COOKIE_LEN;
