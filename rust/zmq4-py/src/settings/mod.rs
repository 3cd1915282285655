//! How each option's value is read from Python, checked, and given back.

mod general;
mod object;
mod scalar;
mod value;

pub(crate) use general::*;
pub(crate) use value::{Refusal, Value};
