//! What joins two sockets over inproc: one queue each way, and what each end knows of the other.

use std::sync::{Arc, OnceLock, Weak};

use super::core::Core;
use crate::peer::Peer;
use crate::pipe::{Overflow, Part, Party, PipeId, Pushed, Queue, Side};
use crate::session::{EndpointStatus, InboxParty, Intake, Reason, SessionSpec, segment};
use crate::subscription::Wish;
use crate::sync::{Mutex, Rank};
use crate::wait::Inbox;

/// Which end of a bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BondEnd {
    Connecter,
    Binder,
}

/// The two queues between a connecting and a binding socket. There is no wire: one queue is the outbound
/// of one socket and the inbound of the other, and its mark is the sum of both sockets'.
#[derive(Debug)]
pub(super) struct Bond {
    connecter: Weak<Core>,
    /// From the connecter to the binder.
    there: Arc<Queue>,
    /// From the binder to the connecter.
    back: Arc<Queue>,
    /// Not known before the name is bound.
    binder: Arc<LateParty>,
    /// What each end has asked for.
    shares: Mutex<Shares>,
    /// How each end sees the other at its endpoint, from the moment they are joined.
    views: OnceLock<Views>,
    /// Who hears what the connecter and the binder say besides messages.
    ears: [OnceLock<Ear>; 2],
}

/// How a socket hears of the one at the other end of a bond.
#[derive(Debug)]
pub(super) struct Ear {
    /// On a socket that publishes.
    pub(super) intake: Option<Intake>,
    /// Whether an empty message tells that the other is gone.
    pub(super) hears_of_parting: bool,
    /// The other.
    pub(super) peer: Arc<Peer>,
}

#[derive(Debug)]
struct Views {
    connecter: View,
    binder: View,
}

/// An endpoint, and the peer that appears there.
pub(super) type View = (Arc<EndpointStatus>, Arc<Peer>);

#[derive(Debug)]
struct Shares {
    connecter: SessionSpec,
    binder: Option<SessionSpec>,
}

/// A party that is not known before the name is bound. Until then nobody waits there.
#[derive(Debug, Default)]
struct LateParty {
    party: OnceLock<InboxParty>,
}

impl Party for LateParty {
    fn wake(&self, side: Side) {
        if let Some(party) = self.party.get() {
            party.wake(side);
        }
    }
}

impl Bond {
    /// The connecting half.
    pub(super) fn new(connecter: &Arc<Core>, pipe: PipeId, spec: SessionSpec) -> Arc<Self> {
        let ours = || Arc::new(InboxParty { inbox: Arc::clone(&connecter.inbox), pipe });
        let binder = Arc::new(LateParty::default());
        let there = Queue::new(
            spec.outbound,
            spec.outbound_overflow,
            ours(),
            Arc::<LateParty>::clone(&binder),
        );
        let back = Queue::new(
            spec.inbound,
            spec.inbound_overflow,
            Arc::<LateParty>::clone(&binder),
            ours(),
        );
        let shares = Mutex::new(Rank::Leaf, Shares { connecter: spec, binder: None });
        Arc::new(Self {
            connecter: Arc::downgrade(connecter),
            there,
            back,
            binder,
            shares,
            views: OnceLock::new(),
            ears: Default::default(),
        })
    }

    /// The connecting socket, unless it is gone.
    pub(super) fn connecter(&self) -> Option<Arc<Core>> {
        self.connecter.upgrade()
    }

    /// The binding half arrives. A bond is joined once.
    pub(super) fn join(&self, inbox: &Arc<Inbox>, pipe: PipeId, spec: SessionSpec) {
        let connecter = {
            let mut shares = self.shares.lock();
            shares.binder = Some(spec);
            shares.connecter
        };
        self.there.set_overflow(agreed(connecter.outbound_overflow, spec.inbound_overflow));
        self.back.set_overflow(agreed(spec.outbound_overflow, connecter.inbound_overflow));
        let party = InboxParty { inbox: Arc::clone(inbox), pipe };
        assert!(self.binder.party.set(party).is_ok(), "a bond is joined once");
        for queue in self.share_marks() {
            queue.wake_writer();
        }
    }

    /// Shows each end what it sees: itself at its endpoint, with the other.
    pub(super) fn present(&self, connecter: View, binder: View) {
        for (status, peer) in [&binder, &connecter] {
            status.connected(peer);
        }
        // Joined once, hence shown once.
        let _ = self.views.set(Views { connecter, binder });
        if self.there.is_writer_gone() {
            self.part(BondEnd::Connecter, &Reason::Closed);
        } else if self.back.is_writer_gone() {
            self.part(BondEnd::Binder, &Reason::Closed);
        }
    }

