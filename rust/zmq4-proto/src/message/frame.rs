//! [`Frame`]: one immutable body.

use std::{
    any::Any,
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    sync::Arc,
};

use bytes::Bytes;

/// Memory that someone else keeps alive, for instance a Python `bytes` object.
///
/// `as_bytes` must return the same octets for as long as the owner lives.
pub trait Owner: Send + Sync + 'static {
    /// The octets.
    fn as_bytes(&self) -> &[u8];

    /// The owner itself, for whoever made it to find it again.
    fn as_any(&self) -> &dyn Any;
}

/// One frame of a message: immutable octets, cheap to clone.
///
/// How the octets are held is hidden, so that it can change unseen: short bodies lie in the frame
/// itself, longer ones are shared, and foreign memory is kept by its [`Owner`]. Frames are equal if
/// their octets are.
#[derive(Clone)]
pub struct Frame(Body);

#[derive(Clone)]
enum Body {
    /// `len` is at most `INLINE_CAPACITY`.
    Inline {
        len: u8,
        octets: [u8; INLINE_CAPACITY],
    },
    Bytes(Bytes),
    Owner(Arc<dyn Owner>),
}

impl Frame {
    /// Wraps foreign memory without copying it.
    pub fn from_owner(owner: Arc<dyn Owner>) -> Self {
        Self(Body::Owner(owner))
    }

    /// The owner given to [`Frame::from_owner`], if this frame was made so.
    pub fn owner(&self) -> Option<&Arc<dyn Owner>> {
        match &self.0 {
            Body::Owner(owner) => Some(owner),
            Body::Inline { .. } | Body::Bytes(_) => None,
        }
    }

    /// The octets.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Body::Inline { len, octets } => octets.get(..usize::from(*len)).unwrap_or_default(),
            Body::Bytes(bytes) => bytes,
            Body::Owner(owner) => owner.as_bytes(),
        }
    }

    /// Number of octets.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.0 {
            Body::Inline { len, .. } => usize::from(*len),
            Body::Bytes(bytes) => bytes.len(),
            Body::Owner(owner) => owner.as_bytes().len(),
        }
    }

    /// True if there is no octet.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn inline(octets: &[u8]) -> Option<Self> {
        let mut inline = [0; INLINE_CAPACITY];
        inline.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(Self(Body::Inline { len: u8::try_from(octets.len()).ok()?, octets: inline }))
    }
}

impl Default for Frame {
    fn default() -> Self {
        Self(Body::Inline { len: 0, octets: [0; INLINE_CAPACITY] })
    }
}

impl Deref for Frame {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for Frame {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<&[u8]> for Frame {
    /// Copies.
    #[inline]
    fn from(octets: &[u8]) -> Self {
        Self::inline(octets).unwrap_or_else(|| Self(Body::Bytes(Bytes::copy_from_slice(octets))))
    }
}

impl<const N: usize> From<&[u8; N]> for Frame {
    /// Copies.
    #[inline]
    fn from(octets: &[u8; N]) -> Self {
        Self::from(octets.as_slice())
    }
}

impl From<Vec<u8>> for Frame {
    /// Copies what fits into the frame itself, takes over the rest.
    fn from(octets: Vec<u8>) -> Self {
        Self::inline(&octets).unwrap_or_else(|| Self(Body::Bytes(Bytes::from(octets))))
    }
}

impl From<Bytes> for Frame {
    /// Shares; short bodies are copied, so that they do not keep a large buffer alive.
    fn from(bytes: Bytes) -> Self {
        Self::inline(&bytes).unwrap_or(Self(Body::Bytes(bytes)))
    }
}

impl From<&'static str> for Frame {
    /// Refers to the text, without copying it.
    fn from(text: &'static str) -> Self {
        Self(Body::Bytes(Bytes::from_static(text.as_bytes())))
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Frame {}

impl Hash for Frame {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Frame {
    /// Shows the length and the first octets only: bodies may be long, and secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.as_bytes().get(..DEBUG_OCTETS).unwrap_or(self.as_bytes());
        let dots = if shown.len() < self.len() { "..." } else { "" };
        write!(f, "Frame({}: \"{}\"{dots})", self.len(), shown.escape_ascii())
    }
}

/// Bodies up to this length lie in the frame itself; with it a frame is as large as with `Bytes`.
const INLINE_CAPACITY: usize = 38;
/// How much of a body `Debug` shows.
const DEBUG_OCTETS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    struct Shelf(Vec<u8>);

    impl Owner for Shelf {
        fn as_bytes(&self) -> &[u8] {
            &self.0
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    #[test]
    fn equal_octets_are_equal_frames_however_they_are_held() {
        let owned = Frame::from_owner(Arc::new(Shelf(b"hello".to_vec())));

        assert_eq!(owned, Frame::from(&b"hello"[..]));
        assert_eq!(owned, Frame::from("hello"));
        assert_eq!(owned, Frame::from(Bytes::from_static(b"hello")));
        assert_ne!(owned, Frame::from("hell"));
    }

    #[test]
    fn owner_comes_back_as_the_very_same_object() {
        let owner: Arc<dyn Owner> = Arc::new(Shelf(vec![7; 100]));

        let frame = Frame::from_owner(Arc::clone(&owner));

        assert!(Arc::ptr_eq(frame.owner().unwrap(), &owner));
        assert!(frame.owner().unwrap().as_any().is::<Shelf>());
        assert!(Frame::from("x").owner().is_none());
    }

    #[test]
    fn octets_survive_on_both_sides_of_the_inline_capacity() {
        for len in [0, 1, INLINE_CAPACITY - 1, INLINE_CAPACITY, INLINE_CAPACITY + 1, 300] {
            let octets: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();

            assert_eq!(&*Frame::from(octets.as_slice()), octets);
            assert_eq!(&*Frame::from(octets.clone()), octets);
            assert_eq!(Frame::from(Bytes::from(octets)).len(), len);
        }
    }

    #[test]
    fn debug_shows_a_beginning_only() {
        let frame = Frame::from(vec![b'a'; 1000]);

        assert_eq!(format!("{frame:?}"), "Frame(1000: \"aaaaaaaaaaaaaaaa\"...)");
        assert_eq!(format!("{:?}", Frame::default()), "Frame(0: \"\")");
    }

    #[test]
    fn frame_is_five_words_at_most() {
        assert!(size_of::<Frame>() <= 40);
    }
}
