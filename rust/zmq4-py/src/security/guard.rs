//! [`Guard`]: what a socket keeps of its security: the object that it was given, and who is asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::{Asker, Inquiry};

/// The security of a socket, as Python knows it.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// The object given; none is `Null()`.
    value: Option<Py<PyAny>>,
    /// Who is asked for it.
    current: Option<Py<Inquiry>>,
    /// Who is asked for objects that were given before: endpoints keep theirs.
    former: Vec<Py<Inquiry>>,
}

impl Guard {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The object that the socket was given.
    pub(crate) fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let value = self.held().value.as_ref().map(|value| value.clone_ref(py));
        match value {
            Some(value) => Ok(value.into_bound(py)),
            None => py.import("zmq4.security")?.getattr("Null")?.call0(),
        }
    }

    /// Whether the object is the one that the socket has.
    pub(crate) fn has(&self, value: &Bound<'_, PyAny>) -> bool {
        self.held().value.as_ref().is_some_and(|held| held.is(value))
    }

    /// Takes another object, and where its peers are to be asked about, `decide` with it. Returns who asks.
    pub(crate) fn replace(
        &self,
        value: &Bound<'_, PyAny>,
        decide: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Option<Arc<Asker>>> {
        let py = value.py();
        let inquiry =
            decide.map(|decide| Py::new(py, Inquiry::new(decide.unbind()))).transpose()?;
        let asker = inquiry.as_ref().map(|inquiry| inquiry.get().share(py)).transpose()?;
        let mut held = self.held();
        let value = held.value.replace(value.clone().unbind());
        let before = std::mem::replace(&mut held.current, inquiry);
        held.former.extend(before);
        let (used, unused) =
            std::mem::take(&mut held.former).into_iter().partition(|each| each.get().is_used());
        held.former = used;
        drop(held);
        // What goes with them may be code of Python's, which is not to run under the lock.
        let _: (Option<Py<PyAny>>, Vec<Py<Inquiry>>) = (value, unused);
        Ok(asker)
    }

    /// Who is asked for the present object.
    pub(crate) fn inquiry(&self, py: Python<'_>) -> Option<Py<Inquiry>> {
        self.held().current.as_ref().map(|inquiry| inquiry.clone_ref(py))
    }

    /// Shows the collector what is held: a callable may well refer to its socket.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Who holds the lock is about to change what is here: nothing of it is garbage.
        let Ok(held) = self.held.try_lock() else { return Ok(()) };
        visit.call(&held.value)?;
        visit.call(&held.current)?;
        held.former.iter().try_for_each(|inquiry| visit.call(inquiry))
    }

    /// Lets go of what is held.
    pub(crate) fn clear(&self) {
        let held = std::mem::take(&mut *self.held());
        drop(held);
    }
}
