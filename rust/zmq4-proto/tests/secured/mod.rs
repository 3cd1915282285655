//! Handshakes with credentials: the documented keys, a driver that gives verdicts, and what two
//! honest ends say to each other.

#![allow(dead_code, reason = "each test file uses its part")]

use std::convert::Infallible;

use zmq4_proto::{
    Command, Credentials, CurveClient, CurveRandom, CurveServer, Denied, Established, Fault,
    FrameHeader, GREETING_LEN, Handshake, HandshakeConfig, KeyPair, Opener, Password, PlainClient,
    Sealer, SecretKey, Security, SocketType, Verdict, Wrap,
};

/// Where a handshake came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// All octets that went out.
    pub(crate) sent: Vec<u8>,
    /// What was asked to be judged.
    pub(crate) asked: Vec<Credentials>,
    pub(crate) end: End,
}

#[derive(Debug)]
pub(crate) enum End {
    /// More octets are awaited.
    Waiting,
    /// The handshake is done; behind it came these octets.
    Ready {
        peer: Established,
        wrap: Wrap,
        leftover: Vec<u8>,
    },
    Failed(Fault),
}

impl Outcome {
    pub(crate) fn is_ready(&self) -> bool {
        matches!(self.end, End::Ready { .. })
    }

    pub(crate) fn fault(&self) -> &Fault {
        let End::Failed(fault) = &self.end else { panic!("no fault: {self:?}") };
        fault
    }

    pub(crate) fn peer(&self) -> &Established {
        let End::Ready { peer, .. } = &self.end else { panic!("not ready: {self:?}") };
        peer
    }

    /// The two halves of encrypted traffic.
    pub(crate) fn halves(self) -> (Box<Sealer>, Box<Opener>) {
        let End::Ready { wrap: Wrap::Curve { sealer, opener }, .. } = self.end else {
            panic!("not encrypted: {self:?}")
        };
        (sealer, opener)
    }
}

/// A handshake with what its driver keeps.
pub(crate) struct Driver {
    handshake: Handshake,
    verdict: Verdict,
    /// What was read and not taken.
    unread: Vec<u8>,
    /// What was given out and not collected.
    pub(crate) unsent: Vec<u8>,
    sent: Vec<u8>,
    asked: Vec<Credentials>,
    fault: Option<Fault>,
}

impl Driver {
    pub(crate) fn new(config: HandshakeConfig, verdict: Verdict) -> Self {
        let mut driver = Self {
            handshake: Handshake::new(config),
            verdict,
            unread: Vec::new(),
            unsent: Vec::new(),
            sent: Vec::new(),
            asked: Vec::new(),
            fault: None,
        };
        driver.transmit();
        driver
    }

    pub(crate) fn read(&mut self, octets: &[u8]) {
        self.unread.extend_from_slice(octets);
        while self.fault.is_none() {
            match self.handshake.handle_input(&self.unread) {
                Ok(consumed) => drop(self.unread.drain(..consumed)),
                Err(fault) => self.fault = Some(fault),
            }
            self.transmit();
            let Some(credentials) = self.handshake.credentials().cloned() else { break };
            assert!(!self.handshake.is_established());
            self.asked.push(credentials);
            self.fault = self.handshake.authorize(self.verdict.clone()).err();
            self.transmit();
        }
    }

    pub(crate) fn finish(mut self) -> Outcome {
        let Self { sent, asked, unread: leftover, .. } = self;
        let end = if let Some(fault) = self.fault {
            assert_eq!(self.handshake.handle_input(b"more"), Err(fault.clone()));
            End::Failed(fault)
        } else if let Some((peer, wrap)) = self.handshake.into_established() {
            End::Ready { peer, wrap, leftover }
        } else {
            End::Waiting
        };
        Outcome { sent, asked, end }
    }

    fn transmit(&mut self) {
        let begin = self.unsent.len();
        self.handshake.poll_transmit(&mut self.unsent);
        self.sent.extend_from_slice(&self.unsent[begin..]);
    }
}

/// Runs one end over what a scripted peer sends.
pub(crate) fn run<'a>(
    config: HandshakeConfig,
    verdict: Verdict,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Outcome {
    let mut driver = Driver::new(config, verdict);
    pieces.into_iter().for_each(|piece| driver.read(piece));
    driver.finish()
}

