//! A proxy passes messages on, whole, both ways, and loses none that it has taken (rule 64).
#![cfg(feature = "testing")]

mod common;

use std::sync::Arc;
use std::thread::JoinHandle;

use SocketType::{Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub, XPub, XSub};
use common::{
    SOON, TRANSPORTS, address, eventually, expect_peers, recv, send, socket, socket_with,
};
use zmq4_core::proto::SocketType;
use zmq4_core::testing::{recv_within, send_within};
use zmq4_core::{Context, Parker, Proxy, ProxyEnd, ProxyError, ProxySockets, Served, Socket};

/// A proxy in a thread of its own, between sockets that are bound.
struct Bench {
    proxy: Arc<Proxy>,
    front: Arc<Socket>,
    back: Arc<Socket>,
    capture: Option<Arc<Socket>>,
    thread: Option<JoinHandle<Result<Served, ProxyError>>>,
}

impl Bench {
    fn start(front: Socket, back: Socket, capture: Option<Socket>) -> Self {
        let capture = capture.map(Arc::new);
        let capture_type = capture.as_ref().map(|capture| capture.socket_type());
        let proxy = Proxy::new(front.socket_type(), back.socket_type(), capture_type);
        let proxy = Arc::new(proxy.expect("they fit"));
        let (front, back) = (Arc::new(front), Arc::new(back));
        let mut bench = Self { proxy, front, back, capture, thread: None };
        bench.run();
        bench
    }

    fn run(&mut self) {
        let Self { proxy, front, back, capture, .. } = self;
        let (proxy, front, back) = (Arc::clone(proxy), Arc::clone(front), Arc::clone(back));
        let capture = capture.clone();
        self.thread = Some(std::thread::spawn(move || {
            let parker = Parker::new().expect("a descriptor");
            let capture = capture.as_deref();
            let sockets = ProxySockets { front: &front, back: &back, capture };
            proxy.serve(sockets, &parker, None, None)
        }));
    }

    fn join(&mut self) -> Result<Served, ProxyError> {
        self.thread.take().expect("it runs").join().expect("no panic")
    }

    fn stop(&mut self) {
        self.proxy.stop();
        assert_eq!(self.join().expect("stopped"), Served::Stopped);
        self.proxy.forget_stop();
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.stop();
        }
    }
}

fn bound(context: &Context, socket_type: SocketType, transport: &str) -> (Socket, String) {
    let made = socket(context, socket_type);
    let address = made.bind(&address(transport)).expect("bound").address();
    (made, address)
}

fn peer(context: &Context, socket_type: SocketType, address: &str) -> Socket {
    let made = socket(context, socket_type);
    expect_peers(&made.connect(address).expect("connected"), 1);
    made
}

/// One that counts every message against its marks at once.
fn narrow(context: &Context, socket_type: SocketType) -> Socket {
    socket_with(context, socket_type, |options| {
        (options.pipe.send_hwm, options.pipe.recv_hwm) = (1, 1);
    })
}

#[test]
fn requests_reach_workers_and_replies_find_their_way_back() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let (front, to_front) = bound(&context, Router, transport);
        let (back, to_back) = bound(&context, Dealer, transport);
        let bench = Bench::start(front, back, None);
        let clients: Vec<_> = (0..3).map(|_| peer(&context, Req, &to_front)).collect();
        let workers: Vec<_> = (0..2).map(|_| peer(&context, Rep, &to_back)).collect();

        for (number, client) in clients.iter().enumerate() {
            send(client, number.to_string());
            let number_of_worker = number % workers.len();
            let request = recv(&workers[number_of_worker]);
            send(&workers[number_of_worker], format!("re {request}"));
            assert_eq!(recv(client), format!("re {number}"), "{transport}");
        }

        let stats = bench.proxy.stats();
        assert_eq!((stats.forward.messages, stats.backward.messages), (3, 3));
        assert_eq!((stats.forward.dropped, stats.backward.dropped), (0, 0));
        // A name of five octets, a delimiter, and the body.
        assert_eq!((stats.forward.octets, stats.backward.octets), (18, 27));
    }
}

#[test]
fn messages_of_many_frames_and_large_bodies_pass_whole() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let (front, to_front) = bound(&context, Pull, transport);
        let (back, to_back) = bound(&context, Push, transport);
        let _bench = Bench::start(front, back, None);
        let (push, pull) = (peer(&context, Push, &to_front), peer(&context, Pull, &to_back));
        let (large, shared) = (vec![7u8; 300_000], vec![0; 65_536]);
        let frames: [&[u8]; 6] = [b"", b"head", &large, b"", &shared, b"tail"];

        send_within(&push, &frames, SOON).expect("sent");

        let received = recv_within(&pull, SOON).expect("received");
        let received: Vec<&[u8]> = received.frames().iter().map(|frame| &**frame).collect();
        assert!(received == frames, "{transport}");
    }
}

