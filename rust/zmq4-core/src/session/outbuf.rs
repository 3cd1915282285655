//! Segments on their way to the kernel, with an exact account of what it took.

use std::collections::VecDeque;
use std::io::IoSlice;

use crate::pipe::{MessageRef, Segment, Spares};

/// How many slices one write gathers.
pub(super) const MAX_SLICES: usize = 64;

/// Whole messages that were taken from the queue, and how far the kernel took them.
#[derive(Debug, Default)]
pub(super) struct OutBuf {
    pub(super) segments: VecDeque<Segment>,
    /// Wire octets of the first segment that the kernel took, from the segment's head on. All of them
    /// belong to its first message: whole messages are settled at once.
    taken: usize,
    /// Emptied segments, kept for their memory.
    pub(super) emptied: Spares,
}

/// What the kernel took for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) messages: usize,
    pub(super) octets: usize,
}

impl OutBuf {
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Whether the next octet to write begins a message.
    pub(super) fn at_boundary(&self) -> bool {
        self.taken == 0
    }

    /// Octets until the end of the message being written.
    pub(super) fn until_boundary(&self) -> usize {
        self.first_message().saturating_sub(self.taken)
    }

    /// Gathers up to [`MAX_SLICES`] slices of at most `limit` octets into `slices`, from number `n` on.
    pub(super) fn gather<'a>(
        &'a self,
        slices: &mut [IoSlice<'a>; MAX_SLICES],
        mut n: usize,
        mut limit: usize,
    ) -> usize {
        let mut skip = self.taken;
        for segment in &self.segments {
            for piece in pieces(segment) {
                let Some(piece) = piece.get(skip..) else {
                    skip -= piece.len();
                    continue;
                };
                skip = 0;
                let piece = piece.get(..limit).unwrap_or(piece);
                let (false, Some(slot)) = (limit == 0, slices.get_mut(n)) else { return n };
                if !piece.is_empty() {
                    *slot = IoSlice::new(piece);
                    n += 1;
                    limit -= piece.len();
                }
            }
        }
        n
    }

    /// Notes that the kernel took `octets` more; says which whole messages it has now.
    pub(super) fn advance(&mut self, octets: usize) -> Taken {
        let mut settled = Taken::default();
        self.taken += octets;
        while let Some(front) = self.segments.front_mut() {
            if self.taken < front.octets {
                break;
            }
            settled.messages += front.messages;
            settled.octets += front.octets;
            self.taken -= front.octets;
            self.emptied.keep(self.segments.pop_front());
        }
        if self.taken > 0
            && let Some(front) = self.segments.front_mut()
        {
            let (messages, octets) = front.settle(self.taken);
            settled.messages += messages;
            settled.octets += octets;
            self.taken -= octets;
        }
        settled
    }

    /// Drops messages from the front for as long as the kernel has them.
    pub(super) fn settle(&mut self, mut is_taken: impl FnMut(MessageRef<'_>) -> bool) -> Taken {
        let mut settled = Taken::default();
        while let Some(front) = self.segments.front_mut() {
            while let Some(message) = front.front() {
                if !is_taken(message) {
                    return settled;
                }
                settled.messages += 1;
                settled.octets += front.drop_front();
            }
            self.emptied.keep(self.segments.pop_front());
        }
        settled
    }

    /// Octets of the first message.
    pub(super) fn first_message(&self) -> usize {
        let message = self.segments.front().and_then(Segment::front);
        message.map_or(0, |message| message.wire_octets())
    }

    /// All octets in wire order but for the first `skip`, and no more than `limit`.
    pub(super) fn pieces(&self, mut skip: usize, mut limit: usize) -> impl Iterator<Item = &[u8]> {
        self.segments.iter().flat_map(pieces).filter_map(move |piece| {
            let Some(piece) = piece.get(skip..) else {
                skip -= piece.len();
                return None;
            };
            skip = 0;
            let piece = piece.get(..limit).unwrap_or(piece);
            limit -= piece.len();
            (!piece.is_empty()).then_some(piece)
        })
    }

    pub(super) fn clear(&mut self) {
        self.segments.clear();
        self.rewind();
    }

    /// The connection broke: the message in the middle of being written starts over on the next one.
    pub(super) fn rewind(&mut self) {
        self.taken = 0;
    }
}

/// A segment's octets in wire order: stretches of its own, and the external bodies between them.
fn pieces(segment: &Segment) -> impl Iterator<Item = &[u8]> {
    let mut at = segment.head;
    let mut externals = segment.externals.iter();
    let mut body: Option<&[u8]> = None;
    let mut done = false;
    std::iter::from_fn(move || {
        if let Some(body) = body.take() {
            return Some(body);
        }
        if done {
            return None;
        }
        let end = externals.next().map_or_else(
            || {
                done = true;
                segment.bytes.len()
            },
            |external| {
                body = Some(&external.body);
                external.at
            },
        );
        let piece = segment.bytes.get(at..end).unwrap_or_default();
        at = end;
        Some(piece)
    })
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use zmq4_proto::Frame;

    use super::*;
    use crate::pipe::Part;

    fn written(buf: &OutBuf, limit: usize) -> Vec<u8> {
        let mut slices = [IoSlice::new(&[]); MAX_SLICES];
        let n = buf.gather(&mut slices, 0, limit);
        slices.iter().take(n).flat_map(|slice| slice.to_vec()).collect()
    }

    fn three_messages() -> OutBuf {
        let mut segment = Segment::default();
        for parts in [
            vec![Part::Copy(b"ab")],
            vec![Part::Copy(b"c"), Part::Share(Frame::from(vec![b'd'; LARGE])), Part::Copy(b"e")],
            vec![Part::Copy(b"")],
        ] {
            segment.append(&parts, parts.iter().map(Part::wire_len).sum());
        }
        OutBuf { segments: VecDeque::from([segment]), ..OutBuf::default() }
    }

    const LARGE: usize = Part::SHARED_FROM;

    fn wire() -> Vec<u8> {
        let large = vec![b'd'; LARGE];
        [b"\0\x02ab\x01\x01c\x03\0\0\0\0\0\x01\0\0", large.as_slice(), b"\0\x01e\0\0"].concat()
    }

    #[test]
    fn external_bodies_are_gathered_in_their_place() {
        assert_eq!(written(&three_messages(), usize::MAX), wire());
    }

    #[test]
    fn any_sequence_of_partial_writes_sends_the_same_octets_once() {
        for step in [3, 7, 1000, LARGE, LARGE + 1, wire().len()] {
            let mut buf = three_messages();
            let (mut sent, mut messages) = (Vec::new(), 0);

            while !buf.is_empty() {
                let octets = written(&buf, step);
                messages += buf.advance(octets.len()).messages;
                sent.extend(octets);
            }

            assert_eq!((sent.as_slice(), messages), (wire().as_slice(), 3));
        }
    }

    #[test]
    fn after_a_break_the_message_not_wholly_taken_starts_over() {
        let mut buf = three_messages();

        let taken = buf.advance(8);
        buf.rewind();

        assert_eq!(taken, Taken { messages: 1, octets: 4 });
        assert_eq!(written(&buf, usize::MAX), &wire()[4..]);
    }

    #[test]
    fn the_boundary_is_the_end_of_the_message_being_written() {
        let mut buf = three_messages();

        buf.advance(8);

        assert!(!buf.at_boundary());
        assert_eq!(buf.until_boundary(), 3 + 9 + LARGE + 3 - 4);
    }
}
