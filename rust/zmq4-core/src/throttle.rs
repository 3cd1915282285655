//! How much of one kind is told: so many a second, and then how many more there were.
//!
//! Peers have a say in how often something happens. What is written down because of them must not fill a disk.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use crate::options::Limits;

/// Counts by kind within windows of a second, each of which begins with the first of its kind.
#[derive(Debug)]
pub struct Throttle<K> {
    windows: HashMap<K, Window>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Instant,
    passed: u32,
    held: u64,
}

const WINDOW: Duration = Duration::from_secs(1);

impl<K> Default for Throttle<K> {
    fn default() -> Self {
        Self { windows: HashMap::new() }
    }
}

impl<K: Clone + Eq + Hash> Throttle<K> {
    /// Whether one more of `kind` is told at `now`; if not, it is counted. Kinds are remembered for good, so
    /// they must be few, and none of a peer's making.
    pub fn admits(&mut self, kind: &K, now: Instant) -> bool {
        let fresh = Window { began: now, passed: 0, held: 0 };
        let window = match self.windows.get_mut(kind) {
            Some(window) => window,
            None => self.windows.entry(kind.clone()).or_insert(fresh),
        };
        if window.is_over(now) && window.held == 0 {
            *window = fresh;
        }
        if window.passed < Limits::LOG_LINES_PER_SECOND {
            window.passed += 1;
            true
        } else {
            window.held += 1;
            false
        }
    }

    /// Kinds whose window is over by `now`, with how many were held back in it. They begin anew.
    pub fn take_held(&mut self, now: Instant) -> Vec<(K, u64)> {
        self.take_if(|window| window.is_over(now))
    }

    /// Likewise of all windows, over or not: it is the end.
    pub fn take_all_held(&mut self) -> Vec<(K, u64)> {
        self.take_if(|_| true)
    }

    /// When there will be something to take.
    pub fn deadline(&self) -> Option<Instant> {
        let holding = self.windows.values().filter(|window| window.held > 0);
        holding.map(|window| window.began + WINDOW).min()
    }

    fn take_if(&mut self, is_due: impl Fn(&Window) -> bool) -> Vec<(K, u64)> {
        let due = self.windows.iter().filter(|(_, window)| window.held > 0 && is_due(window));
        let taken: Vec<_> = due.map(|(kind, window)| (kind.clone(), window.held)).collect();
        for (kind, _) in &taken {
            self.windows.remove(kind);
        }
        taken
    }
}

impl Window {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= WINDOW
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    const MANY: u64 = 1000;
    const PASS: u64 = 10;

    fn admitted(throttle: &mut Throttle<&'static str>, kind: &'static str, now: Instant) -> u64 {
        (0..MANY).map(|_| u64::from(throttle.admits(&kind, now))).sum()
    }

    #[test]
    fn of_a_flood_a_few_a_second_are_told_and_the_number_of_the_rest() {
        let (mut throttle, start) = (Throttle::default(), Instant::now());
        for second in 0..3 {
            let now = start + second * WINDOW;

            assert_eq!(admitted(&mut throttle, "flood", now), PASS);
            assert_eq!(throttle.take_held(now), []);
            assert_eq!(throttle.deadline(), Some(now + WINDOW));
            assert_eq!(throttle.take_held(now + WINDOW), [("flood", MANY - PASS)]);
            assert_eq!(throttle.deadline(), None);
        }
    }

    #[test]
    fn what_comes_slowly_is_all_told() {
        let (mut throttle, start) = (Throttle::default(), Instant::now());

        let told = (0..100_u32).filter(|n| throttle.admits(&"slow", start + *n * WINDOW / 10));

        assert_eq!(told.count(), 100);
        assert_eq!(throttle.take_all_held(), []);
    }

    #[test]
    fn one_kind_does_not_hold_back_another() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        admitted(&mut throttle, "flood", now);

        assert!(throttle.admits(&"other", now));
    }

    #[test]
    fn what_was_held_back_is_never_forgotten() {
        let (mut throttle, start) = (Throttle::default(), Instant::now());
        admitted(&mut throttle, "flood", start);

        // Nobody took in time; the count goes on until somebody does.
        admitted(&mut throttle, "flood", start + 5 * WINDOW);

        assert_eq!(throttle.take_all_held(), [("flood", 2 * MANY - PASS)]);
    }
}
