//! `Deadline`: one time limit for several calls.

use std::time::Instant;

use pyo3::prelude::*;

use crate::wait::{Limit, deadline_after};

/// The end of a time limit, which calls share that are made one after the other.
#[pyclass(frozen, module = "zmq4._native")]
#[derive(Debug)]
pub(crate) struct Deadline {
    at: Option<Instant>,
}

#[pymethods]
impl Deadline {
    /// Begins now; None is no limit.
    #[new]
    fn new(limit: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let limit = Limit::new(limit.map(Bound::as_borrowed))?.or(None);
        Ok(Self { at: limit.and_then(deadline_after) })
    }

    /// The seconds that are left, 0 if it is over; None if there is no limit.
    fn left(&self) -> Option<f64> {
        let left = self.at?.saturating_duration_since(Instant::now());
        Some(left.as_secs_f64())
    }
}
