//! Numbers, switches and times.

use std::time::Duration;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};

use super::Refusal;

/// A hundred years.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

pub(super) fn any<'py>(
    py: Python<'py>,
    value: impl IntoPyObject<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    value.into_bound_py_any(py)
}

pub(super) fn count(value: &Bound<'_, PyAny>) -> Result<usize, Refusal> {
    whole(value, "a number, 0 or more")
}

/// A number that fits into a type.
pub(super) fn whole<'py, T: FromPyObjectOwned<'py>>(
    value: &Bound<'py, PyAny>,
    range: &'static str,
) -> Result<T, Refusal> {
    if value.is_instance_of::<PyBool>() {
        return Err(Refusal::Range(range));
    }
    value.extract().map_err(|_| Refusal::Range(range))
}

pub(super) fn boolean(value: &Bound<'_, PyAny>) -> Result<bool, Refusal> {
    let value = value.cast::<PyBool>().map_err(|_| Refusal::Range("True or False"))?;
    Ok(value.is_true())
}

/// A number of octets, or text with a unit, as in `"64MiB"`.
pub(super) fn octets(value: &Bound<'_, PyAny>) -> Result<usize, Refusal> {
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

pub(super) fn optional<T>(
    value: &Bound<'_, PyAny>,
    read: impl FnOnce(&Bound<'_, PyAny>) -> Result<T, Refusal>,
) -> Result<Option<T>, Refusal> {
    if value.is_none() { Ok(None) } else { read(value).map(Some) }
}

/// Seconds; None and infinity mean no limit.
pub(super) fn seconds(value: &Bound<'_, PyAny>) -> Result<Option<Duration>, Refusal> {
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
pub(super) fn part(
    value: &Bound<'_, PyAny>,
    name: &str,
    range: &'static str,
) -> Result<Option<Duration>, Refusal> {
    seconds(&value.getattr(name).map_err(|_| Refusal::Range(range))?)
}

pub(super) fn limit(py: Python<'_>, limit: Option<Duration>) -> PyResult<Bound<'_, PyAny>> {
    any(py, limit.map(|limit| limit.as_secs_f64()))
}
