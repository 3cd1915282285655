//! SUBSCRIBE and CANCEL: which messages a subscriber wants.
//!
//! Peers that speak 3.0 expect messages in their place: the octet 1 or 0, then the topic. Source:
//! RFC 37/ZMTP and RFC 29/PUBSUB.

use super::body::put_command;

/// Appends a SUBSCRIBE frame.
pub fn put_subscribe(out: &mut Vec<u8>, topic: &[u8]) {
    put_command(out, SUBSCRIBE, &[topic]);
}

/// Appends a CANCEL frame.
pub fn put_cancel(out: &mut Vec<u8>, topic: &[u8]) {
    put_command(out, CANCEL, &[topic]);
}

pub(super) const SUBSCRIBE: &[u8] = b"SUBSCRIBE";
pub(super) const CANCEL: &[u8] = b"CANCEL";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, FrameHeader, FrameKind};

    fn body(frame: &[u8]) -> &[u8] {
        let (header, header_len) = FrameHeader::decode(frame).unwrap().unwrap();
        let body = &frame[header_len..];
        assert_eq!(header.kind, FrameKind::Command);
        assert_eq!(Ok(header.body_len), u64::try_from(body.len()));
        body
    }

    #[test]
    fn topics_around_the_long_form_read_back() {
        for len in 244..=258 {
            let topic = vec![b't'; len];
            let (mut subscribe, mut cancel) = (Vec::new(), Vec::new());

            put_subscribe(&mut subscribe, &topic);
            put_cancel(&mut cancel, &topic);

            assert_eq!(Command::parse(body(&subscribe)), Command::Subscribe(&topic));
            assert_eq!(Command::parse(body(&cancel)), Command::Cancel(&topic));
        }
    }

    #[test]
    fn long_form_begins_where_the_body_passes_255_octets() {
        let start = |put: fn(&mut Vec<u8>, &[u8]), len| {
            let mut out = Vec::new();
            put(&mut out, &vec![b't'; len]);
            out[..9].to_vec()
        };

        assert_eq!(start(put_subscribe, 245)[..2], [0x04, 0xff]);
        assert_eq!(start(put_subscribe, 246), [0x06, 0, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(start(put_cancel, 248)[..2], [0x04, 0xff]);
        assert_eq!(start(put_cancel, 249), [0x06, 0, 0, 0, 0, 0, 0, 1, 0]);
    }

    #[test]
    fn empty_topic_is_a_topic() {
        assert_eq!(Command::parse(b"\x09SUBSCRIBE"), Command::Subscribe(b""));
        assert_eq!(Command::parse(b"\x06CANCEL"), Command::Cancel(b""));
    }
}
