//! A CURVE handshake with known secrets, octet for octet, as libsodium makes it and libzmq takes it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod hex;
mod secured;

use zmq4_proto::{Credentials, FrameKind, OpenStop, SocketType, Verdict};

use hex::hex;
use secured::{client_keys, curve_client, curve_server, frames, meet, run, server_keys};

#[test]
fn documented_keys_are_pairs() {
    let [client, server] = [client_keys(), server_keys()];

    assert_eq!(client.public().to_z85(), "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
    assert_eq!(client.public().as_bytes()[..], hex(CLIENT_KEY));
    assert_eq!(
        client.secret().to_hex().as_str(),
        "7bb864b489afa3671fbe69101f94b38972f24816dfb01b51656b3fec8dfd0888"
    );
    assert_eq!(server.public().to_z85(), "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7");
    assert_eq!(
        server.public().to_hex(),
        "54fcba24e93249969316fb617c872bb0c1d1ff14800427c594cbfacf1bc2d652"
    );
}

#[test]
fn both_ends_say_what_is_documented() {
    let [client, server] = meet(ends(), &Verdict::accept());

    let (client_sent, server_sent) = (frames(&client.sent), frames(&server.sent));
    assert_eq!(client_sent[1..], [hex(HELLO), hex(INITIATE)]);
    assert_eq!(server_sent[1..], [hex(WELCOME), hex(READY)]);
    assert_eq!(client.peer().socket_type, Some(SocketType::Router));
    assert_eq!(server.peer().socket_type, Some(SocketType::Dealer));
}

#[test]
fn greetings_name_the_mechanism_and_its_server() {
    let [client, server] = meet(ends(), &Verdict::accept());

    for (sent, as_server) in [(&client.sent, 0), (&server.sent, 1)] {
        assert_eq!(sent[12..32], *b"CURVE\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(sent[32], as_server);
    }
}

#[test]
fn server_asks_about_the_client_s_long_term_key() {
    let [_, server] = meet(ends(), &Verdict::accept());

    let [Credentials::Curve { public_key }] = server.asked[..] else {
        panic!("{:?}", server.asked)
    };
    assert_eq!(public_key.as_bytes()[..], hex(CLIENT_KEY));
}

#[test]
fn greeting_without_the_server_s_bit_is_accepted() {
    // libzmq never sets it.
    let [client, _] = meet(ends(), &Verdict::accept());
    let mut greeting = client.sent[..64].to_vec();
    greeting[32] = 0;

    let [config, _] = ends();
    let outcome = run(config, Verdict::accept(), [&greeting[..], &hex(WELCOME), &hex(READY)]);

    assert!(outcome.is_ready(), "{outcome:?}");
}

#[test]
fn traffic_of_the_client_is_the_documented_one() {
    let [client, server] = meet(ends(), &Verdict::accept());
    let ((mut sealer, _), (_, mut opener)) = (client.halves(), server.halves());
    let mut wire = Vec::new();

    sealer.seal_frame(FrameKind::Last, b"hello", &mut wire).unwrap();
    sealer.seal_frame(FrameKind::Command, b"\x04PING\x00\x0aCTX", &mut wire).unwrap();

    assert_eq!(wire, hex(CLIENT_TRAFFIC));
    let run = opener.open_run(&mut wire);
    assert_eq!(run.stop, OpenStop::NeedMore { frame_len: 0 });
    assert_eq!(wire[..run.plain_len], *b"\x00\x05hello\x04\x0a\x04PING\x00\x0aCTX");
}

#[test]
fn traffic_of_the_server_is_the_documented_one() {
    let [client, server] = meet(ends(), &Verdict::accept());
    let ((_, mut opener), (mut sealer, _)) = (client.halves(), server.halves());
    let mut wire = Vec::new();

    sealer.seal_frame(FrameKind::More, b"part", &mut wire).unwrap();

    assert_eq!(wire, hex(SERVER_TRAFFIC));
    let run = opener.open_run(&mut wire);
    assert_eq!(wire[..run.plain_len], *b"\x01\x04part");
}

#[test]
fn frame_of_300_octets_has_the_recorded_header() {
    let [client, _] = meet(ends(), &Verdict::accept());
    let (mut sealer, _) = client.halves();
    let mut wire = Vec::new();

    sealer.seal_frame(FrameKind::Last, &[7; 300], &mut wire).unwrap();

    assert_eq!(wire[..17], hex("02 000000000000014d 07 4d455353414745"));
    assert_eq!(wire.len(), 9 + 333);
}

fn ends() -> [zmq4_proto::HandshakeConfig; 2] {
    [curve_client(SocketType::Dealer), curve_server(SocketType::Router)]
}

const CLIENT_KEY: &str = "bb88471d65e2659b30c55a5321cebb5aab2b70a398645c26dca2b2fcb43fc518";

const HELLO: &str = "04 c8 0548454c4c4f 0100
    000000000000000000000000000000000000000000000000000000000000000000000000
    000000000000000000000000000000000000000000000000000000000000000000000000
    358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254
    0000000000000001
    663b2161687f8bf2fbfe62e58f96ebc7c4e7754a4be03863641db0f051da70b5
    c0e5749cee0eb6aca199d44b1112276435952c082330830ded7be0ac61f438a9
    f145b9973197907cbfcb6babefcab033";

const WELCOME: &str = "04 a8 0757454c434f4d45 808182838485868788898a8b8c8d8e8f
    4def968344b6dc0c45b939f0e9cc134d9bf66f0c036b0db0c9470146cc8087f6
    9160a6cc0b6f2363343045240aad98e9e1c037fbfdefb35b568346504e44d7d6
    c43a47f4b22cb5fb79873ac4c7ad480bf70d17c741ffaaaf375c7dc2cc9da3ab
    a5c6f421d00a6e76156818184d42f94562a5047866c84f9a8f447af3bf86f1c2
    256caa616fabe23e976aa973199b559b";

const INITIATE: &str = "06 0000000000000124 08494e495449415445
    909192939495969798999a9b9c9d9e9f3202d8bdeacf3a8ede46a7b8bcf0e66c
    9eaea45c729d4cdbc255324b8540c3e073969a3cc91dd40fc4b72fba8bca319f
    dbc0e1ab923d5bf8bbfc37e5f0ac9d4d69cb5cecba697e4c523f430e55069c69
    0000000000000002
    8ca37908511924f14ae8a7c264aaeddebcf7b3f0944ca172bcb16abf00d72baa
    cdb5569c11d88570fd21dac6ed8b76f80f08071b22957a6d6b984d04cd6f9303
    7ea23e1d776a1a12487b850c9c78234113877f7dfbb4d70d2622b077c72d5f08
    d5db284289e66278885b47ceafaafc0380dad63c8d26b1a4350050b1157601f5
    8435c0b34396c7c4dfa6918aa7d4f3d8eabf6138bde0d64c45644e79ab4c3a1a
    d20c9cf70f9e434be2e1af0211d9ea4c95e619";

const READY: &str = "04 41 055245414459 0000000000000001
    04d4f59d2c7aba6c7d3e343cea8e7cb90719360f37140165720df035dd9cd464
    f4d3d17a41b902148579dafba08ed42d9e5f93";

const CLIENT_TRAFFIC: &str = "
    00 26 074d4553534147450000000000000003dbcaa2fbb20d56517d70ee600390446e
    712e8efe13b3
    00 2b 074d45535341474500000000000000042b90db602d3c15d1cecf38a765eb3609
    1d409b137fd67cb1d59271";

const SERVER_TRAFFIC: &str = "
    00 25 074d4553534147450000000000000002c024b817c794968b86682d9dc7d9bc53
    07bcb50ff6";
