//! REQ and REP against naive models, under any interleaving of calls, replies and losses.

use std::collections::VecDeque;

use proptest::prelude::*;
use zmq4_proto::SocketType;

use super::bench::{Bench, Frames};
use super::{Abandoned, NotReceived, NotSent};
use crate::monitor::Loss;
use crate::options::PatternOptions;
use crate::pipe::PipeId;

/// What happens to an asking socket.
#[derive(Clone, Copy, Debug)]
enum Event {
    PeerComes,
    PeerLeaves(usize),
    Ask,
    Recv,
    /// The request in progress is given up, as [`crate::Socket::abandon`] does.
    Abandon,
    /// A peer replies to one of the requests that it has, old ones included.
    Reply(usize, usize),
    /// A peer sends what is no reply.
    Nonsense(usize, &'static [&'static [u8]]),
}

const NONSENSE: [&[&[u8]]; 6] = [
    &[b""],
    &[b"no delimiter"],
    &[b"abcd", b"", b"made up"],
    &[b"", b"never asked for"],
    &[b"", b""],
    &[b"abcd", b""],
];

/// A peer that sends one of these.
fn nonsense(
    of: &'static [&'static [&'static [u8]]],
) -> impl Strategy<Value = (usize, &'static [&'static [u8]])> {
    (0usize..4, prop::sample::select(of))
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => Just(Event::PeerComes),
        1 => (0usize..4).prop_map(Event::PeerLeaves),
        8 => Just(Event::Ask),
        10 => Just(Event::Recv),
        2 => Just(Event::Abandon),
        10 => (0usize..4, 0usize..6).prop_map(|(peer, at)| Event::Reply(peer, at)),
        2 => nonsense(&NONSENSE).prop_map(|(peer, frames)| Event::Nonsense(peer, frames)),
    ]
}

#[derive(Debug)]
struct Server {
    pipe: PipeId,
    is_here: bool,
    /// Requests that it has read, and may reply to.
    asked: Vec<Frames>,
}

/// A REQ, and what is known of it.
struct Asking {
    bench: Bench,
    servers: Vec<Server>,
    options: PatternOptions,
    /// How many requests were sent: each says its number.
    sent: usize,
    /// The server of the request in progress; it may have left.
    awaits: Option<PipeId>,
    /// A reply to it was sent, by the server that was asked.
    is_answered: bool,
    /// Even the server that was asked may lie: nothing but correlation protects from that.
    is_hostile: bool,
}

impl Asking {
    fn new(correlate: bool, relaxed: bool) -> Self {
        let options = PatternOptions { correlate, relaxed, ..PatternOptions::default() };
        let mut bench = Bench::new(SocketType::Req);
        bench.pattern.configure(&options);
        let (servers, is_hostile) = (Vec::new(), correlate);
        Self { bench, servers, options, sent: 0, awaits: None, is_answered: false, is_hostile }
    }

    fn run(&mut self, event: Event) {
        match event {
            Event::PeerComes => self.peer_comes(),
            Event::PeerLeaves(at) => {
                if let Some(server) = self.servers.get_mut(at) {
                    server.is_here = false;
                    self.bench.peer_leaves(server.pipe);
                }
            }
            Event::Ask => self.ask(),
            Event::Recv => self.recv(),
            Event::Abandon => self.abandon(),
            Event::Reply(peer, at) => self.reply(peer, at),
            Event::Nonsense(peer, frames) => {
                let Some(server) = self.servers.get(peer).filter(|server| server.is_here) else {
                    return;
                };
                if self.is_hostile || self.awaits != Some(server.pipe) {
                    self.bench.peer_sends(server.pipe, frames);
                }
            }
        }
        self.bench.sweep();
    }

    fn peer_comes(&mut self) {
        let pipe = self.bench.attach(2);
        self.servers.push(Server { pipe, is_here: true, asked: Vec::new() });
    }

    fn ask(&mut self) {
        let body = (self.sent + 1).to_string();
        match self.bench.send(&[body.as_bytes()]) {
            Ok(routed) => {
                assert!(self.awaits.is_none() || self.options.relaxed, "it was not its turn");
                self.sent += 1;
                self.awaits = routed.pipe();
                self.is_answered = false;
            }
            Err(NotSent::OutOfTurn) => {
                assert!(self.awaits.is_some() && !self.options.relaxed, "it was its turn");
            }
            Err(refused) => assert!(matches!(refused, NotSent::Full | NotSent::NoPeer)),
        }
    }

