//! Keywords: the options that a constructor was given, and what is wrong with them.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use zmq4_core::SocketOptions;

use super::table::{Option_, TABLE, find};
use crate::error::{self, Kind};
use crate::settings as set;
use crate::socket::Timeouts;

/// Reads the keyword options of a constructor.
pub(crate) fn parse(
    py: Python<'_>,
    given: Option<&Bound<'_, PyDict>>,
    timeouts: &Timeouts,
) -> PyResult<SocketOptions> {
    let mut options = SocketOptions::default();
    for (name, value) in given.into_iter().flatten() {
        let name: String = name.extract()?;
        let row = find(&name).ok_or_else(|| unknown(py, &name))?;
        row.value.write(&mut options, timeouts, &value).map_err(|why| refused(py, row, &why))?;
    }
    Ok(options)
}

pub(super) fn refused(py: Python<'_>, row: &Option_, why: &set::Refusal) -> PyErr {
    match why {
        set::Refusal::Range(range) => {
            error::new(py, Kind::OptionError, &format!("{}: the value must be {range}", row.name))
        }
        set::Refusal::Python(error) => error.clone_ref(py),
    }
}

fn unknown(py: Python<'_>, name: &str) -> PyErr {
    let names: Vec<_> =
        TABLE.iter().map(|row| row.name).chain(["bind", "connect", "context"]).collect();
    let close = py
        .import("difflib")
        .and_then(|difflib| difflib.call_method1("get_close_matches", (name, names, 1, 0.5)))
        .and_then(|found| found.extract::<Vec<String>>())
        .unwrap_or_default();
    let hint = close.first().map_or_else(
        || "see the options page".to_owned(),
        |close| format!("did you mean {close:?}?"),
    );
    error::new(py, Kind::OptionError, &format!("no option is called {name:?}; {hint}"))
}
