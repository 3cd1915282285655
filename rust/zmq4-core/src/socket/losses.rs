//! Messages that were dropped: counted by reason, and told of together, once a second at most.

use std::sync::Arc;
use std::time::{Duration, Instant};

use zmq4_proto::{Excerpt, RoutingId, SocketType};

use super::core::{Core, Gone, State};
use crate::monitor::{Happening, Loss};
use crate::pattern::Aftermath;
use crate::peer::Peer;
use crate::pipe::{Discards, PipeEnd, PipeId};

/// How many messages a socket has dropped, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drops {
    /// A queue had no room: for them, or for others without them.
    pub full: u64,
    /// There was no peer to have them.
    pub unroutable: u64,
    /// They were queued for a peer that has gone.
    pub gone: u64,
    /// A newer one took their place, as `conflate` has it.
    pub replaced: u64,
}

impl Drops {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.full + self.unroutable + self.gone + self.replaced
    }

    pub(super) fn add_discards(&mut self, discards: Discards) {
        self.full += discards.overflowed;
        self.replaced += discards.replaced;
    }

    fn add(&mut self, loss: Loss, count: u64) {
        match loss {
            Loss::Full => self.full += count,
            Loss::Unroutable => self.unroutable += count,
            Loss::Gone => self.gone += count,
        }
    }
}

/// Losses are told of so long after the first of them.
const BEAT: Duration = Duration::from_secs(1);
/// Of so many peers the losses are told one by one; those of others, all together.
const MOST: usize = 16;

/// Messages that were lost for one reason.
#[derive(Clone, Debug)]
pub(super) struct Damage {
    pub(super) loss: Loss,
    pub(super) count: u64,
    /// The address of the endpoint; empty if none in particular.
    pub(super) endpoint: Arc<str>,
    pub(super) peer: Option<Arc<Peer>>,
    pub(super) routing_id: Option<RoutingId>,
}

impl Damage {
    /// For nobody in particular.
    pub(super) fn new(loss: Loss, count: u64) -> Self {
        Self { loss, count, endpoint: Arc::from(""), peer: None, routing_id: None }
    }

    fn is_like(&self, other: &Self) -> bool {
        self.loss == other.loss
            && self.endpoint == other.endpoint
            && self.peer.as_ref().map(Arc::as_ptr) == other.peer.as_ref().map(Arc::as_ptr)
    }
}

/// Losses of which nobody was told.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    entries: Vec<Damage>,
    /// When losses were last told of.
    told_at: Option<Instant>,
}

impl Ledger {
    pub(super) fn add(&mut self, mut damage: Damage) {
        if damage.count == 0 {
            return;
        }
        let is_known = self.entries.iter().any(|entry| entry.is_like(&damage));
        if !is_known && self.entries.len() >= MOST {
            (damage.endpoint, damage.peer) = (Arc::from(""), None);
        }
        match self.entries.iter_mut().find(|entry| entry.is_like(&damage)) {
            Some(entry) => entry.count += damage.count,
            None => self.entries.push(damage),
        }
    }

    fn is_too_soon(&self, now: Instant) -> bool {
        self.told_at.is_some_and(|at| now.saturating_duration_since(at) < BEAT)
    }
}

impl State {
    /// Counts messages that are lost, and notes that somebody is to be told.
    pub(super) fn lose(&mut self, damage: Damage) {
        self.stats.drops.add(damage.loss, damage.count);
        if damage.count > 0 && self.gone != Some(Gone::Closed) {
            self.ledger.add(damage);
            self.pipes.lose();
        }
    }

    /// A pipe goes: what it has counted is not forgotten.
    pub(super) fn inherit(&mut self, end: &PipeEnd) {
        for queue in [&end.outbound, &end.inbound] {
            self.stats.drops.add_discards(queue.discards());
        }
        let count = end.outbound.take_untold();
        let damage = self.damage_of(end.origin.pipe, Loss::Full, count);
        self.ledger.add(damage);
    }

    /// Takes the losses of which nobody was told.
    pub(super) fn take_losses(&mut self, now: Instant) -> Vec<Damage> {
        self.pipes.settle_losses();
        let untold = self.pipes.iter().map(|end| (end.origin.pipe, end.outbound.take_untold()));
        let untold: Vec<_> = untold.filter(|&(_, count)| count > 0).collect();
        for (pipe, count) in untold {
            let damage = self.damage_of(pipe, Loss::Full, count);
            self.ledger.add(damage);
        }
        self.ledger.told_at = Some(now);
        std::mem::take(&mut self.ledger.entries)
    }

    /// What a pipe has lost, and whose it is.
    pub(super) fn damage_of(&self, pipe: PipeId, loss: Loss, count: u64) -> Damage {
        let mut damage = Damage::new(loss, count);
        if let Some(tie) = self.ties.get(&pipe) {
            damage.peer.clone_from(&tie.peer);
            if let Some(status) = self.status_of(tie.endpoint) {
                damage.endpoint = Arc::clone(status.address());
            }
        }
        damage
    }
}

