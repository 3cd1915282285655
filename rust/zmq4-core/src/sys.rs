//! The operating system, where the standard library does not reach: event descriptors, waiting with a
//! signal mask, reading into spare capacity, interfaces. The only part of this crate with `unsafe`.
#![allow(unsafe_code, reason = "system calls; every other file of the crate is safe")]
#![allow(clippy::as_conversions, reason = "C integer types")]

mod polling;

pub use polling::Descriptors;
pub(crate) use polling::Polled;
#[cfg(not(zmq4_loom))]
pub(crate) use polling::{wait_readable, wait_readable_or};

use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use socket2::Socket;
use tokio::io::unix::AsyncFd;

/// A set of signals, as `sigprocmask` has them.
#[derive(Clone, Copy)]
pub struct SignalMask(libc::sigset_t);

impl std::fmt::Debug for SignalMask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignalMask")
    }
}

/// All signals are blocked in this thread while the value lives; then the former mask returns.
#[derive(Debug)]
pub struct BlockedSignals {
    former: SignalMask,
}

impl BlockedSignals {
    /// Blocks every signal in the calling thread. Between this and a wait with [`Self::former`] the
    /// caller checks for signals that came before: none can slip in unseen.
    pub fn new() -> Self {
        // SAFETY: both sets are written by the calls before they are read; the calls cannot fail with
        // these arguments.
        let former = unsafe {
            let mut all = MaybeUninit::uninit();
            libc::sigfillset(all.as_mut_ptr());
            let mut former = MaybeUninit::uninit();
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), former.as_mut_ptr());
            former.assume_init()
        };
        Self { former: SignalMask(former) }
    }

    /// The mask that was in force before.
    pub fn former(&self) -> &SignalMask {
        &self.former
    }
}

impl Default for BlockedSignals {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: the set was filled by pthread_sigmask.
        unsafe {
            libc::pthread_sigmask(
                libc::SIG_SETMASK,
                &raw const self.former.0,
                std::ptr::null_mut(),
            );
        }
    }
}

/// Makes a non-blocking event descriptor.
pub(crate) fn event_fd() -> io::Result<OwnedFd> {
    // SAFETY: no memory is involved; the result is checked.
    let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor was just made and nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Makes an event descriptor readable.
pub(crate) fn set_event(fd: BorrowedFd<'_>) {
    let one = 1u64;
    // SAFETY: eight octets are read from a live u64. A full counter is as readable as any other.
    unsafe {
        libc::write(fd.as_raw_fd(), (&raw const one).cast(), 8);
    }
}

/// Makes an event descriptor unreadable.
pub(crate) fn clear_event(fd: BorrowedFd<'_>) {
    let mut count = 0u64;
    // SAFETY: eight octets are written to a live u64. Nothing to read is no error here.
    unsafe {
        libc::read(fd.as_raw_fd(), (&raw mut count).cast(), 8);
    }
}

/// Receives up to `max` octets behind what `into` holds, without clearing the memory first.
/// The capacity must be there already.
pub(crate) fn receive_spare(
    fd: BorrowedFd<'_>,
    into: &mut Vec<u8>,
    max: usize,
) -> io::Result<usize> {
    let spare = into.spare_capacity_mut();
    let max = max.min(spare.len());
    // SAFETY: `recv` writes at most `max` octets into memory that the vector owns.
    let read = unsafe { libc::recv(fd.as_raw_fd(), spare.as_mut_ptr().cast(), max, 0) };
    let Ok(read) = usize::try_from(read) else { return Err(io::Error::last_os_error()) };
    // SAFETY: the first `read` octets of the spare capacity were written just now.
    unsafe { into.set_len(into.len() + read) };
    Ok(read)
}

/// What holds one socket for as long as it lives.
pub(crate) trait HoldsSocket: AsRawFd {}
impl HoldsSocket for Socket {}
impl HoldsSocket for Arc<Socket> {}

/// Registers a socket with the reactor of the I/O thread this is called on.
pub(crate) fn register<T: HoldsSocket>(socket: T) -> io::Result<AsyncFd<T>> {
    // SAFETY: the types above own an open descriptor, always the same one, until they are dropped; nobody
    // in this crate takes a socket out of an `AsyncFd` by reference.
    unsafe { AsyncFd::register(socket) }.map_err(io::Error::from)
}

/// Receives up to `max` octets behind what `into` holds, without clearing the memory first, and what
/// follows them into `behind`. The capacity must be there already.
pub(crate) fn receive_split(
    fd: BorrowedFd<'_>,
    into: &mut Vec<u8>,
    max: usize,
    behind: &mut [u8],
) -> io::Result<usize> {
    let spare = into.spare_capacity_mut();
    let max = max.min(spare.len());
    let parts = [
        libc::iovec { iov_base: spare.as_mut_ptr().cast(), iov_len: max },
        libc::iovec { iov_base: behind.as_mut_ptr().cast(), iov_len: behind.len() },
    ];
    // SAFETY: `readv` writes at most `max` octets into memory that the vector owns, and at most its
    // length into the slice.
    let read = unsafe { libc::readv(fd.as_raw_fd(), parts.as_ptr(), 2) };
    let Ok(read) = usize::try_from(read) else { return Err(io::Error::last_os_error()) };
    // SAFETY: the first `read` octets, as far as they are in the vector, were written just now.
    unsafe { into.set_len(into.len() + read.min(max)) };
    Ok(read)
}

/// Makes another descriptor of an open socket, whoever owns it; a number that is none is an error.
pub(crate) fn duplicate_socket(fd: RawFd) -> io::Result<Socket> {
    // SAFETY: no memory is involved; the result is checked.
    let copy = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
    if copy < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor was just made and nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) }.into())
}

