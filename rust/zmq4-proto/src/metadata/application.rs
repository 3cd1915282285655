//! What an application may add to metadata, and why it may not add more.

use std::{error::Error, fmt};

use super::list::{MAX_NAME_LEN, Metadata, MetadataLimits};

impl Metadata {
    /// These properties and one of an application's own.
    ///
    /// # Errors
    ///
    /// [`PropertyRefused`] if `name` does not begin with `X-` or does not fit the grammar, if the
    /// name is already taken, or if this is more than peers with the default [`MetadataLimits`]
    /// take.
    pub fn with_application(mut self, name: &str, value: &[u8]) -> Result<Self, PropertyRefused> {
        if !name.starts_with(APPLICATION_PREFIX) || name.len() == APPLICATION_PREFIX.len() {
            return Err(PropertyRefused::NotApplication);
        }
        if name.len() > MAX_NAME_LEN || !name.bytes().all(is_name_octet) {
            return Err(PropertyRefused::Name);
        }
        let limits = MetadataLimits::default();
        if value.len() > limits.value_len {
            return Err(PropertyRefused::ValueTooLong { len: value.len() });
        }
        if self.get(name.as_bytes()).is_some() {
            return Err(PropertyRefused::Taken);
        }
        self.push(name.as_bytes(), value);
        let fits = self.len() + OUR_PROPERTIES <= limits.properties
            && self.encoded_len() + OUR_OCTETS <= limits.total_len;
        if fits { Ok(self) } else { Err(PropertyRefused::TooMuch) }
    }
}

/// Why an application's property was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyRefused {
    /// The name does not begin with `X-`, or ends there.
    NotApplication,
    /// The name has more than 255 octets or others than letters, digits and `-_.+`.
    Name,
    /// The value has more than 8 KiB.
    ValueTooLong {
        /// Its length in octets.
        len: usize,
    },
    /// There is such a property already.
    Taken,
    /// All properties together are more than peers take.
    TooMuch,
}

impl fmt::Display for PropertyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotApplication => f.write_str("the name of a property must begin with \"X-\""),
            Self::Name => {
                f.write_str("a property's name has 1 to 255 letters, digits, and characters -_.+")
            }
            Self::ValueTooLong { len } => {
                write!(f, "a property of {len} octets is longer than peers accept")
            }
            Self::Taken => f.write_str("a property of this name exists already"),
            Self::TooMuch => f.write_str("these are more properties than peers accept"),
        }
    }
}

impl Error for PropertyRefused {}

fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.' | b'+')
}

const APPLICATION_PREFIX: &str = "X-";
/// Properties that READY holds beside the application's: socket type and routing id.
const OUR_PROPERTIES: usize = 2;
/// Octets that are more than enough for those two, and for the command's name.
const OUR_OCTETS: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn application_properties_begin_with_x() {
        let refusal = |name: &str| Metadata::new().with_application(name, b"v").unwrap_err();

        assert_eq!(refusal("Identity"), PropertyRefused::NotApplication);
        assert_eq!(refusal("x-key"), PropertyRefused::NotApplication);
        assert_eq!(refusal("X-"), PropertyRefused::NotApplication);
        assert_eq!(refusal("X-key:"), PropertyRefused::Name);
        assert_eq!(refusal(&format!("X-{}", "k".repeat(254))), PropertyRefused::Name);
    }

    #[test]
    fn application_properties_fit_into_what_peers_take() {
        let metadata = Metadata::new().with_application("X-key", &[0; 8192]).unwrap();

        let too_long = Metadata::new().with_application("X-key", &[0; 8193]);
        let taken = metadata.clone().with_application("X-KEY", b"");

        assert_eq!(metadata.get(b"x-key").map(<[u8]>::len), Some(8192));
        assert_eq!(too_long, Err(PropertyRefused::ValueTooLong { len: 8193 }));
        assert_eq!(taken, Err(PropertyRefused::Taken));
    }

    #[test]
    fn application_properties_leave_room_for_ours() {
        let names: Vec<String> = (0..63).map(|number| format!("X-{number}")).collect();
        let short = names[..62]
            .iter()
            .fold(Metadata::new(), |metadata, name| metadata.with_application(name, b"v").unwrap());
        let long = Metadata::new().with_application("X-a", &[0; 8192]).unwrap();

        assert_eq!(short.with_application(&names[62], b"v"), Err(PropertyRefused::TooMuch));
        assert_eq!(long.with_application("X-b", &[0; 8192]), Err(PropertyRefused::TooMuch));
    }
}
