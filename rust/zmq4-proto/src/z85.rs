//! Z85: octets as printable text, four octets as five digits of base 85.
//!
//! Source: RFC 32/Z85, "Formal Specification".

use std::{error::Error, fmt};

/// Why octets or text are no Z85.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Z85Error {
    /// Octets that are no multiple of four, or text that is no multiple of five.
    Length {
        /// How many octets or characters there were.
        len: usize,
    },
    /// A character outside the alphabet.
    Character {
        /// Its offset in octets.
        at: usize,
    },
    /// Five digits that stand for more than 32 bits.
    Overflow {
        /// The offset of the first of them, in octets.
        at: usize,
    },
}

impl fmt::Display for Z85Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { len } => {
                write!(f, "a length of {len} has no Z85: octets come in fours, text in fives")
            }
            Self::Character { at } => write!(f, "the character at {at} is not one of Z85's"),
            Self::Overflow { at } => write!(f, "the five digits at {at} exceed 32 bits"),
        }
    }
}

impl Error for Z85Error {}

/// Writes octets as text.
///
/// # Errors
///
/// [`Z85Error::Length`] if their number is no multiple of four.
pub fn z85_encode(octets: &[u8]) -> Result<String, Z85Error> {
    let (groups, rest) = octets.as_chunks();
    if !rest.is_empty() {
        return Err(Z85Error::Length { len: octets.len() });
    }
    // Reserved at once, so that no copy of a secret is left behind by growing.
    let mut text = String::with_capacity(groups.len() * DIGITS);
    for &group in groups {
        let mut divisor = MOST_SIGNIFICANT;
        while divisor > 0 {
            text.push(digit(u32::from_be_bytes(group) / divisor % BASE));
            divisor /= BASE;
        }
    }
    Ok(text)
}

/// Reads octets from text.
///
/// # Errors
///
/// Any [`Z85Error`].
pub fn z85_decode(text: &str) -> Result<Vec<u8>, Z85Error> {
    let mut octets = vec![0; text.len() / DIGITS * OCTETS];
    z85_decode_into(text.as_bytes(), &mut octets)?;
    Ok(octets)
}

/// Reads octets from text to where they are to be.
///
/// # Errors
///
/// Any [`Z85Error`]; [`Z85Error::Length`] also if the text stands for another number of octets.
pub(crate) fn z85_decode_into(text: &[u8], octets: &mut [u8]) -> Result<(), Z85Error> {
    let (groups, rest) = text.as_chunks::<DIGITS>();
    if !rest.is_empty() || groups.len() * OCTETS != octets.len() {
        return Err(Z85Error::Length { len: text.len() });
    }
    let (places, _none) = octets.as_chunks_mut::<OCTETS>();
    for (index, (&group, place)) in groups.iter().zip(places).enumerate() {
        *place = decode_group(group, index * DIGITS)?.to_be_bytes();
    }
    Ok(())
}

fn decode_group(group: [u8; DIGITS], at: usize) -> Result<u32, Z85Error> {
    let mut value: u32 = 0;
    for (offset, &character) in group.iter().enumerate() {
        let digit = value_of(character).ok_or(Z85Error::Character { at: at + offset })?;
        value = value
            .checked_mul(BASE)
            .and_then(|value| value.checked_add(digit))
            .ok_or(Z85Error::Overflow { at })?;
    }
    Ok(value)
}

/// The character for a value below 85.
fn digit(value: u32) -> char {
    let place = usize::try_from(value).unwrap_or(usize::MAX);
    ALPHABET.get(place).copied().map(char::from).expect("a remainder of 85 has a digit")
}

fn value_of(character: u8) -> Option<u32> {
    let place = ALPHABET.iter().position(|&digit| digit == character)?;
    u32::try_from(place).ok()
}

const ALPHABET: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const BASE: u32 = 85;
/// What the first of five digits counts.
const MOST_SIGNIFICANT: u32 = BASE * BASE * BASE * BASE;
const OCTETS: usize = 4;
const DIGITS: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc32_test_case_reads_both_ways() {
        let octets = [0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b];

        assert_eq!(z85_encode(&octets).unwrap(), "HelloWorld");
        assert_eq!(z85_decode("HelloWorld").unwrap(), octets);
    }

    #[test]
    fn nothing_is_empty_text() {
        assert_eq!(z85_encode(&[]).unwrap(), "");
        assert_eq!(z85_decode("").unwrap(), []);
    }

    #[test]
    fn largest_group_is_the_last_below_33_bits() {
        assert_eq!(z85_encode(&[0xff; 4]).unwrap(), "%nSc0");
        assert_eq!(z85_decode("00000%nSc1"), Err(Z85Error::Overflow { at: 5 }));
        assert_eq!(z85_decode("#####"), Err(Z85Error::Overflow { at: 0 }));
    }

    #[test]
    fn other_lengths_are_refused() {
        assert_eq!(z85_encode(&[0; 5]), Err(Z85Error::Length { len: 5 }));
        assert_eq!(z85_decode("0000"), Err(Z85Error::Length { len: 4 }));
        assert_eq!(z85_decode("000000"), Err(Z85Error::Length { len: 6 }));
    }

    #[test]
    fn characters_outside_the_alphabet_are_refused() {
        for character in ["\"", "'", ",", ";", "\\", "_", "`", "|", "~", " ", "\0"] {
            let text = format!("000000{character}000");

            assert_eq!(z85_decode(&text), Err(Z85Error::Character { at: 6 }), "{character}");
        }
        assert_eq!(z85_decode("000é"), Err(Z85Error::Character { at: 3 }));
    }
}