impl Core {
    /// Counts the messages that were queued for somebody who has gone.
    pub(super) fn write_off(self: &Arc<Self>, mut damage: Damage, messages: usize) {
        damage.count = u64::try_from(messages).unwrap_or(u64::MAX);
        let aftermath = {
            let mut state = self.lock();
            state.lose(damage);
            self.clog(&state);
            state.pipes.take_aftermath()
        };
        self.settle(aftermath);
    }

    /// Does what a call under the lock has left to be done.
    #[inline]
    pub(super) fn settle(self: &Arc<Self>, aftermath: Option<Box<Aftermath>>) {
        let Some(aftermath) = aftermath else { return };
        if aftermath.has_losses {
            self.arrange_report();
        }
        aftermath.run(&self.inbox);
    }

    /// Has losses told of a while from now, together with those that follow. A context without I/O threads
    /// has no clock: there they are told of at once, unless that was done a moment ago.
    fn arrange_report(self: &Arc<Self>) {
        let Ok(threads) = self.context.io_threads() else { return self.report_unless_too_soon() };
        let core = Arc::downgrade(self);
        threads.spawn(async move {
            tokio::time::sleep(BEAT).await;
            if let Some(core) = core.upgrade() {
                let losses = core.lock().take_losses(Instant::now());
                core.report(&losses);
            }
        });
    }

    fn report_unless_too_soon(&self) {
        let losses = {
            let mut state = self.lock();
            let now = Instant::now();
            if state.ledger.is_too_soon(now) {
                // The next loss looks again.
                state.pipes.settle_losses();
                return;
            }
            state.take_losses(now)
        };
        self.report(&losses);
    }

    /// Tells of losses, by events and in the log.
    pub(super) fn report(&self, losses: &[Damage]) {
        for damage in losses {
            self.events.tell(&damage.endpoint, || Happening::Dropped {
                count: damage.count,
                loss: damage.loss,
                peer: damage.peer.clone(),
                routing_id: damage.routing_id.clone(),
            });
        }
        for loss in [Loss::Full, Loss::Unroutable, Loss::Gone] {
            log(self.socket_type, loss, losses.iter().filter(|damage| damage.loss == loss));
        }
    }
}

/// One line for all that was lost for one reason, with the first peer or routing id as an example.
fn log<'a>(socket: SocketType, loss: Loss, damages: impl Iterator<Item = &'a Damage> + Clone) {
    let count: u64 = damages.clone().map(|damage| damage.count).sum();
    if count == 0 {
        return;
    }
    let messages = if count == 1 { "message" } else { "messages" };
    let routing_id = damages.clone().find_map(|damage| damage.routing_id.as_ref());
    let routing_id = routing_id.map(|id| Excerpt::new(id.as_bytes()).to_string());
    let mut peers = damages.filter_map(|damage| damage.peer.as_ref());
    let peer = peers.next().map(|peer| &*peer.address);
    let whose = match loss {
        Loss::Full => "for slow peers",
        Loss::Unroutable if routing_id.is_some() => "to unknown routing ids",
        Loss::Unroutable => "for which there was no peer",
        Loss::Gone => "for peers that are gone",
    };
    tracing::warn!(
        target: "zmq4",
        %socket,
        routing_id,
        peer,
        "{count} {messages} {whose} dropped in the last second"
    );
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    fn at(endpoint: u64, count: u64) -> Damage {
        Damage { endpoint: endpoint.to_string().into(), ..Damage::new(Loss::Full, count) }
    }

    fn counts(ledger: &Ledger) -> Vec<(&str, u64)> {
        ledger.entries.iter().map(|lost| (&*lost.endpoint, lost.count)).collect()
    }

    #[test]
    fn losses_of_a_kind_are_added_up() {
        let mut ledger = Ledger::default();

        ledger.add(at(1, 2));
        ledger.add(Damage::new(Loss::Gone, 5));
        ledger.add(at(2, 1));
        ledger.add(at(1, 3));
        ledger.add(at(3, 0));

        assert_eq!(counts(&ledger), [("1", 5), ("", 5), ("2", 1)]);
    }

    #[test]
    fn a_flood_of_losers_is_told_of_in_a_few_entries_and_wholly() {
        let mut ledger = Ledger::default();

        (0..10_000).for_each(|n| ledger.add(at(n, 1)));
        ledger.add(Damage::new(Loss::Gone, 7));

        assert!(ledger.entries.len() <= MOST + 2);
        assert_eq!(ledger.entries.iter().map(|lost| lost.count).sum::<u64>(), 10_007);
    }

    #[test]
    fn losses_are_told_of_once_a_second_at_most() {
        let now = Instant::now();
        let mut ledger = Ledger::default();
        assert!(!ledger.is_too_soon(now));

        ledger.told_at = Some(now);

        assert!(ledger.is_too_soon(now + BEAT / 2));
        assert!(!ledger.is_too_soon(now + BEAT));
    }
}
