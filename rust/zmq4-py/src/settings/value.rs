//! How an option's value travels between Python and the core.

use std::time::Duration;

use pyo3::prelude::*;
use zmq4_core::SocketOptions;

use super::scalar::{any, seconds};
use super::security;
use crate::own::{Own, Timeouts};

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
type Parse = fn(&Bound<'_, PyAny>) -> Result<Apply, Refusal>;
/// Puts a value in its place. It runs no code of Python's.
pub(crate) type Apply = Box<dyn FnOnce(&mut SocketOptions)>;

/// How an option's value travels.
pub(crate) enum Value {
    /// Through the core's options.
    Core { read: Read, parse: Parse, has_class: bool },
    /// Through the socket's own time limits.
    Timeout(fn(&Timeouts) -> Option<Duration>, fn(&Timeouts, Option<Duration>)),
    /// As an object that the boundary keeps, and what the core makes of it.
    Security,
}

impl Value {
    pub(crate) fn read<'py>(
        &self,
        py: Python<'py>,
        options: &SocketOptions,
        own: &Own,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Core { read, .. } => read(py, options),
            Self::Timeout(read, _) => any(py, read(&own.timeouts).map(|limit| limit.as_secs_f64())),
            Self::Security => own.guard.value(py),
        }
    }

    /// The default as a value, or its text where it is an object of a class of ours.
    pub(crate) fn plain_default<'py>(
        &self,
        py: Python<'py>,
        options: &SocketOptions,
        own: &Own,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Core { has_class: true, .. } | Self::Security => any(py, "see its class"),
            Self::Core { has_class: false, .. } | Self::Timeout(..) => self.read(py, options, own),
        }
    }

    /// Understands a value of Python's. The socket's own time limits are set at once.
    pub(crate) fn parse(&self, own: &Own, value: &Bound<'_, PyAny>) -> Result<Apply, Refusal> {
        match self {
            Self::Core { parse, .. } => parse(value),
            Self::Timeout(_, write) => {
                write(&own.timeouts, seconds(value)?);
                Ok(Box::new(|_| {}))
            }
            Self::Security => security::parse(&own.guard, value),
        }
    }
}

/// A row's value: how it is read, and the field of the options that a new one is written to, as an
/// assignment.
macro_rules! core_value {
    ($(#[$meta:meta])* $name:ident, |$py:ident, $options:ident| $read:expr, $($write:tt)*) => {
        core_value!($(#[$meta])* $name, false, |$py, $options| $read, $($write)*);
    };
    ($(#[$meta:meta])* $name:ident, $has_class:literal, |$py:ident, $options:ident| $read:expr,
     |$into:ident, $value:ident| { $target:ident.$group:ident.$field:ident = $new:expr; }) => {
        core_value!(
            $(#[$meta])* $name, $has_class, |$py, $options| $read,
            |$into, $value| $target.$group.$field = $new
        );
    };
    ($(#[$meta:meta])* $name:ident, $has_class:literal, |$py:ident, $options:ident| $read:expr,
     |$into:ident, $value:ident| $target:ident.$group:ident.$field:ident = $new:expr) => {
        $(#[$meta])*
        pub(crate) const $name: Value = {
            #[allow(clippy::unnecessary_wraps, reason = "some rows can fail; all have one type")]
            fn read<'py>($py: Python<'py>, $options: &SocketOptions) -> PyResult<Bound<'py, PyAny>> {
                $read
            }
            fn parse($value: &Bound<'_, PyAny>) -> Result<$crate::settings::Apply, Refusal> {
                let new = $new;
                Ok(Box::new(move |$into: &mut SocketOptions| $target.$group.$field = new))
            }
            Value::Core { read, parse, has_class: $has_class }
        };
    };
}

pub(super) use core_value;
