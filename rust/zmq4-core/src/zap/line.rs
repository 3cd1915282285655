//! [`Line`]: the connection to one handler, and the task that reads its replies.

use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use zmq4_proto::{Excerpt, Message, SocketType, ZapFault, ZapReply, ZapRequest};

use super::NAME;
use super::open_questions::{Addressee, Entered, OpenQuestions};
use crate::context::Context;
use crate::error::{RecvError, SendError};
use crate::options::SocketOptions;
use crate::pipe::Part;
use crate::security::{Answer, NoVerdict, Question};
use crate::session::EndpointPhase;
use crate::socket::{Core, OpenEndpoint, Socket, Wait};
use crate::sync::{Mutex, Rank};
use crate::wait::{WaitSide, Waiter, Watch};

/// A DEALER that is connected to a handler.
#[derive(Debug)]
pub(crate) struct Line {
    socket: Socket,
    place: OpenEndpoint,
    /// The handler's socket, and its endpoint.
    handler: (Weak<Core>, u64),
    /// A REP answers one question before it takes the next.
    is_in_order: bool,
    open: Mutex<OpenQuestions>,
}

impl Line {
    /// Connects to the handler that has bound the name.
    pub(super) fn connect(
        context: &Context,
        handler: &Arc<Core>,
        endpoint: u64,
    ) -> Result<Arc<Self>, NoVerdict> {
        let mut options = SocketOptions::default();
        // How many questions wait is the handler's choice.
        options.pipe.send_hwm = 1;
        options.session.linger = Some(Duration::ZERO);
        let socket = Socket::unlisted(context, SocketType::Dealer, options);
        let place = socket.connect(&format!("inproc://{NAME}")).map_err(|_| NoVerdict::Gone)?;
        if place.view().phase != EndpointPhase::Connected {
            // It was unbound a moment ago, or takes no further peer.
            return Err(NoVerdict::Gone);
        }
        Ok(Arc::new(Self {
            socket,
            place,
            handler: (Arc::downgrade(handler), endpoint),
            is_in_order: handler.socket_type == SocketType::Rep,
            open: Mutex::new(Rank::Leaf, OpenQuestions::default()),
        }))
    }

    /// Whether it leads to this handler, and takes questions to it.
    pub(super) fn leads_to(&self, handler: &Arc<Core>, endpoint: u64) -> bool {
        std::ptr::eq(self.handler.0.as_ptr(), Arc::as_ptr(handler))
            && self.handler.1 == endpoint
            && self.open.lock().are_taken()
    }

    /// Sends a question on its way, or returns it if this line takes no further ones.
    pub(super) fn ask(&self, question: Question) -> Option<Question> {
        let Question { domain, address, routing_id, credentials, answer } = question;
        let entered = self.open.lock().enter(answer);
        let number = match entered {
            Entered::As(number) => number,
            Entered::TooMany(answer) => {
                answer.fail(NoVerdict::Busy);
                return None;
            }
            Entered::Ended(answer) => {
                return Some(Question { domain, address, routing_id, credentials, answer });
            }
        };
        let id = number.to_string();
        let request = ZapRequest {
            id: id.as_bytes(),
            domain: &domain,
            address: &address,
            routing_id: &routing_id,
            credentials: &credentials,
        };
        let parts: Vec<_> = request.frames().into_iter().map(Part::Copy).collect();
        if let Err(error) = self.socket.try_send(&parts)
            && let Some(answer) = self.withdraw(number)
        {
            answer.fail(if error == SendError::Full { NoVerdict::Busy } else { NoVerdict::Gone });
        }
        None
    }

    fn withdraw(&self, number: u64) -> Option<Answer> {
        self.open.lock().withdraw(number)
    }

    /// Another handler has taken this one's place. It may still answer what it was asked.
    pub(super) fn retire(&self) {
        let is_idle = self.open.lock().retire();
        if is_idle {
            self.socket.close(None);
        }
    }

    /// Passes replies on until the handler is gone, or nobody asks it any more.
    pub(super) async fn serve(&self) {
        while let Some(reply) = self.next_reply().await {
            self.take(&reply);
            if self.open.lock().is_done() {
                break;
            }
        }
        let unanswered = self.open.lock().end();
        unanswered.for_each(|answer| answer.fail(NoVerdict::Gone));
        self.socket.close(None);
    }

    /// The next reply; none if there will be none.
    async fn next_reply(&self) -> Option<Message> {
        let mut held: Option<(Wait, Watch)> = None;
        poll_fn(|cx| {
            if let Some((wait, _)) = held.take() {
                wait.settle();
            }
            // Registered before the look, so that nothing falls between the two.
            let wait = self.socket.wait(WaitSide::Receive, Waiter::Task(cx.waker().clone()));
            let watch = self.place.watch(Waiter::Task(cx.waker().clone()));
            held = Some((wait, watch));
            match self.socket.try_recv() {
                Ok(reply) => Poll::Ready(Some(reply)),
                Err(RecvError::Empty) if self.is_connected() => Poll::Pending,
                Err(_) => Poll::Ready(None),
            }
        })
        .await
    }

    fn is_connected(&self) -> bool {
        self.place.view().phase == EndpointPhase::Connected
    }

    fn take(&self, reply: &Message) {
        let frames: Vec<&[u8]> = reply.frames().iter().map(AsRef::as_ref).collect();
        let id = ZapReply::id(&frames).unwrap_or_default();
        let addressee = self.open.lock().addressee(id);
        match addressee {
            Addressee::Known(answer) => match ZapReply::parse(&frames, id) {
                Ok(ZapReply { verdict, text }) => answer.give_because(verdict, &text),
                Err(fault) => reject(Some(answer), fault),
            },
            Addressee::Late => {
                tracing::debug!(target: "zmq4", "a reply of the ZAP handler is late");
            }
            Addressee::Nobody => {
                let fault = ZapReply::parse(&frames, id).err();
                let presumed = self.open.lock().take_presumed(self.is_in_order);
                reject(presumed, fault.unwrap_or(ZapFault::RequestId(Excerpt::new(id))));
            }
        }
    }
}

/// A reply is none. If it is not known whom it was for, whoever it was is refused when his time is over.
fn reject(answer: Option<Answer>, fault: ZapFault) {
    tracing::warn!(target: "zmq4", %fault, "the ZAP handler sent what is no reply");
    if let Some(answer) = answer {
        answer.fail(NoVerdict::Malformed(fault));
    }
}
