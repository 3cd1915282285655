//! The end of sockets and contexts, in every state a connection can be in (rule 55).
#![cfg(feature = "testing")]

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use common::{
    Joined, SOON, TRANSPORTS, eventually, expect_peers, fill, join, recv_now, send, socket,
    socket_with, try_send,
};
use zmq4_core::proto::SocketType::{Dealer, Pair, Pull, Push};
use zmq4_core::testing::{endpoint_within, idle_within, recv_within, send_within};
use zmq4_core::{
    Context, EndpointPhase, OpenError, Parker, RecvError, SendError, Socket, SocketOptions,
    WaitSide, Waiter,
};

fn tcp_address(listener: &TcpListener) -> String {
    format!("tcp://{}", listener.local_addr().expect("its number"))
}

fn expect_idle(context: &Context, when: &str) {
    assert!(idle_within(context, SOON), "{when}: {:?} are left", context.pending());
}

#[test]
fn nothing_is_left_of_a_socket_closed_in_any_state() {
    for immediate in [false, true] {
        let context = Context::new(1);
        let make =
            || socket_with(&context, Dealer, |options| options.session.immediate = immediate);

        let refused = TcpListener::bind("127.0.0.1:0").map(|it| tcp_address(&it)).expect("a port");
        let backing_off = make();
        let endpoint = backing_off.connect(&refused).expect("connected");
        assert!(endpoint_within(&endpoint, SOON, |view| view.attempts > 1));
        drop(backing_off);
        expect_idle(&context, "backing off");

        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let handshaking = make();
        handshaking.connect(&tcp_address(&silent)).expect("connected");
        let (mut accepted, _) = silent.accept().expect("a connection");
        accepted.read_exact(&mut [0; 10]).expect("a signature");
        drop(handshaking);
        expect_idle(&context, "handshaking");

        let listening = make();
        let endpoint = listening.bind("tcp://127.0.0.1:*").expect("bound");
        let mut stranger =
            TcpStream::connect(endpoint.address().trim_start_matches("tcp://")).expect("accepted");
        stranger.read_exact(&mut [0; 10]).expect("a signature");
        drop(listening);
        expect_idle(&context, "being shaken hands with");
        assert_eq!(stranger.read(&mut [0; 100]).map_or(0, |n| n.saturating_sub(54)), 0);

        let Joined { bound, connected, .. } = join("tcp", make(), make());
        drop(bound);
        drop(connected);
        expect_idle(&context, "in traffic");

        let Joined { bound, connected, .. } = join("tcp", make(), make());
        fill(&connected);
        connected.close(Some(Some(Duration::from_millis(50))));
        expect_sockets(&context, 1);
        drop(bound);
        expect_idle(&context, "lingering");
    }
}

fn expect_sockets(context: &Context, count: usize) {
    eventually(|| context.pending().0.len() == count);
}

#[test]
fn nothing_is_left_of_endpoints_closed_again_and_again() {
    for transport in TRANSPORTS {
        let context = Context::new(1);
        let Joined { bound, connected, listener, connector } =
            join(transport, socket(&context, Dealer), socket(&context, Dealer));
        connector.close();
        for _ in 0..30 {
            let connector = connected.connect(&listener.address()).expect("connected");
            expect_peers(&connector, 1);
            send(&connected, "x");
            common::recv(&bound);
            connector.close();
        }
        expect_peers(&listener, 0);
        assert_eq!(connected.endpoints().len(), 0);
        drop((bound, connected));
        expect_idle(&context, transport);
    }
}

#[test]
fn closing_wakes_every_waiting_call() {
    let context = Context::new(1);
    let dealer = socket(&context, Dealer);
    dealer.bind("tcp://127.0.0.1:*").expect("bound");

    std::thread::scope(|scope| {
        let receiving: Vec<_> =
            (0..2).map(|_| scope.spawn(|| recv_within(&dealer, SOON))).collect();
        let sending = scope.spawn(|| send_within(&dealer, &[b"x"], SOON));
        dealer.close(None);
        for receiver in receiving {
            assert_eq!(receiver.join().expect("no panic").err(), Some(RecvError::Closed));
        }
        assert_eq!(sending.join().expect("no panic"), Err(SendError::Closed));
    });
}

