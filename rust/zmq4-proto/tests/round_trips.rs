//! What is written reads back the same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

use proptest::{collection::vec, prelude::*};
use zmq4_proto::{
    Command, FrameHeader, FrameKind, Greeting, Message, Metadata, MetadataLimits, RoutingId,
    Version, header_len, put_cancel, put_error, put_header, put_ping, put_pong, put_ready,
    put_subscribe,
};

proptest! {
    #[test]
    fn headers_read_back(kind in kinds(), body_len in prop_oneof![0_usize..600, any::<usize>()]) {
        let body_len = body_len & (usize::MAX >> 1);
        let mut out = Vec::new();

        put_header(&mut out, kind, body_len);

        let header = FrameHeader { kind, body_len: u64::try_from(body_len).unwrap() };
        prop_assert_eq!(FrameHeader::decode(&out), Ok(Some((header, header_len(body_len)))));
        prop_assert_eq!(out.len(), header_len(body_len));
    }

    #[test]
    fn any_nine_octets_are_a_header_or_a_fault_and_shorter_prefixes_agree(octets: [u8; 9]) {
        let whole = FrameHeader::decode(&octets);

        for len in 0..9 {
            let prefix = FrameHeader::decode(&octets[..len]);
            prop_assert!(prefix == Ok(None) || prefix == whole);
        }
    }

    #[test]
    fn metadata_reads_back(metadata in metadata()) {
        let mut out = Vec::new();

        metadata.encode(&mut out);

        prop_assert_eq!(Metadata::parse(&out, &MetadataLimits::default()), Ok(metadata));
    }

    #[test]
    fn metadata_of_any_octets_never_panics(octets in vec(0_u8..8, 0..100)) {
        if let Ok(metadata) = Metadata::parse(&octets, &MetadataLimits::default()) {
            prop_assert!(metadata.iter().all(|(name, value)| metadata.get(name) == Some(value)));
        }
    }

    #[test]
    fn ready_reads_back(metadata in metadata()) {
        let mut data = Vec::new();
        metadata.encode(&mut data);

        let body = body(|out| put_ready(out, &metadata));

        prop_assert_eq!(Command::parse(&body), Command::Ready(&data));
    }

    #[test]
    fn commands_of_traffic_read_back(
        topic in vec(any::<u8>(), 0..600),
        ttl_deciseconds: u16,
        context in vec(any::<u8>(), 0..=16),
    ) {
        let subscribe = body(|out| put_subscribe(out, &topic));
        let cancel = body(|out| put_cancel(out, &topic));
        let ping = body(|out| put_ping(out, ttl_deciseconds, &context));
        let pong = body(|out| put_pong(out, &context));

        prop_assert_eq!(Command::parse(&subscribe), Command::Subscribe(&topic));
        prop_assert_eq!(Command::parse(&cancel), Command::Cancel(&topic));
        let context = &context[..];
        prop_assert_eq!(Command::parse(&ping), Command::Ping { ttl_deciseconds, context });
        prop_assert_eq!(Command::parse(&pong), Command::Pong { context });
    }

    #[test]
    fn error_reads_back(reason in "[ -~]{0,255}") {
        let body = body(|out| put_error(out, &reason));

        prop_assert_eq!(Command::parse(&body), Command::Error(reason.as_bytes()));
    }

    #[test]
    fn commands_of_any_octets_never_panic(octets in vec(any::<u8>(), 0..40)) {
        Command::parse(&octets);
    }

    #[test]
    fn greetings_read_back(major: u8, minor: u8, mechanism: [u8; 20], as_server: bool) {
        let greeting = Greeting { version: Version { major, minor }, mechanism, as_server };

        let octets = greeting.encode(&RoutingId::default());

        prop_assert_eq!(Greeting::decode(&octets), greeting);
    }

    #[test]
    fn messages_give_their_frames_back(bodies in vec(vec(any::<u8>(), 0..80), 1..6)) {
        let frames: Vec<_> = bodies.iter().cloned().map(zmq4_proto::Frame::from).collect();

        let message = Message::new(frames.clone()).unwrap();

        prop_assert_eq!(message.octets(), bodies.iter().map(Vec::len).sum::<usize>());
        prop_assert_eq!(message.into_iter().collect::<Vec<_>>(), frames);
    }
}

fn kinds() -> impl Strategy<Value = FrameKind> {
    prop_oneof![Just(FrameKind::More), Just(FrameKind::Last), Just(FrameKind::Command)]
}

/// Metadata within the default limits; names may repeat.
fn metadata() -> impl Strategy<Value = Metadata> {
    vec(("[A-Za-z0-9_.+-]{1,20}", vec(any::<u8>(), 0..100)), 0..64).prop_map(|properties| {
        properties
            .iter()
            .fold(Metadata::new(), |metadata, (name, value)| metadata.with(name.as_bytes(), value))
    })
}

/// The body of the one frame that `put` writes.
fn body(put: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out);
    let (header, header_len) = FrameHeader::decode(&out).unwrap().unwrap();
    assert_eq!(header.kind, FrameKind::Command);
    assert_eq!(Ok(header.body_len), u64::try_from(out.len() - header_len));
    out.split_off(header_len)
}
