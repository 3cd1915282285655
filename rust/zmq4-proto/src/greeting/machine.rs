//! [`GreetingMachine`]: what of the greeting may go out when.
//!
//! Sending all 64 octets at once would break peers that speak ZMTP 1.0 or 2.0: the rest waits until
//! the peer's version is known. Source: RFC 37/ZMTP, "Backwards Interoperability".

use super::{
    foreign::{Recognition, recognise},
    octets::{
        GREETING_LEN, Greeting, MAJOR, MINOR, PeerGreeting, SHORT_GREETING_LEN, SHORT_SOCKET_TYPE,
        SIGNATURE_END, SIGNATURE_LEN,
    },
};
use crate::{
    MechanismKind, MinVersion, RoutingId, SocketType, Version,
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
///
///   major version 1              our socket type, 12 octets: everything in ZMTP 2.0
///   the peer's socket type       -  (done)
/// ```
///
/// So a peer that sends nothing before it has read our next octets always has them to read. The
/// second way is open only with [`MinVersion::V2_0`].
///
/// After an error the machine must not be given more, but [`GreetingMachine::poll_transmit`] still
/// gives what the peer is to see: the name of our mechanism, above all.
#[derive(Clone, Debug)]
pub struct GreetingMachine {
    /// Our greeting; from its twelfth octet on in the form of ZMTP 2.0 once that is spoken.
    ours: [u8; GREETING_LEN],
    socket_type: SocketType,
    mechanism: MechanismKind,
    least: MinVersion,
    /// Length of either greeting: `GREETING_LEN`, or `SHORT_GREETING_LEN` once ZMTP 2.0 is spoken.
    len: usize,
    /// Octets of `ours` handed out; never more than `releasable`.
    sent: usize,
    /// Octets of `ours` that may be handed out; never more than `len`.
    releasable: usize,
    theirs: [u8; GREETING_LEN],
    /// Octets of `theirs` that have arrived; never more than `len`.
    received: usize,
}

impl GreetingMachine {
    /// Starts a greeting for a socket of this type, with this mechanism and routing id.
    pub fn new(socket_type: SocketType, mechanism: MechanismKind, routing_id: &RoutingId) -> Self {
        let greeting = Greeting {
            version: Version::OURS,
            mechanism: mechanism.padded_name(),
            as_server: mechanism.as_server(),
        };
        Self {
            ours: greeting.encode(routing_id),
            socket_type,
            mechanism,
            least: MinVersion::default(),
            len: GREETING_LEN,
            sent: 0,
            releasable: SIGNATURE_LEN,
            theirs: [0; GREETING_LEN],
            received: 0,
        }
    }

    /// The same greeting for peers of another least version; 2.0 counts as 3.0 unless the mechanism
    /// is NULL.
    #[must_use]
    pub fn with_min_version(mut self, least: MinVersion) -> Self {
        self.least = least.under(self.mechanism);
        self
    }

    /// The peer's greeting, once it has arrived whole.
    pub fn peer(&self) -> Option<PeerGreeting> {
        if self.received < self.len {
            None
        } else if self.len == SHORT_GREETING_LEN {
            Some(PeerGreeting::Short { socket_type: self.theirs[SHORT_SOCKET_TYPE] })
        } else {
            Some(PeerGreeting::Full(Greeting::decode(&self.theirs)))
        }
    }

    /// Takes octets from the peer and returns how many: never more than the greeting needs.
    ///
    /// # Errors
    ///
    /// [`Incompatible`] for another protocol, a version below the least, or another mechanism. The
    /// caller then sends what [`GreetingMachine::poll_transmit`] gives, and closes.
    pub fn handle_input(&mut self, input: &[u8]) -> Result<usize, Fault> {
        let before = self.received;
        for &sent in input {
            // The length is looked at anew each time: one of the octets decides about it.
            let missing = self.theirs.get_mut(self.received..self.len).unwrap_or_default();
            let Some(octet) = missing.first_mut() else {
                break;
            };
            *octet = sent;
            self.received += 1;
            self.advance()?;
        }
        Ok(self.received - before)
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
            UP_TO_MAJOR => return self.choose_form(),
            UP_TO_MINOR if self.len == GREETING_LEN => {
                let [major, minor] = [self.theirs[MAJOR], self.theirs[MINOR]];
                return self.least.admit(Version::of_greeting(major, minor));
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

    /// Decides by the major octet whether the greeting goes on, and in which form.
    fn choose_form(&mut self) -> Result<(), Fault> {
        // The minor has not come, and may be any.
        let announced = Version::of_greeting(self.theirs[MAJOR], u8::MAX);
        self.least.admit(announced)?;
        if announced == Version::V2_0 {
            self.ours[SHORT_SOCKET_TYPE] = self.socket_type.short_greeting_number();
            self.len = SHORT_GREETING_LEN;
        }
        self.releasable = self.len;
        Ok(())
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
/// Octets received when the whole version is known, in the form of ZMTP 3.0.
const UP_TO_MINOR: usize = MINOR + 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Foreign;

    fn machine() -> GreetingMachine {
        GreetingMachine::new(SocketType::Push, MechanismKind::Null, &RoutingId::default())
    }

    fn machine_for(least: MinVersion) -> GreetingMachine {
        machine().with_min_version(least)
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
        let Some(PeerGreeting::Full(peer)) = machine.peer() else { panic!("a full greeting") };
        assert_eq!(peer.version, Version::OURS);
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
            let least = Version { major: 3, minor: 0 };
            assert_eq!(fault, Incompatible::Version { announced, least }.into());
            assert_eq!(transmitted(&mut machine).len(), 11);
        }
    }

    #[test]
    fn version_1_0_is_refused_whatever_the_least() {
        for least in MinVersion::ALL {
            let mut octets = greeting();
            octets[10] = 0;

            let fault = machine_for(least).handle_input(&octets[..11]).unwrap_err();

            let announced = Version { major: 1, minor: 0 };
            assert_eq!(fault, Incompatible::Version { announced, least: least.version() }.into());
        }
    }

    #[test]
    fn peer_below_3_1_is_refused_at_its_minor_octet_and_gets_our_whole_greeting() {
        let mut machine = machine_for(MinVersion::V3_1);
        let mut octets = greeting();
        octets[11] = 0;

        assert_eq!(machine.handle_input(&octets[..11]), Ok(11));
        let fault = machine.handle_input(&octets[11..12]).unwrap_err();

        let announced = Version { major: 3, minor: 0 };
        assert_eq!(fault, Incompatible::Version { announced, least: Version::OURS }.into());
        assert_eq!(transmitted(&mut machine), greeting());
    }

    #[test]
    fn greeting_of_a_2_0_peer_ends_with_its_socket_type() {
        let mut machine = machine_for(MinVersion::V2_0);
        let mut octets = greeting();
        (octets[10], octets[11]) = (1, 7);

        assert_eq!(machine.handle_input(&octets[..11]), Ok(11));
        assert_eq!(machine.peer(), None);
        assert_eq!(transmitted(&mut machine), [&greeting()[..11], &[8]].concat());
        assert_eq!(machine.handle_input(&octets[11..]), Ok(1));

        assert_eq!(machine.peer(), Some(PeerGreeting::Short { socket_type: 7 }));
        assert_eq!(machine.handle_input(b"more"), Ok(0));
        assert_eq!(transmitted(&mut machine), []);
    }

    #[test]
    fn readiness_for_2_0_changes_nothing_for_a_3_x_peer() {
        let mut machine = machine_for(MinVersion::V2_0);

        machine.handle_input(&greeting()).unwrap();

        assert_eq!(transmitted(&mut machine), greeting());
        assert!(matches!(machine.peer(), Some(PeerGreeting::Full(_))));
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
