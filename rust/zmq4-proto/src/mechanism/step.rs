//! [`Mechanism`]: the one face that all mechanisms show to the handshake.
//!
//! Each thing that a mechanism can wait for is a type of its own, and a command or a verdict turns
//! one into the next. What comes at the wrong time has no function that would take it.

use std::fmt;

use bytes::Bytes;

use super::{Wrap, curve, null, plain};
use crate::{
    Credentials, Metadata, MetadataLimits, Security,
    command::HandshakeCommand,
    error::{Excerpt, Fault, Malformed, Misbehaved},
};

/// What every mechanism needs to know of our side.
#[derive(Clone, Debug)]
pub(crate) struct Ours {
    /// What the peer is to be told.
    pub(crate) metadata: Metadata,
    /// How much it may tell.
    pub(crate) limits: MetadataLimits,
}

/// A mechanism that waits for a command of the peer.
pub(crate) enum Mechanism {
    Null(null::ExpectReady),
    PlainWelcome(plain::ExpectWelcome),
    PlainReady(plain::ExpectReady),
    PlainHello(plain::ExpectHello),
    PlainInitiate(plain::ExpectInitiate),
    CurveWelcome(Box<curve::ExpectWelcome>),
    CurveReady(Box<curve::ExpectReady>),
    CurveHello(Box<curve::ExpectHello>),
    CurveInitiate(Box<curve::ExpectInitiate>),
}

/// A mechanism that waits for a verdict about the peer.
pub(crate) enum Suspended {
    Null(null::ExpectVerdict),
    Plain(plain::ExpectVerdict),
    Curve(Box<curve::ExpectVerdict>),
}

/// What a step leads to.
pub(crate) enum Step {
    /// The peer's next command is awaited.
    Expect(Mechanism),
    /// A verdict is awaited; until then nothing more may be taken from the peer.
    Authenticate(Credentials, Suspended),
    /// Nothing more is awaited.
    Done(Box<Done>),
}

/// The end of a mechanism.
pub(crate) struct Done {
    /// What the peer says about itself; it is still to be judged.
    pub(crate) peer: Metadata,
    /// What is to be sent if the peer stands that judgement.
    pub(crate) last_command: Vec<u8>,
    pub(crate) wrap: Wrap,
}

impl Mechanism {
    /// Starts a mechanism behind the greeting, and appends its first command, if there is one.
    pub(crate) fn start(security: Security, ours: Ours, out: &mut Vec<u8>) -> Result<Step, Fault> {
        Ok(match security {
            Security::Null { authenticate: false } => {
                Self::Null(null::ExpectReady::start(&ours, out)).into()
            }
            Security::Null { authenticate: true } => {
                let suspended = Suspended::Null(null::ExpectVerdict::new(ours));
                Step::Authenticate(Credentials::Null, suspended)
            }
            Security::PlainClient(client) => {
                Self::PlainWelcome(plain::ExpectWelcome::start(&client, ours, out)).into()
            }
            Security::PlainServer => Self::PlainHello(plain::ExpectHello::new(ours)).into(),
            Security::CurveClient(client) => {
                let next = curve::ExpectWelcome::start(client, ours, out)?;
                Self::CurveWelcome(Box::new(next)).into()
            }
            Security::CurveServer(server) => {
                Self::CurveHello(Box::new(curve::ExpectHello::new(server, ours))).into()
            }
        })
    }

    /// Takes a command of the peer, and appends the answer, if there is one.
    pub(crate) fn on_command(
        self,
        command: HandshakeCommand<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Step, Fault> {
        Ok(match self {
            Self::Null(step) => step.on_command(command)?.into(),
            Self::PlainWelcome(step) => Self::PlainReady(step.on_command(command, out)?).into(),
            Self::PlainReady(step) => step.on_command(command)?.into(),
            Self::PlainHello(step) => {
                let (credentials, next) = step.on_command(command)?;
                Step::Authenticate(credentials, Suspended::Plain(next))
            }
            Self::PlainInitiate(step) => step.on_command(command)?.into(),
            Self::CurveWelcome(step) => {
                Self::CurveReady(Box::new(step.on_command(command, out)?)).into()
            }
            Self::CurveReady(step) => step.on_command(command)?.into(),
            Self::CurveHello(step) => {
                Self::CurveInitiate(Box::new(step.on_command(command, out)?)).into()
            }
            Self::CurveInitiate(step) => {
                let (credentials, next) = step.on_command(command)?;
                Step::Authenticate(credentials, Suspended::Curve(Box::new(next)))
            }
        })
    }

    fn awaits(&self) -> &'static str {
        match self {
            Self::PlainHello(_) | Self::CurveHello(_) => "HELLO",
            Self::PlainWelcome(_) | Self::CurveWelcome(_) => "WELCOME",
            Self::PlainInitiate(_) | Self::CurveInitiate(_) => "INITIATE",
            Self::Null(_) | Self::PlainReady(_) | Self::CurveReady(_) => "READY",
        }
    }
}

impl Suspended {
    /// Goes on with a peer that was let in.
    pub(crate) fn on_accept(self, out: &mut Vec<u8>) -> Result<Step, Fault> {
        Ok(match self {
            Self::Null(step) => Mechanism::Null(step.on_accept(out)).into(),
            Self::Plain(step) => Mechanism::PlainInitiate(step.on_accept(out)).into(),
            Self::Curve(step) => step.on_accept()?.into(),
        })
    }
}

/// The fault of a peer whose command is not the one awaited.
pub(super) fn unexpected(command: HandshakeCommand<'_>) -> Fault {
    match command {
        HandshakeCommand::Error(reason) => {
            Fault::PeerError { reason: Bytes::copy_from_slice(reason) }
        }
        HandshakeCommand::Malformed => Malformed::Command.into(),
        HandshakeCommand::Hello(_)
        | HandshakeCommand::Welcome(_)
        | HandshakeCommand::Initiate(_)
        | HandshakeCommand::Ready(_)
        | HandshakeCommand::Other { .. } => {
            Misbehaved::UnexpectedCommand { name: Excerpt::new(command.name()) }.into()
        }
    }
}

impl From<Mechanism> for Step {
    fn from(mechanism: Mechanism) -> Self {
        Self::Expect(mechanism)
    }
}

impl From<Done> for Step {
    fn from(done: Done) -> Self {
        Self::Done(Box::new(done))
    }
}

// States hold secrets: what they are is shown, what is in them is not.
impl fmt::Debug for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mechanism(awaits {})", self.awaits())
    }
}

impl fmt::Debug for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Suspended(awaits a verdict)")
    }
}
