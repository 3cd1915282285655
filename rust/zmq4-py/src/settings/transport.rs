//! The options of tcp that are the system's.

use pyo3::prelude::*;
use pyo3::types::PyBool;
use zmq4_core::SocketOptions;

use super::scalar::{any, optional, whole};
use super::value::{Refusal, Value, core_value};

core_value!(TOS, |py, o| any(py, o.link.tos), |o, v| {
    o.link.tos = whole(v, "a number from 0 to 255")?;
});
core_value!(PRIORITY, |py, o| any(py, o.link.priority), |o, v| {
    o.link.priority =
        whole::<i32>(v, PRIORITY_RANGE)?.try_into().map_err(|_| Refusal::Range(PRIORITY_RANGE))?;
});
core_value!(BIND_TO_DEVICE, |py, o| any(py, o.link.device.as_deref()), |o, v| {
    o.link.device = optional(v, device)?;
});
core_value!(BUSY_POLL, |py, o| any(py, f64::from(o.link.busy_poll_micros) / MICROS), |o, v| o
    .link
    .busy_poll_micros =
    micros(v)?);

const PRIORITY_RANGE: &str = "a number, 0 or more; above 6 the system wants privileges";
/// Of a second.
const MICROS: f64 = 1e6;
/// The system counts microseconds in a C integer.
const MOST_MICROS: f64 = 2_147_483_647.0;

fn device(value: &Bound<'_, PyAny>) -> Result<String, Refusal> {
    const RANGE: &str = "the name of an interface, at most 15 octets, or None";
    let name: String = value.extract().map_err(|_| Refusal::Range(RANGE))?;
    let is_name = matches!(name.len(), 1..=15) && !name.contains(['/', '\0', ' ']);
    if is_name { Ok(name) } else { Err(Refusal::Range(RANGE)) }
}

fn micros(value: &Bound<'_, PyAny>) -> Result<u32, Refusal> {
    const RANGE: &str = "a number of seconds from 0 to 2147";
    let seconds = if value.is_instance_of::<PyBool>() { None } else { value.extract::<f64>().ok() };
    let micros = seconds.map(|seconds| (seconds * MICROS).round());
    match micros {
        #[allow(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, and within the range"
        )]
        Some(micros) if (0.0..=MOST_MICROS).contains(&micros) => Ok(micros as u32),
        Some(_) | None => Err(Refusal::Range(RANGE)),
    }
}
