//! Security mechanisms: what runs between the greeting and traffic.

mod curve;
mod kind;
mod null;
mod plain;
mod step;
mod wrap;

pub use curve::{CurveRandom, OpenStop, OpenedRun, Opener, SealedRun, Sealer};
pub use kind::MechanismKind;
pub(crate) use step::{Mechanism, Ours, Step, Suspended};
pub use wrap::Wrap;
