//! ZAP over inproc: the handler at `inproc://zeromq.zap.01` of a context is asked about peers.
//!
//! ```text
//!   session ──Question──▶ Handler ──▶ Line: a DEALER, connected to the handler   ──request──▶ REP or ROUTER
//!      ▲                               questions that wait, by number                            │
//!      └──────────Ruling────────────── task: reads replies ◀──────────────reply──────────────────┘
//! ```
//!
//! One line serves every socket of the context. It lasts as long as the handler that it was made to: a
//! handler that is bound later has a line of its own. Source: RFC 27/ZAP.

mod handler;
mod line;
mod open_questions;

pub(crate) use handler::Handler;
pub(crate) use line::Line;

/// The name that handlers bind.
const NAME: &str = "zeromq.zap.01";