    fn recv(&mut self) {
        let received = self.bench.recv();
        match (received, self.awaits) {
            (Some(_), None) => panic!("a reply to no request"),
            (Some((pipe, frames)), Some(asked)) => {
                assert_eq!(frames, [self.sent.to_string().as_bytes()], "another request's reply");
                assert_eq!(pipe, asked, "the reply of a peer that was not asked");
                self.awaits = None;
            }
            (None, None) => assert_eq!(self.bench.pattern.nothing(), NotReceived::OutOfTurn),
            (None, Some(_)) => {
                assert_eq!(self.bench.pattern.nothing(), NotReceived::Empty);
                assert!(!self.is_answered, "the reply to {} is overlooked", self.sent);
            }
        }
    }

    fn abandon(&mut self) {
        let abandoned = self.bench.pattern.abandon();
        let Some(pipe) = self.awaits.take() else {
            return assert_eq!(abandoned, Abandoned::Nothing);
        };
        assert_eq!(abandoned, Abandoned::Sent(Some(pipe)));
        self.bench.remove(pipe);
        self.servers.retain(|server| server.pipe != pipe);
        self.peer_comes();
    }

    /// An honest server replies once to each request, echoing what came before its body.
    fn reply(&mut self, peer: usize, at: usize) {
        let Some(server) = self.servers.get_mut(peer).filter(|server| server.is_here) else {
            return;
        };
        server.asked.extend(self.bench.peer_reads(server.pipe));
        if server.asked.is_empty() {
            return;
        }
        let request = server.asked.remove(at % server.asked.len());
        if self.is_hostile {
            server.asked.push(request.clone());
        }
        let frames: Vec<_> = request.iter().map(Vec::as_slice).collect();
        self.bench.peer_sends(server.pipe, &frames);
        let is_current = request.last() == Some(&self.sent.to_string().into_bytes());
        self.is_answered |= is_current && self.awaits == Some(server.pipe);
    }
}

/// What happens to an answering socket.
#[derive(Clone, Copy, Debug)]
enum Deed {
    PeerComes,
    PeerLeaves(usize),
    /// A peer asks, with so many frames before the delimiter.
    Ask(usize, usize),
    /// A peer sends what is no request.
    Nonsense(usize, &'static [&'static [u8]]),
    PeerReads(usize),
    Recv,
    Reply,
    Abandon,
}

const NO_REQUEST: [&[&[u8]]; 3] = [&[b"no delimiter"], &[b"nothing behind it", b""], &[b""]];

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => Just(Deed::PeerComes),
        1 => (0usize..4).prop_map(Deed::PeerLeaves),
        8 => (0usize..4, 0usize..4).prop_map(|(peer, depth)| Deed::Ask(peer, depth)),
        2 => nonsense(&NO_REQUEST).prop_map(|(peer, frames)| Deed::Nonsense(peer, frames)),
        4 => (0usize..4).prop_map(Deed::PeerReads),
        10 => Just(Deed::Recv),
        8 => Just(Deed::Reply),
        1 => Just(Deed::Abandon),
    ]
}

#[derive(Debug)]
struct Client {
    pipe: PipeId,
    is_here: bool,
    /// Requests that the socket has not received.
    unread: VecDeque<Frames>,
    /// Replies that it was sent and has not read; the queue takes [`MARK`] of them.
    due: Vec<Frames>,
}

const MARK: usize = 3;

/// A REP, and what is known of it.
struct Answering {
    bench: Bench,
    clients: Vec<Client>,
    asked: usize,
    /// Whose request was received and not answered, and what comes before the reply.
    debt: Option<(PipeId, Frames)>,
}

impl Answering {
    fn run(&mut self, deed: Deed) {
        match deed {
            Deed::PeerComes => {
                let pipe = self.bench.attach(MARK);
                let (unread, due) = (VecDeque::new(), Vec::new());
                self.clients.push(Client { pipe, is_here: true, unread, due });
            }
            Deed::PeerLeaves(at) => {
                if let Some(client) = self.clients.get_mut(at) {
                    client.is_here = false;
                    self.bench.peer_leaves(client.pipe);
                }
            }
            Deed::Ask(at, depth) => self.ask(at, depth),
            Deed::Nonsense(at, frames) => {
                if let Some(client) = self.clients.get(at).filter(|client| client.is_here) {
                    self.bench.peer_sends(client.pipe, frames);
                }
            }
            Deed::PeerReads(at) => self.peer_reads(at),
            Deed::Recv => self.recv(),
            Deed::Reply => self.reply(),
            Deed::Abandon => {
                let debt = self.debt.take().map_or(Abandoned::Nothing, |_| Abandoned::Received);
                assert_eq!(self.bench.pattern.abandon(), debt, "no connection is dropped");
            }
        }
        let ended = self.bench.sweep();
        self.clients.retain(|client| !ended.contains(&client.pipe));
    }

