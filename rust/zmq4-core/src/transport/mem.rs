//! An in-memory stream for tests: bounded capacity, an early end, no real time.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::sync::{Mutex, Rank};

/// One end of an in-memory stream.
#[derive(Debug)]
pub(crate) struct MemLink {
    incoming: Arc<Mutex<Half>>,
    outgoing: Arc<Mutex<Half>>,
}

#[derive(Debug)]
struct Half {
    octets: VecDeque<u8>,
    capacity: usize,
    closed: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// Makes a stream whose ends buffer `capacity` octets each way.
pub(crate) fn pair(capacity: usize) -> (MemLink, MemLink) {
    let half = || {
        let half =
            Half { octets: VecDeque::new(), capacity, closed: false, reader: None, writer: None };
        Arc::new(Mutex::new(Rank::Leaf, half))
    };
    let (ab, ba) = (half(), half());
    (
        MemLink { incoming: Arc::clone(&ba), outgoing: Arc::clone(&ab) },
        MemLink { incoming: ab, outgoing: ba },
    )
}

impl MemLink {
    pub(crate) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut half = self.incoming.lock();
        if half.octets.is_empty() && !half.closed {
            half.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let n = buffer.len().min(half.octets.len());
        for (to, from) in buffer.iter_mut().zip(half.octets.drain(..n)) {
            *to = from;
        }
        let writer = half.writer.take();
        drop(half);
        writer.into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(n))
    }

    pub(crate) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut half = self.incoming.lock();
        if half.closed {
            return Poll::Ready(());
        }
        half.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    pub(crate) fn poll_write(
        &self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.write(slices, Some(cx.waker()));
        match written {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            other => Poll::Ready(other),
        }
    }

    pub(crate) fn write_now(&self, octets: &[u8]) -> io::Result<usize> {
        self.write(&[IoSlice::new(octets)], None)
    }

    fn write(&self, slices: &[IoSlice<'_>], waker: Option<&Waker>) -> io::Result<usize> {
        let mut half = self.outgoing.lock();
        if half.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let room = half.capacity - half.octets.len();
        if room == 0 {
            half.writer = waker.cloned();
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let octets = slices.iter().flat_map(|slice| slice.iter().copied()).take(room);
        let before = half.octets.len();
        half.octets.extend(octets);
        let written = half.octets.len() - before;
        let reader = half.reader.take();
        drop(half);
        reader.into_iter().for_each(Waker::wake);
        Ok(written)
    }

    /// Ends the outgoing direction.
    pub(crate) fn shutdown_write(&self) {
        close(&self.outgoing);
    }
}

impl Drop for MemLink {
    fn drop(&mut self) {
        close(&self.outgoing);
        close(&self.incoming);
    }
}

fn close(half: &Mutex<Half>) {
    let mut half = half.lock();
    half.closed = true;
    let wakers = [half.reader.take(), half.writer.take()];
    drop(half);
    wakers.into_iter().flatten().for_each(Waker::wake);
}
