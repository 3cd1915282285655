//! [`GreetingMachine`]: what of the greeting may go out when.
//!
//! Sending all 64 octets at once would break peers that speak ZMTP 1.0 or 2.0: the rest waits until
//! the peer's version is known. Source: RFC 37/ZMTP, "Backwards Interoperability".

use super::{
    foreign::{Recognition, recognise},
    octets::{GREETING_LEN, Greeting, MAJOR, SIGNATURE_END, SIGNATURE_LEN},
};
use crate::{
    MechanismKind, RoutingId, Version,
    error::{Excerpt, Fault, Incompatible},
};

/// One side's greeting, sent and received in stages.
///
/// ```text
///   received                     may be sent
///   nothing                      signature, 10 octets
///   signature, 10 octets         major version, 11 octets
///   major version, at least 2    everything, 64 octets
///   everything                   -  (done, or the mechanism differs)
/// ```
///
/// After an error the machine must not be given more, but [`GreetingMachine::poll_transmit`] still
/// gives what the peer is to see: the name of our mechanism, above all.
#[derive(Clone, Debug)]
pub struct GreetingMachine {
    ours: [u8; GREETING_LEN],
    mechanism: MechanismKind,
    /// Octets of `ours` handed out; never more than `releasable`.
    sent: usize,
    /// Octets of `ours` that may be handed out; never more than `GREETING_LEN`.
    releasable: usize,
    theirs: [u8; GREETING_LEN],
    /// Octets of `theirs` that have arrived; never more than `GREETING_LEN`.
    received: usize,
}

impl GreetingMachine {
    /// Starts a greeting for a socket with this mechanism and routing id.
    pub fn new(mechanism: MechanismKind, routing_id: &RoutingId) -> Self {
        let greeting = Greeting {
            version: Version::OURS,
            mechanism: mechanism.padded_name(),
            as_server: mechanism.as_server(),
        };
        Self {
            ours: greeting.encode(routing_id),
            mechanism,
            sent: 0,
            releasable: SIGNATURE_LEN,
            theirs: [0; GREETING_LEN],
            received: 0,
        }
    }

    /// The peer's greeting, once it has arrived whole.
    pub fn peer(&self) -> Option<Greeting> {
        (self.received == GREETING_LEN).then(|| Greeting::decode(&self.theirs))
    }

    /// Takes octets from the peer and returns how many: never more than the greeting needs.
    ///
    /// # Errors
    ///
    /// [`Incompatible`] for another protocol, a version below 3.0, or another mechanism. The caller
    /// then sends what [`GreetingMachine::poll_transmit`] gives, and closes.
    pub fn handle_input(&mut self, input: &[u8]) -> Result<usize, Fault> {
        let mut consumed = 0;
        for (octet, &sent) in self.theirs.iter_mut().skip(self.received).zip(input) {
            *octet = sent;
            consumed += 1;
        }
        let before = self.received;
        for received in before..before + consumed {
            self.received = received + 1;
            self.advance()?;
        }
        Ok(consumed)
    }

    /// Appends what may go out now.
    pub fn poll_transmit(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.ours.get(self.sent..self.releasable).unwrap_or_default());
        self.sent = self.releasable;
    }

    /// Draws the conclusions from the octet that arrived last.
    fn advance(&mut self) -> Result<(), Fault> {
        let first_octet = self.theirs[0];
        if first_octet != SIGNATURE_START {
            return self.refuse_unless_undecided(first_octet);
        }
        match self.received {
            SIGNATURE_LEN if self.theirs[SIGNATURE_END] & 1 == 0 => {
                return Err(Incompatible::Unversioned { first_octet }.into());
            }
            SIGNATURE_LEN => self.releasable = MAJOR + 1,
            UP_TO_MAJOR => {
                Version::accept_major(self.theirs[MAJOR])?;
                self.releasable = GREETING_LEN;
            }
            GREETING_LEN => return self.compare_mechanisms(),
            _ => {}
        }
        Ok(())
    }

    fn refuse_unless_undecided(&self, first_octet: u8) -> Result<(), Fault> {
        match recognise(self.theirs.get(..self.received).unwrap_or_default()) {
            Recognition::Is(looks_like) => Err(Incompatible::NotZmtp { looks_like }.into()),
            Recognition::Undecided => Ok(()),
            Recognition::Unknown => Err(Incompatible::Unversioned { first_octet }.into()),
        }
    }

    fn compare_mechanisms(&self) -> Result<(), Fault> {
        let theirs = Greeting::decode(&self.theirs).mechanism;
        if theirs == self.mechanism.padded_name() {
            return Ok(());
        }
        let end = theirs.iter().rposition(|&octet| octet != 0).map_or(0, |last| last + 1);
        let name = theirs.get(..end).unwrap_or_default();
        Err(Incompatible::Mechanism { ours: self.mechanism, theirs: Excerpt::new(name) }.into())
    }
}