    /// The socket at the other end of `speaker` listens.
    pub(super) fn listen(&self, speaker: BondEnd, ear: Ear) {
        // A bond is joined once, and then listened to.
        let _ = self.ear_of(speaker).set(ear);
    }

    fn ear_of(&self, speaker: BondEnd) -> &OnceLock<Ear> {
        let [connecter, binder] = &self.ears;
        match speaker {
            BondEnd::Connecter => connecter,
            BondEnd::Binder => binder,
        }
    }

    /// An end tells the other of a change of its subscriptions. Returns the queue whose reader is to be
    /// woken.
    pub(super) fn tell(&self, speaker: BondEnd, wish: Wish, topic: &[u8]) -> Option<Arc<Queue>> {
        let ear = self.ear_of(speaker).get()?;
        let (queue, _) = self.queues(speaker);
        match ear.intake.as_ref()?.wish(wish, topic, &ear.peer, queue) {
            Ok(Pushed::WakeReader) => Some(Arc::clone(queue)),
            Ok(Pushed::Quiet) => None,
            Err(refused) => {
                tracing::warn!(target: "zmq4", peer = ear.peer.address, %refused, "subscription refused");
                None
            }
        }
    }

    /// Tells the other end that this one is gone.
    fn say_goodbye(&self, speaker: BondEnd) {
        let Some(ear) = self.ear_of(speaker).get() else { return };
        let (queue, _) = self.queues(speaker);
        let mut pushed = Pushed::Quiet;
        if let Some(intake) = &ear.intake {
            pushed = intake.end(queue);
        }
        if ear.hears_of_parting && !queue.is_writer_gone() {
            pushed = pushed.or(queue.push_segment(segment(&[Part::Copy(b"")], &ear.peer)));
        }
        if pushed == Pushed::WakeReader {
            queue.wake_reader();
        }
    }

    /// An end has nothing more to do with the other, but may still read what it sent.
    pub(super) fn evict(&self, end: BondEnd) {
        let (outbound, inbound) = self.queues(end);
        outbound.close_writer();
        inbound.close_intake();
        inbound.close_writer();
        self.part(end, &Reason::Replaced);
    }

    /// One end closes: what it sent may still be read, what it did not read is gone. Called without locks.
    pub(super) fn sever(&self, end: BondEnd) {
        self.say_goodbye(end);
        let (outbound, inbound) = self.queues(end);
        outbound.close_writer();
        inbound.close_reader();
        self.part(end, &Reason::Closed);
    }

    /// Ends a bond that was never joined.
    pub(super) fn refuse(&self) {
        self.sever(BondEnd::Binder);
    }

    /// An end has left, for `its_reason`. Inproc connections are not made again.
    fn part(&self, leaver: BondEnd, its_reason: &Reason) {
        let Some(Views { connecter, binder }) = self.views.get() else { return };
        for (end, (status, peer)) in [(BondEnd::Connecter, connecter), (BondEnd::Binder, binder)] {
            let reason = if end == leaver { its_reason } else { &Reason::Ended };
            status.disconnected(peer, &reason.failure(), None);
        }
        connecter.0.stop();
    }

    /// The outbound and the inbound queue of an end.
    pub(super) fn queues(&self, end: BondEnd) -> (&Arc<Queue>, &Arc<Queue>) {
        match end {
            BondEnd::Connecter => (&self.there, &self.back),
            BondEnd::Binder => (&self.back, &self.there),
        }
    }

    /// Whether nothing waits for a binder.
    pub(super) fn is_empty(&self) -> bool {
        self.there.tally().messages == 0
    }

    /// An end's marks changed. Returns the queues whose writers are to be woken.
    pub(super) fn set_share(&self, end: BondEnd, spec: SessionSpec) -> Vec<Arc<Queue>> {
        {
            let mut shares = self.shares.lock();
            match end {
                BondEnd::Connecter => shares.connecter = spec,
                BondEnd::Binder => shares.binder = Some(spec),
            }
        }
        self.share_marks()
    }

    fn share_marks(&self) -> Vec<Arc<Queue>> {
        let (there, back) = {
            let Shares { connecter, binder } = &*self.shares.lock();
            match binder {
                None => (connecter.outbound, connecter.inbound),
                Some(binder) => (
                    connecter.outbound.joined(binder.inbound),
                    connecter.inbound.joined(binder.outbound),
                ),
            }
        };
        let pairs = [(&self.there, there), (&self.back, back)];
        pairs
            .into_iter()
            .filter(|(queue, marks)| queue.set_marks(*marks))
            .map(|(q, _)| q.clone())
            .collect()
    }
}

/// A receiver that wants only the newest gets no more; otherwise the sender decides.
fn agreed(sender: Overflow, receiver: Overflow) -> Overflow {
    if receiver == Overflow::Conflate { receiver } else { sender }
}
