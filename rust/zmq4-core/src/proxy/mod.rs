//! Proxies: messages are passed on between two sockets, whole and in both directions, and nobody else
//! need touch them.
//!
//! ```text
//!           ┌────────── forward ─────────▶ ┐
//!   front ──┤                              ├── back
//!           └ ◀───────── backward ─────────┘
//!                   copies ──▶ capture
//! ```
//!
//! | file | holds every decision about |
//! |---|---|
//! | `plan` | which sockets fit together, and which ways there are |
//! | `hand` | the message that has left one socket and is not in the other |
//! | `serve` | the loop: bursts, sleep, pause and stop |

mod hand;
mod plan;
mod serve;

pub use plan::{ProxyEnd, ProxySockets, Unfit};
pub use serve::{Flow, Proxy, ProxyError, ProxyStats, Served};
