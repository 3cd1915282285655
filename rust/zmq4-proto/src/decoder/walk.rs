//! [`Decoder`]: the loop over frames.

use super::{TrafficLimits, Walk, WalkStop};
use crate::{
    COMMAND, FrameHeader, FrameKind, LONG, MORE,
    command::MAX_SUBSCRIPTION_OVERHEAD,
    error::{Fault, LimitExceeded},
    frame::SHORT_HEADER_LEN,
};

/// From this length on a body is handed to the caller as [`WalkStop::Large`], in octets.
pub const LARGE_BODY: usize = 64 * 1024;

/// The longest body of a command in traffic, in octets, unless
/// [`Decoder::with_max_command`] or [`Decoder::with_max_topic`] says otherwise.
pub const MAX_COMMAND_BODY: usize = 64 * 1024;

/// Walks traffic, one per connection.
///
/// Between walks it remembers only what the unfinished message has used of its limits.
#[derive(Clone, Debug)]
pub struct Decoder {
    limits: TrafficLimits,
    max_command_body: usize,
    /// Bodies shorter than this are within all limits if they are messages of their own; not above
    /// 256.
    unquestioned: u16,
    /// The message that is being assembled.
    unfinished: Unfinished,
}

/// What a message has used of its limits.
#[derive(Clone, Copy, Debug, Default)]
struct Unfinished {
    /// Frames so far; 0 between messages.
    frames: u32,
    /// Octets so far, as [`TrafficLimits::max_message_octets`] counts them.
    octets: u64,
}

impl Decoder {
    /// A decoder between messages.
    pub fn new(limits: TrafficLimits) -> Self {
        Self {
            limits,
            max_command_body: MAX_COMMAND_BODY,
            unquestioned: unquestioned(&limits),
            unfinished: Unfinished::default(),
        }
    }

    /// Takes commands of another length than [`MAX_COMMAND_BODY`].
    #[must_use]
    pub fn with_max_command(mut self, octets: usize) -> Self {
        self.max_command_body = octets;
        self
    }

    /// Takes longer commands than [`MAX_COMMAND_BODY`] where topics of so many octets need it, for
    /// publishers.
    ///
    /// This concerns SUBSCRIBE and CANCEL as commands. In the form of messages they are under the
    /// limits of messages, and from [`LARGE_BODY`] on they are [`WalkStop::Large`].
    #[must_use]
    pub fn with_max_topic(self, octets: usize) -> Self {
        let body = octets.saturating_add(MAX_SUBSCRIPTION_OVERHEAD);
        self.with_max_command(body.max(MAX_COMMAND_BODY))
    }

    /// The longest body that a frame may have, be it of a message or of a command.
    pub fn longest_body(&self) -> u64 {
        let TrafficLimits { max_message_size, max_message_octets, .. } = self.limits;
        let longest = max_message_size.unwrap_or(u64::MAX).min(max_message_octets);
        longest.max(self.max_command_body.try_into().unwrap_or(u64::MAX))
    }

    /// True between two frames of a message.
    #[inline]
    pub fn in_message(&self) -> bool {
        self.unfinished.frames > 0
    }

    /// Forgets the unfinished message.
    pub fn reset(&mut self) {
        self.unfinished = Unfinished::default();
    }

    /// Walks whole frames of messages until something else comes, or `max_messages` are complete.
    ///
    /// The flags of walked frames are reduced to MORE and LONG in place; a long header of a short
    /// body stays long. [`WalkStop`] says where the next walk begins.
    #[inline]
    pub fn walk(&mut self, input: &mut [u8], max_messages: usize) -> Walk {
        let mut walk = Walk { messages: 0, messages_end: 0, frames_end: 0, stop: WalkStop::Budget };
        while walk.messages < max_messages {
            let rest = input.get_mut(walk.frames_end..).unwrap_or_default();
            let frame = match self.short_message(rest) {
                Some(frame_len) => Ok((frame_len, false)),
                None => self.any_frame(rest),
            };
            match frame {
                Ok((frame_len, more)) => {
                    walk.frames_end += frame_len;
                    if !more {
                        walk.messages += 1;
                        walk.messages_end = walk.frames_end;
                    }
                }
                Err(stop) => {
                    walk.stop = stop.behind(walk.frames_end);
                    break;
                }
            }
        }
        walk
    }

