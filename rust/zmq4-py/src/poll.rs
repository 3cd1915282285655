//! Polling: looking at several sockets and descriptors, and waiting until something can be done at one.

use std::cell::RefCell;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use zmq4_core::{Descriptors, Events, Wait, WaitSide, Waiter};

use crate::error;
use crate::process::Native;
use crate::signal::LoopSignal;
use crate::socket::Socket;
use crate::wait::{Attempt, Limit, repeat_beside};

/// Waits in this thread until something that was asked for can be done.
///
/// Args: `items`, pairs of a socket or a descriptor and the events asked for; `timeout`, seconds.
/// Returns: the events of each item, an octet each; nothing if the time was over first.
#[pyfunction]
#[pyo3(signature = (items, timeout=None))]
pub(crate) fn poll<'py>(
    py: Python<'py>,
    items: Vec<(Bound<'py, PyAny>, u8)>,
    timeout: Option<f64>,
) -> PyResult<Bound<'py, PyBytes>> {
    let limit = timeout.map_or(Ok(Limit::Never), Limit::from_seconds)?.or(None);
    let polling = Polling::new(items)?;
    let attempt = || polling.look(py);
    let noted = match attempt()? {
        Attempt::Done(noted) => Some(noted),
        Attempt::Later => {
            let descriptors = (!polling.descriptors.borrow().is_empty()).then_some(());
            let descriptors = descriptors.map(|()| &polling.descriptors);
            repeat_beside(py, limit, descriptors, |waiter| polling.register(py, &waiter), attempt)?
        }
    };
    Ok(PyBytes::new(py, &noted.unwrap_or_default()))
}

/// Rings an event loop when something may have become possible at one of several sockets.
///
/// Args: `items`, pairs of a socket and the events asked for; `signal` and `token`, what is rung.
#[pyfunction]
pub(crate) fn watch<'py>(
    py: Python<'py>,
    items: Vec<(Bound<'py, PyAny>, u8)>,
    signal: &LoopSignal,
    token: u64,
) -> PyResult<Waits> {
    let waiter = Waiter::Loop(signal.share(py)?, token);
    let polling = Polling::new(items)?;
    Ok(Waits { _waits: Native::new(polling.register(py, &waiter)?) })
}

/// Registered waits; dropping it ends them.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct Waits {
    _waits: Native<Vec<Wait>>,
}

/// What is polled.
struct Polling<'py> {
    items: Vec<Item<'py>>,
    /// Those of the items that are no sockets, in their order.
    descriptors: RefCell<Descriptors>,
}

enum Item<'py> {
    Socket(Bound<'py, Socket>, Events),
    Descriptor(Events),
}

impl<'py> Polling<'py> {
    fn new(items: Vec<(Bound<'py, PyAny>, u8)>) -> PyResult<Self> {
        let mut descriptors = Descriptors::default();
        let item = |(object, bits): (Bound<'py, PyAny>, u8)| {
            let events = Events::from_bits(bits)
                .ok_or_else(|| PyValueError::new_err(format!("no events are {bits:#b}")))?;
            if let Ok(socket) = object.cast::<Socket>() {
                return Ok(Item::Socket(socket.clone(), events));
            }
            descriptors.push(object.extract()?, events);
            Ok(Item::Descriptor(events))
        };
        let items = items.into_iter().map(item).collect::<PyResult<_>>()?;
        Ok(Self { items, descriptors: RefCell::new(descriptors) })
    }

    /// The events of each item, if there is one at all.
    fn look(&self, py: Python<'_>) -> PyResult<Attempt<Vec<u8>>> {
        let mut descriptors = self.descriptors.borrow_mut();
        if !descriptors.is_empty() {
            descriptors.look().map_err(|error| error::system(&error))?;
        }
        let mut of_descriptors = descriptors.noted();
        let events = self.items.iter().map(|item| {
            Ok(match item {
                Item::Socket(socket, asked) => possible(socket.get().core(py)?, *asked),
                Item::Descriptor(asked) => {
                    told(of_descriptors.next().unwrap_or_default(), *asked).bits()
                }
            })
        });
        let noted = events.collect::<PyResult<Vec<u8>>>()?;
        let is_some = noted.iter().any(|&bits| bits != 0);
        Ok(if is_some { Attempt::Done(noted) } else { Attempt::Later })
    }

    fn register(&self, py: Python<'_>, waiter: &Waiter) -> PyResult<Vec<Wait>> {
        let mut waits = Vec::new();
        for item in &self.items {
            let Item::Socket(socket, asked) = item else { continue };
            let core = socket.get().core(py)?;
            let sides = [(Events::IN, WaitSide::Receive), (Events::OUT, WaitSide::Send)];
            let sides = sides.into_iter().filter(|(event, _)| asked.has(*event));
            // The end of the socket is told whether it was asked for or not.
            for side in sides.map(|(_, side)| side).chain([WaitSide::End]) {
                waits.push(core.wait(side, waiter.clone()));
            }
        }
        Ok(waits)
    }
}

/// What of the events asked for a socket can do.
fn possible(core: &zmq4_core::Socket, asked: Events) -> u8 {
    let receives = if asked.has(Events::IN) { core.can_receive() } else { Ok(false) };
    let sends = if asked.has(Events::OUT) { core.can_send() } else { core.check().map(|()| false) };
    let noted = match (receives, sends) {
        (Ok(receives), Ok(sends)) => Events::IN.only_if(receives) | Events::OUT.only_if(sends),
        _ => Events::ERR,
    };
    told(noted, asked).bits()
}

/// What is told of what was noted. Where something is wrong, all that was asked for is possible: it does
/// not wait, but raises.
fn told(noted: Events, asked: Events) -> Events {
    if noted.has(Events::ERR) { noted | asked } else { noted }
}
