//! Hashes of passwords: Argon2id, as PHC strings (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`).

use std::sync::{Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use pyo3::prelude::*;
use zeroize::Zeroizing;

use crate::error::{self, Kind};

/// One at a time: a hash takes 19 MiB and some 20 ms, and strangers can ask for as many as they like.
static TURN: Mutex<()> = Mutex::new(());

/// Hashes a password, at the cost that the crate's authors recommend.
#[pyfunction]
pub(crate) fn hash_password(py: Python<'_>, password: &[u8]) -> PyResult<String> {
    let mut salt = [0; SALT_LEN];
    getrandom::fill(&mut salt).map_err(|error| error::system(&error.into()))?;
    let password = Zeroizing::new(password.to_vec());
    let hashed = py.detach(|| {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Argon2::default().hash_password_with_salt(&password, &salt)
    });
    hashed.map(|hash| hash.to_string()).map_err(|why| refused(py, &why))
}

/// Whether a password is the one that was hashed. Detached from the interpreter meanwhile.
#[pyfunction]
pub(crate) fn verify_password(py: Python<'_>, password: &[u8], phc: &str) -> PyResult<bool> {
    let hash = PasswordHash::new(phc).map_err(|why| refused(py, &why))?;
    let password = Zeroizing::new(password.to_vec());
    Ok(py.detach(|| {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Argon2::default().verify_password(&password, &hash).is_ok()
    }))
}

/// Whether a text is a hash that `verify_password` understands.
#[pyfunction]
pub(crate) fn is_password_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| hash.algorithm.as_str().starts_with("argon2"))
}

fn refused(py: Python<'_>, why: &dyn std::fmt::Display) -> PyErr {
    error::new(py, Kind::OptionError, &format!("no hash of a password: {why}"))
}

/// Octets, as RFC 9106, section 3.1, recommends.
const SALT_LEN: usize = 16;
