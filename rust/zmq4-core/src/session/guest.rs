//! Somebody who was accepted, until he is connected or turned away.

use std::sync::Arc;

use super::pending::Place;
use super::{EndpointStatus, Plan, Reason};
use crate::security::HandshakeCounts;

/// One whose handshake is under way. Everybody who was told of as accepted is told of again: if the task
/// that had him is dropped, it was to make room, or because the listener closes.
#[derive(Debug)]
pub(super) struct Guest {
    address: String,
    /// Until the handshake is done.
    place: Option<Place>,
    status: Arc<EndpointStatus>,
    counts: Arc<HandshakeCounts>,
    is_settled: bool,
}

impl Guest {
    pub(super) fn new(address: String, place: Place, plan: &Plan) -> Self {
        let (status, counts) = (Arc::clone(&plan.status), Arc::clone(&plan.handshakes));
        status.accepted(&address);
        Self { address, place: Some(place), status, counts, is_settled: false }
    }

    /// Somebody came whose address is not let in.
    pub(super) fn bar(address: String, plan: &Plan) {
        let (status, counts) = (Arc::clone(&plan.status), Arc::clone(&plan.handshakes));
        status.accepted(&address);
        counts.barred.add_one();
        let guest = Self { address, place: None, status, counts, is_settled: false };
        guest.turn_away(&Reason::Barred);
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// His greeting is whole.
    pub(super) fn has_greeted(&self) {
        if let Some(place) = &self.place {
            place.greeted();
        }
    }

    /// The handshake is done: he is in nobody's way.
    pub(super) fn leave_place(&mut self) {
        self.place = None;
    }

    /// He is connected.
    pub(super) fn welcome(mut self) {
        self.is_settled = true;
    }

    /// He is not welcome. Returns the place that he had, which is free when the link is closed.
    pub(super) fn turn_away(mut self, reason: &Reason) -> Option<Place> {
        self.is_settled = true;
        self.refuse(reason);
        self.place.take()
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
            self.counts.crowded_out.add_one();
            self.refuse(&Reason::Crowded);
        } else {
            self.status.handshake_failed(&self.address, &Reason::Closed.failure(), None);
        }
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::super::pending::Pending;
    use super::super::tests::bench::Setup;
    use super::*;
    use crate::monitor::{Cause, EventStream, Happening};
    use crate::options::Limits;

    fn doorstep() -> (Arc<Pending>, Plan, EventStream) {
        let setup = Setup::default();
        let (plan, events) = setup.plan_heard(&setup.host());
        (Pending::new(), plan, events)
    }

    /// Why the handshake failed that was told of last.
    fn failure(events: &EventStream) -> Option<(String, Cause)> {
        let heard = std::iter::from_fn(|| events.try_next().ok()).last()?;
        let Happening::HandshakeFailed { address, why, .. } = &heard.event.what else {
            return None;
        };
        Some((address.clone(), why.cause))
    }

    #[test]
    fn who_had_to_make_room_is_told_of_by_name() {
        let (pending, plan, events) = doorstep();
        let first = Guest::new("tcp://first".to_owned(), pending.enter(None), &plan);
        let _others: Vec<_> =
            (0..Limits::PENDING_HANDSHAKES).map(|_| pending.enter(None)).collect();

        drop(first);

        assert_eq!(failure(&events), Some(("tcp://first".to_owned(), Cause::Crowded)));
        assert_eq!(plan.handshakes.look().crowded_out, 1);
    }

    #[test]
    fn who_waits_when_the_listener_closes_is_told_of_as_closed() {
        let (pending, plan, events) = doorstep();
        let guest = Guest::new("tcp://late".to_owned(), pending.enter(None), &plan);

        pending.close();
        drop(guest);

        assert_eq!(failure(&events), Some(("tcp://late".to_owned(), Cause::Closed)));
    }

    #[test]
    fn who_is_barred_is_told_of_and_had_no_handshake() {
        let (_, plan, events) = doorstep();

        Guest::bar("tcp://stranger".to_owned(), &plan);

        assert_eq!(failure(&events), Some(("tcp://stranger".to_owned(), Cause::AddressDenied)));
        let handshakes = plan.handshakes.look();
        assert_eq!((handshakes.barred, handshakes.begun), (1, 0));
    }

    #[test]
    fn who_is_welcome_has_not_failed() {
        let (pending, plan, events) = doorstep();

        Guest::new("tcp://friend".to_owned(), pending.enter(None), &plan).welcome();

        assert_eq!(failure(&events), None);
    }
}
