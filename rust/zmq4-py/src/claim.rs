//! One event loop at a time: operations of a second loop are refused while those of a first one wait.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;

use crate::error::{self, Kind};

/// The loop whose operations wait for a socket.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoopClaims {
    inner: Arc<Mutex<Claimed>>,
}

#[derive(Debug, Default)]
struct Claimed {
    /// The address of the loop's bridge, which lives while one of its operations waits.
    bridge: usize,
    operations: usize,
}

/// One waiting operation; dropping it ends its claim.
#[derive(Debug)]
pub(crate) struct Claim(LoopClaims);

impl LoopClaims {
    fn lock(&self) -> std::sync::MutexGuard<'_, Claimed> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims the socket for the loop of `bridge`.
    ///
    /// # Errors
    ///
    /// `StateError` while operations of another loop wait.
    pub(crate) fn claim(&self, bridge: &Bound<'_, PyAny>, what: &str) -> PyResult<Claim> {
        let address = bridge.as_ptr().addr();
        let mut claimed = self.lock();
        if claimed.operations > 0 && claimed.bridge != address {
            drop(claimed);
            let text = format!(
                "{what}: an operation of another event loop waits for it; use a socket of its own in \
                 each loop"
            );
            return Err(error::new(bridge.py(), Kind::StateError, &text));
        }
        claimed.bridge = address;
        claimed.operations += 1;
        Ok(Claim(self.clone()))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.lock().operations -= 1;
    }
}
