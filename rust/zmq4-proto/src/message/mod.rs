//! What applications exchange: frames, messages, and the names of peers.

mod frame;
mod list;
mod routing_id;

pub use frame::{Frame, Owner};
pub use list::{IntoFrames, Message};
pub use routing_id::{RoutingId, RoutingIdTooLong};
