//! The one table of options: what constructors take, what properties read and write, and what the
//! reference page lists.

use std::os::raw::{c_int, c_void};

use pyo3::exceptions::PyAttributeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use zmq4_core::SocketOptions;

use crate::error::{self, Kind};
use crate::raw;
use crate::settings::{self as set, Value};
use crate::socket::{Socket, Timeouts};

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
    c_name: &'static std::ffi::CStr,
    kind: &'static str,
    when: When,
    doc: &'static std::ffi::CStr,
    value: Value,
}

macro_rules! option {
    ($name:literal, $kind:literal, $when:ident, $value:expr, $doc:literal) => {
        Option_ {
            name: $name,
            c_name: match std::ffi::CStr::from_bytes_with_nul(concat!($name, "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => panic!("a name has no NUL"),
            },
            kind: $kind,
            when: When::$when,
            doc: match std::ffi::CStr::from_bytes_with_nul(concat!($doc, "\0").as_bytes()) {
                Ok(doc) => doc,
                Err(_) => panic!("a document has no NUL"),
            },
            value: $value,
        }
    };
}

/// The table.
pub(crate) static TABLE: [Option_; 26] = [
    option!(
        "send_hwm",
        "messages",
        Now,
        set::SEND_HWM,
        "Outbound messages queued for one peer; 0 is no limit."
    ),
    option!(
        "recv_hwm",
        "messages",
        Now,
        set::RECV_HWM,
        "Inbound messages queued from one peer; 0 is no limit."
    ),
    option!(
        "send_hwm_bytes",
        "octets",
        Now,
        set::SEND_HWM_BYTES,
        "Outbound octets queued for one peer; 0 is no limit."
    ),
    option!(
        "recv_hwm_bytes",
        "octets",
        Now,
        set::RECV_HWM_BYTES,
        "Inbound octets queued from one peer; 0 is no limit."
    ),
    option!(
        "linger",
        "seconds or None",
        Now,
        set::LINGER,
        "How long unsent messages outlive the socket; None is for ever."
    ),
    option!(
        "send_timeout",
        "seconds or None",
        Call,
        Value::Timeout(Timeouts::send, Timeouts::set_send),
        "How long a send waits unless told; None is for ever."
    ),
    option!(
        "recv_timeout",
        "seconds or None",
        Call,
        Value::Timeout(Timeouts::receive, Timeouts::set_receive),
        "How long a receive waits unless told; None is for ever."
    ),
    option!(
        "on_full",
        "choice",
        Fixed,
        set::ON_FULL,
        "What a send does when every queue is full: block, drop_newest, drop_oldest or error."
    ),
    option!(
        "immediate",
        "bool",
        Next,
        set::IMMEDIATE,
        "Queue only for peers whose handshake is done."
    ),
    option!(
        "conflate",
        "bool",
        Fixed,
        set::CONFLATE,
        "Keep only the newest message in each direction of each pipe."
    ),
    option!(
        "heartbeat",
        "Heartbeat or None",
        Next,
        set::HEARTBEAT,
        "Ask a silent peer for a sign of life; None is off."
    ),
    option!(
        "reconnect",
        "Backoff or None",
        Next,
        set::RECONNECT,
        "Delays between attempts to connect; None is never again."
    ),
    option!(
        "connect_timeout",
        "seconds or None",
        Next,
        set::CONNECT_TIMEOUT,
        "How long one attempt to connect may take; None is the system's limit."
    ),
    option!(
        "handshake_timeout",
        "seconds or None",
        Next,
        set::HANDSHAKE_TIMEOUT,
        "From connection to end of handshake; None is no limit."
    ),
    option!(
        "max_message_size",
        "octets or None",
        Next,
        set::MAX_MESSAGE_SIZE,
        "The largest frame accepted from a peer; None is no limit."
    ),
    option!(
        "kernel_send_buffer",
        "octets or None",
        Next,
        set::KERNEL_SEND_BUFFER,
        "The system's send buffer; None is the system's choice."
    ),
    option!(
        "kernel_recv_buffer",
        "octets or None",
        Next,
        set::KERNEL_RECV_BUFFER,
        "The system's receive buffer; None is the system's choice."
    ),
    option!(
        "backlog",
        "connections",
        Next,
        set::BACKLOG,
        "Connections that may wait to be accepted."
    ),
    option!("ipv6", "bool", Next, set::IPV6, "Whether names and wildcards mean IPv6 too."),
    option!(
        "tcp_keepalive",
        "TcpKeepalive or None",
        Next,
        set::TCP_KEEPALIVE,
        "When TCP asks a silent peer for a sign of life; None is off."
    ),
    option!(
        "tcp_user_timeout",
        "seconds or None",
        Next,
        set::TCP_USER_TIMEOUT,
        "How long sent octets may stay unacknowledged; None is the system's limit."
    ),
    option!(
        "routing_id",
        "bytes",
        Next,
        set::ROUTING_ID,
        "The name told to peers: at most 255 octets, the first not zero."
    ),
    option!(
        "metadata",
        "mapping",
        Next,
        set::METADATA,
        "Application properties told to peers; their names begin with X-."
    ),
    option!(
        "min_version",
        "choice",
        Next,
        set::MIN_VERSION,
        "The least ZMTP version that a peer must speak: 2.0, 3.0 or 3.1."
    ),
    option!(
        "max_frames",
        "frames",
        Next,
        set::MAX_FRAMES,
        "The most frames accepted in one message."
    ),
    option!(
        "max_message_bytes",
        "octets",
        Next,
        set::MAX_MESSAGE_OCTETS,
        "The most octets accepted in one message, each frame counted with at least 64."
    ),
];

fn find(name: &str) -> Option<&'static Option_> {
    TABLE.iter().find(|row| row.name == name)
}

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

