//! `security=`: from the objects of `zmq4.security` to what the core makes of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFrozenSet};
use zmq4_core::proto::{Password, PlainClient, PublicKey};
use zmq4_core::{Admission, Mechanism, Network, Networks, Policy, SecurityOptions, SocketOptions};

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
    let (mut admission, decide) =
        if is_client { (Admission::default(), None) } else { admission(value)? };
    // Last of all: what was refused leaves the guard as it is.
    if let Some(asker) = guard.replace(value, decide)? {
        admission.policy = Policy::Ask(asker);
    }
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

/// Whom a server lets in, and the callable that decides where there is one.
fn admission<'py>(
    value: &Bound<'py, PyAny>,
) -> Result<(Admission, Option<Bound<'py, PyAny>>), Refusal> {
    let domain: String = value.getattr("domain")?.extract()?;
    let (kind, what): (String, Bound<'_, PyAny>) = value.call_method0("_policy")?.extract()?;
    let (allowed, denied): (Vec<Pair>, Vec<Pair>) = value.call_method0("_networks")?.extract()?;
    let (allow_from, deny_from) = (networks(value, allowed)?, networks(value, denied)?);
    let policy = match kind.as_str() {
        "any" => Policy::Anyone,
        // Of "ask" the guard knows more; until then nobody is let in unasked.
        "zap" | "ask" => Policy::Zap,
        "keys" => Policy::Keys(Arc::new(public_keys(&what)?)),
        "passwords" => Policy::Ask(Arc::new(passwords(&what)?)),
        _ => Policy::Unset,
    };
    let decide = (kind == "ask").then_some(what);
    Ok((Admission { domain, policy, allow_from, deny_from }, decide))
}

fn public_keys(keys: &Bound<'_, PyAny>) -> Result<HashSet<PublicKey>, Refusal> {
    let keys = keys.cast::<PyFrozenSet>().map_err(PyErr::from)?;
    keys.iter().map(|key| public_key(&key)).collect()
}

/// An address, and the length of a prefix.
type Pair = (String, u8);

fn networks(value: &Bound<'_, PyAny>, pairs: Vec<Pair>) -> Result<Networks, Refusal> {
    let network = |(address, prefix_len): Pair| {
        let network = address.parse().ok().and_then(|address| Network::new(address, prefix_len));
        network.ok_or_else(|| wrong(value, &format!("{address}/{prefix_len} is no network")))
    };
    pairs.into_iter().map(network).collect()
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
