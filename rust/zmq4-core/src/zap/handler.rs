//! [`Handler`]: whoever has bound the endpoint of handlers, as an [`Authenticator`].

use std::sync::Arc;

use zmq4_proto::SocketType;

use super::NAME;
use super::line::Line;
use crate::context::Context;
use crate::security::{Authenticator, NoVerdict, Question};

/// The handler of a context.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    context: Context,
}

impl Handler {
    /// Whoever it is, each time that it is asked.
    pub(crate) fn of(context: &Context) -> Arc<Self> {
        Arc::new(Self { context: context.clone() })
    }

    /// The line to whoever has bound the endpoint now.
    fn line(&self) -> Result<Arc<Line>, NoVerdict> {
        let bound = self.context.with_names(|names| names.bound(NAME));
        let (handler, endpoint) = bound.ok_or(NoVerdict::NoHandler)?;
        let known = self.context.zap_line();
        if let Some(line) = known.filter(|line| line.leads_to(&handler, endpoint)) {
            return Ok(line);
        }
        if !is_fit(handler.socket_type) {
            return Err(NoVerdict::Unfit(handler.socket_type));
        }
        let line = Line::connect(&self.context, &handler, endpoint)?;
        let serving = Arc::clone(&line);
        // Without threads there would be nobody who asks.
        let threads = self.context.io_threads().map_err(|_| NoVerdict::Gone)?;
        threads.spawn(async move { serving.serve().await });
        if let Some(before) = self.context.set_zap_line(&line) {
            before.retire();
        }
        Ok(line)
    }
}

impl Authenticator for Handler {
    fn ask(&self, question: Question) {
        let mut question = question;
        // A line may end, or give way to that of another thread, before it is used.
        for _ in 0..ATTEMPTS {
            match self.line() {
                Ok(line) => match line.ask(question) {
                    None => return,
                    Some(unasked) => question = unasked,
                },
                Err(why) => return question.answer.fail(why),
            }
        }
        question.answer.fail(NoVerdict::Gone);
    }
}

/// Whether a socket of this type can be a handler: it must be able to answer who asked.
fn is_fit(socket_type: SocketType) -> bool {
    matches!(socket_type, SocketType::Rep | SocketType::Router)
}

const ATTEMPTS: usize = 3;