const SIGNATURE_START: u8 = 0xff;
/// Octets received when the major version is known.
const UP_TO_MAJOR: usize = MAJOR + 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Foreign;

    fn machine() -> GreetingMachine {
        GreetingMachine::new(MechanismKind::Null, &RoutingId::default())
    }

    fn transmitted(machine: &mut GreetingMachine) -> Vec<u8> {
        let mut out = Vec::new();
        machine.poll_transmit(&mut out);
        out
    }

    fn greeting() -> [u8; GREETING_LEN] {
        machine().ours
    }

    #[test]
    fn signature_goes_out_before_anything_is_known() {
        let mut machine = machine();

        assert_eq!(transmitted(&mut machine), greeting()[..10]);
        assert_eq!(transmitted(&mut machine), []);
    }

    #[test]
    fn each_stage_is_released_by_the_octet_that_decides() {
        let mut machine = machine();
        transmitted(&mut machine);

        let released = greeting().map(|octet| {
            machine.handle_input(&[octet]).unwrap();
            transmitted(&mut machine).len()
        });

        let mut expected = [0; GREETING_LEN];
        (expected[9], expected[10]) = (1, 53);
        assert_eq!(released, expected);
    }

    #[test]
    fn octets_behind_the_greeting_are_not_taken() {
        let mut machine = machine();

        let consumed = machine.handle_input(&[&greeting()[..], b"\x04\x06\x05READY"].concat());

        assert_eq!(consumed, Ok(64));
        assert_eq!(machine.peer().unwrap().version, Version::OURS);
        assert_eq!(machine.handle_input(b"more"), Ok(0));
    }

    #[test]
    fn versions_below_3_0_are_refused_at_their_major_octet() {
        for (major, spoken) in [(0, 1), (1, 2)] {
            let mut machine = machine();
            let mut octets = greeting();
            octets[10] = major;

            let fault = machine.handle_input(&octets[..11]).unwrap_err();

            let announced = Version { major: spoken, minor: 0 };
            assert_eq!(fault, Incompatible::Version { announced }.into());
            assert_eq!(transmitted(&mut machine).len(), 11);
        }
    }

    #[test]
    fn unversioned_peers_are_refused() {
        let short_identity = machine().handle_input(b"\x01\x00").unwrap_err();
        let long_identity = machine().handle_input(b"\xff\0\0\0\0\0\0\0\x05\x00myid").unwrap_err();

        assert_eq!(short_identity, Incompatible::Unversioned { first_octet: 1 }.into());
        assert_eq!(long_identity, Incompatible::Unversioned { first_octet: 0xff }.into());
    }

    #[test]
    fn other_protocols_are_named() {
        let looks_like = |input: &[u8]| machine().handle_input(input).unwrap_err();
        let not_zmtp = |looks_like| Fault::from(Incompatible::NotZmtp { looks_like });

        assert_eq!(looks_like(b"GET / HTTP/1.1\r\n"), not_zmtp(Foreign::Http));
        assert_eq!(looks_like(b"\x16\x03\x01\x02\x00\x01"), not_zmtp(Foreign::Tls));
        assert_eq!(looks_like(b"SSH-2.0-OpenSSH_9.2\r\n"), not_zmtp(Foreign::Ssh));
    }

    #[test]
    fn peer_with_another_mechanism_still_gets_our_whole_greeting() {
        let mut machine = machine();
        let mut octets = greeting();
        octets[12..17].copy_from_slice(b"CURVE");

        let fault = machine.handle_input(&octets).unwrap_err();

        let theirs = Excerpt::new(b"CURVE");
        assert_eq!(fault, Incompatible::Mechanism { ours: MechanismKind::Null, theirs }.into());
        assert_eq!(transmitted(&mut machine), greeting());
    }

    #[test]
    fn mechanism_with_garbage_behind_its_name_is_another_one() {
        let mut octets = greeting();
        octets[20] = b'x';

        let fault = machine().handle_input(&octets).unwrap_err();

        assert!(fault.is_incompatible());
        assert!(fault.to_string().contains("NULL\\x00\\x00\\x00\\x00x"), "{fault}");
    }

    #[test]
    fn as_server_and_filler_are_ignored() {
        let mut octets = greeting();
        octets[32..].fill(0xa5);

        assert_eq!(machine().handle_input(&octets), Ok(64));
    }
}
