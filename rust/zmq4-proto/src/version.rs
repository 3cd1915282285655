//! Protocol versions, and which of them we talk to.

use std::fmt;

use crate::{
    MechanismKind,
    error::{Fault, Incompatible},
};

/// A ZMTP version, as a greeting announces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The number that decides about greeting and framing.
    pub major: u8,
    /// The number that decides about commands in traffic.
    pub minor: u8,
}

impl Version {
    /// The version this crate speaks and announces: 3.1.
    pub const OURS: Self = Self { major: 3, minor: 1 };

    /// The version that is spoken with a peer whose greeting has the major octet 1.
    pub(crate) const V2_0: Self = Self { major: 2, minor: 0 };

    /// The version that the two octets of a greeting stand for.
    ///
    /// Octets 0 and 1 are the revisions that ZMTP 1.0 and 2.0 call themselves by, without a minor.
    /// Major 2 was never used by a release; it is taken for 3.1, as libzmq does.
    pub(crate) fn of_greeting(major: u8, minor: u8) -> Self {
        match major {
            0 => Self { major: 1, minor: 0 },
            1 => Self::V2_0,
            2 => Self::OURS,
            _ => Self { major, minor },
        }
    }

    /// True if the peer knows the commands of ZMTP 3.1: SUBSCRIBE, CANCEL, PING and PONG.
    ///
    /// To an older peer subscriptions go as messages, and PINGs not at all. Majors above 3 that got
    /// through the greeting count as 3.1, as they do in libzmq.
    pub fn speaks_3_1(self) -> bool {
        self >= Self::OURS
    }

    /// True if the peer may send commands in traffic, and is owed answers to them.
    ///
    /// ZMTP 2.0 has none: what carries the flag of a command is to be ignored. From 3.0 on all
    /// versions are taken alike, because releases that announce 3.0 send PING, and some SUBSCRIBE.
    pub fn has_commands(self) -> bool {
        self.major >= 3
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The least version that a peer must speak.
///
/// There is no variant for ZMTP 1.0, which is always refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MinVersion {
    /// ZMTP 2.0, without commands, metadata and security. Source: RFC 15/ZMTP.
    V2_0,
    /// ZMTP 3.0. Source: RFC 23/ZMTP.
    #[default]
    V3_0,
    /// ZMTP 3.1. Source: RFC 37/ZMTP.
    V3_1,
}

impl MinVersion {
    /// Every choice, from the oldest.
    pub const ALL: [Self; 3] = [Self::V2_0, Self::V3_0, Self::V3_1];

    /// The version as it is written: `2.0`, `3.0` or `3.1`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V2_0 => "2.0",
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
        }
    }

    /// Reads a version as [`MinVersion::name`] writes it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|least| least.name() == name)
    }

    /// The version itself.
    pub fn version(self) -> Version {
        match self {
            Self::V2_0 => Version::V2_0,
            Self::V3_0 => Version { major: 3, minor: 0 },
            Self::V3_1 => Version { major: 3, minor: 1 },
        }
    }

    /// The least version under a mechanism: any but NULL demands 3.0.
    ///
    /// ZMTP 2.0 has no mechanisms. If it were allowed beside another one, a peer without
    /// credentials would get in by announcing it. Source: RFC 37/ZMTP, "Backwards Interoperability".
    pub(crate) fn under(self, mechanism: MechanismKind) -> Self {
        if mechanism == MechanismKind::Null { self } else { self.max(Self::V3_0) }
    }

    /// Compares with what a greeting announces.
    ///
    /// # Errors
    ///
    /// [`Incompatible::Version`] if that is less.
    pub(crate) fn admit(self, announced: Version) -> Result<(), Fault> {
        let least = self.version();
        if announced < least {
            return Err(Incompatible::Version { announced, least }.into());
        }
        Ok(())
    }
}

impl fmt::Display for MinVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(major: u8, minor: u8) -> Version {
        Version { major, minor }
    }

    #[test]
    fn versions_below_3_1_lack_its_commands() {
        let known = [(2, 0), (3, 0), (3, 1), (3, 7), (4, 0)];

        let speaks = known.map(|(major, minor)| version(major, minor).speaks_3_1());

        assert_eq!(speaks, [false, false, true, true, true]);
    }

    #[test]
    fn version_2_0_lacks_all_commands() {
        assert!(!Version::V2_0.has_commands());
        assert!(version(3, 0).has_commands());
        assert!(Version::OURS.has_commands());
    }

    #[test]
    fn octets_of_a_greeting_stand_for_these_versions() {
        let octets = [(0, 7), (1, 7), (2, 7), (3, 0), (3, 1), (4, 0), (255, 255)];

        let spoken = octets.map(|(major, minor)| Version::of_greeting(major, minor).to_string());

        assert_eq!(spoken, ["1.0", "2.0", "3.1", "3.0", "3.1", "4.0", "255.255"]);
    }

    #[test]
    fn least_versions_admit_these_majors() {
        let admitted = MinVersion::ALL.map(|least| {
            let admits = |&major: &u8| least.admit(Version::of_greeting(major, 0)).is_ok();
            (0..=u8::MAX).filter(admits).take(3).collect::<Vec<_>>()
        });

        assert_eq!(admitted, [[1, 2, 3], [2, 3, 4], [2, 4, 5]]);
    }

    #[test]
    fn refusal_names_both_versions() {
        let refusal = MinVersion::V3_1.admit(version(3, 0)).unwrap_err().to_string();

        assert_eq!(refusal, "the peer speaks ZMTP 3.0, but 3.1 is the least supported");
    }

    #[test]
    fn every_least_version_reads_back() {
        for least in MinVersion::ALL {
            assert_eq!(MinVersion::from_name(least.name()), Some(least));
            assert_eq!(least.version().to_string(), least.name());
        }
        for name in ["", "1.0", "2", "2.00", "3.2", " 3.0"] {
            assert_eq!(MinVersion::from_name(name), None);
        }
    }

    #[test]
    fn least_version_is_kept_under_null() {
        for least in MinVersion::ALL {
            assert_eq!(least.under(MechanismKind::Null), least);
        }
    }
}
