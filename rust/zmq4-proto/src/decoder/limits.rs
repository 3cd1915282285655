//! How much a peer may send as one message.

/// Limits of traffic. Each is checked when a header announces it, before the body arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrafficLimits {
    /// Longest body of a frame of a message, in octets; `None` for no limit.
    pub max_message_size: Option<u64>,
    /// Most frames of a message.
    pub max_frames: u32,
    /// Most octets of a message, its frames counted with at least 64 octets each. It bounds a
    /// single frame as well, whatever `max_message_size` says; `u64::MAX` is no limit.
    pub max_message_octets: u64,
}

impl Default for TrafficLimits {
    /// Frames of any length, 65,536 frames and 1 GiB a message.
    fn default() -> Self {
        Self { max_message_size: None, max_frames: 65_536, max_message_octets: 1 << 30 }
    }
}
