//! What a row of the table says, and the table for Python.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use zmq4_core::SocketOptions;
use zmq4_core::proto::SocketType;

use super::rows::TABLE;
use crate::own::Own;
use crate::settings::Value;

/// When a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// At once, for existing connections too.
    Now,
    /// At the next bind or connect.
    Next,
    /// Never after the first bind or connect.
    Fixed,
    /// Consulted by each call.
    Call,
}

impl When {
    fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Next => "next",
            Self::Fixed => "fixed",
            Self::Call => "call",
        }
    }
}

/// One row.
pub(crate) struct Option_ {
    pub(crate) name: &'static str,
    pub(super) c_name: &'static std::ffi::CStr,
    pub(super) kind: &'static str,
    pub(super) when: When,
    /// The types that have it; all of them if empty.
    pub(super) sockets: &'static [SocketType],
    pub(super) doc: &'static std::ffi::CStr,
    pub(super) value: Value,
}

impl Option_ {
    /// Whether sockets of a type have it.
    pub(super) fn is_for(&self, socket_type: SocketType) -> bool {
        self.sockets.is_empty() || self.sockets.contains(&socket_type)
    }
}

macro_rules! option {
    ($name:literal, $kind:literal, $when:ident, [$($socket:ident),*], $value:expr, $doc:literal) => {
        Option_ {
            name: $name,
            c_name: match std::ffi::CStr::from_bytes_with_nul(concat!($name, "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => panic!("a name has no NUL"),
            },
            kind: $kind,
            when: When::$when,
            sockets: &[$(SocketType::$socket),*],
            doc: match std::ffi::CStr::from_bytes_with_nul(concat!($doc, "\0").as_bytes()) {
                Ok(doc) => doc,
                Err(_) => panic!("a document has no NUL"),
            },
            value: $value,
        }
    };
}

pub(super) use option;

pub(super) fn find(name: &str) -> Option<&'static Option_> {
    TABLE.iter().find(|row| row.name == name)
}

/// The table for Python: rows of name, kind, default, when, one line of documentation, and the socket
/// types that have the option, all of them if none is named.
pub(crate) fn table(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let (options, own) = (SocketOptions::default(), Own::default());
    let row = |row: &Option_| {
        // Value objects come from `zmq4.options`, which is not importable while this module is made.
        let default = row.value.plain_default(py, &options, &own)?;
        let doc = row.doc.to_str().unwrap_or_default();
        let sockets = PyTuple::new(py, row.sockets.iter().map(|socket| socket.name()))?;
        (row.name, row.kind, default, row.when.name(), doc, sockets).into_pyobject(py)
    };
    PyTuple::new(py, TABLE.iter().map(row).collect::<PyResult<Vec<_>>>()?)
}