#[test]
fn a_flood_arrives_whole_and_in_order() {
    let context = Context::new(1);
    let (front, to_front) = bound(&context, Pull, "tcp");
    let (back, to_back) = bound(&context, Push, "tcp");
    let bench = Bench::start(front, back, None);
    let (push, pull) = (peer(&context, Push, &to_front), peer(&context, Pull, &to_back));

    let sending = std::thread::spawn(move || {
        (0..50_000).for_each(|number: u32| send(&push, number.to_be_bytes()));
        push
    });
    for number in 0..50_000u32 {
        let message = recv_within(&pull, SOON).expect("received");
        assert_eq!(&*message.frames()[0], number.to_be_bytes());
    }

    drop(sending.join().expect("sent"));
    assert_eq!(bench.proxy.stats().forward.messages, 50_000);
    assert_eq!(bench.proxy.stats().forward.octets, 200_000);
}

#[test]
fn subscriptions_flow_upstream_and_messages_down() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let (front, to_front) = bound(&context, XSub, transport);
        let (back, to_back) = bound(&context, XPub, transport);
        let _bench = Bench::start(front, back, None);
        let publisher = peer(&context, Pub, &to_front);
        let sub = peer(&context, Sub, &to_back);

        sub.subscribe(b"a").expect("subscribed");
        eventually(|| publisher.subscribers(Some(b"a")) == 1);
        send(&publisher, "b is not asked for");
        send(&publisher, "a is");
        assert_eq!(recv(&sub), "a is", "{transport}");

        sub.unsubscribe(b"a").expect("unsubscribed");
        eventually(|| publisher.subscribers(None) == 0);
    }
}

#[test]
fn one_socket_is_its_own_echo() {
    let context = Context::new(0);
    let (echo, to_echo) = bound(&context, Router, "inproc");
    let proxy = Arc::new(Proxy::new(Router, Router, None).expect("it fits"));
    let client = peer(&context, Dealer, &to_echo);
    let serving = {
        let proxy = Arc::clone(&proxy);
        std::thread::spawn(move || {
            let parker = Parker::new().expect("a descriptor");
            let sockets = ProxySockets { front: &echo, back: &echo, capture: None };
            proxy.serve(sockets, &parker, None, None)
        })
    };

    send_within(&client, &[b"there", b"and back"], SOON).expect("sent");

    let message = recv_within(&client, SOON).expect("the echo");
    assert_eq!(
        message.frames().iter().map(|frame| &**frame).collect::<Vec<_>>(),
        [&b"there"[..], b"and back"]
    );
    assert_eq!(proxy.stats().forward.messages, 1);
    assert_eq!(proxy.stats().backward.messages, 0);
    proxy.stop();
    serving.join().expect("no panic").expect("stopped");
}

#[test]
fn what_cannot_be_passed_on_is_left_with_its_sender() {
    let context = Context::new(0);
    let (front, to_front) = bound(&context, Pull, "inproc");
    let (back, to_back) = bound(&context, Push, "inproc");
    let bench = Bench::start(front, back, None);
    let push = peer(&context, Push, &to_front);

    (0..5).for_each(|_| send(&push, "x"));

    eventually(|| bench.front.stats().unread == 5);
    assert_eq!(bench.proxy.stats().forward.messages, 0);
    let pull = peer(&context, Pull, &to_back);
    (0..5).for_each(|_| assert_eq!(recv(&pull), "x"));
}

#[test]
fn marks_hold_through_a_proxy() {
    let context = Context::new(0);
    let (front, back) = (narrow(&context, Pull), narrow(&context, Push));
    let to_front = front.bind(&address("inproc")).expect("bound").address();
    let to_back = back.bind(&address("inproc")).expect("bound").address();
    let bench = Bench::start(front, back, None);
    let (push, pull) = (narrow(&context, Push), narrow(&context, Pull));
    push.connect(&to_front).expect("connected");
    pull.connect(&to_back).expect("connected");

    // Two in each of the two pipes, and none between them.
    (0..4).for_each(|number: u32| send(&push, number.to_string()));
    eventually(|| pull.stats().unread == 2 && bench.front.stats().unread == 2);
    assert!(common::try_send(&push, "5").is_err());

    (0..4).for_each(|number: u32| assert_eq!(recv(&pull), number.to_string()));
}

#[test]
fn a_client_that_does_not_read_does_not_hold_up_the_others() {
    let context = Context::new(0);
    let front = narrow(&context, Router);
    let to_front = front.bind(&address("inproc")).expect("bound").address();
    let (back, to_back) = bound(&context, Dealer, "inproc");
    let bench = Bench::start(front, back, None);
    let [deaf, keen] = [(); 2].map(|()| {
        let client = narrow(&context, Dealer);
        client.connect(&to_front).expect("connected");
        client
    });
    let worker = peer(&context, Dealer, &to_back);
    let name = |client: &Socket| {
        send(client, "hello");
        recv_within(&worker, SOON).expect("a hello").frames()[0].to_vec()
    };
    let (deaf_name, keen_name) = (name(&deaf), name(&keen));

    for _ in 0..10 {
        send_within(&worker, &[&deaf_name, b"unread"], SOON).expect("sent");
    }
    send_within(&worker, &[&keen_name, b"read"], SOON).expect("sent");
    send_within(&worker, &[b"nobody", b"lost"], SOON).expect("sent");

    assert_eq!(recv(&keen), "read");
    eventually(|| bench.proxy.stats().backward.dropped == 9);
    assert_eq!(bench.proxy.stats().backward.messages, 3);
}

