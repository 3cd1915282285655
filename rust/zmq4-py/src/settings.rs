//! How each option's value is read from Python, checked, and given back.

use std::time::Duration;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyMapping, PyString};
use zmq4_core::proto::{Heartbeat, Metadata, MinVersion, RoutingId};
use zmq4_core::{Backoff, OnFull, SocketOptions, TcpKeepalive};

use crate::socket::Timeouts;

/// Why a value was not taken.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// What it must be.
    Range(&'static str),
    /// Python's own words.
    Python(PyErr),
}

impl From<PyErr> for Refusal {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

type Read = for<'py> fn(Python<'py>, &SocketOptions) -> PyResult<Bound<'py, PyAny>>;
type Write = fn(&mut SocketOptions, &Bound<'_, PyAny>) -> Result<(), Refusal>;

/// How an option's value travels.
pub(crate) enum Value {
    /// Through the core's options.
    Core { read: Read, write: Write, has_class: bool },
    /// Through the socket's own time limits.
    Timeout(fn(&Timeouts) -> Option<Duration>, fn(&Timeouts, Option<Duration>)),
}

impl Value {
    pub(crate) fn read<'py>(
        &self,
        py: Python<'py>,
        options: &SocketOptions,
        timeouts: &Timeouts,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Core { read, .. } => read(py, options),
            Self::Timeout(read, _) => any(py, read(timeouts).map(|limit| limit.as_secs_f64())),
        }
    }

    /// The default as a value, or its text where it is an object of a class of ours.
    pub(crate) fn plain_default<'py>(
        &self,
        py: Python<'py>,
        options: &SocketOptions,
        timeouts: &Timeouts,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Core { has_class: true, .. } => any(py, "see its class"),
            Self::Core { has_class: false, .. } | Self::Timeout(..) => {
                self.read(py, options, timeouts)
            }
        }
    }

    pub(crate) fn write(
        &self,
        options: &mut SocketOptions,
        timeouts: &Timeouts,
        value: &Bound<'_, PyAny>,
    ) -> Result<(), Refusal> {
        match self {
            Self::Core { write, .. } => write(options, value),
            Self::Timeout(_, write) => {
                write(timeouts, seconds(value)?);
                Ok(())
            }
        }
    }
}

/// A hundred years.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

fn any<'py>(py: Python<'py>, value: impl IntoPyObject<'py>) -> PyResult<Bound<'py, PyAny>> {
    value.into_bound_py_any(py)
}

fn count(value: &Bound<'_, PyAny>) -> Result<usize, Refusal> {
    if value.is_instance_of::<PyBool>() {
        return Err(Refusal::Range("a number, 0 or more"));
    }
    value.extract().map_err(|_| Refusal::Range("a number, 0 or more"))
}

fn boolean(value: &Bound<'_, PyAny>) -> Result<bool, Refusal> {
    let value = value.cast::<PyBool>().map_err(|_| Refusal::Range("True or False"))?;
    Ok(value.is_true())
}

/// A number of octets, or text with a unit, as in `"64MiB"`.
fn octets(value: &Bound<'_, PyAny>) -> Result<usize, Refusal> {
    const RANGE: &str = "a number of octets, or text such as \"64MiB\"";
    let Ok(text) = value.cast::<PyString>() else {
        return count(value).map_err(|_| Refusal::Range(RANGE));
    };
    let text = text.to_string();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match text.get(digits.len()..).unwrap_or_default() {
        "" | "B" => 1,
        "kB" => 1000,
        "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "GiB" => 1usize << 30,
        _ => return Err(Refusal::Range(RANGE)),
    };
    let number = digits.trim().parse::<usize>().ok().and_then(|n| n.checked_mul(factor));
    number.ok_or(Refusal::Range(RANGE))
}

