//! `security=`: from the objects of `zmq4.security` to what the core makes of them.

use std::collections::HashMap;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFrozenSet};
use zmq4_core::proto::{Password, PlainClient, PublicKey};
use zmq4_core::{Admission, Mechanism, Policy, SecurityOptions, SocketOptions};

use super::value::{Apply, Refusal, Value};
use crate::error::{self, Kind};
use crate::security::{Guard, Keys, Passwords};

pub(crate) const SECURITY: Value = Value::Security;

/// Understands one of the objects, and has the guard keep it.
pub(super) fn parse(guard: &Guard, value: &Bound<'_, PyAny>) -> Result<Apply, Refusal> {
    if guard.has(value) {
        return Ok(Box::new(|_| {}));
    }
    let mechanism = mechanism(value)?;
    let is_client = matches!(mechanism, Mechanism::PlainClient(_) | Mechanism::CurveClient { .. });
    let admission = if is_client {
        guard.replace(value, None)?;
        Admission::default()
    } else {
        admission(guard, value)?
    };
    let security = SecurityOptions { mechanism, admission };
    Ok(Box::new(move |options: &mut SocketOptions| options.security = security))
}

fn mechanism(value: &Bound<'_, PyAny>) -> Result<Mechanism, Refusal> {
    let classes = value.py().import("zmq4.security")?;
    let is_a = |name| value.is_instance(&classes.getattr(name)?);
    if is_a("Null")? {
        Ok(Mechanism::Null)
    } else if is_a("PlainServer")? {
        Ok(Mechanism::PlainServer)
    } else if is_a("PlainClient")? {
        let username: String = value.getattr("username")?.extract()?;
        let password = password(&value.getattr("password")?)?;
        let client = PlainClient::new(username.as_bytes(), password);
        Ok(Mechanism::PlainClient(client.map_err(|why| wrong(value, &why))?))
    } else if is_a("CurveServer")? {
        Ok(Mechanism::CurveServer { keys: keys(value)? })
    } else if is_a("CurveClient")? {
        let server_key = public_key(&value.getattr("server_key")?)?;
        Ok(Mechanism::CurveClient { keys: keys(value)?, server_key })
    } else {
        Err(Refusal::Range("a Null, PlainClient, PlainServer, CurveClient or CurveServer of zmq4"))
    }
}

fn admission(guard: &Guard, value: &Bound<'_, PyAny>) -> Result<Admission, Refusal> {
    let domain: String = value.getattr("domain")?.extract()?;
    let (kind, what): (String, Bound<'_, PyAny>) = value.call_method0("_policy")?.extract()?;
    let asker = guard.replace(value, (kind == "ask").then(|| what.clone()))?;
    let policy = match (kind.as_str(), asker) {
        (_, Some(asker)) => Policy::Ask(asker),
        ("any", None) => Policy::Anyone,
        ("zap", None) => Policy::Zap,
        ("keys", None) => Policy::Keys(Arc::new(
            what.cast::<PyFrozenSet>()
                .map_err(PyErr::from)?
                .iter()
                .map(|key| public_key(&key))
                .collect::<Result<_, _>>()?,
        )),
        ("passwords", None) => Policy::Ask(Arc::new(passwords(&what)?)),
        _ => Policy::Unset,
    };
    Ok(Admission { domain, policy })
}

fn passwords(table: &Bound<'_, PyAny>) -> Result<Passwords, Refusal> {
    let mut known = HashMap::new();
    for (username, secret) in table.cast::<PyDict>().map_err(PyErr::from)? {
        let username: String = username.extract()?;
        known.insert(username.into_bytes().into_boxed_slice(), password(&secret)?);
    }
    let mut octets = [0; 32];
    getrandom::fill(&mut octets).map_err(|error| error::system(&error.into()))?;
    let stand_in = Password::new(&octets).map_err(|why| wrong(table, &why))?;
    Ok(Passwords::new(known, stand_in))
}

fn password(text: &Bound<'_, PyAny>) -> Result<Password, Refusal> {
    let octets: zeroize::Zeroizing<String> = text.extract::<String>()?.into();
    Password::new(octets.as_bytes()).map_err(|why| wrong(text, &why))
}

fn keys(value: &Bound<'_, PyAny>) -> PyResult<zmq4_core::proto::KeyPair> {
    let keys = value.getattr("keys")?.getattr("_handle")?;
    Ok(keys.cast::<Keys>()?.get().pair().clone())
}

fn public_key(key: &Bound<'_, PyAny>) -> Result<PublicKey, Refusal> {
    let octets = key.cast::<PyBytes>().map_err(PyErr::from)?.as_bytes();
    let octets = octets.try_into().map_err(|_| Refusal::Range("made of keys of 32 octets"))?;
    PublicKey::new(octets).map_err(|why| wrong(key, &why))
}

/// What the objects of `zmq4.security` have refused already.
fn wrong(value: &Bound<'_, PyAny>, why: &dyn std::fmt::Display) -> Refusal {
    Refusal::Python(error::new(value.py(), Kind::OptionError, &format!("security: {why}")))
}
