//! Somebody who was accepted, until he is connected or turned away.

use std::sync::Arc;

use super::pending::Place;
use super::{EndpointStatus, Reason};

/// One whose handshake is under way. Everybody who was told of as accepted is told of again: if the task
/// that had him is dropped, it was to make room, or because the listener closes.
#[derive(Debug)]
pub(super) struct Guest {
    address: String,
    /// Until the handshake is done.
    place: Option<Place>,
    status: Arc<EndpointStatus>,
    is_settled: bool,
}

impl Guest {
    pub(super) fn new(address: String, place: Place, status: &Arc<EndpointStatus>) -> Self {
        status.accepted(&address);
        Self { address, place: Some(place), status: Arc::clone(status), is_settled: false }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The handshake is done: he is in nobody's way.
    pub(super) fn leave_place(&mut self) {
        self.place = None;
    }

    /// He is connected.
    pub(super) fn welcome(mut self) {
        self.is_settled = true;
    }

    /// He is not welcome.
    pub(super) fn turn_away(mut self, reason: &Reason) {
        self.is_settled = true;
        self.refuse(reason);
    }

    fn refuse(&self, reason: &Reason) {
        self.status.handshake_failed(&self.address, &reason.failure(), None);
        tracing::warn!(target: "zmq4", peer = self.address, %reason, "connection refused");
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        if self.place.as_ref().is_some_and(Place::is_taken) {
            self.refuse(&Reason::Crowded);
        } else {
            self.status.handshake_failed(&self.address, &Reason::Closed.failure(), None);
        }
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::super::pending::Pending;
    use super::*;
    use crate::monitor::{Cause, EventStream, Happening, Hub};
    use crate::options::Limits;
    use crate::session::EndpointPhase;

    fn doorstep() -> (Arc<Pending>, Arc<EndpointStatus>, EventStream) {
        let hub = Hub::new();
        let status = EndpointStatus::new("tcp://x".to_owned(), EndpointPhase::Listening, &hub);
        (Pending::new(), status, hub.listen(1).expect("open"))
    }

    /// Why the handshake failed that was told of last.
    fn failure(events: &EventStream) -> Option<(String, Cause)> {
        let heard = events.try_next().ok()?;
        let Happening::HandshakeFailed { address, why, .. } = &heard.event.what else {
            return None;
        };
        Some((address.clone(), why.cause))
    }

    #[test]
    fn who_had_to_make_room_is_told_of_by_name() {
        let (pending, status, events) = doorstep();
        let first = Guest::new("tcp://first".to_owned(), pending.enter(None), &status);
        let _others: Vec<_> =
            (0..Limits::PENDING_HANDSHAKES).map(|_| pending.enter(None)).collect();

        drop(first);

        assert_eq!(failure(&events), Some(("tcp://first".to_owned(), Cause::Crowded)));
    }

    #[test]
    fn who_waits_when_the_listener_closes_is_told_of_as_closed() {
        let (pending, status, events) = doorstep();
        let guest = Guest::new("tcp://late".to_owned(), pending.enter(None), &status);

        pending.close();
        drop(guest);

        assert_eq!(failure(&events), Some(("tcp://late".to_owned(), Cause::Closed)));
    }

    #[test]
    fn who_is_welcome_has_not_failed() {
        let (pending, status, events) = doorstep();

        Guest::new("tcp://friend".to_owned(), pending.enter(None), &status).welcome();

        assert_eq!(failure(&events), None);
    }
}
