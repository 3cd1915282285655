//! What a peer can do wrong, sorted by whose fault it is.

mod excerpt;
mod fault;
mod forged;
mod incompatible;
mod reasons;

pub use excerpt::Excerpt;
pub use fault::Fault;
pub use forged::Forged;
pub use incompatible::{Foreign, Incompatible};
pub use reasons::{Denied, LimitExceeded, Malformed, Misbehaved, Silence};
