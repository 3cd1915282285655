//! [`Asker`]: takes questions from the I/O threads to where Python answers them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zmq4_core::{Authenticator, LoopSignal, Question};

use super::desk;

/// Asks a callable of Python's, which it does not know: it knows who takes its questions.
#[derive(Debug)]
pub(crate) struct Asker {
    token: u64,
    way: Mutex<Way>,
}

/// Who takes the questions.
#[derive(Debug)]
enum Way {
    /// Nobody yet; what is asked meanwhile is answered with status 500.
    Closed,
    /// The threads of the pool.
    Pool,
    /// An event loop.
    Loop { signal: Arc<LoopSignal>, ring: u64, questions: VecDeque<Question> },
}

impl Asker {
    pub(super) fn new() -> Self {
        static TOKENS: AtomicU64 = AtomicU64::new(1);
        Self { token: TOKENS.fetch_add(1, Ordering::Relaxed), way: Mutex::new(Way::Closed) }
    }

    /// What the pool knows the questions by.
    pub(super) fn token(&self) -> u64 {
        self.token
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the pool take the questions from now on.
    pub(super) fn use_pool(&self) {
        let before = std::mem::replace(&mut *self.way(), Way::Pool);
        if let Way::Loop { questions, .. } = before {
            for question in questions {
                desk::put(self.token, question);
            }
        }
    }

    /// Has a loop take the questions from now on; `ring` tells the loop that there are some.
    pub(super) fn use_loop(&self, signal: Arc<LoopSignal>, ring: u64) {
        let mut way = self.way();
        let questions = match std::mem::replace(&mut *way, Way::Closed) {
            Way::Loop { questions, .. } => questions,
            Way::Closed | Way::Pool => VecDeque::new(),
        };
        let has_some = !questions.is_empty();
        let again = Arc::clone(&signal);
        *way = Way::Loop { signal, ring, questions };
        drop(way);
        if has_some {
            again.ring(ring);
        }
    }

    /// Takes the oldest question that is still of interest, for a loop.
    pub(super) fn take(&self) -> Option<Question> {
        let mut way = self.way();
        let Way::Loop { questions, .. } = &mut *way else { return None };
        while let Some(question) = questions.pop_front() {
            if question.answer.is_awaited() {
                return Some(question);
            }
        }
        None
    }
}

impl Authenticator for Asker {
    fn ask(&self, question: Question) {
        let mut way = self.way();
        match &mut *way {
            Way::Closed => {}
            Way::Pool => {
                drop(way);
                desk::put(self.token, question);
            }
            Way::Loop { signal, ring, questions } => {
                questions.retain(|question| question.answer.is_awaited());
                questions.push_back(question);
                let (signal, ring) = (Arc::clone(signal), *ring);
                drop(way);
                signal.ring(ring);
            }
        }
    }
}
