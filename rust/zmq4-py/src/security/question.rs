//! [`Question`]: what Python is asked about a peer, and the way back.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use zmq4_core::Answer;
use zmq4_core::proto::{Credentials, Denied, Metadata, RoutingId, Verdict};

/// Whether a peer is to be let in. A question that is dropped is answered with status 500.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct Question {
    domain: String,
    address: String,
    routing_id: RoutingId,
    credentials: Credentials,
    answer: Mutex<Option<Answer>>,
}

/// The fields of `zmq4.Applicant`, in their order.
type Facts<'py> = (
    String,
    &'static str,
    String,
    Option<Bound<'py, PyAny>>,
    Option<Bound<'py, PyAny>>,
    Option<Bound<'py, PyBytes>>,
    Bound<'py, PyBytes>,
);

impl Question {
    pub(super) fn new(question: zmq4_core::Question) -> Self {
        let zmq4_core::Question { domain, address, routing_id, credentials, answer } = question;
        Self { domain, address, routing_id, credentials, answer: Mutex::new(Some(answer)) }
    }

    fn give(&self, verdict: Verdict, why: &str) {
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(answer) = answer {
            answer.give_because(verdict, why);
        }
    }
}

#[pymethods]
impl Question {
    /// What is known of the peer: address, mechanism, domain, user name, password, public key, and the
    /// routing id of the socket that it connects to.
    fn facts<'py>(&self, py: Python<'py>) -> PyResult<Facts<'py>> {
        let (mechanism, username, password, public_key) = match &self.credentials {
            Credentials::Null => ("NULL", None, None, None),
            Credentials::Plain { username, password } => {
                let (username, password) = (text(py, username)?, text(py, password.as_bytes())?);
                ("PLAIN", Some(username), Some(password), None)
            }
            Credentials::Curve { public_key } => {
                ("CURVE", None, None, Some(PyBytes::new(py, public_key.as_bytes())))
            }
        };
        let routing_id = PyBytes::new(py, self.routing_id.as_bytes());
        let (address, domain) = (self.address.clone(), self.domain.clone());
        Ok((address, mechanism, domain, username, password, public_key, routing_id))
    }

    /// Whether an answer is still of interest: the handshake may be over.
    #[getter]
    fn is_awaited(&self) -> bool {
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        answer.as_ref().is_some_and(Answer::is_awaited)
    }

    /// Answers with a status, 200 to let the peer in. A second answer is one too many, and not heard.
    /// `why` is for our own events and log.
    #[pyo3(signature = (status, user_id="", metadata=Vec::new(), why=""))]
    fn answer(
        &self,
        status: u16,
        user_id: &str,
        metadata: Vec<(String, Vec<u8>)>,
        why: &str,
    ) -> PyResult<()> {
        if status != ACCEPTED {
            let denied = Denied::from_status(status)
                .ok_or_else(|| PyValueError::new_err(format!("there is no status {status}")))?;
            self.give(Verdict::Deny(denied), why);
            return Ok(());
        }
        let add =
            |all: Metadata, (name, value): (String, Vec<u8>)| all.with(name.as_bytes(), &value);
        let metadata = metadata.into_iter().fold(Metadata::new(), add);
        let user_id = user_id.as_bytes().to_vec().into();
        self.give(Verdict::Accept { user_id, metadata }, why);
        Ok(())
    }
}

/// Octets as text. What is no UTF-8 is kept by surrogates, so that different octets stay different.
fn text<'py>(py: Python<'py>, octets: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    match std::str::from_utf8(octets) {
        Ok(text) => Ok(PyString::new(py, text).into_any()),
        Err(_) => PyBytes::new(py, octets).call_method1("decode", ("utf-8", "surrogateescape")),
    }
}

/// The status that lets a peer in. Source: RFC 27/ZAP, "Reply".
const ACCEPTED: u16 = 200;