#[test]
fn a_paused_proxy_passes_nothing_on_until_it_goes_on() {
    let context = Context::new(0);
    let (front, to_front) = bound(&context, Pair, "inproc");
    let (back, to_back) = bound(&context, Pair, "inproc");
    let bench = Bench::start(front, back, None);
    let (one, other) = (peer(&context, Pair, &to_front), peer(&context, Pair, &to_back));
    send(&one, "before");
    assert_eq!(recv(&other), "before");

    for _ in 0..20 {
        bench.proxy.pause();
        send(&one, "there");
        send(&other, "back");
        let stats = bench.proxy.stats();
        assert!(other.try_recv().is_err() && one.try_recv().is_err());

        assert_eq!(bench.proxy.stats(), stats);
        bench.proxy.resume();
        assert_eq!((recv(&other), recv(&one)), ("there".to_owned(), "back".to_owned()));
    }
}

#[test]
fn a_proxy_that_was_stopped_goes_on_where_it_was() {
    let context = Context::new(0);
    let (front, to_front) = bound(&context, Pull, "inproc");
    let (back, to_back) = bound(&context, Push, "inproc");
    let mut bench = Bench::start(front, back, None);
    let (push, pull) = (peer(&context, Push, &to_front), peer(&context, Pull, &to_back));

    for round in 0..100 {
        (0..3).for_each(|number: u32| send(&push, (3 * round + number).to_string()));
        bench.stop();
        bench.run();
    }

    for number in 0..300 {
        assert_eq!(recv(&pull), number.to_string());
    }
}

#[test]
fn word_to_stop_that_comes_first_is_heard() {
    let context = Context::new(0);
    let (front, _) = bound(&context, Pull, "inproc");
    let (back, _) = bound(&context, Push, "inproc");
    let mut bench = Bench::start(front, back, None);
    bench.stop();

    bench.proxy.pause();
    bench.proxy.stop();
    bench.run();

    assert_eq!(bench.join().expect("stopped"), Served::Stopped);
}

#[test]
fn copies_go_to_the_capture_socket_as_far_as_it_has_room() {
    let context = Context::new(0);
    let (front, to_front) = bound(&context, Router, "inproc");
    let (back, to_back) = bound(&context, Dealer, "inproc");
    let capture = narrow(&context, Push);
    let to_capture = capture.bind(&address("inproc")).expect("bound").address();
    let bench = Bench::start(front, back, Some(capture));
    let (client, worker) = (peer(&context, Dealer, &to_front), peer(&context, Dealer, &to_back));

    send(&client, "nobody sees it");
    recv_within(&worker, SOON).expect("it passes all the same");
    eventually(|| bench.proxy.stats().uncaptured == 1);

    let witness = peer(&context, Pull, &to_capture);
    send(&client, "request");
    let request = recv_within(&worker, SOON).expect("the request");
    assert_eq!(recv_within(&witness, SOON).expect("its copy"), request);
    let frames: Vec<&[u8]> = request.frames().iter().map(|frame| &**frame).collect();
    send_within(&worker, &frames, SOON).expect("replied");
    assert_eq!(recv_within(&witness, SOON).expect("its copy"), request);
    assert_eq!(recv(&client), "request");
}

#[test]
fn a_socket_that_ends_ends_the_proxy_and_is_named() {
    for paused in [false, true] {
        for end in [ProxyEnd::Front, ProxyEnd::Back, ProxyEnd::Capture] {
            let context = Context::new(0);
            let (front, _) = bound(&context, Pull, "inproc");
            let (back, _) = bound(&context, Push, "inproc");
            let mut bench = Bench::start(front, back, Some(socket(&context, Pub)));
            if paused {
                bench.proxy.pause();
            }

            let capture = bench.capture.as_ref().expect("it has one");
            match end {
                ProxyEnd::Front => bench.front.close(None),
                ProxyEnd::Back => bench.back.close(None),
                ProxyEnd::Capture => capture.close(None),
            }

            assert!(matches!(bench.join(), Err(ProxyError::Closed(which)) if which == end));
        }
    }
}

#[test]
fn the_end_of_the_context_ends_the_proxy() {
    let context = Context::new(0);
    let (front, _) = bound(&context, Pull, "inproc");
    let (back, _) = bound(&context, Push, "inproc");
    let mut bench = Bench::start(front, back, None);

    context.shutdown();

    assert!(matches!(bench.join(), Err(ProxyError::Terminated(_))));
}
