//! [`ZapReply`]: what a handler answers.
//!
//! Wire form: RFC 27/ZAP, "Reply".

use bytes::Bytes;

use super::{VERSION, ZapFault};
use crate::{Metadata, MetadataLimits, Verdict, error::Denied, error::Excerpt};

/// The answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZapReply {
    /// Whether the peer is let in.
    pub verdict: Verdict,
    /// The handler's words about it, for people; not all of them printable.
    pub text: String,
}

impl ZapReply {
    /// The number that a reply repeats, however wrong the rest of it is.
    pub fn id<'a>(frames: &[&'a [u8]]) -> Option<&'a [u8]> {
        frames.get(REQUEST_ID).copied()
    }

    /// Reads the frames of a message, the empty delimiter first, as the reply to the request `id`.
    ///
    /// # Errors
    ///
    /// [`ZapFault`], by what is wrong first.
    pub fn parse(frames: &[&[u8]], id: &[u8]) -> Result<Self, ZapFault> {
        let &[delimiter, version, request_id, status, text, user_id, metadata] = frames else {
            return Err(ZapFault::FrameCount(frames.len()));
        };
        if !delimiter.is_empty() {
            return Err(ZapFault::Delimiter(Excerpt::new(delimiter)));
        }
        if version != VERSION {
            return Err(ZapFault::Version(Excerpt::new(version)));
        }
        if request_id != id {
            return Err(ZapFault::RequestId(Excerpt::new(request_id)));
        }
        let denied = read_status(status).ok_or(ZapFault::Status(Excerpt::new(status)))?;
        let metadata =
            Metadata::parse(metadata, &MetadataLimits::default()).map_err(ZapFault::Metadata)?;
        let verdict = match denied {
            None => Verdict::Accept { user_id: Bytes::copy_from_slice(user_id), metadata },
            Some(denied) => Verdict::Deny(denied),
        };
        Ok(Self { verdict, text: String::from_utf8_lossy(text).into_owned() })
    }
}

/// The refusal that a status stands for, if it is one; none at all for what is no status.
#[allow(clippy::option_option, reason = "no status, a good one, a refusal: three answers")]
fn read_status(status: &[u8]) -> Option<Option<Denied>> {
    match status {
        b"200" => Some(None),
        b"300" => Some(Some(Denied::TryLater)),
        b"400" => Some(Some(Denied::Refused)),
        b"500" => Some(Some(Denied::HandlerFailed)),
        _ => None,
    }
}

/// Where the request id is.
const REQUEST_ID: usize = 2;
