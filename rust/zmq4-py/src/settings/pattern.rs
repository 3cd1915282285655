//! The options that only some socket types have. Each has its field in [`PatternOptions`], which the patterns
//! look at.
//!
//! [`PatternOptions`]: zmq4_core::PatternOptions

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use zmq4_core::{Notify, SocketOptions};

use super::scalar::{any, boolean, count, octets, optional};
use super::value::{Refusal, Value, core_value};

/// Options that are a field with a switch.
macro_rules! switches {
    ($($name:ident, $field:ident;)*) => {
        $(core_value!(
            $name,
            |py, o| any(py, o.pattern.$field),
            |o, v| o.pattern.$field = boolean(v)?
        );)*
    };
}

switches! {
    HANDOVER, handover;
    PROBE, probe;
    CORRELATE, correlate;
    RELAXED, relaxed;
    VERBOSE, verbose;
    VERBOSER, verboser;
    MANUAL, manual;
    NODROP, nodrop;
    LAST_VALUE, last_value;
    INVERT_MATCHING, invert_matching;
    ONLY_FIRST_SUBSCRIBE, only_first_subscribe;
    VERBOSE_UNSUBSCRIBE, verbose_unsubscribe;
}

core_value!(
    ON_UNROUTABLE,
    |py, o| any(py, if o.pattern.mandatory { "error" } else { "drop" }),
    |o, v| o.pattern.mandatory = is_mandatory(v)?
);
core_value!(NOTIFY, |py, o| any(py, notice(o.pattern.notify)), |o, v| {
    o.pattern.notify = optional(v, notify)?.unwrap_or_default();
});
core_value!(WELCOME, |py, o| Ok(PyBytes::new(py, &o.pattern.welcome).into_any()), |o, v| {
    o.pattern.welcome = bytes(v)?.into();
});
core_value!(MAX_SUBSCRIPTIONS, |py, o| any(py, o.pattern.max_subscriptions), |o, v| {
    o.pattern.max_subscriptions = count(v)?;
});
core_value!(MAX_SUBSCRIPTION_BYTES, |py, o| any(py, o.pattern.max_subscription_bytes), |o, v| {
    o.pattern.max_subscription_bytes = octets(v)?;
});

fn is_mandatory(value: &Bound<'_, PyAny>) -> Result<bool, Refusal> {
    match value.extract::<String>().as_deref() {
        Ok("error") => Ok(true),
        Ok("drop") => Ok(false),
        _ => Err(Refusal::Range("\"error\" or \"drop\"")),
    }
}

fn notify(value: &Bound<'_, PyAny>) -> Result<Notify, Refusal> {
    match value.extract::<String>().as_deref() {
        Ok("connect") => Ok(Notify { connect: true, disconnect: false }),
        Ok("disconnect") => Ok(Notify { connect: false, disconnect: true }),
        Ok("both") => Ok(Notify { connect: true, disconnect: true }),
        _ => Err(Refusal::Range("\"connect\", \"disconnect\", \"both\" or None")),
    }
}

fn notice(notify: Notify) -> Option<&'static str> {
    match (notify.connect, notify.disconnect) {
        (false, false) => None,
        (true, false) => Some("connect"),
        (false, true) => Some("disconnect"),
        (true, true) => Some("both"),
    }
}

fn bytes(value: &Bound<'_, PyAny>) -> Result<Vec<u8>, Refusal> {
    let bytes = value.cast::<PyBytes>().map_err(|_| Refusal::Range("bytes"))?;
    Ok(bytes.as_bytes().to_vec())
}
