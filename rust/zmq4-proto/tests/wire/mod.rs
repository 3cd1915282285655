//! [`Pair`]: two connection ends that hear each other over a wire with a latency, on a virtual
//! clock.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use zmq4_proto::{
    Beat, Command, Decoder, Established, Fault, FrameKind, Handshake, HandshakeConfig, Heartbeat,
    Keepalive, MinVersion, RoutingId, SocketType, TrafficLimits, put_frame, put_ping, put_pong,
};

use crate::traffic::{Inbound, Reader};

/// How the wire treats what is written, and what the first end calls itself.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Longest piece that arrives at once.
    pub(crate) piece_len: usize,
    pub(crate) latency: Duration,
    /// After how many octets each direction ends.
    pub(crate) cut_after: Option<usize>,
    pub(crate) routing_id: RoutingId,
    /// Both ends accept 2.0, and the wire makes the major version in their greetings that of 2.0.
    pub(crate) is_2_0: bool,
}

/// Both ends and what lies between them.
pub(crate) struct Pair {
    pub(crate) ends: [End; 2],
    setting: Setting,
    /// What is under way to each end, with the time of arrival.
    wires: [VecDeque<(Instant, Vec<u8>)>; 2],
    now: Instant,
    is_cut: bool,
}

impl Pair {
    pub(crate) fn new(types: [SocketType; 2], setting: Setting) -> Self {
        let configs = types.map(HandshakeConfig::new);
        let [mut first, second] = configs;
        first.routing_id = setting.routing_id.clone();
        let least = if setting.is_2_0 { MinVersion::V2_0 } else { MinVersion::default() };
        let configs =
            [first, second].map(|config| HandshakeConfig { min_version: least, ..config });
        Self {
            ends: configs.map(End::new),
            setting,
            wires: [VecDeque::new(), VecDeque::new()],
            now: Instant::now(),
            is_cut: false,
        }
    }

    /// Lets time pass, from event to event.
    pub(crate) fn run(&mut self, time: Duration) {
        let deadline = self.now + time;
        self.transmit();
        while let Some(next) = self.next_event().filter(|&next| next <= deadline) {
            self.now = self.now.max(next);
            for (end, wire) in self.ends.iter_mut().zip(&mut self.wires) {
                while !end.is_suspended && wire.front().is_some_and(|(at, _)| *at <= self.now) {
                    let (_, octets) = wire.pop_front().unwrap();
                    end.handle_input(&octets, self.now);
                }
                end.handle_timeout(self.now);
            }
            self.transmit();
        }
        self.now = deadline;
    }

    pub(crate) fn send(&mut self, from: usize, bodies: &[&[u8]]) {
        let (last, others) = bodies.split_last().unwrap();
        for body in others {
            put_frame(&mut self.ends[from].unsent, FrameKind::More, body);
        }
        put_frame(&mut self.ends[from].unsent, FrameKind::Last, last);
    }

    /// From now on nothing arrives anywhere.
    pub(crate) fn cut(&mut self) {
        self.is_cut = true;
        self.wires = [VecDeque::new(), VecDeque::new()];
    }

    pub(crate) fn suspend(&mut self, end: usize) {
        self.ends[end].is_suspended = true;
        self.ends[end].keepalive.as_mut().unwrap().suspend(self.now);
    }

    pub(crate) fn resume(&mut self, end: usize) {
        self.ends[end].is_suspended = false;
        self.ends[end].keepalive.as_mut().unwrap().resume(self.now);
    }

    fn next_event(&self) -> Option<Instant> {
        let arrivals = self
            .ends
            .iter()
            .zip(&self.wires)
            .filter(|(end, _)| !end.is_suspended)
            .filter_map(|(_, wire)| wire.front().map(|(at, _)| *at));
        let timers = self.ends.iter().filter_map(End::poll_timeout);
        arrivals.chain(timers).min()
    }

    fn transmit(&mut self) {
        for from in 0..2 {
            let end = &mut self.ends[from];
            end.poll_transmit();
            let left = self.setting.cut_after.map(|limit| limit.saturating_sub(end.written.len()));
            let arriving = end.unsent.len().min(left.unwrap_or(usize::MAX));
            let mut octets = std::mem::take(&mut end.unsent);
            let major = MAJOR.checked_sub(end.written.len()).and_then(|at| octets.get_mut(at));
            if let Some(major) = major.filter(|_| self.setting.is_2_0) {
                *major = 1;
            }
            end.written.extend_from_slice(&octets);
            if self.is_cut {
                continue;
            }
            for piece in octets[..arriving].chunks(self.setting.piece_len) {
                let arrival = self.now + self.setting.latency;
                self.wires[1 - from].push_back((arrival, piece.to_vec()));
            }
        }
    }
}