#[test]
fn shutting_a_context_down_wakes_every_waiting_call_and_refuses_new_ones() {
    let context = Context::new(1);
    let dealer = socket(&context, Dealer);
    dealer.bind("tcp://127.0.0.1:*").expect("bound");

    std::thread::scope(|scope| {
        let receiving = scope.spawn(|| recv_within(&dealer, SOON));
        let sending = scope.spawn(|| send_within(&dealer, &[b"x"], SOON));
        context.shutdown();
        assert_eq!(receiving.join().expect("no panic").err(), Some(RecvError::Terminated));
        assert_eq!(sending.join().expect("no panic"), Err(SendError::Terminated));
    });

    assert!(matches!(dealer.bind("inproc://x"), Err(OpenError::Terminated)));
    assert!(matches!(dealer.connect("tcp://127.0.0.1:9"), Err(OpenError::Terminated)));
    let another = Socket::new(&context, Pair, SocketOptions::default());
    assert!(matches!(another, Err(OpenError::Terminated)));
    assert!(!idle_within(&context, Duration::ZERO), "the socket is still to be closed");
    drop(dealer);
    expect_idle(&context, "after close");
}

#[test]
fn a_closed_socket_refuses_everything_and_may_be_closed_again() {
    let context = Context::new(1);
    let Joined { bound, connected: _connected, listener, .. } =
        join("tcp", socket(&context, Pair), socket(&context, Pair));
    bound.close(None);

    bound.close(Some(None));

    assert_eq!(bound.try_recv().err(), Some(RecvError::Closed));
    assert_eq!(try_send(&bound, "x"), Err(SendError::Closed));
    assert!(matches!(bound.bind("tcp://127.0.0.1:*"), Err(OpenError::Closed)));
    assert_eq!(listener.view().phase, EndpointPhase::Closed);
    assert_eq!(bound.can_receive(), Err(RecvError::Closed));
    assert_eq!(bound.can_send(), Err(SendError::Closed));
    assert!(matches!(bound.raw_fd(), Err(OpenError::Closed)));
    assert_eq!(bound.is_drained(), Err(SendError::Closed));
}

#[test]
fn a_wait_that_outlives_its_socket_does_no_harm() {
    let context = Context::new(0);
    let pull = socket(&context, Pull);
    let parker = Parker::new().expect("a descriptor");
    let wait = pull.wait(WaitSide::Receive, Waiter::Thread(parker.clone()));

    drop(pull);

    parker.park(None, None).expect("woken");
    drop(wait);
}

#[test]
fn a_context_dropped_before_its_sockets_still_works() {
    let context = Context::new(1);
    let Joined { bound, connected, .. } =
        join("tcp", socket(&context, Pair), socket(&context, Pair));

    drop(context);

    send(&connected, "x");
    assert_eq!(common::recv(&bound), "x");
}

#[test]
fn stopping_a_context_ends_its_threads_with_connections_open() {
    let context = Context::new(2);
    let Joined { bound, connected, .. } =
        join("tcp", socket(&context, Pair), socket(&context, Pair));

    context.stop();

    // Nobody moves messages any more; calls neither hang nor panic.
    while try_send(&connected, [0; 1000]).is_ok() {}
    recv_now(&bound);
    drop((bound, connected));
    expect_idle(&context, "after stop");
}

#[test]
fn peers_that_come_and_go_while_nobody_calls_leave_nothing_behind() {
    let context = Context::new(1);
    let (push, pull) = (socket(&context, Push), socket(&context, Pull));
    let [pushing, pulling] = [&push, &pull].map(|it| it.bind("tcp://127.0.0.1:*").expect("bound"));

    for _ in 0..50 {
        let (puller, pusher) = (socket(&context, Pull), socket(&context, Push));
        expect_peers(&puller.connect(&pushing.address()).expect("connected"), 1);
        expect_peers(&pusher.connect(&pulling.address()).expect("connected"), 1);
    }

    expect_peers(&pushing, 0);
    expect_peers(&pulling, 0);
    assert_eq!(try_send(&push, "x"), Err(SendError::NoPeer));
    assert_eq!(pull.try_recv().err(), Some(RecvError::Empty));
    drop((push, pull));
    expect_idle(&context, "after all have left");
}

#[test]
fn a_stranger_who_talks_nonsense_is_told_nothing_and_disturbs_nobody() {
    let context = Context::new(1);
    let pull = socket(&context, Pull);
    let endpoint = pull.bind("tcp://127.0.0.1:*").expect("bound");
    let address = endpoint.address();
    let address = address.trim_start_matches("tcp://");
    for nonsense in [b"GET / HTTP/1.1\r\n\r\n".as_slice(), &[0; 100], &[0xff; 100], b"\xff"] {
        let mut stranger = TcpStream::connect(address).expect("accepted");
        stranger.write_all(nonsense).expect("sent");
        stranger.shutdown(std::net::Shutdown::Write).expect("ended");
        stranger.set_read_timeout(Some(SOON)).expect("a limit");
        // Closed in order or reset: either way it ends.
        let _ = stranger.read_to_end(&mut Vec::new());
    }

    let push = socket(&context, Push);
    push.connect(&endpoint.address()).expect("connected");
    send(&push, "x");
    assert_eq!(common::recv(&pull), "x");
}
