//! The socket types: their names on the wire, and who may talk to whom.
//!
//! Source: RFC 37/ZMTP, "Socket Type Property"; the pattern RFCs 28, 29, 30 and 31 agree with it.

use std::fmt;

/// The eleven stable socket types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SocketType {
    /// One peer, both ways.
    Pair,
    /// Publishes to subscribers.
    Pub,
    /// Subscribes to publishers.
    Sub,
    /// Asks, then waits for the answer.
    Req,
    /// Answers, one request at a time.
    Rep,
    /// Deals messages out, takes them in fairly.
    Dealer,
    /// Routes by the peer's routing id.
    Router,
    /// Takes work in.
    Pull,
    /// Hands work out.
    Push,
    /// A publisher that sees subscriptions.
    XPub,
    /// A subscriber that sends subscriptions as messages.
    XSub,
}

impl SocketType {
    /// Every type, in the order of their numbers.
    pub const ALL: [Self; 11] = [
        Self::Pair,
        Self::Pub,
        Self::Sub,
        Self::Req,
        Self::Rep,
        Self::Dealer,
        Self::Router,
        Self::Pull,
        Self::Push,
        Self::XPub,
        Self::XSub,
    ];

    /// The name in the `Socket-Type` property.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pair => "PAIR",
            Self::Pub => "PUB",
            Self::Sub => "SUB",
            Self::Req => "REQ",
            Self::Rep => "REP",
            Self::Dealer => "DEALER",
            Self::Router => "ROUTER",
            Self::Pull => "PULL",
            Self::Push => "PUSH",
            Self::XPub => "XPUB",
            Self::XSub => "XSUB",
        }
    }

    /// Reads a name as a peer sends it; the case counts.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|socket_type| socket_type.name().as_bytes() == name)
    }

    /// The number of this type in libzmq.
    pub fn number(self) -> u8 {
        match self {
            Self::Pair => 0,
            Self::Pub => 1,
            Self::Sub => 2,
            Self::Req => 3,
            Self::Rep => 4,
            Self::Dealer => 5,
            Self::Router => 6,
            Self::Pull => 7,
            Self::Push => 8,
            Self::XPub => 9,
            Self::XSub => 10,
        }
    }

    /// Reads a number as the greeting of a ZMTP 2.0 peer carries it.
    ///
    /// Those of XPUB and XSUB are beyond RFC 15/ZMTP, but libzmq sends them.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|socket_type| socket_type.number() == number)
    }

    /// The number that our greeting to a ZMTP 2.0 peer carries.
    ///
    /// On that wire XPUB and XSUB are PUB and SUB; a peer that checks types knows no others.
    /// Source: RFC 15/ZMTP, "Publish-Subscribe".
    pub(crate) fn short_greeting_number(self) -> u8 {
        match self {
            Self::XPub => Self::Pub.number(),
            Self::XSub => Self::Sub.number(),
            Self::Pair
            | Self::Pub
            | Self::Sub
            | Self::Req
            | Self::Rep
            | Self::Dealer
            | Self::Router
            | Self::Pull
            | Self::Push => self.number(),
        }
    }

    /// True if a socket of this type may talk to a `peer`. The relation is symmetric.
    pub fn accepts(self, peer: Self) -> bool {
        match self {
            Self::Pair => matches!(peer, Self::Pair),
            Self::Pub | Self::XPub => matches!(peer, Self::Sub | Self::XSub),
            Self::Sub | Self::XSub => matches!(peer, Self::Pub | Self::XPub),
            Self::Req => matches!(peer, Self::Rep | Self::Router),
            Self::Rep => matches!(peer, Self::Req | Self::Dealer),
            Self::Dealer => matches!(peer, Self::Rep | Self::Dealer | Self::Router),
            Self::Router => matches!(peer, Self::Req | Self::Dealer | Self::Router),
            Self::Pull => matches!(peer, Self::Push),
            Self::Push => matches!(peer, Self::Pull),
        }
    }

    /// True if a READY of this type carries an `Identity` property, be it an empty one.
    pub fn announces_routing_id(self) -> bool {
        matches!(self, Self::Req | Self::Dealer | Self::Router)
    }
}

impl fmt::Display for SocketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_talk_to_whom_is_symmetric() {
        for ours in SocketType::ALL {
            for theirs in SocketType::ALL {
                assert_eq!(ours.accepts(theirs), theirs.accepts(ours), "{ours:?} {theirs:?}");
            }
        }
    }

    #[test]
    fn rfc37_pairs_of_types_are_exactly_these() {
        let legal = SocketType::ALL.map(|ours| {
            let peers = SocketType::ALL.into_iter().filter(|&theirs| ours.accepts(theirs));
            peers.map(SocketType::name).collect::<Vec<_>>().join(" ")
        });

        assert_eq!(
            legal,
            [
                "PAIR",
                "SUB XSUB",
                "PUB XPUB",
                "REP ROUTER",
                "REQ DEALER",
                "REP DEALER ROUTER",
                "REQ DEALER ROUTER",
                "PUSH",
                "PULL",
                "SUB XSUB",
                "PUB XPUB",
            ]
        );
    }

    #[test]
    fn every_name_reads_back() {
        for socket_type in SocketType::ALL {
            assert_eq!(SocketType::from_name(socket_type.name().as_bytes()), Some(socket_type));
        }
    }

    #[test]
    fn names_in_another_case_and_draft_names_are_unknown() {
        for name in [&b"dealer"[..], b"Pub", b"", b"PUB\0", b"SERVER", b"STREAM"] {
            assert_eq!(SocketType::from_name(name), None);
        }
    }

    #[test]
    fn numbers_are_the_places_in_the_list() {
        assert_eq!(SocketType::ALL.map(SocketType::number), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn every_number_reads_back_and_those_of_drafts_are_unknown() {
        for socket_type in SocketType::ALL {
            assert_eq!(SocketType::from_number(socket_type.number()), Some(socket_type));
        }
        for number in 11..=u8::MAX {
            assert_eq!(SocketType::from_number(number), None);
        }
    }

    #[test]
    fn rfc15_knows_no_numbers_above_8() {
        let numbers = SocketType::ALL.map(SocketType::short_greeting_number);

        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2]);
    }
}
