//! The options of tcp that are the system's, descriptors to adopt, and what ends the attempts to connect.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFrozenSet, PyString};
use zmq4_core::{SocketOptions, StopOn};

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

core_value!(RECONNECT_STOP, |py, o| stop_reasons(py, o.session.reconnect_stop), |o, v| {
    o.session.reconnect_stop = stop_on(v)?;
});

core_value!(USE_FD, |py, o| any(py, o.link.use_fd), |o, v| {
    o.link.use_fd = optional(v, descriptor)?;
});

fn descriptor(value: &Bound<'_, PyAny>) -> Result<i32, Refusal> {
    const RANGE: &str = "the number of a descriptor, or None";
    let fd: i32 = whole(value, RANGE)?;
    if fd < 0 { Err(Refusal::Range(RANGE)) } else { Ok(fd) }
}

const REFUSED: &str = "refused";
const HANDSHAKE_FAILED: &str = "handshake_failed";
const DISCONNECTED: &str = "disconnected";

fn stop_on(value: &Bound<'_, PyAny>) -> Result<StopOn, Refusal> {
    const RANGE: &str = "a set of \"refused\", \"handshake_failed\", \"disconnected\"";
    let mut stop = StopOn::default();
    if value.is_instance_of::<PyString>() {
        return Err(Refusal::Range(RANGE));
    }
    for reason in value.try_iter().map_err(|_| Refusal::Range(RANGE))? {
        match reason?.extract::<String>().as_deref() {
            Ok(REFUSED) => stop.refused = true,
            Ok(HANDSHAKE_FAILED) => stop.handshake_failed = true,
            Ok(DISCONNECTED) => stop.disconnected = true,
            _ => return Err(Refusal::Range(RANGE)),
        }
    }
    Ok(stop)
}

fn stop_reasons(py: Python<'_>, stop: StopOn) -> PyResult<Bound<'_, PyAny>> {
    let reasons = [
        (stop.refused, REFUSED),
        (stop.handshake_failed, HANDSHAKE_FAILED),
        (stop.disconnected, DISCONNECTED),
    ];
    let named = reasons.into_iter().filter_map(|(is_set, name)| is_set.then_some(name));
    Ok(PyFrozenSet::new(py, named)?.into_any())
}

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
