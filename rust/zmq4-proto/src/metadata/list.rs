//! [`Metadata`]: the properties that peers exchange at the end of the handshake.
//!
//! Wire form: RFC 37/ZMTP, "Formal Grammar", rule `metadata`: names with a one-octet length and
//! values with a four-octet one, until the command ends.

use crate::error::{Fault, LimitExceeded, Malformed};

/// An ordered list of properties; no name occurs twice.
///
/// Names are compared without regard to the case of ASCII letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    properties: Vec<Property>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Property {
    /// 1 to 255 octets.
    name: Box<[u8]>,
    /// Less than 2 GiB.
    value: Box<[u8]>,
}

/// How much metadata is taken from a peer. Names have at most 255 octets by their form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetadataLimits {
    /// Most properties, duplicates included.
    pub properties: usize,
    /// Longest value, in octets.
    pub value_len: usize,
    /// Most octets altogether, lengths included.
    pub total_len: usize,
}

impl Default for MetadataLimits {
    /// 64 properties, 8 KiB a value, 16 KiB altogether.
    fn default() -> Self {
        Self { properties: 64, value_len: 8 * 1024, total_len: 16 * 1024 }
    }
}

impl Metadata {
    /// No properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads properties until `input` ends. Of a name that occurs twice, the first counts.
    ///
    /// # Errors
    ///
    /// [`Malformed::PropertyTruncated`] and [`Malformed::PropertyUnnamed`] for octets that are not
    /// properties; [`LimitExceeded`] for more than `limits` allow.
    pub fn parse(input: &[u8], limits: &MetadataLimits) -> Result<Self, Fault> {
        if input.len() > limits.total_len {
            return Err(LimitExceeded::Metadata { limit: limits.total_len }.into());
        }
        let mut metadata = Self::new();
        let mut rest = input;
        let mut count = 0;
        while !rest.is_empty() {
            if count == limits.properties {
                return Err(LimitExceeded::Properties { limit: limits.properties }.into());
            }
            let (name, value) = take_property(&mut rest, limits.value_len)?;
            metadata.push(name, value);
            count += 1;
        }
        Ok(metadata)
    }

    /// Appends the wire form.
    pub fn encode(&self, out: &mut Vec<u8>) {
        for (name, value) in self.iter() {
            // `push` and `parse` let no longer name or value in.
            out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(name);
            out.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
            out.extend_from_slice(value);
        }
    }

    /// The value of the property `name`.
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All properties, name and value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.properties.iter().map(|property| (&*property.name, &*property.value))
    }

    /// Number of properties.
    pub fn len(&self) -> usize {
        self.properties.len()
    }

    /// True if there is no property.
    pub fn is_empty(&self) -> bool {
        self.properties.is_empty()
    }

    /// Adds a property, unless its name is already taken.
    ///
    /// Names outside 1 to 255 octets and values of 2 GiB or more have no wire form and are left
    /// out.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        let has_wire_form = matches!(name.len(), 1..=MAX_NAME_LEN) && value.len() <= MAX_VALUE_LEN;
        if has_wire_form && self.get(name).is_none() {
            self.properties.push(Property { name: name.into(), value: value.into() });
        }
    }

    /// These properties and one more; see [`Metadata::push`].
    #[must_use]
    pub fn with(mut self, name: &[u8], value: &[u8]) -> Self {
        self.push(name, value);
        self
    }

    /// Length of the wire form in octets.
    pub(super) fn encoded_len(&self) -> usize {
        self.iter().map(|(name, value)| LENGTHS + name.len() + value.len()).sum()
    }
}

/// Takes name and value of one property from the front of `input`.
fn take_property<'a>(
    input: &mut &'a [u8],
    max_value_len: usize,
) -> Result<(&'a [u8], &'a [u8]), Fault> {
    let name_len = take(input, 1)?.first().copied().unwrap_or_default();
    if name_len == 0 {
        return Err(Malformed::PropertyUnnamed.into());
    }
    let name = take(input, name_len.into())?;
    let (&value_len, rest) = input.split_first_chunk().ok_or(Malformed::PropertyTruncated)?;
    *input = rest;
    let announced = u32::from_be_bytes(value_len);
    let value_len = usize::try_from(announced)
        .ok()
        .filter(|&len| len <= max_value_len)
        .ok_or(LimitExceeded::PropertyValue { announced, limit: max_value_len })?;
    Ok((name, take(input, value_len)?))
}

/// Takes `len` octets from the front of `input`.
fn take<'a>(input: &mut &'a [u8], len: usize) -> Result<&'a [u8], Malformed> {
    input.split_off(..len).ok_or(Malformed::PropertyTruncated)
}

/// The socket type of the sender.
pub(crate) const SOCKET_TYPE: &[u8] = b"Socket-Type";
/// The routing id of the sender.
pub(crate) const IDENTITY: &[u8] = b"Identity";

/// The longest name, in octets.
pub(super) const MAX_NAME_LEN: usize = 255;
const MAX_VALUE_LEN: usize = 0x7fff_ffff;
/// Octets of the two lengths of a property.
const LENGTHS: usize = 5;
#[cfg(test)]
mod tests {
    use super::*;

    fn parse(input: &[u8]) -> Result<Metadata, Fault> {
        Metadata::parse(input, &MetadataLimits::default())
    }

    #[test]
    fn properties_keep_their_order() {
        let metadata = parse(b"\x01b\0\0\0\x01x\x01a\0\0\0\0").unwrap();

        assert_eq!(metadata.iter().collect::<Vec<_>>(), [(&b"b"[..], &b"x"[..]), (b"a", b"")]);
    }

    #[test]
    fn first_of_a_duplicate_counts_whatever_its_case() {
        let metadata = parse(b"\x02Id\0\0\0\x01x\x02iD\0\0\0\x01y").unwrap();

        assert_eq!(metadata.get(b"ID"), Some(&b"x"[..]));
        assert_eq!(metadata.len(), 1);
    }

    #[test]
    fn property_without_a_name_is_malformed() {
        assert_eq!(parse(b"\0\0\0\0\x01x"), Err(Malformed::PropertyUnnamed.into()));
    }

    #[test]
    fn every_cut_of_a_property_is_malformed() {
        let property = b"\x02Id\0\0\0\x02xy";

        for len in 1..property.len() {
            assert_eq!(parse(&property[..len]), Err(Malformed::PropertyTruncated.into()), "{len}");
        }
    }

    #[test]
    fn properties_without_a_wire_form_are_left_out() {
        let metadata = Metadata::new().with(b"", b"v").with(&[b'n'; 256], b"v");

        assert!(metadata.is_empty());
    }
}
