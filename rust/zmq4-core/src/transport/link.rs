//! One established byte stream, driven by readiness.
//!
//! A link offers tries and waits, not `AsyncRead` and `AsyncWrite`: the same non-blocking write serves the
//! session's task and a caller's thread, and every wait can be cancelled.

use std::io::{self, IoSlice, Read};
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::Socket;
use tokio::io::unix::AsyncFd;

use super::vigil::Vigil;
use crate::sys;

/// An established byte stream.
#[derive(Debug)]
pub(crate) struct Link {
    stream: Stream,
    peer: String,
    /// Of tcp.
    remote: Option<IpAddr>,
    vigil: Option<Vigil>,
}

#[derive(Debug)]
enum Stream {
    Socket(AsyncFd<Arc<Socket>>),
    #[cfg(test)]
    Mem(super::mem::MemLink),
}

/// Open links of this process.
static OPEN: AtomicUsize = AtomicUsize::new(0);
/// How often one turn tries what is said to be ready and is not. A half-closed stream is *ready* for
/// ever, and the thread has others to serve.
const ATTEMPTS: usize = 2;
/// Four fifths of the descriptors this process may have, less a few for what else it has open.
static SCARCE: LazyLock<usize> = LazyLock::new(|| {
    let limit = sys::descriptor_limit();
    (limit / 5 * 4).saturating_sub(RESERVE).max(limit / 4)
});
/// Descriptors that are not connections: standard streams, reactors, wake-ups, listeners.
const RESERVE: usize = 8;

impl Drop for Link {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Link {
    /// Whether accepting more would leave the rest of the process without descriptors.
    pub(crate) fn is_scarce() -> bool {
        OPEN.load(Ordering::Relaxed) >= *SCARCE
    }

    fn counted(stream: Stream, peer: String, remote: Option<IpAddr>) -> Self {
        OPEN.fetch_add(1, Ordering::Relaxed);
        Self { stream, peer, remote, vigil: None }
    }

    /// Wraps a connected, non-blocking socket. Called on the I/O thread that will drive it.
    pub(crate) fn new(socket: Socket, peer: String) -> io::Result<Self> {
        let remote = remote_ip(&socket);
        Ok(Self::counted(Stream::Socket(sys::register(Arc::new(socket))?), peer, remote))
    }

    /// Has it ended when its peer acknowledges nothing for so long. Called on the I/O thread that drives it.
    pub(crate) fn watched(mut self, limit: Option<Duration>) -> Self {
        self.vigil = match &self.stream {
            Stream::Socket(fd) => limit.map(|limit| Vigil::keep(fd.get_ref(), limit)),
            #[cfg(test)]
            Stream::Mem(_) => None,
        };
        self
    }

    /// What became of a read or a write, unless the connection was given up.
    fn unless_given_up<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if self.vigil.as_ref().is_some_and(Vigil::is_given_up) {
            return Err(io::Error::from_raw_os_error(libc::ETIMEDOUT));
        }
        done
    }

    /// Wraps one end of an in-memory stream.
    #[cfg(test)]
    pub(crate) fn mem(mem: super::mem::MemLink) -> Self {
        Self::counted(Stream::Mem(mem), "mem://test".to_owned(), None)
    }

    /// The peer's address.
    pub(crate) fn peer(&self) -> &str {
        &self.peer
    }

    /// The peer's IP address, over tcp.
    pub(crate) fn remote(&self) -> Option<IpAddr> {
        self.remote
    }

