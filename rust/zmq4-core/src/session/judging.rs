//! Whether a peer is let in: asked, and waited for while the peer may speak on or leave.

use zmq4_proto::{Credentials, Excerpt, Fault, Verdict};

use super::opening::receive;
use super::reason::Refusal;
use super::{Plan, Reason};
use crate::options::Limits;
use crate::security::{Answer, Awaited, NoVerdict, Question, Ruling};
use crate::transport::Link;

/// What is to become of a peer, and why.
#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    /// Whom it is about.
    who: String,
    why: Option<Box<str>>,
    no_verdict: Option<NoVerdict>,
}

/// Has the peer judged. What it says meanwhile is kept in `input`.
pub(super) async fn judge(
    link: &Link,
    plan: &Plan,
    credentials: Credentials,
    input: &mut Vec<u8>,
) -> Result<Judgement, Reason> {
    let who = describe(&credentials);
    let (answer, awaited) = Answer::new();
    let admission = &plan.security.admission;
    let question = Question {
        domain: admission.domain.clone(),
        address: link.remote().map(|address| address.to_string()).unwrap_or_default(),
        routing_id: plan.session.routing_id.clone(),
        credentials,
        answer,
    };
    admission.policy.put(question, &*plan.handler);
    Ok(match ruling(link, awaited, input).await? {
        Ruling::Given(verdict, why) => Judgement { verdict, who, why, no_verdict: None },
        Ruling::NotGiven(why) => {
            Judgement { verdict: why.verdict(), who, why: None, no_verdict: Some(why) }
        }
    })
}

/// Waits for the ruling, as long as the peer does. So much of what it says is kept that READY is among it;
/// one that says more is read again when it is let in.
async fn ruling(link: &Link, mut awaited: Awaited, input: &mut Vec<u8>) -> Result<Ruling, Reason> {
    while input.len() < Limits::UNJUDGED_OCTETS {
        tokio::select! {
            biased;
            ruling = awaited.ruling() => return Ok(ruling),
            received = receive(link, input) => received?,
        }
    }
    Ok(awaited.ruling().await)
}

impl Judgement {
    /// Why the handshake ends in which it was pronounced.
    pub(super) fn into_reason(self, fault: Fault) -> Reason {
        let Self { who, why, no_verdict, .. } = self;
        match (no_verdict, fault) {
            (Some(why), Fault::Denied(_)) => Reason::Unjudged(why),
            (None, Fault::Denied(denied)) => Reason::Refused(Refusal { denied, who, why }),
            (_, fault) => Reason::Fault(fault),
        }
    }
}

/// A peer by its credentials, without what is secret of them.
fn describe(credentials: &Credentials) -> String {
    match credentials {
        Credentials::Null => String::new(),
        Credentials::Plain { username, .. } => format!("user \"{}\"", Excerpt::new(username)),
        Credentials::Curve { public_key } => format!("key {public_key}"),
    }
}
