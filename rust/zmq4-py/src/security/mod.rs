//! Security at the boundary: keys, passwords, and how the program is asked about peers.
//!
//! ```text
//!   I/O thread                              a thread of Python's, or the loop of one
//!   Asker::ask ─▶ desk of the process ────▶ next_question ─┐
//!           └───▶ queue of the inquiry ─▶   Inquiry.take ──┴▶ the callable ─▶ Question.answer
//! ```
//!
//! No I/O thread attaches to the interpreter: it queues the question and wakes whoever takes it.

mod asker;
mod desk;
mod guard;
mod inquiry;
mod keys;
mod password_hash;
mod passwords;
mod question;

pub(crate) use asker::Asker;
pub(crate) use desk::{after_fork, leave_pool, next_question, stop_questions};
pub(crate) use guard::Guard;
pub(crate) use inquiry::Inquiry;
pub(crate) use keys::{Keys, read_public_key, z85_encode};
pub(crate) use password_hash::{hash_password, is_password_hash, verify_password};
pub(crate) use passwords::Passwords;
pub(crate) use question::Question;
