//! Which sockets fit together, and which ways lead through them.

use zmq4_proto::SocketType;

use crate::socket::Socket;

/// A socket of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyEnd {
    /// Where clients are, as a rule.
    Front,
    /// Where workers are, as a rule.
    Back,
    /// Which gets a copy of everything.
    Capture,
}

/// Why sockets cannot be joined by a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// This end sends and receives in lock step, so that it could hold but one message.
    TakesTurns(ProxyEnd),
    /// What one end receives the other cannot send, neither way.
    NothingPasses,
    /// A capture socket sends to whoever is there: PUB, PUSH, DEALER or PAIR.
    CannotCapture,
}

/// The sockets that a proxy serves.
#[derive(Clone, Copy, Debug)]
pub struct ProxySockets<'a> {
    /// One end.
    pub front: &'a Socket,
    /// The other end; it may be the same socket, which then sends back what it receives.
    pub back: &'a Socket,
    /// Gets a copy of everything.
    pub capture: Option<&'a Socket>,
}

/// A direction of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

/// One way through a proxy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'a> {
    pub(super) direction: Direction,
    pub(super) source: &'a Socket,
    pub(super) sink: &'a Socket,
    pub(super) capture: Option<&'a Socket>,
}

impl Direction {
    pub(super) fn source(self) -> ProxyEnd {
        match self {
            Self::Forward => ProxyEnd::Front,
            Self::Backward => ProxyEnd::Back,
        }
    }

    pub(super) fn sink(self) -> ProxyEnd {
        match self {
            Self::Forward => ProxyEnd::Back,
            Self::Backward => ProxyEnd::Front,
        }
    }
}

/// Checks that a proxy can join sockets of these types.
pub(super) fn check(
    front: SocketType,
    back: SocketType,
    capture: Option<SocketType>,
) -> Result<(), Unfit> {
    for (end, socket_type) in [(ProxyEnd::Front, front), (ProxyEnd::Back, back)] {
        if takes_turns(socket_type) {
            return Err(Unfit::TakesTurns(end));
        }
    }
    if !passes(front, back) && !passes(back, front) {
        return Err(Unfit::NothingPasses);
    }
    match capture {
        Some(capture) if !captures(capture) => Err(Unfit::CannotCapture),
        Some(_) | None => Ok(()),
    }
}

impl<'a> ProxySockets<'a> {
    /// The ways that there are between the two ends.
    pub(super) fn ways(self) -> [Option<Way<'a>>; 2] {
        let Self { front, back, capture } = self;
        let (there, here) = (front.socket_type(), back.socket_type());
        let is_echo = std::ptr::eq(front, back);
        let forward = Way { direction: Direction::Forward, source: front, sink: back, capture };
        let backward = Way { direction: Direction::Backward, source: back, sink: front, capture };
        [
            passes(there, here).then_some(forward),
            (passes(here, there) && !is_echo).then_some(backward),
        ]
    }

    /// All of its sockets, none of them twice.
    pub(super) fn each(self) -> impl Iterator<Item = (ProxyEnd, &'a Socket)> {
        let is_echo = std::ptr::eq(self.front, self.back);
        let back = (!is_echo).then_some((ProxyEnd::Back, self.back));
        let capture = self.capture.map(|capture| (ProxyEnd::Capture, capture));
        std::iter::once((ProxyEnd::Front, self.front)).chain(back).chain(capture)
    }
}

fn takes_turns(socket_type: SocketType) -> bool {
    matches!(socket_type, SocketType::Req | SocketType::Rep)
}

fn passes(source: SocketType, sink: SocketType) -> bool {
    let receives = !matches!(source, SocketType::Push | SocketType::Pub);
    let sends = !matches!(sink, SocketType::Pull | SocketType::Sub);
    receives && sends
}

fn captures(socket_type: SocketType) -> bool {
    matches!(
        socket_type,
        SocketType::Pub | SocketType::Push | SocketType::Dealer | SocketType::Pair
    )
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use SocketType::{Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub, XPub, XSub};

    use super::*;

    #[test]
    fn the_usual_ends_fit() {
        for (front, back) in [
            (Router, Dealer),
            (XSub, XPub),
            (Pull, Push),
            (Sub, Pub),
            (Pair, Pair),
            (Dealer, Dealer),
        ] {
            assert_eq!(check(front, back, None), Ok(()), "{front} and {back}");
            assert_eq!(check(back, front, None), Ok(()), "{back} and {front}");
        }
    }

    #[test]
    fn ends_in_lock_step_do_not_fit() {
        assert_eq!(check(Rep, Dealer, None), Err(Unfit::TakesTurns(ProxyEnd::Front)));
        assert_eq!(check(Router, Req, None), Err(Unfit::TakesTurns(ProxyEnd::Back)));
    }

    #[test]
    fn ends_between_which_nothing_passes_do_not_fit() {
        assert_eq!(check(Pull, Sub, None), Err(Unfit::NothingPasses));
        assert_eq!(check(Push, Push, None), Err(Unfit::NothingPasses));
    }

    #[test]
    fn copies_go_to_sockets_that_send_to_anybody() {
        for capture in SocketType::ALL {
            let expected = matches!(capture, Pub | Push | Dealer | Pair);

            assert_eq!(check(Pull, Push, Some(capture)).is_ok(), expected, "{capture}");
        }
    }
}
