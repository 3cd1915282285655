//! The Python boundary of zmq4: module `zmq4._native`.
//!
//! Convert, call the core, convert back. State lives in the core; no protocol logic is here. The I/O
//! threads of the core never attach to the interpreter: they ring a descriptor, and Python comes.
//!
//! | file | holds every decision about |
//! |---|---|
//! | `buffer` | Python memory and frames |
//! | `wait` | waiting in threads: detaching, signals, deadlines |
//! | `poll` | waiting for several sockets and descriptors at once |
//! | `operation` | waiting in asyncio: the native coroutine object |
//! | `options` | the one table of options |
//! | `error` | which exception an error becomes |
//! | `events` | what happens, as Python's objects |
//! | `security` | keys, passwords, and how the program is asked about peers |
//! | `process` | fork and interpreter exit |
//! | `interpreter` | which interpreter may use it |

mod buffer;
mod claim;
mod context;
mod deadline;
mod endpoint;
mod equip;
mod error;
mod events;
mod frame;
mod heap_type;
mod held;
mod interpreter;
mod log;
mod message;
mod operation;
mod options;
mod own;
mod peer;
mod per_process;
mod poll;
mod process;
mod proxy;
mod raw;
mod receive;
mod refusal;
mod role;
mod security;
mod send;
mod settings;
mod signal;
mod socket;
mod subscription;
mod wait;

use pyo3::prelude::*;

/// Native part of zmq4; use it through `zmq4` and `zmq4.asyncio`.
#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    interpreter::is_main(py)?;
    module.add_class::<context::Context>()?;
    module.add_class::<deadline::Deadline>()?;
    module.add_class::<endpoint::EndpointHandle>()?;
    module.add_class::<events::EventStream>()?;
    module.add_class::<frame::Frame>()?;
    module.add_class::<peer::Peer>()?;
    module.add_class::<proxy::Proxy>()?;
    module.add_class::<security::Inquiry>()?;
    module.add_class::<security::Keys>()?;
    module.add_class::<security::Question>()?;
    module.add_class::<signal::LoopSignal>()?;
    module.add_class::<socket::Socket>()?;
    module.add_class::<subscription::Subscription>()?;
    module.add_function(wrap_pyfunction!(endpoint::normal_form, module)?)?;
    module.add_function(wrap_pyfunction!(equip::equip, module)?)?;
    module.add_function(wrap_pyfunction!(log::next_log_records, module)?)?;
    module.add_function(wrap_pyfunction!(log::set_log_starter, module)?)?;
    module.add_function(wrap_pyfunction!(log::stop_log, module)?)?;
    module.add_function(wrap_pyfunction!(operation::set_loop_bridge, module)?)?;
    module.add_function(wrap_pyfunction!(poll::poll, module)?)?;
    module.add_function(wrap_pyfunction!(poll::watch, module)?)?;
    module.add_function(wrap_pyfunction!(process::after_fork_in_child, module)?)?;
    module.add_function(wrap_pyfunction!(process::shutdown, module)?)?;
    add_security(module)?;

    error::load(py)?;
    let message = message::message_type(py)?;
    py.import("collections.abc")?.getattr("Sequence")?.call_method1("register", (message,))?;
    module.add("Message", message)?;
    module.add("Request", message::request_type(py)?)?;
    module.add("OPTIONS", options::table(py)?)?;
    options::add_properties(py)?;
    log::install();
    Ok(())
}

fn add_security(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(security::hash_password, module)?)?;
    module.add_function(wrap_pyfunction!(security::is_password_hash, module)?)?;
    module.add_function(wrap_pyfunction!(security::leave_pool, module)?)?;
    module.add_function(wrap_pyfunction!(security::next_question, module)?)?;
    module.add_function(wrap_pyfunction!(security::read_public_key, module)?)?;
    module.add_function(wrap_pyfunction!(security::stop_questions, module)?)?;
    module.add_function(wrap_pyfunction!(security::verify_password, module)?)?;
    module.add_function(wrap_pyfunction!(security::z85_encode, module)?)
}
