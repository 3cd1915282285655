//! [`Handshake`]: greeting, then the mechanism, then the judgement of the peer's metadata. With a
//! ZMTP 2.0 peer: greeting, then identities.

use super::{
    HandshakeConfig, HandshakeLimits,
    downgrade::{Downgrade, put_identity},
    established::{Authorised, Established},
    frame::HandshakeFrame,
};
use crate::{
    Credentials, FrameKind, Greeting, GreetingMachine, MechanismKind, MinVersion, PeerGreeting,
    RoutingId, Security, SocketType, Verdict, Version, Wrap,
    command::{HandshakeCommand, put_error},
    error::{Fault, LimitExceeded, Misbehaved},
    mechanism::{Mechanism, Ours, Step, Suspended},
};

/// One side of a handshake, driven by octets.
///
/// ```text
///   Greeting ─┬─▶ Mechanism ◀─▶ Verdict ──▶ Ready
///             └─▶ Downgrade ──────────────▶ Ready     with a 2.0 peer, where such are accepted
///
///   all but Ready ──▶ Failed
/// ```
///
/// A driver calls, in this order and again for every read:
/// 1. [`handle_input`](Self::handle_input) with what it read;
/// 2. [`poll_transmit`](Self::poll_transmit), and writes what it gets, even after an error;
/// 3. [`credentials`](Self::credentials), and if there are some, has them judged, calls
///    [`authorize`](Self::authorize), and begins again with what `handle_input` left over;
/// 4. [`is_established`](Self::is_established), and if so
///    [`into_established`](Self::into_established): what `handle_input` left over is traffic.
///
/// Before the first read it calls `poll_transmit` once: both sides speak first. The deadline of a
/// handshake is the driver's.
#[derive(Debug)]
pub struct Handshake {
    socket_type: SocketType,
    routing_id: RoutingId,
    kind: MechanismKind,
    limits: HandshakeLimits,
    stage: Stage,
    /// True behind the whole greeting of a peer that has commands.
    is_greeted: bool,
    /// What the verdict about the peer said.
    authorised: Option<Authorised>,
    /// What is to be sent and was not asked for yet.
    unsent: Vec<u8>,
}

#[derive(Debug)]
enum Stage {
    Greeting {
        machine: Box<GreetingMachine>,
        security: Security,
        ours: Ours,
    },
    Mechanism {
        version: Version,
        mechanism: Mechanism,
        frame: HandshakeFrame,
    },
    Verdict {
        version: Version,
        credentials: Credentials,
        suspended: Suspended,
    },
    Downgrade(Downgrade),
    Ready(Box<(Established, Wrap)>),
    Failed(Fault),
    /// Between two stages; never seen between two calls.
    Moving,
}

impl Handshake {
    /// Starts a handshake.
    pub fn new(config: HandshakeConfig) -> Self {
        let ours = Ours { metadata: config.ready_metadata(), limits: config.limits.metadata };
        let kind = config.security.kind();
        let least = if config.security.admits_2_0() {
            config.min_version
        } else {
            config.min_version.max(MinVersion::V3_0)
        };
        let mut machine = GreetingMachine::new(config.socket_type, kind, &config.routing_id)
            .with_min_version(least);
        let mut unsent = Vec::new();
        machine.poll_transmit(&mut unsent);
        Self {
            socket_type: config.socket_type,
            routing_id: config.routing_id,
            kind,
            limits: config.limits,
            stage: Stage::Greeting { machine: Box::new(machine), security: config.security, ours },
            is_greeted: false,
            authorised: None,
            unsent,
        }
    }

    /// True if the peer is ready and everything we owe it was handed out by
    /// [`poll_transmit`](Self::poll_transmit).
    pub fn is_established(&self) -> bool {
        matches!(self.stage, Stage::Ready(_)) && self.unsent.is_empty()
    }

    /// True behind the whole greeting of a peer that speaks our mechanism: what goes wrong from now
    /// on is a matter of that mechanism.
    pub fn is_greeted(&self) -> bool {
        self.is_greeted
    }

    /// What the peer is to be judged by, while the handshake waits for a verdict.
    pub fn credentials(&self) -> Option<&Credentials> {
        match &self.stage {
            Stage::Verdict { credentials, .. } => Some(credentials),
            Stage::Greeting { .. }
            | Stage::Mechanism { .. }
            | Stage::Downgrade(_)
            | Stage::Ready(_)
            | Stage::Failed(_)
            | Stage::Moving => None,
        }
    }

    /// Takes the verdict about the peer. One that was not asked for changes nothing.
    ///
    /// # Errors
    ///
    /// [`Fault::Denied`] if the verdict says so, and faults of the peer's metadata. The caller does
    /// as after an error of [`handle_input`](Self::handle_input).
    pub fn authorize(&mut self, verdict: Verdict) -> Result<(), Fault> {
        if self.credentials().is_none() {
            return Ok(());
        }
        self.go_on(verdict).inspect_err(|fault| self.fail(fault))
    }

    /// Takes octets from the peer and returns how many.
    ///
    /// That is all of them, unless the handshake waits for a verdict, or ends, within `input`. What
    /// lies behind the peer's last command is traffic and stays with the caller.
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

    /// What is known about the peer, and what is to be done to every frame; `None` if the handshake
    /// is not [established](Self::is_established).
    pub fn into_established(self) -> Option<(Established, Wrap)> {
        match self.stage {
            Stage::Ready(ready) if self.unsent.is_empty() => Some(*ready),
            Stage::Ready(_)
            | Stage::Greeting { .. }
            | Stage::Mechanism { .. }
            | Stage::Verdict { .. }
            | Stage::Downgrade(_)
            | Stage::Failed(_)
            | Stage::Moving => None,
        }
    }

