//! The Python boundary of zmq4: module `zmq4._native`.
//!
//! Convert, call the core, convert back. State lives in the core; no protocol logic is here. The I/O
//! threads of the core never attach to the interpreter: they ring a descriptor, and Python comes.
//!
//! | file | holds every decision about |
//! |---|---|
//! | `buffer` | Python memory and frames |
//! | `wait` | waiting in threads: detaching, signals, deadlines |
//! | `operation` | waiting in asyncio: the native coroutine object |
//! | `options` | the one table of options |
//! | `error` | which exception an error becomes |
//! | `events` | what happens, as Python's objects |
//! | `process` | fork and interpreter exit |

mod buffer;
mod claim;
mod context;
mod endpoint;
mod equip;
mod error;
mod events;
mod frame;
mod heap_type;
mod held;
mod log;
mod message;
mod operation;
mod options;
mod peer;
mod per_process;
mod process;
mod raw;
mod receive;
mod role;
mod send;
mod settings;
mod signal;
mod socket;
mod subscription;
mod wait;

use pyo3::prelude::*;

/// Native part of zmq4; use it through `zmq4` and `zmq4.asyncio`.
#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::context::Context;
    #[pymodule_export]
    use crate::endpoint::{EndpointHandle, normal_form};
    #[pymodule_export]
    use crate::equip::equip;
    #[pymodule_export]
    use crate::events::EventStream;
    #[pymodule_export]
    use crate::frame::Frame;
    #[pymodule_export]
    use crate::log::{next_log_records, set_log_starter, stop_log};
    #[pymodule_export]
    use crate::operation::set_loop_bridge;
    #[pymodule_export]
    use crate::peer::Peer;
    #[pymodule_export]
    use crate::process::{after_fork_in_child, shutdown};
    #[pymodule_export]
    use crate::signal::LoopSignal;
    #[pymodule_export]
    use crate::socket::Socket;
    #[pymodule_export]
    use crate::subscription::Subscription;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::init(module)
    }
}

fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let message = message::message_type(py)?;
    py.import("collections.abc")?.getattr("Sequence")?.call_method1("register", (message,))?;
    module.add("Message", message)?;
    module.add("Request", message::request_type(py)?)?;
    module.add("OPTIONS", options::table(py)?)?;
    options::add_properties(py)?;
    log::install();
    Ok(())
}
