//! Waiting for descriptors: one of ours, and any of the program's own beside it.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use super::SignalMask;
use crate::events::Events;

/// How [`wait_readable`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Polled {
    Ready,
    TimedOut,
    Interrupted,
}

/// Waits until `fd` is readable, the deadline passes, or a signal that `mask` lets through arrives.
pub(crate) fn wait_readable(
    fd: BorrowedFd<'_>,
    deadline: Option<Instant>,
    mask: Option<&SignalMask>,
) -> io::Result<Polled> {
    poll(&mut [readable(fd)], deadline, mask)
}

/// Waits as [`wait_readable`] does, or until something is noted of one of `others`.
pub(crate) fn wait_readable_or(
    fd: BorrowedFd<'_>,
    others: &mut Descriptors,
    deadline: Option<Instant>,
    mask: Option<&SignalMask>,
) -> io::Result<Polled> {
    others.polls.push(readable(fd));
    let polled = poll(&mut others.polls, deadline, mask);
    others.polls.pop();
    polled
}

fn readable(fd: BorrowedFd<'_>) -> libc::pollfd {
    libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 }
}

fn poll(
    polls: &mut [libc::pollfd],
    deadline: Option<Instant>,
    mask: Option<&SignalMask>,
) -> io::Result<Polled> {
    let timeout =
        deadline.map(|deadline| timespec(deadline.saturating_duration_since(Instant::now())));
    let timeout = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let mask = mask.map_or(std::ptr::null(), |mask| &raw const mask.0);
    let count = libc::nfds_t::try_from(polls.len()).unwrap_or(libc::nfds_t::MAX);
    // SAFETY: as many pollfds as the slice has, and pointers to values that outlive the call, or null.
    let ready = unsafe { libc::ppoll(polls.as_mut_ptr(), count, timeout, mask) };
    match ready {
        0 => Ok(Polled::TimedOut),
        1.. => Ok(Polled::Ready),
        _ => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(Polled::Interrupted),
            error => Err(error),
        },
    }
}

fn timespec(duration: Duration) -> libc::timespec {
    libc::timespec {
        tv_sec: libc::time_t::try_from(duration.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::from(i32::try_from(duration.subsec_nanos()).unwrap_or(0)),
    }
}

/// Descriptors of the program's own, to be waited for beside sockets.
#[derive(Debug, Default)]
pub struct Descriptors {
    polls: Vec<libc::pollfd>,
}

impl Descriptors {
    /// Adds a descriptor; a negative one counts as closed.
    pub fn push(&mut self, fd: RawFd, events: Events) {
        let asked = EVENTS.iter().filter(|(event, _)| events.has(*event));
        let events = asked.fold(0, |all, (_, flag)| all | flag);
        self.polls.push(libc::pollfd { fd, events, revents: 0 });
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.polls.is_empty()
    }

    /// Looks at all of them without waiting.
    ///
    /// # Errors
    ///
    /// The system's, from `ppoll`.
    pub fn look(&mut self) -> io::Result<()> {
        poll(&mut self.polls, Some(Instant::now()), None).map(drop)
    }

    /// What was noted of each at the last look, in the order they were added.
    pub fn noted(&self) -> impl Iterator<Item = Events> {
        self.polls.iter().map(|poll| {
            let failed = poll.revents & (libc::POLLERR | libc::POLLHUP | libc::POLLNVAL) != 0;
            let noted = EVENTS.iter().filter(|(_, flag)| poll.revents & flag != 0);
            noted.fold(Events::ERR.only_if(failed || poll.fd < 0), |all, &(event, _)| all | event)
        })
    }
}

/// The system's numbers of events.
const EVENTS: [(Events, libc::c_short); 3] =
    [(Events::IN, libc::POLLIN), (Events::OUT, libc::POLLOUT), (Events::PRI, libc::POLLPRI)];