fn optional<T>(
    value: &Bound<'_, PyAny>,
    read: impl FnOnce(&Bound<'_, PyAny>) -> Result<T, Refusal>,
) -> Result<Option<T>, Refusal> {
    if value.is_none() { Ok(None) } else { read(value).map(Some) }
}

/// Seconds; None and infinity mean no limit.
fn seconds(value: &Bound<'_, PyAny>) -> Result<Option<Duration>, Refusal> {
    const RANGE: &str = "a number of seconds, 0 or more, or None for no limit";
    if value.is_none() {
        return Ok(None);
    }
    let seconds: f64 = value.extract().map_err(|_| Refusal::Range(RANGE))?;
    if seconds == f64::INFINITY {
        return Ok(None);
    }
    let duration = Duration::try_from_secs_f64(seconds).map_err(|_| Refusal::Range(RANGE))?;
    // Sums with it must not overflow; a century is as good as any longer time.
    Ok(Some(duration.min(CENTURY)))
}

/// An attribute of a value object, in seconds.
fn part(
    value: &Bound<'_, PyAny>,
    name: &str,
    range: &'static str,
) -> Result<Option<Duration>, Refusal> {
    seconds(&value.getattr(name).map_err(|_| Refusal::Range(range))?)
}

macro_rules! core_value {
    ($(#[$meta:meta])* $name:ident, |$py:ident, $options:ident| $read:expr, |$into:ident, $value:ident| $write:expr) => {
        core_value!($(#[$meta])* $name, false, |$py, $options| $read, |$into, $value| $write);
    };
    ($(#[$meta:meta])* $name:ident, $has_class:literal, |$py:ident, $options:ident| $read:expr, |$into:ident, $value:ident| $write:expr) => {
        $(#[$meta])*
        pub(crate) const $name: Value = {
            #[allow(clippy::unnecessary_wraps, reason = "some rows can fail; all have one type")]
            fn read<'py>($py: Python<'py>, $options: &SocketOptions) -> PyResult<Bound<'py, PyAny>> {
                $read
            }
            fn write($into: &mut SocketOptions, $value: &Bound<'_, PyAny>) -> Result<(), Refusal> {
                $write;
                Ok(())
            }
            Value::Core { read, write, has_class: $has_class }
        };
    };
}

core_value!(SEND_HWM, |py, o| any(py, o.pipe.send_hwm), |o, v| o.pipe.send_hwm = count(v)?);
core_value!(RECV_HWM, |py, o| any(py, o.pipe.recv_hwm), |o, v| o.pipe.recv_hwm = count(v)?);
core_value!(SEND_HWM_BYTES, |py, o| any(py, o.pipe.send_hwm_bytes), |o, v| {
    o.pipe.send_hwm_bytes = octets(v)?;
});
core_value!(RECV_HWM_BYTES, |py, o| any(py, o.pipe.recv_hwm_bytes), |o, v| {
    o.pipe.recv_hwm_bytes = octets(v)?;
});
core_value!(LINGER, |py, o| limit(py, o.session.linger), |o, v| o.session.linger = seconds(v)?);
core_value!(
    ON_FULL,
    |py, o| any(
        py,
        match o.pipe.on_full {
            OnFull::Block => "block",
            OnFull::DropNewest => "drop_newest",
            OnFull::DropOldest => "drop_oldest",
            OnFull::Error => "error",
        }
    ),
    |o, v| o.pipe.on_full = on_full(v)?
);
core_value!(IMMEDIATE, |py, o| any(py, o.session.immediate), |o, v| {
    o.session.immediate = boolean(v)?;
});
core_value!(CONFLATE, |py, o| any(py, o.pipe.conflate), |o, v| o.pipe.conflate = boolean(v)?);
core_value!(HEARTBEAT, true, |py, o| heartbeat_object(py, o), |o, v| {
    o.session.heartbeat = optional(v, heartbeat)?;
});
core_value!(RECONNECT, true, |py, o| backoff_object(py, o), |o, v| {
    o.session.reconnect =
        optional(v, backoff)?.unwrap_or(Backoff { initial: None, ..Backoff::default() });
});
core_value!(CONNECT_TIMEOUT, |py, o| limit(py, o.link.connect_timeout), |o, v| {
    o.link.connect_timeout = seconds(v)?;
});
core_value!(HANDSHAKE_TIMEOUT, |py, o| limit(py, o.session.handshake_timeout), |o, v| {
    o.session.handshake_timeout = seconds(v)?;
});
core_value!(MAX_MESSAGE_SIZE, |py, o| any(py, o.session.max_message_size), |o, v| {
    o.session.max_message_size = optional(v, octets)?.and_then(|n| u64::try_from(n).ok());
});
core_value!(KERNEL_SEND_BUFFER, |py, o| any(py, o.link.kernel_send_buffer), |o, v| {
    o.link.kernel_send_buffer = optional(v, octets)?;
});
core_value!(KERNEL_RECV_BUFFER, |py, o| any(py, o.link.kernel_recv_buffer), |o, v| {
    o.link.kernel_recv_buffer = optional(v, octets)?;
});
core_value!(BACKLOG, |py, o| any(py, o.link.backlog), |o, v| {
    o.link.backlog =
        v.extract().map_err(|_| Refusal::Range("a number of connections, 0 or more"))?;
});
core_value!(IPV6, |py, o| any(py, o.link.ipv6), |o, v| o.link.ipv6 = boolean(v)?);
core_value!(TCP_KEEPALIVE, true, |py, o| keepalive_object(py, o), |o, v| {
    o.link.keepalive = optional(v, keepalive)?;
});
core_value!(TCP_USER_TIMEOUT, |py, o| limit(py, o.link.user_timeout), |o, v| {
    o.link.user_timeout = seconds(v)?;
});
core_value!(
    ROUTING_ID,
    |py, o| Ok(PyBytes::new(py, o.session.routing_id.as_bytes()).into_any()),
    |o, v| o.session.routing_id = routing_id(v)?
);
core_value!(METADATA, |py, o| metadata_object(py, o), |o, v| o.session.metadata = metadata(v)?);
core_value!(MIN_VERSION, |py, o| any(py, o.session.min_version.name()), |o, v| {
    o.session.min_version = v
        .extract::<String>()
        .ok()
        .and_then(|name| MinVersion::from_name(&name))
        .ok_or(Refusal::Range("\"2.0\", \"3.0\" or \"3.1\""))?;
});
core_value!(MAX_FRAMES, |py, o| any(py, o.session.max_frames), |o, v| {
    o.session.max_frames = v
        .extract()
        .ok()
        .filter(|&n: &u32| n > 0)
        .ok_or(Refusal::Range("a number of frames, 1 or more"))?;
});
core_value!(MAX_MESSAGE_OCTETS, |py, o| any(py, o.session.max_message_octets), |o, v| {
    o.session.max_message_octets = u64::try_from(octets(v)?).unwrap_or(u64::MAX);
});

fn limit(py: Python<'_>, limit: Option<Duration>) -> PyResult<Bound<'_, PyAny>> {
    any(py, limit.map(|limit| limit.as_secs_f64()))
}

fn on_full(value: &Bound<'_, PyAny>) -> Result<OnFull, Refusal> {
    match value.extract::<String>().as_deref() {
        Ok("block") => Ok(OnFull::Block),
        Ok("drop_newest") => Ok(OnFull::DropNewest),
        Ok("drop_oldest") => Ok(OnFull::DropOldest),
        Ok("error") => Ok(OnFull::Error),
        _ => Err(Refusal::Range("\"block\", \"drop_newest\", \"drop_oldest\" or \"error\"")),
    }
}

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("zmq4.options")?.getattr(name)
}

fn heartbeat(value: &Bound<'_, PyAny>) -> Result<Heartbeat, Refusal> {
    const RANGE: &str = "a Heartbeat with an interval above 0, or None";
    let interval = part(value, "interval", RANGE)?.filter(|interval| !interval.is_zero());
    let interval = interval.ok_or(Refusal::Range(RANGE))?;
    let timeout = part(value, "timeout", RANGE)?.unwrap_or(interval);
    let ttl = part(value, "ttl", RANGE)?.unwrap_or(Duration::ZERO);
    Ok(Heartbeat { interval, timeout, ttl })
}

fn heartbeat_object<'py>(py: Python<'py>, options: &SocketOptions) -> PyResult<Bound<'py, PyAny>> {
    let Some(heartbeat) = options.session.heartbeat else { return Ok(py.None().into_bound(py)) };
    let keywords = PyDict::new(py);
    keywords.set_item("timeout", heartbeat.timeout.as_secs_f64())?;
    if !heartbeat.ttl.is_zero() {
        keywords.set_item("ttl", heartbeat.ttl.as_secs_f64())?;
    }
    class(py, "Heartbeat")?.call((heartbeat.interval.as_secs_f64(),), Some(&keywords))
}

fn backoff(value: &Bound<'_, PyAny>) -> Result<Backoff, Refusal> {
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

fn backoff_object<'py>(py: Python<'py>, options: &SocketOptions) -> PyResult<Bound<'py, PyAny>> {
    let backoff = options.session.reconnect;
    let Some(initial) = backoff.initial else { return Ok(py.None().into_bound(py)) };
    let keywords = PyDict::new(py);
    keywords.set_item("max", backoff.max.as_secs_f64())?;
    keywords.set_item("jitter", backoff.jitter)?;
    class(py, "Backoff")?.call((initial.as_secs_f64(),), Some(&keywords))
}

fn keepalive(value: &Bound<'_, PyAny>) -> Result<TcpKeepalive, Refusal> {
    const RANGE: &str =
        "a TcpKeepalive with idle and interval of 1 s or more, and a count of 1 or more";
    let whole = |name| {
        part(value, name, RANGE)?.filter(|time| time.as_secs() >= 1).ok_or(Refusal::Range(RANGE))
    };
    let count = value.getattr("count").and_then(|count| count.extract::<u32>());
    let count = count.ok().filter(|&count| count > 0).ok_or(Refusal::Range(RANGE))?;
    Ok(TcpKeepalive { idle: whole("idle")?, interval: whole("interval")?, count })
}

fn keepalive_object<'py>(py: Python<'py>, options: &SocketOptions) -> PyResult<Bound<'py, PyAny>> {
    let Some(keepalive) = options.link.keepalive else { return Ok(py.None().into_bound(py)) };
    let times = (keepalive.idle.as_secs_f64(), keepalive.interval.as_secs_f64(), keepalive.count);
    class(py, "TcpKeepalive")?.call1(times)
}

fn routing_id(value: &Bound<'_, PyAny>) -> Result<RoutingId, Refusal> {
    const RANGE: &str = "bytes, at most 255 of them, the first not zero";
    let octets = value.cast::<PyBytes>().map_err(|_| Refusal::Range(RANGE))?.as_bytes();
    if octets.first() == Some(&0) {
        return Err(Refusal::Range(RANGE));
    }
    RoutingId::try_from(octets).map_err(|_| Refusal::Range(RANGE))
}

fn metadata(value: &Bound<'_, PyAny>) -> Result<Metadata, Refusal> {
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

fn metadata_object<'py>(py: Python<'py>, options: &SocketOptions) -> PyResult<Bound<'py, PyAny>> {
    let all = PyDict::new(py);
    for (name, value) in options.session.metadata.iter() {
        all.set_item(String::from_utf8_lossy(name), PyBytes::new(py, value))?;
    }
    Ok(all.into_any())
}
