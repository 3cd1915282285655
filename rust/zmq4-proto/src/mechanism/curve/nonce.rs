//! Nonces: 24 octets that no key may see twice.
//!
//! Only their ends travel: 8 octets that count, or 16 that are random. Source: RFC 26/CurveZMQ,
//! "Nonces".

use crate::error::{Fault, Forged, LimitExceeded};

/// A whole nonce.
pub(super) type Nonce = [u8; 24];

/// The first octets of a nonce that ends in a count.
pub(super) type ShortPrefix = [u8; 16];

/// The first octets of a nonce that ends in random octets.
pub(super) type LongPrefix = [u8; 8];

pub(super) const HELLO: &ShortPrefix = b"CurveZMQHELLO---";
pub(super) const WELCOME: LongPrefix = *b"WELCOME-";
pub(super) const COOKIE: LongPrefix = *b"COOKIE--";
pub(super) const VOUCH: LongPrefix = *b"VOUCH---";
pub(super) const INITIATE: &ShortPrefix = b"CurveZMQINITIATE";
pub(super) const READY: &ShortPrefix = b"CurveZMQREADY---";
pub(super) const MESSAGE_OF_CLIENT: &ShortPrefix = b"CurveZMQMESSAGEC";
pub(super) const MESSAGE_OF_SERVER: &ShortPrefix = b"CurveZMQMESSAGES";

/// A nonce that ends in a count.
pub(super) fn short(prefix: &ShortPrefix, count: u64) -> Nonce {
    join(prefix, &count.to_be_bytes())
}

/// A nonce that ends in random octets.
pub(super) fn long(prefix: LongPrefix, random: &[u8; 16]) -> Nonce {
    join(&prefix, random)
}

fn join(prefix: &[u8], end: &[u8]) -> Nonce {
    let mut nonce = [0; 24];
    for (octet, &part) in nonce.iter_mut().zip(prefix.iter().chain(end)) {
        *octet = part;
    }
    nonce
}

/// Counts our nonces, one counter for all commands of a direction: 1, 2, 3, and never back.
///
/// It is neither copied nor cloned, so that no count is handed out twice.
pub(super) struct NonceCounter {
    last: u64,
}

impl NonceCounter {
    pub(super) fn new() -> Self {
        Self { last: 0 }
    }

    /// The next count.
    ///
    /// # Errors
    ///
    /// [`LimitExceeded::Nonces`] instead of beginning anew.
    pub(super) fn take(&mut self) -> Result<u64, Fault> {
        self.last = self.last.checked_add(1).ok_or(LimitExceeded::Nonces)?;
        Ok(self.last)
    }

    /// The next `many` counts, or none of them.
    ///
    /// # Errors
    ///
    /// Those of [`NonceCounter::take`].
    pub(super) fn take_many(
        &mut self,
        many: u64,
    ) -> Result<impl Iterator<Item = u64> + use<>, Fault> {
        let before = self.last;
        self.last = before.checked_add(many).ok_or(LimitExceeded::Nonces)?;
        Ok((before..self.last).map(|count| count + 1))
    }
}

/// The peer's last good nonce. Only the next one follows it: who takes a MESSAGE out of the stream is
/// found out at the one behind it. libzmq takes gaps, but leaves none.
#[derive(Clone)]
pub(super) struct LastNonce(u64);

impl LastNonce {
    /// Begins behind this one: where a peer starts to count is its own choice.
    pub(super) fn new(first: u64) -> Self {
        Self(first)
    }

    /// Looks at the nonce of a MESSAGE that is not verified yet.
    pub(super) fn check(&self, nonce: u64) -> Result<(), Fault> {
        if self.0.checked_add(1) == Some(nonce) {
            Ok(())
        } else {
            Err(Forged::Nonce { nonce, last: self.0 }.into())
        }
    }

    /// Notes the nonce of a MESSAGE that is verified; to do so earlier would let a forger move it.
    pub(super) fn advance(&mut self, nonce: u64) {
        self.0 = self.0.max(nonce);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_begin_at_one_and_are_never_repeated() {
        let mut nonces = NonceCounter::new();

        assert_eq!([nonces.take(), nonces.take(), nonces.take()], [Ok(1), Ok(2), Ok(3)]);
    }

    #[test]
    fn counter_ends_and_does_not_wrap() {
        let mut nonces = NonceCounter { last: u64::MAX - 1 };

        assert_eq!(nonces.take(), Ok(u64::MAX));
        for _ in 0..3 {
            assert_eq!(nonces.take(), Err(LimitExceeded::Nonces.into()));
        }
    }

    #[test]
    fn counts_taken_together_follow_each_other_once() {
        let mut nonces = NonceCounter::new();

        assert_eq!(taken(&mut nonces, 3), Ok(vec![1, 2, 3]));
        assert_eq!(taken(&mut nonces, 0), Ok(vec![]));
        assert_eq!(taken(&mut nonces, 2), Ok(vec![4, 5]));
    }

    #[test]
    fn counts_are_not_taken_together_if_they_do_not_suffice() {
        let mut nonces = NonceCounter { last: u64::MAX - 2 };

        assert_eq!(taken(&mut nonces, 3), Err(LimitExceeded::Nonces.into()));
        assert_eq!(taken(&mut nonces, 2), Ok(vec![u64::MAX - 1, u64::MAX]));
        assert_eq!(taken(&mut nonces, 0), Ok(vec![]));
    }

    fn taken(nonces: &mut NonceCounter, many: u64) -> Result<Vec<u64>, Fault> {
        nonces.take_many(many).map(Iterator::collect)
    }

    #[test]
    fn only_the_next_nonce_follows() {
        let mut last = LastNonce::new(5);
        last.advance(9);

        assert_eq!(last.check(10), Ok(()));
        for nonce in [0, 5, 8, 9, 11, u64::MAX] {
            assert_eq!(last.check(nonce), Err(Forged::Nonce { nonce, last: 9 }.into()));
        }
    }

    #[test]
    fn nothing_follows_the_greatest_nonce() {
        let mut last = LastNonce::new(0);
        last.advance(u64::MAX);

        assert!(last.check(u64::MAX).is_err());
        assert!(last.check(0).is_err());
    }
}
