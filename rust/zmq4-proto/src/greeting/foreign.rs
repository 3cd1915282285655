//! Other protocols on our port, told by their first octets.
//!
//! A refusal that names HTTP or TLS saves an operator an hour; "malformed" does not.

use crate::error::Foreign;

/// What the first octets of a peer without a ZMTP signature tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recognition {
    /// One of the protocols we know.
    Is(Foreign),
    /// The beginning of one of them; more octets will tell.
    Undecided,
    /// None of them.
    Unknown,
}

/// Compares the octets received so far with the openings we know.
///
/// Waiting while `input` is a true prefix of an opening makes the verdict the same however the
/// stream is cut.
pub(super) fn recognise(input: &[u8]) -> Recognition {
    let mut recognition = Recognition::Unknown;
    for &(opening, protocol) in OPENINGS {
        if input.starts_with(opening) {
            return Recognition::Is(protocol);
        }
        if opening.starts_with(input) {
            recognition = Recognition::Undecided;
        }
    }
    recognition
}

/// None is longer than a ZMTP signature, and none begins with 0xff.
const OPENINGS: &[(&[u8], Foreign)] = &[
    (b"GET ", Foreign::Http),
    (b"HEAD ", Foreign::Http),
    (b"POST ", Foreign::Http),
    (b"PUT ", Foreign::Http),
    (b"PATCH ", Foreign::Http),
    (b"DELETE ", Foreign::Http),
    (b"OPTIONS ", Foreign::Http),
    (b"CONNECT ", Foreign::Http),
    (b"TRACE ", Foreign::Http),
    (b"PRI * HTTP", Foreign::Http),
    (b"HTTP/", Foreign::Http),
    (b"\x16\x03", Foreign::Tls),
    (b"\x15\x03", Foreign::Tls),
    (b"SSH-", Foreign::Ssh),
    (b"220 ", Foreign::MailOrFtp),
    (b"220-", Foreign::MailOrFtp),
];

#[cfg(test)]
mod tests {
    use super::{super::octets::SIGNATURE_LEN, *};

    #[test]
    fn openings_are_recognised_at_their_last_octet_and_not_before() {
        for &(opening, protocol) in OPENINGS {
            for len in 0..opening.len() {
                assert_eq!(recognise(&opening[..len]), Recognition::Undecided);
            }
            assert_eq!(recognise(opening), Recognition::Is(protocol));
        }
    }

    #[test]
    fn first_octets_of_a_1_0_peer_are_unknown() {
        assert_eq!(recognise(b"\x01"), Recognition::Unknown);
        assert_eq!(recognise(b"\x06\x00hello"), Recognition::Unknown);
    }

    #[test]
    fn openings_fit_into_a_signature_and_differ_from_it() {
        for (opening, _) in OPENINGS {
            assert!(opening.len() <= SIGNATURE_LEN);
            assert_ne!(opening.first(), Some(&0xff));
        }
    }
}
