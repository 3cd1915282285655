//! How an option's value travels between Python and the core.

use std::time::Duration;

use pyo3::prelude::*;
use zmq4_core::SocketOptions;

use super::scalar::{any, seconds};
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

pub(super) use core_value;
