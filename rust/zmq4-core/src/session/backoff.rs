//! How long to wait before the next attempt to connect, as a value.

use std::time::Duration;

use crate::options::{Backoff, Limits};

/// The delays of one endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delays {
    options: Backoff,
    next: Option<Duration>,
}

impl Delays {
    pub(super) fn new(options: Backoff) -> Self {
        Self { options, next: options.initial }
    }

    /// The delay before the next attempt, varied by `random` (0 to 1); none means: no further attempt.
    pub(super) fn next(&mut self, random: f64) -> Option<Duration> {
        let delay = self.next?;
        self.next = Some(delay.saturating_mul(2).min(self.options.max.max(delay)));
        let jitter = self.options.jitter.clamp(0.0, 1.0);
        let seconds = delay.as_secs_f64() * (1.0 - jitter + 2.0 * jitter * random);
        Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    }

    /// The delay after a refusal that another attempt will hardly cure.
    pub(super) fn next_after_refusal(&mut self, random: f64) -> Option<Duration> {
        let delay = self.next(random)?;
        Some(delay.clamp(Limits::REFUSED_RETRY_MIN, Limits::REFUSED_RETRY_MAX))
    }

    /// A connection was stable: the next loss begins with the first delay again.
    pub(super) fn reset(&mut self) {
        self.next = self.options.initial;
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    fn delays(max: u64) -> Delays {
        let initial = Some(Duration::from_millis(100));
        Delays::new(Backoff { initial, max: Duration::from_millis(max), jitter: 0.25 })
    }

    #[test]
    fn delays_double_up_to_the_maximum() {
        let mut delays = delays(800);

        let sequence: Vec<_> = (0..5).filter_map(|_| delays.next(0.5)).collect();

        assert_eq!(sequence, [100, 200, 400, 800, 800].map(Duration::from_millis));
    }

    #[test]
    fn jitter_varies_a_delay_by_a_quarter_both_ways() {
        assert_eq!(delays(800).next(0.0), Some(Duration::from_millis(75)));
        assert_eq!(delays(800).next(1.0), Some(Duration::from_millis(125)));
    }

    #[test]
    fn no_initial_delay_means_no_further_attempt() {
        let mut never = Delays::new(Backoff { initial: None, ..Backoff::default() });

        assert_eq!(never.next(0.5), None);
    }

    #[test]
    fn a_refusal_is_retried_no_sooner_than_five_seconds() {
        assert_eq!(delays(800).next_after_refusal(0.5), Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_maximum_below_the_first_delay_has_no_effect() {
        let mut delays = delays(10);

        assert_eq!(delays.next(0.5), Some(Duration::from_millis(100)));
        assert_eq!(delays.next(0.5), Some(Duration::from_millis(100)));
    }
}
