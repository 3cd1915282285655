//! How each option's value is read from Python, checked, and given back.

mod general;
mod object;
mod pattern;
mod scalar;
mod security;
mod transport;
mod value;

pub(crate) use general::*;
pub(crate) use pattern::*;
pub(crate) use security::SECURITY;
pub(crate) use transport::*;
pub(crate) use value::{Apply, Refusal, Value};
