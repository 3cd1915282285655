//! What a walk found.

use std::ops::Range;

use crate::{FrameKind, error::Fault};

/// How far a walk came.
///
/// ```text
///   input:  | whole messages | frames of an unfinished one | where the walk stopped ...
///           0           messages_end                  frames_end
/// ```
///
/// A message may have begun in an earlier walk: its last frame then ends the first one of this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Messages whose last frame lies within the input.
    pub messages: usize,
    /// Offset behind the last whole message.
    pub messages_end: usize,
    /// Offset behind the last whole frame; not less than `messages_end`.
    pub frames_end: usize,
    /// Why the walk stopped at `frames_end`.
    pub stop: WalkStop,
}

/// Why a walk stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalkStop {
    /// The input ends, be it between two frames or inside one. The next walk begins with the same
    /// octets from `frames_end` on, and more.
    NeedMore {
        /// Length of the frame at `frames_end`, header and body; 0 while its header is not whole.
        frame_len: usize,
    },
    /// A whole command frame begins at `frames_end`. The next walk begins at `end`.
    Command {
        /// Where its body lies. Empty for a command that carries MORE: such commands mean nothing,
        /// and an empty body reads as [`Command::Malformed`](crate::Command::Malformed).
        body: Range<usize>,
        /// Offset behind the frame.
        end: usize,
    },
    /// A frame of a message with a body of at least [`LARGE_BODY`](crate::LARGE_BODY) octets begins
    /// at `frames_end`, whether or not its body has arrived.
    ///
    /// The decoder has already checked and counted it. The caller takes the body over, and the next
    /// walk begins **behind** it; a second walk over its header would count it twice. If `kind` is
    /// [`FrameKind::Last`] this frame ends a message that [`Walk::messages`] does not count: that
    /// is the caller's to do when the body is whole.
    Large {
        /// Length of the header.
        header_len: usize,
        /// [`FrameKind::More`] or [`FrameKind::Last`].
        kind: FrameKind,
        /// Length of the body.
        body_len: u64,
    },
    /// As many messages as were asked for. The next walk begins at `frames_end`.
    Budget,
    /// The frame at `frames_end` ends the connection; everything before it is good.
    Fault(Fault),
}
