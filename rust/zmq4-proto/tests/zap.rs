//! The messages of ZAP: what a handler is asked, and every way in which its answer can be wrong.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

use zmq4_proto::{
    Credentials, Denied, Excerpt, KeyPair, LimitExceeded, Malformed, Metadata, Password, RoutingId,
    Verdict, ZapFault, ZapReply, ZapRequest,
};

const GOOD: [&[u8]; 7] = [b"", b"1.0", b"17", b"200", b"OK", b"bob", METADATA];
const METADATA: &[u8] = b"\x04Team\0\0\0\x03red";

fn request(credentials: &Credentials) -> Vec<Vec<u8>> {
    let routing_id = RoutingId::try_from(&b"server-1"[..]).unwrap();
    let request = ZapRequest {
        id: b"17",
        domain: "global",
        address: "192.0.2.1",
        routing_id: &routing_id,
        credentials,
    };
    request.frames().into_iter().map(<[u8]>::to_vec).collect()
}

fn parse(frames: &[&[u8]]) -> Result<ZapReply, ZapFault> {
    ZapReply::parse(frames, b"17")
}

/// A good reply but for one frame.
fn with(at: usize, frame: &[u8]) -> Result<ZapReply, ZapFault> {
    let mut frames = GOOD;
    frames[at] = frame;
    parse(&frames)
}

#[test]
fn request_has_the_frames_of_its_mechanism_in_their_order() {
    let head = |mechanism: &[u8]| -> Vec<Vec<u8>> {
        [b"", &b"1.0"[..], b"17", b"global", b"192.0.2.1", b"server-1", mechanism]
            .map(<[u8]>::to_vec)
            .into()
    };
    let keys = KeyPair::from_secret("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6".parse().unwrap());
    let password = Password::new(b"secret").unwrap();
    let plain = Credentials::Plain { username: b"admin"[..].to_vec().into(), password };

    assert_eq!(request(&Credentials::Null), head(b"NULL"));
    assert_eq!(
        request(&plain),
        [head(b"PLAIN"), vec![b"admin".to_vec(), b"secret".to_vec()]].concat()
    );
    assert_eq!(
        request(&Credentials::Curve { public_key: *keys.public() }),
        [head(b"CURVE"), vec![keys.public().as_bytes().to_vec()]].concat()
    );
}

#[test]
fn reply_of_200_brings_user_and_metadata() {
    let reply = parse(&GOOD).unwrap();

    let metadata = Metadata::new().with(b"Team", b"red");
    assert_eq!(reply.verdict, Verdict::Accept { user_id: b"bob"[..].to_vec().into(), metadata });
    assert_eq!(reply.text, "OK");
}

#[test]
fn other_statuses_are_refusals() {
    let statuses: [(&[u8], Denied); 3] =
        [(b"300", Denied::TryLater), (b"400", Denied::Refused), (b"500", Denied::HandlerFailed)];

    for (status, denied) in statuses {
        assert_eq!(with(3, status).unwrap().verdict, Verdict::Deny(denied));
    }
}

#[test]
fn reply_has_exactly_seven_frames() {
    for count in (0..12).filter(|&count| count != 7) {
        let frames: Vec<_> = GOOD.into_iter().chain([&b""[..]; 5]).take(count).collect();

        assert_eq!(parse(&frames), Err(ZapFault::FrameCount(count)));
    }
}

#[test]
fn delimiter_is_empty() {
    assert_eq!(with(0, b"x"), Err(ZapFault::Delimiter(Excerpt::new(b"x"))));
}

#[test]
fn version_is_one_point_zero() {
    for version in [&b""[..], b"1", b"1.1", b"1.0 ", b"1.0\0", b"2.0"] {
        assert_eq!(with(1, version), Err(ZapFault::Version(Excerpt::new(version))));
    }
}

#[test]
fn request_id_is_repeated() {
    for id in [&b""[..], b"1", b"170", b"017", b"17 ", b"18"] {
        assert_eq!(with(2, id), Err(ZapFault::RequestId(Excerpt::new(id))));
    }
}

#[test]
fn what_is_no_status_lets_nobody_in() {
    for status in
        [&b""[..], b"20", b"2000", b"201", b"100", b"600", b"2OO", b" 200", b"200 ", b"0200"]
    {
        assert_eq!(with(3, status), Err(ZapFault::Status(Excerpt::new(status))));
    }
}

#[test]
fn text_and_user_may_be_empty_or_anything() {
    assert_eq!(with(4, b"").unwrap().text, "");
    assert_eq!(with(4, b"\xff\n").unwrap().text, "\u{fffd}\n");
    for user_id in [&b""[..], b"\0\xff", &[b'u'; 300]] {
        let Verdict::Accept { user_id: found, .. } = with(5, user_id).unwrap().verdict else {
            panic!("let in")
        };
        assert_eq!(found, user_id);
    }
}

#[test]
fn metadata_is_empty_or_a_list_of_properties() {
    assert!(with(6, b"").is_ok());
    for len in 1..METADATA.len() {
        assert_eq!(
            with(6, &METADATA[..len]),
            Err(ZapFault::Metadata(Malformed::PropertyTruncated.into()))
        );
    }
    let unnamed = ZapFault::Metadata(Malformed::PropertyUnnamed.into());
    assert_eq!(with(6, b"\0\0\0\0\0"), Err(unnamed));
    let too_much = LimitExceeded::Metadata { limit: 16 * 1024 };
    assert_eq!(with(6, &b"x".repeat(16 * 1024 + 1)), Err(ZapFault::Metadata(too_much.into())));
}

#[test]
fn refusal_with_bad_metadata_is_no_reply_either() {
    let mut frames = GOOD;
    (frames[3], frames[6]) = (b"400", b"x");

    assert!(matches!(parse(&frames), Err(ZapFault::Metadata(_))));
}

#[test]
fn request_id_is_found_in_a_reply_that_is_wrong_otherwise() {
    assert_eq!(ZapReply::id(&[b"x", b"9.9", b"17"]), Some(&b"17"[..]));
    assert_eq!(ZapReply::id(&[b"", b"1.0"]), None);
}

#[test]
fn words_of_a_handler_cannot_forge_a_line_of_a_log() {
    let fault = with(3, b"2\n00").unwrap_err();

    assert_eq!(fault.to_string(), "the status \"2\\n00\" is none");
}
