//! [`ZapFault`]: what a handler can do wrong.

use std::{error::Error, fmt};

use crate::error::{Excerpt, Fault};

/// Why a reply is none. The peer that it was about stays outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZapFault {
    /// A reply has seven frames, the delimiter among them.
    FrameCount(usize),
    /// The first frame is not empty.
    Delimiter(Excerpt),
    /// The handler speaks another version than 1.0.
    Version(Excerpt),
    /// It repeats another number than that of a request.
    RequestId(Excerpt),
    /// Neither 200 nor 300 nor 400 nor 500.
    Status(Excerpt),
    /// What it says about the peer is not a list of properties.
    Metadata(Fault),
}

impl fmt::Display for ZapFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FrameCount(count) => write!(f, "{count} frames instead of 7"),
            Self::Delimiter(found) => write!(f, "\"{found}\" in the place of an empty frame"),
            Self::Version(found) => write!(f, "version \"{found}\" instead of \"1.0\""),
            Self::RequestId(found) => write!(f, "the request id \"{found}\" is not ours"),
            Self::Status(found) => write!(f, "the status \"{found}\" is none"),
            Self::Metadata(fault) => fault.fmt(f),
        }
    }
}

impl Error for ZapFault {}