/// Lets two ends talk until both are silent.
pub(crate) fn meet(configs: [HandshakeConfig; 2], verdict: &Verdict) -> [Outcome; 2] {
    let mut ends = configs.map(|config| Driver::new(config, verdict.clone()));
    loop {
        let under_way = ends.each_mut().map(|end| std::mem::take(&mut end.unsent));
        if under_way.iter().all(Vec::is_empty) {
            return ends.map(Driver::finish);
        }
        ends[1].read(&under_way[0]);
        ends[0].read(&under_way[1]);
    }
}

/// Splits what an end sent into its greeting and its frames.
pub(crate) fn frames(sent: &[u8]) -> Vec<Vec<u8>> {
    let (greeting, mut rest) = sent.split_at(GREETING_LEN);
    let mut frames = vec![greeting.to_vec()];
    while let Some((header, header_len)) = FrameHeader::decode(rest).unwrap() {
        let (frame, behind) = rest.split_at(header_len + usize::try_from(header.body_len).unwrap());
        frames.push(frame.to_vec());
        rest = behind;
    }
    frames
}

/// The body of the last frame, read as a command.
pub(crate) fn last_command(sent: &[u8]) -> Vec<u8> {
    let last = frames(sent).pop().unwrap();
    let (_, header_len) = FrameHeader::decode(&last).unwrap().unwrap();
    last[header_len..].to_vec()
}

pub(crate) fn error_reason(sent: &[u8]) -> Option<Vec<u8>> {
    if sent.len() == GREETING_LEN {
        return None;
    }
    match Command::parse(&last_command(sent)) {
        Command::Error(reason) => Some(reason.to_vec()),
        Command::Ready(_)
        | Command::Ping { .. }
        | Command::Pong { .. }
        | Command::Subscribe(_)
        | Command::Cancel(_)
        | Command::Unknown { .. }
        | Command::Malformed => None,
    }
}

pub(crate) fn with(socket_type: SocketType, security: Security) -> HandshakeConfig {
    HandshakeConfig { security, ..HandshakeConfig::new(socket_type) }
}

pub(crate) fn curve_client(socket_type: SocketType) -> HandshakeConfig {
    let client = CurveClient {
        keys: client_keys(),
        server_key: *server_keys().public(),
        random: client_random(),
    };
    with(socket_type, Security::CurveClient(client))
}

pub(crate) fn curve_server(socket_type: SocketType) -> HandshakeConfig {
    let server = CurveServer { keys: server_keys(), random: server_random() };
    with(socket_type, Security::CurveServer(server))
}

pub(crate) fn plain_client(socket_type: SocketType) -> HandshakeConfig {
    let client = PlainClient::new(b"admin", Password::new(b"secret").unwrap()).unwrap();
    with(socket_type, Security::PlainClient(client))
}

pub(crate) fn plain_server(socket_type: SocketType) -> HandshakeConfig {
    with(socket_type, Security::PlainServer)
}

pub(crate) fn client_keys() -> KeyPair {
    keys("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs")
}

pub(crate) fn server_keys() -> KeyPair {
    keys("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6")
}

fn keys(secret: &str) -> KeyPair {
    KeyPair::from_secret(secret.parse::<SecretKey>().unwrap())
}

/// c' and the nonce of the vouch of the documented handshake.
pub(crate) fn client_random() -> CurveRandom {
    random([0x20, 0xff, 0xa0, 0xff])
}

/// s', K, and the nonces of WELCOME and cookie of the documented handshake.
pub(crate) fn server_random() -> CurveRandom {
    random([0x40, 0x60, 0x80, 0x90])
}

/// Each part counts upwards from one of these.
pub(crate) fn random(firsts: [u8; 4]) -> CurveRandom {
    let mut firsts = firsts.into_iter();
    let fill = |part: &mut [u8]| {
        let first = firsts.next().unwrap();
        for (index, octet) in part.iter_mut().enumerate() {
            *octet = first.wrapping_add(u8::try_from(index).unwrap());
        }
        Ok::<_, Infallible>(())
    };
    let Ok(random) = CurveRandom::draw(fill);
    random
}

pub(crate) const DENIALS: [Denied; 3] = [Denied::TryLater, Denied::Refused, Denied::HandlerFailed];
