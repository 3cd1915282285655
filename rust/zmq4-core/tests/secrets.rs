//! Secrets are in no log, no event and no `Debug`, wherever they are on their way.
#![cfg(feature = "testing")]
#![allow(clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

mod common;

use std::convert::Infallible;
use std::fmt::{self, Debug, Write as _};
use std::sync::{Arc, Mutex};

use common::hearing::{listen, next};
use common::secured::{Desk, expect_failure, handler, plain_client, secured, server};
use common::{eventually, expect_peers};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};
use zmq4_core::proto::SocketType::{Dealer, Rep};
use zmq4_core::proto::{
    CurveClient, CurveRandom, Denied, Handshake, HandshakeConfig, KeyPair, Security, Verdict,
    z85_encode,
};
use zmq4_core::{Cause, Context, Mechanism, Policy};

const PASSWORD: &str = "correct horse battery staple";
const ANY_PORT: &str = "tcp://127.0.0.1:*";

/// Everything that is logged, at any level.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<String>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut log = self.0.lock().expect("not poisoned");
        writeln!(log, "{field}={value:?}").expect("a string takes everything");
    }
}

/// Octets that occur nowhere else.
fn secret_keys(first: u8) -> KeyPair {
    let fill = |octets: &mut [u8]| {
        for (octet, number) in octets.iter_mut().zip(first..) {
            *octet = number;
        }
        Ok::<_, Infallible>(())
    };
    let Ok(keys) = KeyPair::generate(fill);
    keys
}

/// Every form in which a secret could be written.
fn forms(secret: &[u8]) -> Vec<String> {
    let middle = &secret[8..16];
    let hex = middle.iter().fold(String::new(), |hex, octet| hex + &format!("{octet:02x}"));
    let list = format!("{middle:?}");
    let z85 = z85_encode(middle).unwrap_or_default();
    let escaped = middle.escape_ascii().to_string();
    let list = list.trim_matches(['[', ']']).to_owned();
    let raw = String::from_utf8_lossy(middle).into_owned();
    [hex.to_uppercase(), hex, list, z85, escaped, raw]
        .into_iter()
        .filter(|f| !f.is_empty())
        .collect()
}

#[track_caller]
fn assert_hides(what: &str, text: &str, secrets: &[Vec<u8>]) {
    for form in secrets.iter().flat_map(|secret| forms(secret)) {
        let at = text.find(&form);
        let before = at.and_then(|at| text.get(at.saturating_sub(200)..at));
        assert!(at.is_none(), "{what} shows {form:?} behind {before:?}");
    }
}

fn shown(value: &impl fmt::Debug) -> String {
    format!("{value:?}\n{value:#?}")
}

#[test]
fn secrets_are_shown_nowhere() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).expect("the only test here");
    let (server_keys, client_keys) = (secret_keys(0xa1), secret_keys(0xc1));
    let secrets = vec![
        PASSWORD.as_bytes().to_vec(),
        server_keys.secret().as_bytes().to_vec(),
        client_keys.secret().as_bytes().to_vec(),
    ];
    let mut texts = Vec::new();
    let curve_client =
        Mechanism::CurveClient { keys: client_keys.clone(), server_key: *server_keys.public() };
    let pairs = [
        (plain_client("admin", PASSWORD), Mechanism::PlainServer),
        (curve_client, Mechanism::CurveServer { keys: server_keys.clone() }),
    ];
    for (client_side, server_side) in pairs {
        texts.push(("mechanisms", shown(&(&client_side, &server_side))));

        // Asked, refused, and let in.
        let context = Context::new(1);
        let (desk, policy) = Desk::policy();
        let asking = server(&context, server_side.clone(), policy);
        let theirs = listen(&asking);
        let client = secured(&context, Dealer, client_side.clone());
        let ours = listen(&client);
        let line = client.connect(&asking.bind(ANY_PORT).expect("bound").address()).expect("made");
        let question = desk.next();
        texts.push(("a question", shown(&question)));
        question.answer.give_because(Verdict::Deny(Denied::TryLater), "not now");
        expect_failure(&theirs, Cause::Denied, "not now");
        desk.next().answer.give(Verdict::accept());
        expect_peers(&line, 1);
        expect_peers(&asking.endpoints()[0], 1);
        let heard = [next(&ours), next(&ours)];
        texts.push(("sockets", shown(&(&asking, &client, line.view(), asking.endpoints()))));
        texts.push(("options", shown(&(asking.options(), client.options(), asking.stats()))));
        texts.push(("events", shown(&heard)));
        texts.push(("a context", shown(&(&context, context.pending()))));

        // A question that a handler has not received.
        let context = Context::new(1);
        let rep = handler(&context, Rep);
        let asking = server(&context, server_side, Policy::Zap);
        let client = secured(&context, Dealer, client_side);
        client.connect(&asking.bind(ANY_PORT).expect("bound").address()).expect("made");
        eventually(|| rep.stats().unread == 1);
        texts.push(("a handler", shown(&(&rep, &asking, &client, &context))));
    }
    let Ok(random) = CurveRandom::draw(|part| {
        part.copy_from_slice(&client_keys.secret().as_bytes()[..part.len()]);
        Ok::<_, Infallible>(())
    });
    let mut config = HandshakeConfig::new(Dealer);
    let server_key = *server_keys.public();
    config.security = Security::CurveClient(CurveClient { keys: client_keys, server_key, random });
    texts.push(("what a handshake begins with", shown(&config)));
    texts.push(("a handshake", shown(&Handshake::new(config))));
    texts.push(("the log", log.0.lock().expect("not poisoned").clone()));

    assert!(texts.iter().any(|(what, text)| *what == "the log" && text.contains("admin")));
    for (what, text) in texts {
        assert_hides(what, &text, &secrets);
    }
}
