//! Keywords: the options that a constructor was given, and what is wrong with them.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use zmq4_core::SocketOptions;
use zmq4_core::proto::SocketType;

use super::rows::{LIBZMQ, TABLE};
use super::table::{Option_, find};
use crate::error::{self, Kind};
use crate::own::Own;
use crate::settings as set;

/// Reads the keyword options of a constructor.
pub(crate) fn parse(
    py: Python<'_>,
    socket_type: SocketType,
    given: Option<&Bound<'_, PyDict>>,
    own: &Own,
) -> PyResult<SocketOptions> {
    let mut options = SocketOptions::default();
    for (name, value) in given.into_iter().flatten() {
        let name: String = name.extract()?;
        let row = find(&name).ok_or_else(|| unknown(py, socket_type, &name))?;
        if !row.is_for(socket_type) {
            return Err(error::new(py, Kind::OptionError, &elsewhere(row, socket_type)));
        }
        let apply = row.value.parse(own, &value).map_err(|why| refused(py, row, &why))?;
        apply(&mut options);
    }
    Ok(options)
}

/// Says which socket types have an option, and that this one is none of them.
pub(super) fn elsewhere(row: &Option_, socket_type: SocketType) -> String {
    let types: Vec<_> = row.sockets.iter().map(|socket| socket.name()).collect();
    let types = listed(&types, "and");
    format!("{}: {types} sockets have this option, {socket_type} sockets do not", row.name)
}

pub(super) fn refused(py: Python<'_>, row: &Option_, why: &set::Refusal) -> PyErr {
    match why {
        set::Refusal::Range(range) => {
            error::new(py, Kind::OptionError, &format!("{}: the value must be {range}", row.name))
        }
        set::Refusal::Python(error) => error.clone_ref(py),
    }
}

fn unknown(py: Python<'_>, socket_type: SocketType, name: &str) -> PyErr {
    let hint = libzmq(name).unwrap_or_else(|| match near(py, socket_type, name).as_slice() {
        [] => "see the options page".to_owned(),
        near => format!("did you mean {}?", listed(near, "or")),
    });
    error::new(py, Kind::OptionError, &format!("no option is called {name:?}; {hint}"))
}

/// What has become of an option of libzmq's, if the name is one of its and not ours in capitals.
fn libzmq(name: &str) -> Option<String> {
    if find(&name.to_ascii_lowercase()).is_some() {
        return None;
    }
    let upper = name.to_ascii_uppercase();
    let bare = upper.strip_prefix("ZMQ_").unwrap_or(&upper);
    let &(known, here) = LIBZMQ.iter().find(|(known, _)| *known == bare)?;
    Some(format!("libzmq's {known} is {here}"))
}

/// Names that look like this one, in quotes, the most alike first.
fn near(py: Python<'_>, socket_type: SocketType, name: &str) -> Vec<String> {
    let rows = TABLE.iter().filter(|row| row.is_for(socket_type)).map(|row| row.name);
    let names: Vec<_> = rows.chain(["bind", "connect", "context"]).collect();
    let matches = |count: usize, likeness: f64| -> PyResult<Vec<String>> {
        let difflib = py.import("difflib")?;
        difflib.call_method1("get_close_matches", (name, &names, count, likeness))?.extract()
    };
    let several = matches(MOST_GUESSES, MUCH_ALIKE).unwrap_or_default();
    let found = if several.is_empty() { matches(1, ALIKE).unwrap_or_default() } else { several };
    found.iter().map(|name| format!("{name:?}")).collect()
}

const MOST_GUESSES: usize = 3;
/// Of several guesses, each is as good as this; a single one may be worse. 1 is equal.
const MUCH_ALIKE: f64 = 0.65;
const ALIKE: f64 = 0.5;

/// `a, b and c`.
fn listed(names: &[impl AsRef<str>], last: &str) -> String {
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [some @ .., one] => format!("{} {last} {one}", some.join(", ")),
    }
}
