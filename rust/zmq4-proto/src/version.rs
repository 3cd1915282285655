//! Protocol versions, and which of them we talk to.

use std::fmt;

use crate::error::{Fault, Incompatible};

/// A ZMTP version, as a greeting announces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The octet that decides about greeting and framing.
    pub major: u8,
    /// The octet that decides about commands in traffic.
    pub minor: u8,
}

impl Version {
    /// The version this crate speaks and announces: 3.1.
    pub const OURS: Self = Self { major: 3, minor: 1 };

    /// True if the peer knows the commands of ZMTP 3.1: SUBSCRIBE, CANCEL, PING and PONG.
    ///
    /// To a 3.0 peer subscriptions go as messages, and PINGs not at all. Majors other than 3 that
    /// got through the greeting count as 3.1, as they do in libzmq.
    pub fn speaks_3_1(self) -> bool {
        self.major != 3 || self.minor >= 1
    }

    /// Decides, as soon as the major octet is known, whether the greeting goes on.
    ///
    /// Majors 0 and 1 announce ZMTP 1.0 and 2.0, whose greeting ends two octets later; a least
    /// version below 3.0 would branch off here. Major 2 was never used by a release; it is taken
    /// for 3.1, as libzmq does.
    ///
    /// # Errors
    ///
    /// [`Incompatible::Version`] for a major below 2.
    pub(crate) fn accept_major(major: u8) -> Result<(), Fault> {
        match major {
            0 => Err(Incompatible::Version { announced: Self { major: 1, minor: 0 } }.into()),
            1 => Err(Incompatible::Version { announced: Self { major: 2, minor: 0 } }.into()),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_minor_zero_of_major_three_lacks_commands() {
        assert!(!Version { major: 3, minor: 0 }.speaks_3_1());
        assert!(Version { major: 3, minor: 1 }.speaks_3_1());
        assert!(Version { major: 3, minor: 7 }.speaks_3_1());
        assert!(Version { major: 4, minor: 0 }.speaks_3_1());
    }

    #[test]
    fn refused_majors_are_reported_by_the_version_they_stand_for() {
        let refusals = [0, 1].map(|major| Version::accept_major(major).unwrap_err().to_string());

        assert!(refusals[0].contains("ZMTP 1.0"), "{}", refusals[0]);
        assert!(refusals[1].contains("ZMTP 2.0"), "{}", refusals[1]);
    }

    #[test]
    fn majors_from_two_on_are_accepted() {
        for major in 2..=u8::MAX {
            assert_eq!(Version::accept_major(major), Ok(()));
        }
    }
}
