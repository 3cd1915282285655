//! What can be waited for at a socket or a descriptor.

use std::ops::BitOr;

/// A set of events, with the numbers that they have in libzmq.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Events(u8);

impl Events {
    /// No event.
    pub const NONE: Self = Self(0);
    /// A receive or a read would not wait.
    pub const IN: Self = Self(1);
    /// A send or a write would not wait.
    pub const OUT: Self = Self(2);
    /// It is closed, or has ended or failed. Noted whether it was asked for or not.
    pub const ERR: Self = Self(4);
    /// Something urgent is there to read; descriptors only.
    pub const PRI: Self = Self(8);

    /// Reads a number; none if it names an event that there is not.
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits & !0b1111 == 0).then_some(Self(bits))
    }

    /// The number.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether it has any of these events.
    pub fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// The set if `is_so`, and no event if not.
    #[must_use]
    pub fn only_if(self, is_so: bool) -> Self {
        if is_so { self } else { Self::NONE }
    }
}

impl BitOr for Events {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