/// Offset of the major version in what an end writes.
const MAJOR: usize = 10;

/// One end: a handshake, then a reader and its timers.
pub(crate) struct End {
    handshake: Option<Handshake>,
    established: Option<Established>,
    reader: Reader,
    pub(crate) heartbeat: Option<Heartbeat>,
    keepalive: Option<Keepalive>,
    is_suspended: bool,
    unsent: Vec<u8>,
    /// All octets that were ever written.
    pub(crate) written: Vec<u8>,
    /// All that came in, in order.
    pub(crate) inbound: Vec<Inbound>,
    pub(crate) faults: Vec<Fault>,
    pings: usize,
}

impl End {
    fn new(config: HandshakeConfig) -> Self {
        Self {
            handshake: Some(Handshake::new(config)),
            established: None,
            reader: Reader::new(Decoder::new(TrafficLimits::default())),
            heartbeat: None,
            keepalive: None,
            is_suspended: false,
            unsent: Vec::new(),
            written: Vec::new(),
            inbound: Vec::new(),
            faults: Vec::new(),
            pings: 0,
        }
    }

    pub(crate) fn is_established(&self) -> bool {
        self.established.is_some()
    }

    pub(crate) fn peer(&self) -> &Established {
        self.established.as_ref().unwrap()
    }

    /// The one fault that ended this end.
    pub(crate) fn fault(&self) -> Fault {
        assert_eq!(self.faults.len(), 1, "{:?}", self.faults);
        self.faults[0].clone()
    }

    pub(crate) fn messages(&self) -> Vec<Inbound> {
        let is_message = |inbound: &&Inbound| matches!(inbound, Inbound::Message(_));
        self.inbound.iter().filter(is_message).cloned().collect()
    }

    /// How many PINGs were sent.
    pub(crate) fn count_pings(&self) -> usize {
        self.pings
    }

    fn handle_input(&mut self, octets: &[u8], now: Instant) {
        if !self.faults.is_empty() {
            return;
        }
        let Some(handshake) = &mut self.handshake else {
            return self.handle_traffic(octets, now);
        };
        match handshake.handle_input(octets) {
            Ok(consumed) => {
                handshake.poll_transmit(&mut self.unsent);
                if handshake.is_established() {
                    let established = self.handshake.take().unwrap().into_established();
                    self.established = established.map(|(peer, _)| peer);
                    let speaks_ping = self.peer().version.speaks_3_1();
                    self.keepalive = Some(Keepalive::new(self.heartbeat, speaks_ping, now));
                    self.handle_traffic(&octets[consumed..], now);
                }
            }
            Err(fault) => self.faults.push(fault),
        }
    }

    fn handle_traffic(&mut self, octets: &[u8], now: Instant) {
        let keepalive = self.keepalive.as_mut().unwrap();
        keepalive.on_octets(now);
        for inbound in self.reader.read(octets, usize::MAX) {
            if let Inbound::Command(body) = &inbound
                && let Command::Ping { ttl_deciseconds, context } = Command::parse(body)
            {
                keepalive.on_ping(now, ttl_deciseconds);
                put_pong(&mut self.unsent, context);
            }
            self.inbound.push(inbound);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.keepalive.as_ref().filter(|_| self.faults.is_empty())?.poll_timeout()
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let (Some(keepalive), true) = (&mut self.keepalive, self.faults.is_empty()) {
            match keepalive.handle_timeout(now) {
                Beat::Idle => break,
                Beat::SendPing { ttl_deciseconds } => {
                    self.pings += 1;
                    put_ping(&mut self.unsent, ttl_deciseconds, b"");
                }
                Beat::SendPong => put_pong(&mut self.unsent, b""),
                Beat::Expired(fault) => self.faults.push(fault),
            }
        }
    }

    fn poll_transmit(&mut self) {
        if let Some(handshake) = &mut self.handshake {
            handshake.poll_transmit(&mut self.unsent);
        }
    }
}
