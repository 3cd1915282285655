//! [`Allowance`]: how much of a thread's time handshakes may take, while others need it.

use std::time::{Duration, Instant};

use crate::options::Limits;

/// The share of an I/O thread's time that the cryptography of handshakes may take. It is bounded in every
/// window: in a time `t` they take at most `t / HANDSHAKE_SHARE`, and [`Limits::HANDSHAKE_BURST`], and one
/// step more.
///
/// Each step is paid for by a rest that is so many times as long. Rests that nobody needed are saved up to
/// the burst. While nobody else needs the thread, no rest is kept.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// When the rests of all steps are over.
    rested_at: Option<Instant>,
    /// The turns of others, as they were last counted.
    turns: u64,
    /// Until then others are thought to need the thread.
    is_shared_until: Option<Instant>,
}

/// Others that had a turn are thought to need the thread for so long. It is longer than a round of the
/// thread's tasks may take when hundreds of handshakes are among them.
const MEMORY: Duration = Duration::from_millis(250);

impl Allowance {
    pub(crate) fn new() -> Self {
        Self { rested_at: None, turns: 0, is_shared_until: None }
    }

    /// How long the next step has to wait, if it has to. `turns` counts how often others had the thread.
    pub(crate) fn wait(&mut self, turns: u64, now: Instant) -> Option<Duration> {
        if turns != self.turns {
            self.turns = turns;
            self.is_shared_until = Some(now + MEMORY);
        }
        if self.is_shared_until.is_none_or(|until| until <= now) {
            return None;
        }
        let wait = self.rested_at?.saturating_duration_since(now);
        (!wait.is_zero()).then_some(wait)
    }

    /// A step was taken that cost so much.
    pub(crate) fn spend(&mut self, cost: Duration, now: Instant) {
        let rest = Limits::HANDSHAKE_BURST * Limits::HANDSHAKE_SHARE;
        let saved = now.checked_sub(rest);
        let from = self.rested_at.max(saved).unwrap_or(now);
        // What was spent while nobody else was there is not held against those who come when somebody is.
        self.rested_at = Some((from + cost * Limits::HANDSHAKE_SHARE).min(now + rest));
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_micros(200);
    const SECOND: Duration = Duration::from_secs(1);

    /// Takes steps for `time`, as many as are allowed; returns how much they cost. Before each step others
    /// had a turn, if they are there.
    fn flood(allowance: &mut Allowance, start: Instant, time: Duration, shared: bool) -> Duration {
        let (mut now, mut spent, mut turns) = (start, Duration::ZERO, allowance.turns);
        while now < start + time {
            turns += u64::from(shared);
            if let Some(wait) = allowance.wait(turns, now) {
                now += wait;
            } else {
                now += STEP;
                spent += STEP;
                allowance.spend(STEP, now);
            }
        }
        spent
    }

    #[test]
    fn a_flood_takes_its_share_and_no_more_while_others_are_there() {
        let (mut allowance, start) = (Allowance::new(), Instant::now() + SECOND);

        let spent = flood(&mut allowance, start, SECOND, true);

        assert!(spent <= SECOND / 4 + Limits::HANDSHAKE_BURST + STEP, "{spent:?}");
        assert!(spent >= SECOND / 5, "{spent:?}");
    }

    #[test]
    fn the_share_is_kept_in_every_window() {
        let (mut allowance, start) = (Allowance::new(), Instant::now() + SECOND);
        let window = Duration::from_millis(50);

        for n in 0..20 {
            let spent = flood(&mut allowance, start + window * n, window, true);

            assert!(spent <= window / 4 + Limits::HANDSHAKE_BURST + STEP * 2, "{spent:?}");
        }
    }

    #[test]
    fn a_flood_alone_may_have_the_thread() {
        let (mut allowance, start) = (Allowance::new(), Instant::now() + SECOND);

        let spent = flood(&mut allowance, start, SECOND, false);

        assert!(spent >= SECOND, "{spent:?}");
    }

    #[test]
    fn others_are_remembered_while_a_round_of_handshakes_lasts() {
        let (mut allowance, start) = (Allowance::new(), Instant::now() + SECOND);
        allowance.spend(SECOND, start);

        assert!(allowance.wait(1, start).is_some());
        assert!(allowance.wait(1, start + MEMORY / 100).is_some());
        assert_eq!(allowance.wait(1, start + MEMORY), None);
    }

    #[test]
    fn what_was_spent_alone_is_soon_forgotten() {
        let (mut allowance, start) = (Allowance::new(), Instant::now() + SECOND);
        let spent = flood(&mut allowance, start, SECOND, false);

        let wait = allowance.wait(1, start + spent);

        assert!(wait <= Some(Limits::HANDSHAKE_BURST * Limits::HANDSHAKE_SHARE), "{wait:?}");
    }
}
