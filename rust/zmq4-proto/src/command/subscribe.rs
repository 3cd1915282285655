//! SUBSCRIBE and CANCEL: which messages a subscriber wants.
//!
//! Peers below 3.1 expect messages in their place: the octet 1 or 0, then the topic. Source: RFC
//! 37/ZMTP, "Formal Grammar", and RFC 15/ZMTP, "Publish-Subscribe". A publisher takes both forms
//! from peers of any version.

use super::body::{Command, put_command};
use crate::frame::{FrameKind, put_header};

/// Appends a SUBSCRIBE frame, for a peer that [speaks 3.1](crate::Version::speaks_3_1).
pub fn put_subscribe(out: &mut Vec<u8>, topic: &[u8]) {
    put_command(out, SUBSCRIBE, &[topic]);
}

/// Appends a CANCEL frame, for a peer that [speaks 3.1](crate::Version::speaks_3_1).
pub fn put_cancel(out: &mut Vec<u8>, topic: &[u8]) {
    put_command(out, CANCEL, &[topic]);
}

/// Appends the message that stands for SUBSCRIBE below 3.1.
pub fn put_subscribe_message(out: &mut Vec<u8>, topic: &[u8]) {
    put_message(out, SUBSCRIBE_OCTET, topic);
}

/// Appends the message that stands for CANCEL below 3.1.
pub fn put_cancel_message(out: &mut Vec<u8>, topic: &[u8]) {
    put_message(out, CANCEL_OCTET, topic);
}

impl<'a> Command<'a> {
    /// Reads the body of a subscriber's frame of a message: [`Command::Subscribe`] and
    /// [`Command::Cancel`] in the form of messages, or `None` for anything else.
    pub fn from_message(body: &'a [u8]) -> Option<Self> {
        match body.split_first() {
            Some((&SUBSCRIBE_OCTET, topic)) => Some(Self::Subscribe(topic)),
            Some((&CANCEL_OCTET, topic)) => Some(Self::Cancel(topic)),
            _ => None,
        }
    }
}

/// The length is that of the whole body: the octet in front of the topic counts.
fn put_message(out: &mut Vec<u8>, octet: u8, topic: &[u8]) {
    put_header(out, FrameKind::Last, 1 + topic.len());
    out.push(octet);
    out.extend_from_slice(topic);
}

pub(super) const SUBSCRIBE: &[u8] = b"SUBSCRIBE";
pub(super) const CANCEL: &[u8] = b"CANCEL";
/// The most octets that a command's body holds beside the topic: the name's length and the name.
pub(crate) const MAX_SUBSCRIPTION_OVERHEAD: usize = 1 + SUBSCRIBE.len();

const SUBSCRIBE_OCTET: u8 = 1;
const CANCEL_OCTET: u8 = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FrameHeader;

    fn body(frame: &[u8], kind: FrameKind) -> &[u8] {
        let (header, header_len) = FrameHeader::decode(frame).unwrap().unwrap();
        let body = &frame[header_len..];
        assert_eq!(header.kind, kind);
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

            let [subscribe, cancel] =
                [&subscribe, &cancel].map(|frame| body(frame, FrameKind::Command));
            assert_eq!(Command::parse(subscribe), Command::Subscribe(&topic));
            assert_eq!(Command::parse(cancel), Command::Cancel(&topic));
        }
    }

    #[test]
    fn topics_around_the_long_form_read_back_from_messages() {
        for len in 244..=258 {
            let topic = vec![b't'; len];
            let (mut subscribe, mut cancel) = (Vec::new(), Vec::new());

            put_subscribe_message(&mut subscribe, &topic);
            put_cancel_message(&mut cancel, &topic);

            let [subscribe, cancel] =
                [&subscribe, &cancel].map(|frame| body(frame, FrameKind::Last));
            assert_eq!(Command::from_message(subscribe), Some(Command::Subscribe(&topic)));
            assert_eq!(Command::from_message(cancel), Some(Command::Cancel(&topic)));
        }
    }

    #[test]
    fn messages_that_begin_with_another_octet_are_no_subscriptions() {
        for body in [&b""[..], b"\x02user", b"A", b"\xff"] {
            assert_eq!(Command::from_message(body), None);
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
        for put in [put_subscribe_message, put_cancel_message] {
            assert_eq!(start(put, 254)[..2], [0x00, 0xff]);
            assert_eq!(start(put, 255), [0x02, 0, 0, 0, 0, 0, 0, 1, 0]);
        }
    }

    #[test]
    fn empty_topic_is_a_topic() {
        assert_eq!(Command::parse(b"\x09SUBSCRIBE"), Command::Subscribe(b""));
        assert_eq!(Command::parse(b"\x06CANCEL"), Command::Cancel(b""));
    }
}
