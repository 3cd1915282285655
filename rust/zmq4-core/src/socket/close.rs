//! The end of a socket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::core::{Core, Gone};
use crate::pipe::PipeEnd;

impl Core {
    /// Closes the socket: nothing more is received, and what is queued goes out within the linger time.
    #[expect(clippy::option_option, reason = "the option, for ever, or so long: three answers")]
    pub(crate) fn close(&self, linger: Option<Option<Duration>>) {
        let losses = {
            let mut state = self.lock();
            if state.gone == Some(Gone::Closed) {
                return;
            }
            state.take_losses(Instant::now())
        };
        self.report(&losses);
        let (endpoints, ties, _ends, linger) = {
            let mut state = self.lock();
            if state.gone == Some(Gone::Closed) {
                return;
            }
            state.gone = Some(Gone::Closed);
            let linger = linger.unwrap_or(state.options.session.linger);
            let ties = std::mem::take(&mut state.ties);
            // Dropped after unlocking, with all that nobody has read.
            let ends: Vec<PipeEnd> = ties.keys().filter_map(|&pipe| state.remove(pipe)).collect();
            (std::mem::take(&mut state.endpoints), ties, ends, linger)
        };
        for endpoint in &endpoints {
            self.shut(endpoint, linger);
            endpoint.end(linger);
        }
        self.events.close();
        for tie in ties.into_values() {
            tie.bearer.close(linger);
        }
        // Whoever sleeps on the descriptor is woken before it goes.
        self.ring_all();
        self.inbox.put_out();
        self.context.unregister(self);
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.state.lock().gone == Some(Gone::Terminated)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state.lock().gone == Some(Gone::Closed)
    }

    /// The context is terminated: every call but close fails from now on.
    pub(crate) fn terminate(&self) {
        let statuses: Vec<_> = {
            let mut state = self.lock();
            state.gone.get_or_insert(Gone::Terminated);
            state.endpoints.iter().map(|entry| Arc::clone(&entry.handle.status)).collect()
        };
        for status in statuses {
            status.ring();
        }
        self.events.terminate();
        self.ring_all();
    }

    /// Wakes everybody who waits for anything.
    pub(super) fn ring_all(&self) {
        self.inbox.ring_all();
        let publisher = self.state.lock().pattern.publisher().cloned();
        if let Some(publisher) = publisher {
            publisher.ring();
        }
    }

    /// A line that tells the user which socket this is.
    pub(crate) fn describe(&self) -> String {
        let state = self.lock();
        let endpoints: Vec<_> =
            state.endpoints.iter().map(|entry| entry.handle.address()).collect();
        let queued: usize = state.pipes.iter().map(|end| end.outbound.tally().messages).sum();
        let endpoints =
            if endpoints.is_empty() { "no endpoint".to_owned() } else { endpoints.join(", ") };
        format!("{} ({endpoints}; {queued} messages unsent)", self.socket_type.name())
    }
}
