//! Watching over TCP connections: one whose peer acknowledges nothing is ended after a while.
//!
//! The system has a limit of its own for that, `TCP_USER_TIMEOUT`. It takes a peer that reads nothing for
//! one that is dead: while the window is closed, what is unsent counts as unacknowledged, and what was
//! handed over is lost with the connection. So the limit is kept here, where the two are told apart.
//!
//! Each I/O thread looks at its connections from time to time: senders write from threads of their own, and
//! tell nobody.

use std::cell::{Cell, RefCell};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use socket2::Socket;

use crate::sys::{self, Owed};

/// How often a connection is looked at within its limit.
const LOOKS: u32 = 8;
/// So long a live peer may leave a probe for room without an answer: Linux answers two in half a second with
/// one, and the next comes a second later.
const PROBE_PATIENCE: Duration = Duration::from_secs(2);

thread_local! {
    static WATCHED: RefCell<Vec<Watched>> = const { RefCell::new(Vec::new()) };
    static IS_KEPT: Cell<bool> = const { Cell::new(false) };
}

/// A connection that is watched; its owner learns here that it was given up.
#[derive(Debug)]
pub(super) struct Vigil {
    is_given_up: Arc<AtomicBool>,
}

impl Vigil {
    /// Begins to watch over `socket`, on the I/O thread that drives it.
    pub(super) fn keep(socket: &Arc<Socket>, limit: Duration) -> Self {
        let is_given_up = Arc::new(AtomicBool::new(false));
        let watched = Watched {
            socket: Arc::downgrade(socket),
            is_given_up: Arc::clone(&is_given_up),
            patience: Patience::new(limit),
        };
        WATCHED.with_borrow_mut(|all| {
            // Those that come and go between two looks are not kept until then.
            if all.len() == all.capacity() {
                all.retain(|watched| watched.socket.strong_count() > 0);
            }
            all.push(watched);
        });
        if !IS_KEPT.replace(true) {
            tokio::spawn(keep());
        }
        Self { is_given_up }
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct Watched {
    socket: Weak<Socket>,
    is_given_up: Arc<AtomicBool>,
    patience: Patience,
}

/// Looks at the connections of this thread until there are none left.
async fn keep() {
    while let Some(pause) = WATCHED.with_borrow(|all| pause(all)) {
        tokio::time::sleep(pause).await;
        WATCHED.with_borrow_mut(|all| {
            all.retain_mut(Watched::look);
            all.shrink_to(2 * all.len());
        });
    }
    IS_KEPT.set(false);
}

/// Until the next look.
fn pause(all: &[Watched]) -> Option<Duration> {
    all.iter().map(|watched| watched.patience.limit / LOOKS).min()
}

impl Watched {
    /// Looks once; says whether to look again.
    fn look(&mut self) -> bool {
        let Some(socket) = self.socket.upgrade() else { return false };
        if !self.patience.is_over(Instant::now(), sys::owed(socket.as_fd())) {
            return true;
        }
        self.is_given_up.store(true, Ordering::Relaxed);
        // Whoever reads or writes wakes, and sees that it was given up.
        let _ = socket.shutdown(Shutdown::Both);
        false
    }
}

/// How long a peer has left us without an answer.
#[derive(Debug)]
struct Patience {
    limit: Duration,
    last_look: Option<Instant>,
    /// The first look since the last answer at which one was owed.
    since: Option<Instant>,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { limit, last_look: None, since: None }
    }

    /// Notes what is owed at `now`; says whether it has been for as long as the limit, within two looks.
    ///
    /// A live peer answers what it is sent at once, even if it has no room. But what it is sent then may be
    /// minutes apart; so it is not the time since its last answer that counts, but that of a question.
    fn is_over(&mut self, now: Instant, owed: Option<Owed>) -> bool {
        let between = self.last_look.replace(now).map(|last| now.saturating_duration_since(last));
        let is_owed = owed.is_some_and(|owed| {
            let has_answered = between.is_some_and(|between| owed.last_answer < between);
            (owed.is_sent || owed.is_probed) && !has_answered
        });
        if !is_owed {
            self.since = None;
            return false;
        }
        let since = *self.since.get_or_insert(now);
        let is_probed = owed.is_some_and(|owed| owed.is_probed);
        let least = if is_probed { PROBE_PATIENCE } else { Duration::ZERO };
        now.saturating_duration_since(since) >= (self.limit / LOOKS * (LOOKS - 2)).max(least)
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(40);

    fn owed(is_sent: bool, seconds: u64) -> Owed {
        Owed { is_sent, is_probed: false, last_answer: Duration::from_secs(seconds) }
    }

    /// After how many seconds a connection is given up of which a look in each second finds this.
    fn given_up_after(found: impl Fn(u64) -> Option<Owed>) -> Option<u64> {
        let (mut patience, start) = (Patience::new(LIMIT), Instant::now());
        (0..1000)
            .step_by(5)
            .find(|&at| patience.is_over(start + Duration::from_secs(at), found(at)))
    }

    #[test]
    fn a_peer_that_answers_nothing_is_given_up_within_the_limit() {
        let died = 100;

        let given_up = given_up_after(|at| Some(owed(at > died, at.saturating_sub(died))));

        assert!(given_up.is_some_and(|at| (died + 30..=died + 40).contains(&at)), "{given_up:?}");
    }

    #[test]
    fn a_long_silence_before_the_question_does_not_count() {
        let asked = 500;

        let given_up = given_up_after(|at| Some(owed(at >= asked, at)));

        assert!(given_up.is_some_and(|at| at >= asked + 30), "{given_up:?}");
    }

    #[test]
    fn a_peer_without_room_that_answers_every_two_minutes_is_kept() {
        // The question is on its way at the very moment of a look, now and then.
        assert_eq!(given_up_after(|at| Some(owed(at % 120 == 0, at % 120))), None);
    }

    #[test]
    fn a_peer_that_answers_all_the_time_is_kept_though_something_is_always_on_its_way() {
        assert_eq!(given_up_after(|_| Some(owed(true, 0))), None);
    }

    #[test]
    fn a_probe_may_be_without_an_answer_for_longer_than_a_short_limit() {
        let mut patience = Patience::new(Duration::from_millis(500));
        let start = Instant::now();
        let mut is_over_after = |millis: u64| {
            let last_answer = Duration::from_millis(millis);
            let owed = Owed { is_sent: false, is_probed: true, last_answer };
            patience.is_over(start + last_answer, Some(owed))
        };

        assert!(!(0..2000).step_by(60).any(&mut is_over_after));
        assert!(is_over_after(2100));
    }

    #[test]
    fn where_nothing_is_owed_nothing_is_waited_for() {
        assert_eq!(given_up_after(|_| None), None);
    }
}
