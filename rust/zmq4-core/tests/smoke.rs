//! A message crosses, over every transport and in either order.
#![cfg(feature = "testing")]

use std::time::Duration;

use zmq4_core::proto::SocketType;
use zmq4_core::testing::{recv_within, send_within};
use zmq4_core::{Context, Part, Socket, SocketOptions};

const SOON: Duration = Duration::from_secs(10);
/// Messages of the flood.
const N: u64 = 1_000_000;

fn socket(context: &Context, socket_type: SocketType) -> Socket {
    Socket::new(context, socket_type, SocketOptions::default()).expect("a socket")
}

#[test]
fn a_flood_over_tcp_arrives_whole_and_in_order() {
    let context = Context::new(1);
    let pull = socket(&context, SocketType::Pull);
    let push = socket(&context, SocketType::Push);
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");
    push.connect(&endpoint.address()).expect("connected");
    let sender = std::thread::spawn(move || {
        for n in 0..N {
            let body = n.to_be_bytes();
            if push.try_send(&[Part::Copy(&body)]).is_err() {
                send_within(&push, &[&body], SOON).expect("sent");
            }
        }
        push
    });
    for n in 0..N {
        let message = match pull.try_recv() {
            Ok(m) => m,
            Err(_) => recv_within(&pull, SOON).expect("received"),
        };
        assert_eq!(&*message.frames()[0], n.to_be_bytes());
    }
    drop(sender.join());
}

#[test]
fn large_multiparts_over_tcp() {
    let context = Context::new(1);
    let pull = socket(&context, SocketType::Pull);
    let push = socket(&context, SocketType::Push);
    let endpoint = push.bind("tcp://127.0.0.1:*").expect("bound");
    pull.connect(&endpoint.address()).expect("connected");
    let sizes = [0usize, 1, 255, 256, 65535, 65536, 65537, 300_000, 3_000_000];
    let bodies: Vec<Vec<u8>> =
        sizes.iter().map(|&n| (0..n).map(|i| (i * 7 + n).to_le_bytes()[0]).collect()).collect();
    let b2 = bodies.clone();
    let sender = std::thread::spawn(move || {
        for body in &b2 {
            send_within(&push, &[b"h", body, b"", body], SOON).expect("sent");
            send_within(&push, &[body], SOON).expect("sent");
        }
        push
    });
    for body in &bodies {
        let message = recv_within(&pull, SOON).expect("received");
        assert_eq!(message.frames().len(), 4);
        assert!(message.frames()[1][..] == body[..] && message.frames()[3][..] == body[..]);
        let message = recv_within(&pull, SOON).expect("received");
        assert!(message.frames()[0][..] == body[..]);
    }
    drop(sender.join());
}

#[test]
fn inproc_connect_before_bind() {
    let context = Context::new(0);
    let a = socket(&context, SocketType::Pair);
    let b = socket(&context, SocketType::Pair);
    a.connect("inproc://x").expect("connected");
    send_within(&a, &[b"one"], SOON).expect("sent");
    b.bind("inproc://x").expect("bound");
    assert_eq!(&recv_within(&b, SOON).expect("received").frames()[0][..], b"one");
    send_within(&b, &[b"two"], SOON).expect("sent");
    assert_eq!(&recv_within(&a, SOON).expect("received").frames()[0][..], b"two");
}
