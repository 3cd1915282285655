//! READY: the last command of a handshake, with the sender's metadata.

use super::body::put_command;
use crate::Metadata;

/// Appends a READY frame.
pub fn put_ready(out: &mut Vec<u8>, metadata: &Metadata) {
    let mut data = Vec::new();
    metadata.encode(&mut data);
    put_command(out, NAME, &[&data]);
}

pub(super) const NAME: &[u8] = b"READY";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Command;

    #[test]
    fn ready_carries_metadata() {
        let metadata = Metadata::new().with(b"Socket-Type", b"PUB");
        let mut out = Vec::new();

        put_ready(&mut out, &metadata);

        assert_eq!(out, b"\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03PUB");
        assert_eq!(Command::parse(&out[2..]), Command::Ready(b"\x0bSocket-Type\0\0\0\x03PUB"));
    }

    #[test]
    fn ready_without_properties_is_a_ready() {
        assert_eq!(Command::parse(b"\x05READY"), Command::Ready(b""));
    }
}