    fn ask(&mut self, at: usize, depth: usize) {
        let Some(client) = self.clients.get_mut(at).filter(|client| client.is_here) else { return };
        self.asked += 1;
        let mut request: Frames = (0..depth).map(|n| vec![b'a'; n + 1]).collect();
        request.push(Vec::new());
        request.push(self.asked.to_string().into_bytes());
        let frames: Vec<_> = request.iter().map(Vec::as_slice).collect();
        self.bench.peer_sends(client.pipe, &frames);
        client.unread.push_back(request);
    }

    fn peer_reads(&mut self, at: usize) {
        let Some(client) = self.clients.get_mut(at).filter(|client| client.is_here) else { return };
        let replies = self.bench.peer_reads(client.pipe);
        assert_eq!(replies, std::mem::take(&mut client.due), "its own replies, and all of them");
    }

    fn recv(&mut self) {
        let received = self.bench.recv();
        if self.debt.is_some() {
            assert_eq!(received, None, "the last request was not answered");
            assert_eq!(self.bench.pattern.nothing(), NotReceived::OutOfTurn);
            return;
        }
        let Some((pipe, frames)) = received else {
            let unread = self.clients.iter().find(|client| !client.unread.is_empty());
            assert!(unread.is_none(), "{unread:?} is overlooked");
            return;
        };
        let client = self.clients.iter_mut().find(|client| client.pipe == pipe).expect("known");
        let mut request = client.unread.pop_front().expect("it asked");
        assert_eq!(request.pop(), frames.first().cloned(), "in the order of its peer");
        self.debt = Some((pipe, request));
    }

    fn reply(&mut self) {
        let number = self.asked.to_string().into_bytes();
        let sent = self.bench.send(&[&number]);
        let Some((pipe, mut reply)) = self.debt.take() else {
            return assert_eq!(sent, Err(NotSent::OutOfTurn));
        };
        reply.push(number);
        let client = self.clients.iter_mut().find(|client| client.pipe == pipe);
        match client.filter(|client| client.is_here) {
            Some(client) if client.due.len() < MARK => {
                assert_eq!(sent.expect("it has room").pipe(), Some(pipe));
                client.due.push(reply);
            }
            Some(_) => assert_eq!(sent, Err(NotSent::Dropped(Loss::Full))),
            None => assert_eq!(sent, Err(NotSent::Dropped(Loss::Gone))),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// Strictly or relaxed, whatever peers send and however often.
    #[test]
    fn a_correlated_reply_belongs_to_the_current_request(
        relaxed: bool,
        events in prop::collection::vec(event(), 1..150),
    ) {
        let mut asking = Asking::new(true, relaxed);

        for event in events {
            asking.run(event);
        }
    }

    /// Of peers that reply once to what they were asked, the connection being dropped with the request.
    #[test]
    fn a_reply_belongs_to_the_current_request_where_requests_are_answered_or_abandoned(
        events in prop::collection::vec(event(), 1..150),
    ) {
        let mut asking = Asking::new(false, false);

        for event in events {
            asking.run(event);
        }
    }

    #[test]
    fn a_reply_goes_to_who_asked_in_its_envelope_or_to_nobody(
        deeds in prop::collection::vec(deed(), 1..150),
    ) {
        let bench = Bench::new(SocketType::Rep);
        let mut answering = Answering { bench, clients: Vec::new(), asked: 0, debt: None };

        for deed in deeds {
            answering.run(deed);
        }
    }
}

#[test]
fn a_request_that_finds_no_room_leaves_the_reply_to_the_last_one_alone() {
    let mut bench = Bench::new(SocketType::Req);
    bench.pattern.configure(&PatternOptions { relaxed: true, ..PatternOptions::default() });
    let [_silent, answering] = [(); 2].map(|()| bench.attach(1));
    bench.send(&[b"1"]).expect("room");
    bench.send(&[b"2"]).expect("room");
    bench.peer_reads(answering);
    bench.peer_sends(answering, &[b"", b"reply to 2"]);
    bench.peer_leaves(answering);

    assert_eq!(bench.send(&[b"3"]), Err(NotSent::Full));

    assert_eq!(bench.recv(), Some((answering, vec![b"reply to 2".to_vec()])));
}
