//! What a publisher's session does with what its peer says: subscriptions are applied as they arrive;
//! the user of an XPUB is told of them, and gets everything else, in the order of the wire.

use std::sync::Arc;

use crate::peer::Peer;
use crate::pipe::{FrameRef, MessageRef, Part, PipeId, Pushed, Queue, Segment};
use crate::subscription::{Parting, Publisher, Refused, Wish};

/// The longest topic, in octets.
pub(super) const MAX_TOPIC: usize = 1 << 20;

/// The ear of a publisher, for one pipe.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) pipe: PipeId,
}

impl Intake {
    /// Takes a message: its frames may be subscriptions.
    pub(crate) fn message(
        &self,
        message: MessageRef<'_>,
        peer: &Arc<Peer>,
        queue: &Queue,
    ) -> Result<Pushed, Refused> {
        let first_only = self.publisher.looks_at_first_frame_only();
        let mut pushed = Pushed::Quiet;
        let mut others = Vec::new();
        let mut looks = true;
        for frame in message.frames() {
            let wish = Wish::parse(frame.as_bytes()).filter(|_| looks);
            looks &= !first_only || wish.is_some();
            match wish {
                Some((wish, topic)) => pushed = pushed.or(self.wish(wish, topic, peer, queue)?),
                None => others.push(frame),
            }
        }
        if self.publisher.tells() && !others.is_empty() {
            let parts: Vec<_> =
                others.into_iter().map(FrameRef::to_frame).map(Part::Share).collect();
            pushed = pushed.or(queue.push_segment(segment(&parts, peer)));
        }
        Ok(pushed)
    }

    /// Does what a peer asks for.
    pub(crate) fn wish(
        &self,
        wish: Wish,
        topic: &[u8],
        peer: &Arc<Peer>,
        queue: &Queue,
    ) -> Result<Pushed, Refused> {
        if topic.len() > MAX_TOPIC {
            return Err(Refused::TopicTooLong);
        }
        let is_told = self.publisher.ask(self.pipe, wish, topic)?;
        Ok(if is_told { tell(wish, topic, peer, queue) } else { Pushed::Quiet })
    }

    /// The peer is gone: so are its subscriptions.
    pub(crate) fn end(&self, queue: &Queue) -> Pushed {
        let Some(parting) = self.publisher.forget(self.pipe) else { return Pushed::Quiet };
        self.publisher.ring();
        tell_of(&parting, queue)
    }
}

/// Tells the user of an XPUB what went with a peer.
pub(crate) fn tell_of(parting: &Parting, queue: &Queue) -> Pushed {
    let told = parting.topics.iter().map(|topic| tell(Wish::Cancel, topic, &parting.peer, queue));
    told.fold(Pushed::Quiet, Pushed::or)
}

/// Tells the user of an XPUB.
fn tell(wish: Wish, topic: &[u8], peer: &Arc<Peer>, queue: &Queue) -> Pushed {
    let frame = [&[wish.octet()], topic].concat();
    queue.push_segment(segment(&[Part::Copy(&frame)], peer))
}

/// A segment of one message.
pub(crate) fn segment(parts: &[Part<'_>], peer: &Arc<Peer>) -> Segment {
    let mut segment = Segment::from(Some(Arc::clone(peer)));
    segment.append(parts, parts.iter().map(Part::wire_len).sum());
    segment
}
