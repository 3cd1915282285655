//! Z85 and keys as text, for any octets and any text.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

use proptest::{collection::vec, prelude::*};
use zmq4_proto::{PublicKey, SecretKey, z85_decode, z85_encode};

proptest! {
    #[test]
    fn any_octets_in_fours_read_back(mut octets in vec(any::<u8>(), 0..200)) {
        octets.truncate(octets.len() / 4 * 4);

        let text = z85_encode(&octets).unwrap();

        prop_assert_eq!(text.len(), octets.len() / 4 * 5);
        prop_assert!(text.bytes().all(|character| character.is_ascii_graphic()));
        prop_assert_eq!(z85_decode(&text).unwrap(), octets);
    }

    #[test]
    fn any_text_is_refused_or_the_one_text_of_its_octets(text in ".{0,60}") {
        if let Ok(octets) = z85_decode(&text) {
            prop_assert_eq!(z85_encode(&octets).unwrap(), text);
        }
    }

    #[test]
    fn any_digits_are_refused_or_the_one_text_of_their_octets(
        text in r"[0-9a-zA-Z.:+=^!/*?&<>()\[\]{}@%$#-]{40}",
    ) {
        if let Ok(octets) = z85_decode(&text) {
            prop_assert_eq!(z85_encode(&octets).unwrap(), text);
        }
    }

    #[test]
    fn any_key_reads_back_from_both_forms(octets in any::<[u8; 32]>()) {
        prop_assume!(octets != [0; 32]);
        let (public, secret) = (PublicKey::new(octets).unwrap(), SecretKey::new(&octets).unwrap());

        prop_assert_eq!(public.to_z85().parse(), Ok(public));
        prop_assert_eq!(public.to_hex().parse(), Ok(public));
        for text in [secret.to_z85(), secret.to_hex()] {
            let read: SecretKey = text.parse().unwrap();
            prop_assert_eq!(read.as_bytes(), secret.as_bytes());
        }
    }

    #[test]
    fn any_text_for_a_key_never_panics(text in ".{0,70}") {
        let _ = text.parse::<PublicKey>();
        let _ = text.parse::<SecretKey>();
    }
}