    /// Takes a whole message of one short frame, if that comes: the common case, made cheap.
    #[inline]
    fn short_message(&self, rest: &mut [u8]) -> Option<usize> {
        let [flags, body_len, behind @ ..] = rest else {
            return None;
        };
        let frame_len = SHORT_HEADER_LEN + usize::from(*body_len);
        let is_simple = *flags & (MORE | LONG | COMMAND) == 0
            && u16::from(*body_len) < self.unquestioned
            && behind.len() + SHORT_HEADER_LEN >= frame_len
            && !self.in_message();
        if !is_simple {
            return None;
        }
        *flags = 0;
        Some(frame_len)
    }

    /// Takes any frame of a message: returns its length, and whether more of the message follows.
    fn any_frame(&mut self, rest: &mut [u8]) -> Result<(usize, bool), WalkStop> {
        let Some((header, header_len)) = FrameHeader::decode(rest).map_err(WalkStop::Fault)? else {
            return Err(WalkStop::NeedMore { frame_len: 0 });
        };
        let carries_more = match header.kind {
            FrameKind::Command => return Err(self.command(header.body_len, header_len, rest)),
            FrameKind::More => true,
            FrameKind::Last => false,
        };
        let used = self.count(header.body_len).map_err(WalkStop::Fault)?;
        let small = usize::try_from(header.body_len).ok().filter(|&body_len| body_len < LARGE_BODY);
        let frame_len = small.map(|body_len| header_len + body_len);
        if let Some(frame_len) = frame_len.filter(|&frame_len| frame_len > rest.len()) {
            return Err(WalkStop::NeedMore { frame_len });
        }
        self.unfinished = if carries_more { used } else { Unfinished::default() };
        if let Some(flags) = rest.first_mut() {
            *flags &= MORE | LONG;
        }
        frame_len.map(|frame_len| (frame_len, carries_more)).ok_or(WalkStop::Large {
            header_len,
            kind: header.kind,
            body_len: header.body_len,
        })
    }

    /// What the message uses of its limits with one more frame; nothing is remembered yet.
    #[inline]
    fn count(&self, body_len: u64) -> Result<Unfinished, Fault> {
        let limits = &self.limits;
        if let Some(limit) = limits.max_message_size.filter(|&limit| body_len > limit) {
            return Err(LimitExceeded::Frame { announced: body_len, limit }.into());
        }
        let Unfinished { frames, octets } = self.unfinished;
        if frames >= limits.max_frames {
            return Err(LimitExceeded::Frames { limit: limits.max_frames }.into());
        }
        let octets = octets.saturating_add(body_len.max(LEAST_COUNTED));
        if octets > limits.max_message_octets {
            return Err(LimitExceeded::Message { limit: limits.max_message_octets }.into());
        }
        Ok(Unfinished { frames: frames + 1, octets })
    }

    /// Judges a command frame; offsets count from the frame's start.
    fn command(&self, announced: u64, header_len: usize, rest: &[u8]) -> WalkStop {
        let body_len = usize::try_from(announced).ok().filter(|&len| len <= self.max_command_body);
        let Some(body_len) = body_len else {
            let limit = self.max_command_body.try_into().unwrap_or(u64::MAX);
            return WalkStop::Fault(LimitExceeded::Command { announced, limit }.into());
        };
        let end = header_len.saturating_add(body_len);
        if end > rest.len() {
            return WalkStop::NeedMore { frame_len: end };
        }
        let carries_more = rest.first().is_some_and(|flags| flags & MORE != 0);
        WalkStop::Command { body: if carries_more { end } else { header_len }..end, end }
    }
}

impl WalkStop {
    /// The same stop, with offsets that counted from `start`.
    fn behind(self, start: usize) -> Self {
        match self {
            Self::Command { body, end } => {
                Self::Command { body: start + body.start..start + body.end, end: start + end }
            }
            stop @ (Self::NeedMore { .. } | Self::Large { .. } | Self::Budget | Self::Fault(_)) => {
                stop
            }
        }
    }
}

/// The first length in short form that the limits could refuse to a message of one frame, or 256.
fn unquestioned(limits: &TrafficLimits) -> u16 {
    if limits.max_frames == 0 || limits.max_message_octets < LEAST_COUNTED {
        return 0;
    }
    let longest = limits.max_message_size.unwrap_or(u64::MAX).min(limits.max_message_octets);
    u8::try_from(longest).map_or(256, |longest| u16::from(longest) + 1)
}

/// Octets that even an empty frame uses of [`TrafficLimits::max_message_octets`], because it costs
/// memory all the same.
const LEAST_COUNTED: u64 = 64;
