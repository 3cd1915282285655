//! The first octets of something a peer sent, kept for a log line.

use std::fmt;

/// At most [`Excerpt::CAPACITY`] octets of a peer's own words, safe to print.
///
/// `Display` escapes everything that is not printable ASCII, so a peer can neither forge lines in a
/// log nor send control codes to a terminal, and marks what was cut off with `...`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Excerpt {
    octets: [u8; Self::CAPACITY],
    /// Octets of `octets` in use; never more than `CAPACITY`.
    len: u8,
    cut: bool,
}

impl Excerpt {
    /// How many octets an excerpt keeps.
    pub const CAPACITY: usize = 24;

    /// Keeps the first octets of `source`.
    pub fn new(source: &[u8]) -> Self {
        let mut octets = [0; Self::CAPACITY];
        let mut len = 0;
        for (kept, &octet) in octets.iter_mut().zip(source) {
            *kept = octet;
            len += 1;
        }
        Self { octets, len, cut: source.len() > Self::CAPACITY }
    }

    /// The octets that were kept.
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_bytes().escape_ascii())?;
        f.write_str(if self.cut { "..." } else { "" })
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        let excerpt = Excerpt::new(b"a\n\x1b[31mb");

        assert_eq!(excerpt.to_string(), "a\\n\\x1b[31mb");
    }

    #[test]
    fn long_words_are_cut_and_marked() {
        let excerpt = Excerpt::new(&[b'x'; 300]);

        assert_eq!(excerpt.as_bytes(), [b'x'; Excerpt::CAPACITY]);
        assert!(excerpt.to_string().ends_with("x..."));
    }

    #[test]
    fn words_of_exactly_the_capacity_are_not_marked() {
        let excerpt = Excerpt::new(&[b'x'; Excerpt::CAPACITY]);

        assert!(excerpt.to_string().ends_with('x'));
    }
}
