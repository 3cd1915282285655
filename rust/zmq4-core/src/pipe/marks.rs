//! High- and low-water marks: when a writer stops and when it may go on.

/// The limits of one direction of a pipe.
///
/// Messages are counted whole, as in the field; octets are an additional limit of ours. A count of zero
/// given by the user means *no limit* and is stored as the largest number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    messages: usize,
    octets: usize,
}

impl Marks {
    pub(crate) fn new(messages: usize, octets: usize) -> Self {
        let unlimited = |n: usize| if n == 0 { usize::MAX } else { n };
        Self { messages: unlimited(messages), octets: unlimited(octets) }
    }

    /// The marks of a queue that is both one's outbound and the other's inbound (inproc).
    pub(crate) fn joined(self, other: Self) -> Self {
        Self {
            messages: self.messages.saturating_add(other.messages),
            octets: self.octets.saturating_add(other.octets),
        }
    }

    /// Whether a further message of `octets` fits behind `messages` and `queued` octets.
    /// An empty queue takes any message, however large.
    #[inline]
    pub(crate) fn admits(self, messages: usize, queued: usize, octets: usize) -> bool {
        messages < self.messages && (messages == 0 || queued.saturating_add(octets) <= self.octets)
    }

    /// How many more messages fit behind `messages` and `queued` octets.
    #[inline]
    pub(crate) fn room(self, messages: usize, queued: usize) -> usize {
        if queued >= self.octets && messages > 0 {
            return 0;
        }
        self.messages.saturating_sub(messages)
    }

    /// Whether a blocked writer may go on: half of each mark is free again.
    #[inline]
    pub(crate) fn resumes(self, messages: usize, queued: usize) -> bool {
        let low = |mark: usize| mark - mark.div_ceil(2);
        messages == 0 || (messages <= low(self.messages) && queued <= low(self.octets))
    }

    /// A reader acknowledges whenever it has taken this many messages.
    #[inline]
    pub(crate) fn low_water(self) -> usize {
        self.messages.div_ceil(2)
    }

    /// A reader acknowledges whenever it has taken this many octets.
    #[inline]
    pub(crate) fn low_water_octets(self) -> usize {
        self.octets.div_ceil(2)
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    #[test]
    fn zero_means_no_limit() {
        assert!(Marks::new(0, 0).admits(usize::MAX - 1, usize::MAX, 9));
    }

    #[test]
    fn an_empty_queue_takes_a_message_larger_than_the_octet_mark() {
        let marks = Marks::new(10, 100);

        assert!(marks.admits(0, 0, 1_000));
        assert!(!marks.admits(1, 1_000, 1));
    }

    #[test]
    fn a_writer_blocked_at_ten_and_ten_goes_on_after_ten_reads() {
        let marks = Marks::new(10, 0).joined(Marks::new(10, 0));

        assert!(!marks.resumes(11, 0));
        assert!(marks.resumes(10, 0));
        assert_eq!(marks.low_water(), 10);
    }

    #[test]
    fn five_and_seven_resume_after_six() {
        let marks = Marks::new(5, 0).joined(Marks::new(7, 0));

        assert!(!marks.resumes(7, 0));
        assert!(marks.resumes(6, 0));
    }
}
