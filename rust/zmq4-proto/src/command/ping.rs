//! PING and PONG: asking for, and giving, a sign of life.
//!
//! Source: RFC 37/ZMTP, "Connection Heartbeating".

use super::body::{Command, put_command};

/// The longest context of a PING, in octets.
pub const MAX_PING_CONTEXT: usize = 16;

/// Appends a PING frame with the first [`MAX_PING_CONTEXT`] octets of `context`.
pub fn put_ping(out: &mut Vec<u8>, ttl_deciseconds: u16, context: &[u8]) {
    put_command(out, PING, &[&ttl_deciseconds.to_be_bytes(), cut(context)]);
}

/// Appends a PONG frame with the first [`MAX_PING_CONTEXT`] octets of `context`.
pub fn put_pong(out: &mut Vec<u8>, context: &[u8]) {
    put_command(out, PONG, &[cut(context)]);
}

/// Reads the data of a PING; without its time to live it is malformed, and is owed no PONG.
pub(super) fn parse(data: &[u8]) -> Command<'_> {
    match data.split_first_chunk() {
        Some((&ttl, context)) => {
            Command::Ping { ttl_deciseconds: u16::from_be_bytes(ttl), context: cut(context) }
        }
        None => Command::Malformed,
    }
}

fn cut(context: &[u8]) -> &[u8] {
    context.get(..MAX_PING_CONTEXT).unwrap_or(context)
}

pub(super) const PING: &[u8] = b"PING";
pub(super) const PONG: &[u8] = b"PONG";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ping_carries_its_time_to_live_and_context() {
        let mut out = Vec::new();

        put_ping(&mut out, 0x1234, b"ABCD");

        assert_eq!(out, b"\x04\x0b\x04PING\x12\x34ABCD");
        assert_eq!(
            Command::parse(&out[2..]),
            Command::Ping { ttl_deciseconds: 0x1234, context: b"ABCD" }
        );
    }

    #[test]
    fn pong_repeats_the_context() {
        let mut out = Vec::new();

        put_pong(&mut out, b"ABCD");

        assert_eq!(out, b"\x04\x09\x04PONGABCD");
        assert_eq!(Command::parse(&out[2..]), Command::Pong { context: b"ABCD" });
    }

    #[test]
    fn context_is_cut_after_sixteen_octets() {
        let body = b"\x04PING\0\x0a0123456789abcdefXYZ";

        assert_eq!(
            Command::parse(body),
            Command::Ping { ttl_deciseconds: 10, context: b"0123456789abcdef" }
        );
    }

    #[test]
    fn ping_shorter_than_its_time_to_live_is_malformed() {
        assert_eq!(Command::parse(b"\x04PING"), Command::Malformed);
        assert_eq!(Command::parse(b"\x04PING\0"), Command::Malformed);
    }
}
