//! Values with parts of their own: the classes of `zmq4.options`, names and properties.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping};
use zmq4_core::proto::{Heartbeat, Metadata, RoutingId};
use zmq4_core::{Backoff, SocketOptions, TcpKeepalive};

use super::Refusal;
use super::scalar::part;

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("zmq4.options")?.getattr(name)
}

pub(super) fn heartbeat(value: &Bound<'_, PyAny>) -> Result<Heartbeat, Refusal> {
    const RANGE: &str = "a Heartbeat with an interval above 0, or None";
    let interval = part(value, "interval", RANGE)?.filter(|interval| !interval.is_zero());
    let interval = interval.ok_or(Refusal::Range(RANGE))?;
    let timeout = part(value, "timeout", RANGE)?.unwrap_or(interval);
    let ttl = part(value, "ttl", RANGE)?.unwrap_or(Duration::ZERO);
    Ok(Heartbeat { interval, timeout, ttl })
}

pub(super) fn heartbeat_object<'py>(
    py: Python<'py>,
    options: &SocketOptions,
) -> PyResult<Bound<'py, PyAny>> {
    let Some(heartbeat) = options.session.heartbeat else { return Ok(py.None().into_bound(py)) };
    let keywords = PyDict::new(py);
    keywords.set_item("timeout", heartbeat.timeout.as_secs_f64())?;
    if !heartbeat.ttl.is_zero() {
        keywords.set_item("ttl", heartbeat.ttl.as_secs_f64())?;
    }
    class(py, "Heartbeat")?.call((heartbeat.interval.as_secs_f64(),), Some(&keywords))
}

pub(super) fn backoff(value: &Bound<'_, PyAny>) -> Result<Backoff, Refusal> {
    const RANGE: &str = "a Backoff with a first delay above 0, or None";
    let initial = part(value, "initial", RANGE)?.filter(|initial| !initial.is_zero());
    let max = part(value, "max", RANGE)?.unwrap_or(Duration::MAX);
    let jitter = value.getattr("jitter").and_then(|jitter| jitter.extract::<f64>());
    let jitter = jitter.map_err(|_| Refusal::Range(RANGE))?;
    if !(0.0..=1.0).contains(&jitter) {
        return Err(Refusal::Range("a Backoff with a jitter from 0 to 1"));
    }
    Ok(Backoff { initial: Some(initial.ok_or(Refusal::Range(RANGE))?), max, jitter })
}

pub(super) fn backoff_object<'py>(
    py: Python<'py>,
    options: &SocketOptions,
) -> PyResult<Bound<'py, PyAny>> {
    let backoff = options.session.reconnect;
    let Some(initial) = backoff.initial else { return Ok(py.None().into_bound(py)) };
    let keywords = PyDict::new(py);
    keywords.set_item("max", backoff.max.as_secs_f64())?;
    keywords.set_item("jitter", backoff.jitter)?;
    class(py, "Backoff")?.call((initial.as_secs_f64(),), Some(&keywords))
}

pub(super) fn keepalive(value: &Bound<'_, PyAny>) -> Result<TcpKeepalive, Refusal> {
    const RANGE: &str =
        "a TcpKeepalive with idle and interval of 1 s or more, and a count of 1 or more";
    let whole = |name| {
        part(value, name, RANGE)?.filter(|time| time.as_secs() >= 1).ok_or(Refusal::Range(RANGE))
    };
    let count = value.getattr("count").and_then(|count| count.extract::<u32>());
    let count = count.ok().filter(|&count| count > 0).ok_or(Refusal::Range(RANGE))?;
    Ok(TcpKeepalive { idle: whole("idle")?, interval: whole("interval")?, count })
}

pub(super) fn keepalive_object<'py>(
    py: Python<'py>,
    options: &SocketOptions,
) -> PyResult<Bound<'py, PyAny>> {
    let Some(keepalive) = options.link.keepalive else { return Ok(py.None().into_bound(py)) };
    let times = (keepalive.idle.as_secs_f64(), keepalive.interval.as_secs_f64(), keepalive.count);
    class(py, "TcpKeepalive")?.call1(times)
}

pub(super) fn routing_id(value: &Bound<'_, PyAny>) -> Result<RoutingId, Refusal> {
    const RANGE: &str = "bytes, at most 255 of them, the first not zero";
    let octets = value.cast::<PyBytes>().map_err(|_| Refusal::Range(RANGE))?.as_bytes();
    if octets.first() == Some(&0) {
        return Err(Refusal::Range(RANGE));
    }
    RoutingId::try_from(octets).map_err(|_| Refusal::Range(RANGE))
}

pub(super) fn metadata(value: &Bound<'_, PyAny>) -> Result<Metadata, Refusal> {
    const RANGE: &str = "a mapping of names that begin with X- to bytes or text";
    let items = value.cast::<PyMapping>().map_err(|_| Refusal::Range(RANGE))?.items()?;
    let mut metadata = Metadata::default();
    for item in items {
        let (name, value): (String, Bound<'_, PyAny>) = item.extract()?;
        let octets = match value.cast::<PyBytes>() {
            Ok(bytes) => bytes.as_bytes().to_vec(),
            Err(_) => value.extract::<String>().map_err(|_| Refusal::Range(RANGE))?.into_bytes(),
        };
        metadata = metadata.with_application(&name, &octets).map_err(|_| Refusal::Range(RANGE))?;
    }
    Ok(metadata)
}

pub(super) fn metadata_object<'py>(
    py: Python<'py>,
    options: &SocketOptions,
) -> PyResult<Bound<'py, PyAny>> {
    let all = PyDict::new(py);
    for (name, value) in options.session.metadata.iter() {
        all.set_item(String::from_utf8_lossy(name), PyBytes::new(py, value))?;
    }
    Ok(all.into_any())
}