    fn advance(&mut self, input: &[u8]) -> Result<usize, Fault> {
        let mut rest = input;
        loop {
            let consumed = match &mut self.stage {
                Stage::Greeting { machine, .. } => {
                    let result = machine.handle_input(rest);
                    machine.poll_transmit(&mut self.unsent);
                    let consumed = result?;
                    if let Some(peer) = machine.peer() {
                        self.finish_greeting(peer)?;
                    }
                    consumed
                }
                Stage::Mechanism { frame, .. } => {
                    let consumed = frame.take(rest, self.limits.command_len, command_too_long)?;
                    self.finish_frame()?;
                    consumed
                }
                Stage::Downgrade(downgrade) => {
                    let consumed = downgrade.take(rest)?;
                    if let Some(established) = downgrade.established()? {
                        self.stage = Stage::Ready(Box::new((established, Wrap::Plain)));
                    }
                    consumed
                }
                Stage::Verdict { .. } | Stage::Ready(_) | Stage::Moving => 0,
                Stage::Failed(fault) => return Err(fault.clone()),
            };
            if consumed == 0 {
                return Ok(input.len() - rest.len());
            }
            rest = rest.get(consumed..).unwrap_or_default();
        }
    }

    /// Goes on as the peer's greeting demands.
    fn finish_greeting(&mut self, peer: PeerGreeting) -> Result<(), Fault> {
        let Stage::Greeting { security, ours, .. } = self.leave_stage() else {
            return Ok(());
        };
        match peer {
            PeerGreeting::Full(Greeting { version, .. }) => {
                self.is_greeted = true;
                let version = Version::of_greeting(version.major, version.minor);
                let step = Mechanism::start(security, ours, &mut self.unsent)?;
                self.enter(version, step)
            }
            PeerGreeting::Short { socket_type } => {
                let downgrade = Downgrade::new(self.socket_type, socket_type)?;
                put_identity(&mut self.unsent, &self.routing_id);
                self.stage = Stage::Downgrade(downgrade);
                Ok(())
            }
        }
    }

    /// Gives the frame being collected to the mechanism, if it is whole.
    fn finish_frame(&mut self) -> Result<(), Fault> {
        let Stage::Mechanism { version, mechanism, frame } = self.leave_stage() else {
            return Ok(());
        };
        let Some((kind, body)) = frame.whole() else {
            self.stage = Stage::Mechanism { version, mechanism, frame };
            return Ok(());
        };
        let step = mechanism.on_command(handshake_command(kind, body)?, &mut self.unsent)?;
        self.enter(version, step)
    }

    fn go_on(&mut self, verdict: Verdict) -> Result<(), Fault> {
        let Stage::Verdict { version, suspended, .. } = self.leave_stage() else {
            return Ok(());
        };
        match verdict {
            Verdict::Accept { user_id, metadata } => {
                self.authorised = Some(Authorised { user_id, metadata });
                let step = suspended.on_accept(&mut self.unsent)?;
                self.enter(version, step)
            }
            Verdict::Deny(denied) => Err(denied.into()),
        }
    }

    fn enter(&mut self, version: Version, step: Step) -> Result<(), Fault> {
        self.stage = match step {
            Step::Expect(mechanism) => {
                Stage::Mechanism { version, mechanism, frame: HandshakeFrame::default() }
            }
            Step::Authenticate(credentials, suspended) => {
                Stage::Verdict { version, credentials, suspended }
            }
            Step::Done(done) => {
                let authorised = self.authorised.take();
                let peer = Established::new(self.socket_type, version, &done.peer, authorised)?;
                self.unsent.extend_from_slice(&done.last_command);
                Stage::Ready(Box::new((peer, done.wrap)))
            }
        };
        Ok(())
    }

    fn leave_stage(&mut self) -> Stage {
        std::mem::replace(&mut self.stage, Stage::Moving)
    }

    /// Notes the fault and queues an ERROR where the peer is owed one.
    fn fail(&mut self, fault: &Fault) {
        if matches!(self.stage, Stage::Failed(_)) {
            return;
        }
        if let Some(reason) = fault.wire_reason().filter(|_| self.owes_error(fault)) {
            put_error(&mut self.unsent, reason);
        }
        self.stage = Stage::Failed(fault.clone());
    }

    /// Under PLAIN and CURVE only the server sends ERROR, and only to a peer that did its part.
    fn owes_error(&self, fault: &Fault) -> bool {
        self.is_greeted
            && match self.kind {
                MechanismKind::Null => true,
                MechanismKind::PlainServer | MechanismKind::CurveServer => {
                    matches!(fault, Fault::Denied(_) | Fault::Incompatible(_))
                }
                MechanismKind::PlainClient | MechanismKind::CurveClient => false,
            }
    }
}

fn command_too_long(announced: u64, limit: usize) -> Fault {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    LimitExceeded::Command { announced, limit }.into()
}

/// Reads a frame of the handshake as a command.
///
/// A command of a mechanism in a message frame is taken as one, as in libzmq, which ignores the flag
/// here.
///
/// # Errors
///
/// [`Misbehaved::MessageBeforeReady`] for a message that is none.
fn handshake_command(kind: FrameKind, body: &[u8]) -> Result<HandshakeCommand<'_>, Fault> {
    let command = HandshakeCommand::parse(body);
    if kind == FrameKind::Command || command.belongs_to_handshakes() {
        Ok(command)
    } else {
        Err(Misbehaved::MessageBeforeReady.into())
    }
}
