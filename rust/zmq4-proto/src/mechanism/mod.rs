//! Security mechanisms: what runs between the greeting and traffic.

mod kind;
mod null;
mod step;

pub use kind::MechanismKind;
pub(crate) use step::{Mechanism, Step};
