//! [`Keys`]: a key pair whose secret stays out of Python's memory until the program asks for it.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use zeroize::Zeroizing;
use zmq4_core::proto::{KEY_LEN, KeyPair, KeyRefused, PublicKey, SecretKey};

use crate::error::{self, Kind};

/// What `zmq4.KeyPair` stands on.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct Keys {
    inner: KeyPair,
}

impl Keys {
    pub(crate) fn pair(&self) -> &KeyPair {
        &self.inner
    }
}

#[pymethods]
impl Keys {
    /// Makes the pair of a secret key: 32 octets, or text.
    #[new]
    fn new(secret: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = secret.py();
        let secret = match given(secret)? {
            Given::Octets(octets) => SecretKey::new(&octets),
            Given::Text(text) => text.parse(),
        };
        let secret = secret.map_err(|why| refused(py, "a secret key", why))?;
        Ok(Self { inner: KeyPair::from_secret(secret) })
    }

    /// Makes a new pair of the system's randomness.
    #[staticmethod]
    fn generate() -> PyResult<Self> {
        let pair = KeyPair::generate(getrandom::fill);
        let inner = pair.map_err(|error| error::system(&error.into()))?;
        Ok(Self { inner })
    }

    /// The public key, 32 octets.
    #[getter]
    fn public<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.public().as_bytes())
    }

    /// The secret key, 32 octets.
    fn secret<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.inner.secret().as_bytes())
    }
}

/// Reads a public key, 32 octets or text; returns its octets.
#[pyfunction]
pub(crate) fn read_public_key<'py>(key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let py = key.py();
    let key = match given(key)? {
        Given::Octets(octets) => PublicKey::new(*octets),
        Given::Text(text) => text.parse(),
    };
    let key = key.map_err(|why| refused(py, "a public key", why))?;
    Ok(PyBytes::new(py, key.as_bytes()))
}

/// Writes octets in Z85.
#[pyfunction]
pub(crate) fn z85_encode(py: Python<'_>, octets: &[u8]) -> PyResult<String> {
    zmq4_proto::z85_encode(octets)
        .map_err(|why| error::new(py, Kind::OptionError, &why.to_string()))
}

enum Given {
    Octets(Zeroizing<[u8; KEY_LEN]>),
    Text(Zeroizing<String>),
}

/// Reads what may be a key. Octets of any other number than a key has are text.
fn given(key: &Bound<'_, PyAny>) -> PyResult<Given> {
    if let Ok(text) = key.cast::<PyString>() {
        return Ok(Given::Text(Zeroizing::new(text.to_cow()?.into_owned())));
    }
    let octets = key.cast::<PyBytes>()?.as_bytes();
    Ok(match <[u8; KEY_LEN]>::try_from(octets) {
        Ok(octets) => Given::Octets(Zeroizing::new(octets)),
        Err(_) => Given::Text(Zeroizing::new(String::from_utf8_lossy(octets).into_owned())),
    })
}

/// The exception for what is no key. It says nothing of what it was: that may be a secret.
fn refused(py: Python<'_>, what: &str, why: KeyRefused) -> PyErr {
    let why = match why {
        KeyRefused::Weak => {
            "this one is all zeros, or one of a few that protect nothing; was it set?".to_owned()
        }
        KeyRefused::Unset => "this one is all zeros; make one with KeyPair.generate()".to_owned(),
        KeyRefused::Length { len } => {
            format!("32 octets, 40 characters of Z85 or 64 hexadecimal digits are one, not {len}")
        }
        KeyRefused::Z85(error) => format!("no Z85: {error}"),
        KeyRefused::Hex { at } => format!("the character at {at} is no hexadecimal digit"),
    };
    error::new(py, Kind::OptionError, &format!("{what} is needed: {why}"))
}
