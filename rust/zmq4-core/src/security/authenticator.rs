//! [`Authenticator`]: a part of the program that decides about peers, at its own pace.

use std::fmt;

use tokio::sync::oneshot;
use zmq4_proto::{Credentials, Verdict};

use super::NoVerdict;

/// Decides about peers.
pub trait Authenticator: fmt::Debug + Send + Sync {
    /// Takes a question. Called on an I/O thread: it must not wait, and answers later from wherever it
    /// likes. A question that is dropped is answered with status 500.
    fn ask(&self, question: Question);
}

/// Whether a peer is to be let in.
#[derive(Debug)]
pub struct Question {
    /// The socket's domain.
    pub domain: String,
    /// The peer's address: of tcp the IP address without a port, of ipc empty.
    pub address: String,
    /// The routing id of our own socket, as ZAP has it.
    pub routing_id: zmq4_proto::RoutingId,
    /// What the peer claims or has proved.
    pub credentials: Credentials,
    /// Where the answer goes.
    pub answer: Answer,
}

/// Where the answer to a [`Question`] goes.
#[derive(Debug)]
pub struct Answer(oneshot::Sender<Ruling>);

/// What became of a question.
#[derive(Debug)]
pub(crate) enum Ruling {
    /// It was answered, perhaps with words for our own user.
    Given(Verdict, Option<Box<str>>),
    /// It was not.
    NotGiven(NoVerdict),
}

/// The other end of an [`Answer`].
#[derive(Debug)]
pub(crate) struct Awaited(oneshot::Receiver<Ruling>);

impl Answer {
    pub(crate) fn new() -> (Self, Awaited) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), Awaited(receiver))
    }

    /// Answers. If the connection has ended meanwhile, nobody hears it.
    pub fn give(self, verdict: Verdict) {
        let _ = self.0.send(Ruling::Given(verdict, None));
    }

    /// Answers, and says why. The words are for our own log and events; the peer never hears them.
    pub fn give_because(self, verdict: Verdict, why: &str) {
        let why = (!why.is_empty()).then(|| printable(why));
        let _ = self.0.send(Ruling::Given(verdict, why));
    }

    /// There will be no answer.
    pub(crate) fn fail(self, why: NoVerdict) {
        let _ = self.0.send(Ruling::NotGiven(why));
    }

    /// Whether anybody still waits for it.
    pub fn is_awaited(&self) -> bool {
        !self.0.is_closed()
    }
}

impl Awaited {
    /// Waits for what becomes of the question. Can be cancelled and called again.
    pub(crate) async fn ruling(&mut self) -> Ruling {
        (&mut self.0).await.unwrap_or(Ruling::NotGiven(NoVerdict::Dropped))
    }
}

/// So much of somebody's words, and in such a form, that they can stand in a line of a log: they may
/// repeat what a peer has said.
fn printable(words: &str) -> Box<str> {
    words.chars().take(MOST_CHARACTERS).flat_map(char::escape_debug).collect::<String>().into()
}

/// Characters of an explanation that are kept.
const MOST_CHARACTERS: usize = 200;

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    #[test]
    fn words_for_the_log_are_cut_and_printable() {
        assert_eq!(&*printable("no such user \"\n\u{1b}[31m"), "no such user \\\"\\n\\u{1b}[31m");
        assert_eq!(printable(&"x".repeat(1000)).len(), MOST_CHARACTERS);
    }

    #[test]
    fn who_has_gone_awaits_nothing() {
        let (answer, awaited) = Answer::new();
        assert!(answer.is_awaited());

        drop(awaited);

        assert!(!answer.is_awaited());
    }

    #[tokio::test]
    async fn a_question_that_is_dropped_has_no_verdict() {
        let (answer, mut awaited) = Answer::new();

        drop(answer);

        assert!(matches!(awaited.ruling().await, Ruling::NotGiven(NoVerdict::Dropped)));
    }
}