fn refused(py: Python<'_>, row: &Option_, why: &set::Refusal) -> PyErr {
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

/// The table for Python: rows of name, kind, default, when, and one line of documentation.
pub(crate) fn table(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let (options, timeouts) = (SocketOptions::default(), Timeouts::default());
    let row = |row: &Option_| {
        // Value objects come from `zmq4.options`, which is not importable while this module is made.
        let default = row.value.plain_default(py, &options, &timeouts)?;
        (row.name, row.kind, default, row.when.name(), row.doc.to_str().unwrap_or_default())
            .into_pyobject(py)
    };
    PyTuple::new(py, TABLE.iter().map(row).collect::<PyResult<Vec<_>>>()?)
}

/// Gives the socket class a property for each row.
pub(crate) fn add_properties(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<Socket>();
    for row in &TABLE {
        let definition = Box::leak(Box::new(ffi::PyGetSetDef {
            name: row.c_name.as_ptr(),
            get: Some(get),
            set: Some(write),
            doc: row.doc.as_ptr(),
            closure: std::ptr::from_ref(row).cast_mut().cast::<c_void>(),
        }));
        // SAFETY: the class is a type; definition and row live for ever.
        let property = unsafe {
            let made = ffi::PyDescr_NewGetSet(class.as_ptr().cast(), definition);
            Bound::from_owned_ptr_or_err(py, made)?
        };
        class.setattr(row.name, property)?;
    }
    Ok(())
}

/// The row and the socket of a property access.
///
/// # Safety
///
/// Called by the interpreter through a descriptor made in [`add_properties`], with the thread attached.
unsafe fn access<'py>(
    object: *mut ffi::PyObject,
    closure: *mut c_void,
) -> (Python<'py>, &'py Socket, &'static Option_) {
    // SAFETY: the descriptor checked the type; the closure is a row of the table.
    unsafe {
        let py = Python::assume_attached();
        let socket = crate::send::socket(Borrowed::from_ptr(py, object));
        (py, socket, &*closure.cast::<Option_>())
    }
}

unsafe extern "C" fn get(object: *mut ffi::PyObject, closure: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: as `access` demands.
    let (py, socket, row) = unsafe { access(object, closure) };
    raw::guard(py, || {
        let options = socket.core(py)?.options();
        Ok(row.value.read(py, &options, &socket.timeouts)?.into_ptr())
    })
}

unsafe extern "C" fn write(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    closure: *mut c_void,
) -> c_int {
    // SAFETY: as `access` demands; the value is live, or null for a deletion.
    let (py, socket, row) = unsafe { access(object, closure) };
    let done = raw::guard(py, || {
        if value.is_null() {
            let text = format!("option {} cannot be deleted", row.name);
            return Err(PyAttributeError::new_err(text));
        }
        // SAFETY: as above.
        let value = unsafe { Borrowed::from_ptr(py, value) };
        change(py, socket, row, &value)?;
        Ok(std::ptr::from_ref(row).cast_mut().cast())
    });
    if done.is_null() { -1 } else { 0 }
}

fn change(
    py: Python<'_>,
    socket: &Socket,
    row: &'static Option_,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let core = socket.core(py)?;
    if row.when == When::Fixed && !core.endpoints().is_empty() {
        let text = format!("{}: set it before the first bind or connect", row.name);
        return Err(error::new(py, Kind::OptionError, &text));
    }
    let mut options = core.options();
    row.value.write(&mut options, &socket.timeouts, value).map_err(|why| refused(py, row, &why))?;
    core.configure(|current| *current = options);
    Ok(())
}
