//! Sealed frames into plain ones, where they are: what follows sees the traffic of any other connection.
//!
//! A frame that is not whole when the octets end is collected in a buffer of its own. A fault is kept until all
//! that was good before it has room in the pipe.

use bytes::Bytes;
use zmq4_proto::{FrameKind, LARGE_BODY, OpenStop, Opener, put_header};

use super::found::{Found, Trouble};
use super::ingress::Ingress;
use super::large::LargeBody;
use crate::pipe::Queue;

/// The receiving half of an encrypted connection.
#[derive(Debug)]
pub(super) struct Unsealing {
    opener: Box<Opener>,
    /// What came behind the handshake and was not looked at yet.
    leftover: Vec<u8>,
    /// An incomplete header of a sealed frame.
    header: Vec<u8>,
    /// The body of an incomplete sealed frame.
    body: Option<LargeBody>,
    /// Why nothing more is opened.
    trouble: Option<Trouble>,
}

impl Unsealing {
    pub(super) fn new(opener: Box<Opener>, leftover: Vec<u8>) -> Self {
        Self { opener, leftover, header: Vec::new(), body: None, trouble: None }
    }

    /// Octets of memory that are held.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        let body = self.body.as_ref().map_or(0, |large| large.body.capacity());
        self.leftover.capacity() + self.header.capacity() + body
    }

    /// Whether there is something to see to without reading more.
    pub(super) fn has_rest(&self) -> bool {
        !self.leftover.is_empty() || self.trouble.is_some()
    }

    /// A body that is read straight into its place.
    pub(super) fn large(&mut self) -> Option<&mut LargeBody> {
        self.body.as_mut().filter(|body| body.is_large())
    }

    /// Goes on after what was opened before has been walked, as far as the pipe had room.
    pub(super) fn resume(
        &mut self,
        ingress: &mut Ingress,
        room: usize,
        queue: &Queue,
        found: &mut Found,
    ) {
        if !ingress.has_unwalked() {
            let mut leftover = std::mem::take(&mut self.leftover);
            self.feed(&mut leftover, ingress, room, queue, found);
        }
    }

    /// Opens octets from the wire; `ingress` gets what was in them.
    pub(super) fn feed(
        &mut self,
        mut input: &mut [u8],
        ingress: &mut Ingress,
        mut room: usize,
        queue: &Queue,
        found: &mut Found,
    ) {
        let is_incomplete = self.body.is_some() || !self.header.is_empty();
        if is_incomplete && self.trouble.is_none() {
            let taken = self.collect(input);
            input = input.get_mut(taken..).unwrap_or_default();
            room -= self.finish(ingress, queue, found).min(room);
        }
        if !input.is_empty() && self.trouble.is_none() && found.trouble.is_none() {
            let run = self.opener.open_run(input);
            let plain = input.get_mut(..run.plain_len).unwrap_or_default();
            ingress.feed(plain, room, queue, found);
            let rest = input.get(run.consumed..).unwrap_or_default();
            match run.stop {
                OpenStop::NeedMore { .. } => drop(self.collect(rest)),
                OpenStop::Fault(fault) => self.trouble = Some(Trouble::Fault(fault)),
            }
        }
        if found.trouble.is_none() && !ingress.has_unwalked() {
            found.trouble = self.trouble.take();
        }
    }

    /// Adds to the incomplete frame no more than it needs, or begins one; says how much that was.
    fn collect(&mut self, octets: &[u8]) -> usize {
        let mut rest = octets;
        while let Some((first, behind)) = rest.split_first()
            && self.trouble.is_none()
        {
            match &mut self.body {
                None => {
                    self.begin(*first);
                    rest = behind;
                }
                Some(body) if body.is_whole() => break,
                Some(body) => match body.take(rest) {
                    Ok(taken) => rest = rest.get(taken..).unwrap_or_default(),
                    Err(error) => self.trouble = Some(Trouble::Io(error)),
                },
            }
        }
        octets.len() - rest.len()
    }

    /// Takes an octet of a header. A length beyond the limits is a fault before anything of the body is kept.
    fn begin(&mut self, octet: u8) {
        self.header.push(octet);
        match self.opener.open_run(&mut self.header).stop {
            OpenStop::NeedMore { frame_len: 0 } => {}
            OpenStop::NeedMore { frame_len } => {
                let header_len = u64::try_from(self.header.len()).unwrap_or(u64::MAX);
                // What the outside of a sealed frame says of its kind means nothing.
                let body = LargeBody::new(FrameKind::Last, frame_len.saturating_sub(header_len));
                self.body = Some(body);
                self.header.clear();
            }
            OpenStop::Fault(fault) => self.trouble = Some(Trouble::Fault(fault)),
        }
    }

    /// Opens the collected frame if it is whole; says how many messages it ended.
    fn finish(&mut self, ingress: &mut Ingress, queue: &Queue, found: &mut Found) -> usize {
        let Some(LargeBody { mut body, .. }) = self.body.take_if(|body| body.is_whole()) else {
            return 0;
        };
        let (kind, len) = match self.opener.open_frame(&mut body) {
            Ok((kind, plain)) => (kind, plain.len()),
            Err(fault) => {
                self.trouble = Some(Trouble::Fault(fault));
                return 0;
            }
        };
        let begin = body.len() - len;
        if kind != FrameKind::Command && len >= LARGE_BODY {
            ingress.feed_body(kind, Bytes::from(body).slice(begin..), queue, found);
        } else {
            // The header of the plain frame is shorter than what is in front of its body.
            put_header(&mut self.header, kind, len);
            let begin = begin - self.header.len();
            for (place, octet) in body.iter_mut().skip(begin).zip(self.header.drain(..)) {
                *place = octet;
            }
            ingress.feed(body.get_mut(begin..).unwrap_or_default(), 1, queue, found);
        }
        usize::from(kind == FrameKind::Last)
    }
}
