//! [`Message`]: one or more frames, sent and received as one.

use super::Frame;

/// One or more frames that travel together; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message(Frames);

/// A message of one frame is always `One`, so that equality is equality of frames.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Frames {
    One(Frame),
    /// At least two.
    Many(Vec<Frame>),
}

impl Message {
    /// Makes a message of `frames`, or `None` if there are none.
    pub fn new(mut frames: Vec<Frame>) -> Option<Self> {
        if frames.len() > 1 {
            return Some(Self(Frames::Many(frames)));
        }
        frames.pop().map(Self::from)
    }

    /// The frames, in order; at least one.
    #[inline]
    pub fn frames(&self) -> &[Frame] {
        match &self.0 {
            Frames::One(frame) => std::slice::from_ref(frame),
            Frames::Many(frames) => frames,
        }
    }

    /// The frames, in order; at least one.
    pub fn into_frames(self) -> Vec<Frame> {
        match self.0 {
            Frames::One(frame) => vec![frame],
            Frames::Many(frames) => frames,
        }
    }

    /// The frame of a single-frame message.
    ///
    /// # Errors
    ///
    /// The message itself if it has several frames.
    pub fn into_single(self) -> Result<Frame, Self> {
        match self.0 {
            Frames::One(frame) => Ok(frame),
            frames @ Frames::Many(_) => Err(Self(frames)),
        }
    }

    /// Octets of all bodies together.
    pub fn octets(&self) -> usize {
        self.frames().iter().map(Frame::len).sum()
    }
}

impl From<Frame> for Message {
    #[inline]
    fn from(frame: Frame) -> Self {
        Self(Frames::One(frame))
    }
}

impl IntoIterator for Message {
    type Item = Frame;
    type IntoIter = IntoFrames;

    /// Takes the frames one by one, without an allocation.
    fn into_iter(self) -> IntoFrames {
        match self.0 {
            Frames::One(frame) => IntoFrames { one: Some(frame), many: Vec::new().into_iter() },
            Frames::Many(frames) => IntoFrames { one: None, many: frames.into_iter() },
        }
    }
}

/// The frames of a [`Message`], one by one.
#[derive(Debug)]
pub struct IntoFrames {
    one: Option<Frame>,
    many: std::vec::IntoIter<Frame>,
}

impl Iterator for IntoFrames {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        self.one.take().or_else(|| self.many.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::from(self.one.is_some()) + self.many.len();
        (left, Some(left))
    }
}

impl ExactSizeIterator for IntoFrames {}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bodies: &[&'static str]) -> Vec<Frame> {
        bodies.iter().map(|&body| Frame::from(body)).collect()
    }

    #[test]
    fn message_without_frames_does_not_exist() {
        assert_eq!(Message::new(Vec::new()), None);
    }

    #[test]
    fn single_frame_is_the_same_message_however_it_was_made() {
        assert_eq!(Message::new(frames(&["a"])), Some(Message::from(Frame::from("a"))));
    }

    #[test]
    fn frames_keep_their_order() {
        let message = Message::new(frames(&["a", "", "ccc"])).unwrap();

        assert_eq!(message.frames(), frames(&["a", "", "ccc"]));
        assert_eq!(message.octets(), 4);
        assert_eq!(message.clone().into_iter().collect::<Vec<_>>(), frames(&["a", "", "ccc"]));
        assert_eq!(message.into_frames(), frames(&["a", "", "ccc"]));
    }

    #[test]
    fn multipart_is_not_a_single_frame() {
        let multipart = Message::new(frames(&["a", "b"])).unwrap();

        assert_eq!(multipart.clone().into_single(), Err(multipart));
        assert_eq!(Message::from(Frame::from("a")).into_single(), Ok(Frame::from("a")));
    }

    #[test]
    fn message_is_as_large_as_its_frame() {
        assert_eq!(size_of::<Message>(), size_of::<Frame>());
    }
}
