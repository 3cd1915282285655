//! A body on its way in, as a rule a large one: its memory follows the octets received, never the length announced.

use std::io;
use std::task::{Context, Poll};

use zmq4_proto::{FrameKind, LARGE_BODY};

use crate::options::Limits;
use crate::transport::Link;

/// What one read brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// Octets in all; none is the end of the stream.
    pub(super) octets: usize,
    /// Octets that lie behind the body.
    pub(super) behind: usize,
}

/// A frame body that is being received: a large one, or one that is sealed and not whole yet.
#[derive(Debug)]
pub(super) struct LargeBody {
    pub(super) kind: FrameKind,
    len: u64,
    pub(super) body: Vec<u8>,
}

impl LargeBody {
    pub(super) fn new(kind: FrameKind, len: u64) -> Self {
        Self { kind, len, body: Vec::new() }
    }

    /// Whether it is worth a read of its own.
    pub(super) fn is_large(&self) -> bool {
        !usize::try_from(self.len).is_ok_and(|len| len < LARGE_BODY)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.missing() == 0
    }

    pub(super) fn missing(&self) -> usize {
        let here = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        usize::try_from(self.len.saturating_sub(here)).unwrap_or(usize::MAX)
    }

    /// Makes room for the next octets. A body of moderate size has its memory at once; that of a larger one
    /// begins small and grows with what has come: an announcement alone costs next to nothing.
    fn grow(&mut self) -> io::Result<()> {
        if self.body.len() < self.body.capacity() {
            return Ok(());
        }
        let is_moderate =
            usize::try_from(self.len).is_ok_and(|len| len <= Limits::LARGE_FRAME_WHOLE);
        let step = if is_moderate {
            self.missing()
        } else {
            self.body.len().max(Limits::LARGE_FRAME_START).min(self.missing())
        };
        Ok(self.body.try_reserve_exact(step).map_err(|_| io::ErrorKind::OutOfMemory)?)
    }

    /// Takes from the front of `input`; says how much.
    pub(super) fn take(&mut self, input: &[u8]) -> io::Result<usize> {
        self.grow()?;
        let room = self.body.capacity() - self.body.len();
        let taken = input.len().min(self.missing()).min(room);
        self.body.extend_from_slice(input.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    /// Reads straight into the body, and into `behind` what follows its end; says how much came there.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        link: &Link,
        behind: &mut [u8],
    ) -> Poll<io::Result<Received>> {
        if let Err(error) = self.grow() {
            return Poll::Ready(Err(error));
        }
        let room = self.body.capacity() - self.body.len();
        let missing = self.missing();
        if missing > room {
            let read = link.poll_read_spare(cx, &mut self.body, room);
            return read.map_ok(|octets| Received { octets, behind: 0 });
        }
        let read = link.poll_read_split(cx, &mut self.body, missing, behind);
        read.map_ok(|octets| Received { octets, behind: octets.saturating_sub(missing) })
    }
}
