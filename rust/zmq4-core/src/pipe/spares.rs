//! Emptied segments, kept so that a busy pipe does not allocate.

use super::segment::Segment;

/// How many are kept: as many as a batch of the default mark has at 1 KiB a message.
const MAX: usize = 4;

/// A few emptied segments.
#[derive(Debug, Default)]
pub(crate) struct Spares {
    segments: Vec<Segment>,
}

impl Spares {
    /// Keeps segments for their memory; those beyond the number are dropped.
    pub(crate) fn keep(&mut self, emptied: impl IntoIterator<Item = Segment>) {
        for segment in emptied {
            if self.segments.len() < MAX {
                self.segments.push(segment.recycle());
            }
        }
    }

    /// An empty segment, with memory if there is one; else with room for `capacity` octets.
    pub(crate) fn take(&mut self, capacity: usize) -> Segment {
        self.segments.pop().unwrap_or_else(|| Segment {
            bytes: Vec::with_capacity(capacity),
            ..Segment::default()
        })
    }

    /// Moves all segments to another place that may need them.
    pub(crate) fn give(&mut self, to: &mut Self) {
        to.keep(self.segments.drain(..));
    }

    /// The kept segments.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter()
    }
}
