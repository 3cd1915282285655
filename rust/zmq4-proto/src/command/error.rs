//! ERROR: ends a handshake, with a reason.

use super::body::put_command;

/// Appends an ERROR frame. The first 255 octets of `reason` are sent.
pub fn put_error(out: &mut Vec<u8>, reason: &str) {
    let reason = reason.as_bytes();
    let (len, reason) = match u8::try_from(reason.len()) {
        Ok(len) => (len, reason),
        Err(_) => (u8::MAX, reason.get(..usize::from(u8::MAX)).unwrap_or_default()),
    };
    put_command(out, NAME, &[&[len], reason]);
}

/// Takes the reason out of an ERROR's data.
///
/// The reason has a length in front, but some peers send it bare, and some send nothing at all:
/// what does not fit the form is the reason as it stands.
pub(super) fn reason(data: &[u8]) -> &[u8] {
    match data.split_first() {
        Some((&len, reason)) if reason.len() == usize::from(len) => reason,
        _ => data,
    }
}

pub(super) const NAME: &[u8] = b"ERROR";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Command;

    #[test]
    fn error_carries_its_reason_with_a_length() {
        let mut out = Vec::new();

        put_error(&mut out, "400");

        assert_eq!(out, b"\x04\x0a\x05ERROR\x03400");
        assert_eq!(Command::parse(&out[2..]), Command::Error(b"400"));
    }

    #[test]
    fn reason_without_a_length_is_tolerated() {
        assert_eq!(Command::parse(b"\x05ERROR400"), Command::Error(b"400"));
        assert_eq!(Command::parse(b"\x05ERROR"), Command::Error(b""));
        assert_eq!(Command::parse(b"\x05ERROR\0"), Command::Error(b""));
    }

    #[test]
    fn overlong_reason_is_cut() {
        let mut out = Vec::new();

        put_error(&mut out, &"x".repeat(300));

        assert_eq!(Command::parse(&out[9..]), Command::Error(&[b'x'; 255]));
    }
}
