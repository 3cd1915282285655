//! [`Handshake`]: greeting, then the mechanism, then the judgement of the peer's metadata. With a
//! ZMTP 2.0 peer: greeting, then identities.

use super::{
    HandshakeConfig,
    downgrade::{Downgrade, put_identity},
    established::Established,
    frame::HandshakeFrame,
};
use crate::{
    Command, FrameKind, Greeting, GreetingMachine, PeerGreeting, Version,
    command::put_error,
    error::{Fault, LimitExceeded, Misbehaved},
    mechanism::{Mechanism, Step},
};

/// One side of a handshake, driven by octets.
///
/// ```text
///   Greeting ─┬─▶ Mechanism ─┬─▶ Ready
///             └─▶ Downgrade ─┘            with a 2.0 peer, where such are accepted
///
///   all but Ready ──▶ Failed
/// ```
///
/// A driver calls, in this order and again for every read:
/// 1. [`handle_input`](Self::handle_input) with what it read;
/// 2. [`poll_transmit`](Self::poll_transmit), and writes what it gets, even after an error;
/// 3. [`is_established`](Self::is_established), and if so
///    [`into_established`](Self::into_established): what `handle_input` left over is traffic.
///
/// Before the first read it calls `poll_transmit` once: both sides speak first. The deadline of a
/// handshake is the driver's.
#[derive(Clone, Debug)]
pub struct Handshake {
    config: HandshakeConfig,
    stage: Stage,
    /// The mechanism; it does nothing before the greeting is over.
    mechanism: Mechanism,
    /// What is to be sent and was not asked for yet.
    unsent: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Stage {
    Greeting(Box<GreetingMachine>),
    Mechanism { version: Version, frame: HandshakeFrame },
    Downgrade(Downgrade),
    Ready(Box<Established>),
    Failed(Fault),
}

impl Handshake {
    /// Starts a handshake.
    pub fn new(config: HandshakeConfig) -> Self {
        let mut greeting =
            GreetingMachine::new(config.socket_type, config.mechanism, &config.routing_id)
                .with_min_version(config.min_version);
        let mut unsent = Vec::new();
        greeting.poll_transmit(&mut unsent);
        let limits = config.limits.metadata;
        Self {
            mechanism: Mechanism::new(config.mechanism, config.ready_metadata(), limits),
            stage: Stage::Greeting(Box::new(greeting)),
            unsent,
            config,
        }
    }

    /// True if the peer is ready and everything we owe it was handed out by
    /// [`poll_transmit`](Self::poll_transmit).
    pub fn is_established(&self) -> bool {
        matches!(self.stage, Stage::Ready(_)) && self.unsent.is_empty()
    }

    /// Takes octets from the peer and returns how many.
    ///
    /// That is all of them, unless the handshake ends within `input`: what lies behind the peer's
    /// last command is traffic and stays with the caller.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] but those of traffic and of silence. The caller sends what
    /// [`poll_transmit`](Self::poll_transmit) still gives, and closes. Every later call returns the
    /// same fault.
    pub fn handle_input(&mut self, input: &[u8]) -> Result<usize, Fault> {
        self.advance(input).inspect_err(|fault| self.fail(fault))
    }

    /// Appends what must go out now.
    pub fn poll_transmit(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.unsent);
    }

    /// What is known about the peer, or `None` if the handshake is not
    /// [established](Self::is_established).
    pub fn into_established(self) -> Option<Established> {
        match self.stage {
            Stage::Ready(established) if self.unsent.is_empty() => Some(*established),
            Stage::Ready(_)
            | Stage::Greeting(_)
            | Stage::Mechanism { .. }
            | Stage::Downgrade(_)
            | Stage::Failed(_) => None,
        }
    }

    fn advance(&mut self, input: &[u8]) -> Result<usize, Fault> {
        let mut rest = input;
        loop {
            let consumed = match &mut self.stage {
                Stage::Greeting(greeting) => {
                    let result = greeting.handle_input(rest);
                    greeting.poll_transmit(&mut self.unsent);
                    let consumed = result?;
                    if let Some(peer) = greeting.peer() {
                        self.finish_greeting(peer)?;
                    }
                    consumed
                }
                Stage::Mechanism { frame, .. } => {
                    let limit = self.config.limits.command_len;
                    let consumed = frame.take(rest, limit, command_too_long)?;
                    self.finish_frame()?;
                    consumed
                }
                Stage::Downgrade(downgrade) => {
                    let consumed = downgrade.take(rest)?;
                    if let Some(established) = downgrade.established()? {
                        self.stage = Stage::Ready(Box::new(established));
                    }
                    consumed
                }
                Stage::Ready(_) => 0,
                Stage::Failed(fault) => return Err(fault.clone()),
            };
            if consumed == 0 {
                return Ok(input.len() - rest.len());
            }
            rest = rest.get(consumed..).unwrap_or_default();
        }
    }

    /// Goes on as the peer's greeting demands; in either case we speak at once.
    fn finish_greeting(&mut self, peer: PeerGreeting) -> Result<(), Fault> {
        self.stage = match peer {
            PeerGreeting::Full(Greeting { version, .. }) => {
                self.mechanism.next_command(&mut self.unsent);
                let version = Version::of_greeting(version.major, version.minor);
                Stage::Mechanism { version, frame: HandshakeFrame::default() }
            }
            PeerGreeting::Short { socket_type } => {
                let downgrade = Downgrade::new(self.config.socket_type, socket_type)?;
                put_identity(&mut self.unsent, &self.config.routing_id);
                Stage::Downgrade(downgrade)
            }
        };
        Ok(())
    }

    /// Gives the frame being collected to the mechanism, if it is whole.
    fn finish_frame(&mut self) -> Result<(), Fault> {
        let Stage::Mechanism { version, frame } = &self.stage else {
            return Ok(());
        };
        let Some((kind, body)) = frame.whole() else {
            return Ok(());
        };
        let command = handshake_command(kind, body)?;
        let Step::Done(metadata) = self.mechanism.on_command(command)?;
        let established = Established::new(self.config.socket_type, *version, metadata)?;
        self.stage = Stage::Ready(Box::new(established));
        Ok(())
    }

    /// Notes the fault and queues an ERROR where the peer is owed one.
    fn fail(&mut self, fault: &Fault) {
        if let (Stage::Mechanism { .. }, Some(reason)) = (&self.stage, fault.wire_reason()) {
            put_error(&mut self.unsent, reason);
        }
        if !matches!(self.stage, Stage::Failed(_)) {
            self.stage = Stage::Failed(fault.clone());
        }
    }
}

fn command_too_long(announced: u64, limit: usize) -> Fault {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    LimitExceeded::Command { announced, limit }.into()
}

/// Reads a frame of the handshake as a command.
///
/// A READY or ERROR in a message frame is taken as one, as in libzmq, which ignores the flag here.
///
/// # Errors
///
/// [`Misbehaved::MessageBeforeReady`] for a message that is neither.
fn handshake_command(kind: FrameKind, body: &[u8]) -> Result<Command<'_>, Fault> {
    let command = Command::parse(body);
    match (kind, command) {
        (FrameKind::Command, _) | (_, Command::Ready(_) | Command::Error(_)) => Ok(command),
        (FrameKind::More | FrameKind::Last, _) => Err(Misbehaved::MessageBeforeReady.into()),
    }
}
