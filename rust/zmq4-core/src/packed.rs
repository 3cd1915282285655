//! Packed messages: the octets of a whole message, as an object that outlives its segment keeps them.
//!
//! Frames lie one behind the other in wire form. A body that is held by reference is named by the offset it
//! belongs to; the octets go on behind it.

use zmq4_proto::{Frame, FrameKind, put_header};

use crate::pipe::{FrameRef, Header};

/// A body held by reference, and the offset it belongs to.
pub type OffsetFrame = (usize, Frame);

/// Packs frames.
pub fn pack<'a>(
    frames: impl ExactSizeIterator<Item = FrameRef<'a>>,
) -> (Vec<u8>, Box<[OffsetFrame]>) {
    let (mut octets, mut externals) = (Vec::new(), Vec::new());
    let mut left = frames.len();
    for frame in frames {
        left -= 1;
        let kind = if left == 0 { FrameKind::Last } else { FrameKind::More };
        put_header(&mut octets, kind, frame.as_bytes().len());
        match frame {
            FrameRef::Inline(body) => octets.extend_from_slice(body),
            FrameRef::External(body) => externals.push((octets.len(), body.clone())),
        }
    }
    (octets, externals.into_boxed_slice())
}

/// The frames of a packed message, in order.
#[derive(Clone, Debug)]
pub struct Unpacked<'a> {
    octets: &'a [u8],
    at: usize,
    externals: &'a [OffsetFrame],
}

impl<'a> Unpacked<'a> {
    /// Reads what [`pack`] wrote, or what [`MessageRef::wire`](crate::MessageRef::wire) showed.
    pub fn new(octets: &'a [u8], externals: &'a [OffsetFrame]) -> Self {
        Self { octets, at: 0, externals }
    }
}

impl<'a> Iterator for Unpacked<'a> {
    type Item = FrameRef<'a>;

    fn next(&mut self) -> Option<FrameRef<'a>> {
        let header = Header::at(self.octets, self.at)?;
        self.at += header.len;
        if let Some(((at, body), rest)) = self.externals.split_first()
            && *at == self.at
        {
            self.externals = rest;
            return Some(FrameRef::External(body));
        }
        let body = self.octets.get(self.at..self.at + header.body)?;
        self.at += header.body;
        Some(FrameRef::Inline(body))
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    #[test]
    fn packed_frames_come_out_as_they_went_in() {
        let shared = Frame::from(vec![7; 300]);
        let frames = [
            FrameRef::Inline(b"first"),
            FrameRef::External(&shared),
            FrameRef::Inline(b""),
            FrameRef::Inline(&[1; 256]),
        ];

        let (octets, externals) = pack(frames.into_iter());

        let back: Vec<_> = Unpacked::new(&octets, &externals).map(FrameRef::as_bytes).collect();
        assert_eq!(back, [&b"first"[..], &[7; 300], b"", &[1; 256]]);
    }
}