/// The soft limit of open descriptors of this process.
pub(crate) fn descriptor_limit() -> usize {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the call fills the struct it is given.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } == 0;
    if known { usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX) } else { 1024 }
}

/// What a TCP peer owes us an answer to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owed {
    /// Something was sent since its last answer.
    pub(crate) is_sent: bool,
    /// It was probed for room, and has not answered yet.
    pub(crate) is_probed: bool,
    /// The time since it acknowledged anything.
    pub(crate) last_answer: Duration,
}

/// Asks the system what a TCP peer has yet to acknowledge; none if it has everything, or the system does not
/// tell.
#[cfg(target_os = "linux")]
pub(crate) fn owed(fd: BorrowedFd<'_>) -> Option<Owed> {
    let mut unsent: libc::c_int = 0;
    // SAFETY: the call stores an int.
    let known = unsafe { libc::ioctl(fd.as_raw_fd(), libc::TIOCOUTQ, &raw mut unsent) } == 0;
    if !known || unsent == 0 {
        return None;
    }
    let mut told = MaybeUninit::<libc::tcp_info>::zeroed();
    let mut len = libc::socklen_t::try_from(size_of::<libc::tcp_info>()).unwrap_or(0);
    // SAFETY: the call stores at most `len` octets of the struct, all of whose fields are integers.
    let told = unsafe {
        let (level, option) = (libc::IPPROTO_TCP, libc::TCP_INFO);
        let place = told.as_mut_ptr().cast();
        if libc::getsockopt(fd.as_raw_fd(), level, option, place, &raw mut len) != 0 {
            return None;
        }
        told.assume_init()
    };
    Some(Owed {
        is_sent: told.tcpi_last_data_sent < told.tcpi_last_ack_recv,
        is_probed: told.tcpi_probes > 0,
        last_answer: Duration::from_millis(told.tcpi_last_ack_recv.into()),
    })
}

/// Elsewhere the system keeps to its own limit.
#[cfg(not(target_os = "linux"))]
pub(crate) fn owed(_fd: BorrowedFd<'_>) -> Option<Owed> {
    None
}

/// Lets only the owner open the file that a Unix socket will be bound to. Set before binding, so that
/// there is no moment at which others could.
pub(crate) fn restrict_to_owner(socket: &Socket) -> io::Result<()> {
    // SAFETY: a system call on a live descriptor.
    if unsafe { libc::fchmod(socket.as_raw_fd(), 0o600) } == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// The addresses of this machine's interfaces, each with its interface's name and, where it is an IPv6
/// address that needs one, its scope. The ports are 0.
pub(crate) fn interface_addresses() -> io::Result<Vec<(String, SocketAddr)>> {
    let mut first = std::ptr::null_mut();
    // SAFETY: the call stores the head of a list, to be freed below.
    if unsafe { libc::getifaddrs(&raw mut first) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let mut found = Vec::new();
    let mut next = first;
    // SAFETY: each entry is null or a live one of the list.
    while let Some(entry) = unsafe { next.as_ref() } {
        next = entry.ifa_next;
        // SAFETY: an entry's address is null or a live one, as long as its family says.
        if let Some(address) = unsafe { socket_address(entry.ifa_addr) } {
            // SAFETY: the name of an entry is text with a NUL behind it.
            let name = unsafe { CStr::from_ptr(entry.ifa_name) };
            found.push((name.to_string_lossy().into_owned(), address));
        }
    }
    // SAFETY: nothing refers to the list any more.
    unsafe { libc::freeifaddrs(first) };
    Ok(found)
}

/// Reads an address of IPv4 or IPv6; others are none.
///
/// # Safety
///
/// The pointer is null or points to an address that is as long as its family says.
unsafe fn socket_address(address: *const libc::sockaddr) -> Option<SocketAddr> {
    // SAFETY: as the caller promised.
    unsafe {
        match i32::from(address.as_ref()?.sa_family) {
            libc::AF_INET => {
                let v4 = address.cast::<libc::sockaddr_in>().read_unaligned();
                let ip = Ipv4Addr::from_bits(u32::from_be(v4.sin_addr.s_addr));
                Some(SocketAddr::from((ip, 0)))
            }
            libc::AF_INET6 => {
                let v6 = address.cast::<libc::sockaddr_in6>().read_unaligned();
                let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
                Some(SocketAddrV6::new(ip, 0, 0, v6.sin6_scope_id).into())
            }
            _ => None,
        }
    }
}

/// The user this process acts as.
pub(crate) fn effective_user() -> u32 {
    // SAFETY: the call cannot fail and touches no memory.
    unsafe { libc::geteuid() }
}
