//! Keys as text: 40 characters of Z85, or 64 hexadecimal digits. The length tells which.

use std::fmt::Write;

use zeroize::Zeroizing;

use super::{KEY_LEN, KeyRefused};
use crate::z85::{z85_decode_into, z85_encode};

/// Reads a key in either form.
pub(super) fn read(text: &str) -> Result<Zeroizing<[u8; KEY_LEN]>, KeyRefused> {
    let mut octets = Zeroizing::new([0; KEY_LEN]);
    let text = text.as_bytes();
    match text.len() {
        Z85_LEN => z85_decode_into(text, octets.as_mut()).map_err(KeyRefused::Z85)?,
        HEX_LEN => read_hex(text, octets.as_mut())?,
        len => return Err(KeyRefused::Length { len }),
    }
    Ok(octets)
}

/// Writes a key in Z85.
pub(super) fn z85(octets: &[u8; KEY_LEN]) -> String {
    z85_encode(octets).expect("the length of a key is a multiple of four")
}

/// Writes a key in hexadecimal digits.
pub(super) fn hex(octets: &[u8; KEY_LEN]) -> String {
    let mut text = String::with_capacity(HEX_LEN);
    for octet in octets {
        write!(text, "{octet:02x}").expect("a string takes everything");
    }
    text
}

fn read_hex(text: &[u8], octets: &mut [u8]) -> Result<(), KeyRefused> {
    let (pairs, _none) = text.as_chunks();
    for (index, (&[high, low], octet)) in pairs.iter().zip(octets).enumerate() {
        let high = hex_digit(high).ok_or(KeyRefused::Hex { at: 2 * index })?;
        let low = hex_digit(low).ok_or(KeyRefused::Hex { at: 2 * index + 1 })?;
        *octet = high << 4 | low;
    }
    Ok(())
}

fn hex_digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

const Z85_LEN: usize = 40;
const HEX_LEN: usize = 2 * KEY_LEN;
