//! Peers that wait for a verdict.

use std::sync::Arc;
use std::time::Duration;

use zmq4_proto::{Credentials, Denied, Verdict};

use super::super::opening::{NotOpened, open};
use super::super::{Opened, Reason};
use super::bench::{Setup, quiesce};
use crate::monitor::Cause;
use crate::options::Limits;
use crate::security::{Authenticator, Policy, Question};
use crate::sync::{Mutex, Rank};
use crate::testing::{ScriptedPeer, greeting, message, ready};

/// Keeps what it is asked.
#[derive(Debug)]
struct Desk(Mutex<Vec<Question>>);

impl Authenticator for Desk {
    fn ask(&self, question: Question) {
        self.0.lock().push(question);
    }
}

impl Desk {
    /// The question, once there is one.
    async fn question(&self) -> Question {
        quiesce().await;
        self.0.lock().pop().expect("asked")
    }
}

type Opening = tokio::task::JoinHandle<Result<Opened, NotOpened>>;

/// A peer whose whole greeting is there, the handshake with it, and where it is asked about.
async fn scene() -> (ScriptedPeer, Opening, Arc<Desk>) {
    let desk = Arc::new(Desk(Mutex::new(Rank::Leaf, Vec::new())));
    let mut setup = Setup::default();
    setup.security.admission.policy = Policy::Ask(Arc::<Desk>::clone(&desk));
    let (peer, link) = ScriptedPeer::new(1 << 20);
    let plan = setup.plan(&setup.host());
    peer.send(greeting(1)).await;
    let opening = tokio::spawn(async move { open(link, &plan).await });
    peer.receive(64).await;
    (peer, opening, desk)
}

async fn failure(opening: Opening) -> Reason {
    opening.await.expect("no panic").expect_err("refused").reason
}

#[tokio::test(start_paused = true)]
async fn nothing_but_the_greeting_goes_out_before_the_verdict() {
    let (peer, opening, desk) = scene().await;
    let question = desk.question().await;
    assert!(matches!(question.credentials, Credentials::Null));

    peer.expect_silence(Duration::from_secs(5)).await;
    question.answer.give(Verdict::accept());
    peer.send(ready("DEALER")).await;

    assert!(peer.receive_frame().await.starts_with(b"\x04"), "READY");
    assert!(opening.await.expect("no panic").is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_the_peer_says_meanwhile_is_kept() {
    let (peer, opening, desk) = scene().await;
    let early = message(&["early"]);
    peer.send([ready("DEALER"), early.clone()].concat()).await;
    let question = desk.question().await;

    question.answer.give(Verdict::accept());

    assert_eq!(opening.await.expect("no panic").expect("opened").leftover, early);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_talks_and_talks_while_it_is_judged_is_not_listened_to() {
    let (peer, _opening, desk) = scene().await;
    let _question = desk.question().await;
    let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    tokio::spawn(async move {
        loop {
            peer.send([0; 1024]).await;
            count.fetch_add(1024, std::sync::atomic::Ordering::Relaxed);
        }
    });

    tokio::time::sleep(Duration::from_secs(5)).await;

    let buffered = 1 << 20;
    let taken = sent.load(std::sync::atomic::Ordering::Relaxed) - buffered;
    assert!(taken <= Limits::UNJUDGED_OCTETS + 2048, "{taken} octets were taken");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_leaves_takes_its_question_with_it() {
    let (peer, opening, desk) = scene().await;
    let question = desk.question().await;
    assert!(question.answer.is_awaited());

    peer.end();

    let failure = failure(opening).await;
    assert_eq!(failure.to_string(), "the peer closed the connection during the handshake");
    assert!(!question.answer.is_awaited());
}

#[tokio::test(start_paused = true)]
async fn a_verdict_may_take_no_longer_than_the_handshake() {
    let (_peer, opening, desk) = scene().await;
    let question = desk.question().await;

    let failure = failure(opening).await;

    assert_eq!(failure.failure().cause, Cause::TimedOut);
    assert!(!question.answer.is_awaited());
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_dropped_counts_as_status_500() {
    let (peer, opening, desk) = scene().await;

    drop(desk.question().await);

    assert_eq!(failure(opening).await.failure().cause, Cause::NoVerdict);
    assert_eq!(peer.receive_all().await, b"\x04\x0a\x05ERROR\x03500");
}

#[tokio::test(start_paused = true)]
async fn refusals_tell_the_peer_their_status_and_us_their_reason() {
    for (denied, said) in [
        (Denied::TryLater, &b""[..]),
        (Denied::Refused, b"\x04\x0a\x05ERROR\x03400"),
        (Denied::HandlerFailed, b"\x04\x0a\x05ERROR\x03500"),
    ] {
        let (peer, opening, desk) = scene().await;

        desk.question().await.answer.give_because(Verdict::Deny(denied), "unknown\n");

        let failure = failure(opening).await;
        assert_eq!(failure.failure().cause, Cause::Denied);
        assert!(failure.to_string().ends_with(": unknown\\n"), "{failure}");
        assert_eq!(peer.receive_all().await, said);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_verdict_stalls_no_other_handshake() {
    let (_slow, waiting, desk) = scene().await;
    let _question = desk.question().await;

    let (peer, opening, desk) = scene().await;
    peer.send(ready("DEALER")).await;
    desk.question().await.answer.give(Verdict::accept());

    assert!(opening.await.expect("no panic").is_ok());
    assert!(!waiting.is_finished());
}