    /// Reads into `buffer`; waits while nothing is there. Zero is the end of the stream.
    pub(crate) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        match &self.stream {
            Stream::Socket(fd) => poll_socket(fd, cx, buffer.len(), |socket| {
                let mut socket = socket;
                socket.read(buffer)
            })
            .map(|read| self.unless_given_up(read)),
            #[cfg(test)]
            Stream::Mem(mem) => mem.poll_read(cx, buffer),
        }
    }

    /// Reads up to `max` octets into the spare capacity of `into`, which must be there.
    pub(crate) fn poll_read_spare(
        &self,
        cx: &mut Context<'_>,
        into: &mut Vec<u8>,
        max: usize,
    ) -> Poll<io::Result<usize>> {
        match &self.stream {
            Stream::Socket(fd) => {
                poll_socket(fd, cx, max, |socket| sys::receive_spare(socket.as_fd(), into, max))
                    .map(|read| self.unless_given_up(read))
            }
            #[cfg(test)]
            Stream::Mem(mem) => {
                let before = into.len();
                into.resize(before + max, 0);
                let read = mem.poll_read(cx, into.get_mut(before..).unwrap_or_default());
                let len = match read {
                    Poll::Ready(Ok(n)) => before + n,
                    Poll::Ready(Err(_)) | Poll::Pending => before,
                };
                into.truncate(len);
                read
            }
        }
    }

    /// Reads up to `max` octets into the spare capacity of `into`, which must be there, and what follows
    /// them into `behind`, at once.
    pub(crate) fn poll_read_split(
        &self,
        cx: &mut Context<'_>,
        into: &mut Vec<u8>,
        max: usize,
        behind: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        match &self.stream {
            Stream::Socket(fd) => poll_socket(fd, cx, max + behind.len(), |socket| {
                sys::receive_split(socket.as_fd(), into, max, behind)
            })
            .map(|read| self.unless_given_up(read)),
            #[cfg(test)]
            Stream::Mem(_) => self.poll_read_spare(cx, into, max),
        }
    }

    /// Waits until the peer has ended the stream, without reading what comes before.
    pub(crate) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        match &self.stream {
            Stream::Socket(fd) => loop {
                let Ok(mut guard) = ready!(fd.poll_read_ready(cx)) else { return Poll::Ready(()) };
                if guard.ready().is_read_closed() || guard.ready().is_error() {
                    return Poll::Ready(());
                }
                guard.clear_ready();
            },
            #[cfg(test)]
            Stream::Mem(mem) => mem.poll_closed(cx),
        }
    }

    /// Writes what the stream takes; waits while it takes nothing.
    pub(crate) fn poll_write(
        &self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &self.stream {
            Stream::Socket(fd) => {
                for _ in 0..ATTEMPTS {
                    let mut guard = ready!(fd.poll_write_ready(cx))?;
                    if let Ok(written) = guard.try_io(|fd| send(fd.get_ref(), slices)) {
                        return Poll::Ready(self.unless_given_up(written));
                    }
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            #[cfg(test)]
            Stream::Mem(mem) => mem.poll_write(cx, slices),
        }
    }

    /// Writes from any thread, without waiting and without touching the session's readiness.
    pub(crate) fn write_now(&self, octets: &[u8]) -> io::Result<usize> {
        match &self.stream {
            Stream::Socket(fd) => send(fd.get_ref(), &[IoSlice::new(octets)]),
            #[cfg(test)]
            Stream::Mem(mem) => mem.write_now(octets),
        }
    }

    /// Tells the peer that nothing more comes, and goes on reading.
    pub(crate) fn shutdown_write(&self) {
        match &self.stream {
            Stream::Socket(fd) => {
                // A stream that is broken already needs no farewell.
                let _ = fd.get_ref().shutdown(std::net::Shutdown::Write);
            }
            #[cfg(test)]
            Stream::Mem(mem) => mem.shutdown_write(),
        }
    }
}

/// The IP address at the other end of a socket of tcp. IPv4 is IPv4, however the system writes it.
pub(crate) fn remote_ip(socket: &Socket) -> Option<IpAddr> {
    Some(socket.peer_addr().ok()?.as_socket()?.ip().to_canonical())
}

/// One read under readiness. A read that did not fill the buffer emptied the socket: the readiness is
/// cleared without a further system call that would only say so.
fn poll_socket(
    fd: &AsyncFd<Arc<Socket>>,
    cx: &mut Context<'_>,
    asked: usize,
    mut read: impl FnMut(&Socket) -> io::Result<usize>,
) -> Poll<io::Result<usize>> {
    for _ in 0..ATTEMPTS {
        let mut guard = ready!(fd.poll_read_ready(cx))?;
        match guard.try_io(|fd| read(fd.get_ref())) {
            Ok(Ok(n)) => {
                if n > 0 && n < asked {
                    guard.clear_ready();
                }
                return Poll::Ready(Ok(n));
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(Err(error)) => return Poll::Ready(Err(error)),
            Err(_would_block) => {}
        }
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}

fn send(socket: &Socket, slices: &[IoSlice<'_>]) -> io::Result<usize> {
    loop {
        match socket.send_vectored_with_flags(slices, libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            sent => return sent,
        }
    }
}
