//! Metadata: the properties that peers exchange at the end of the handshake.

mod application;
mod list;

pub use application::PropertyRefused;
pub(crate) use list::{IDENTITY, SOCKET_TYPE};
pub use list::{Metadata, MetadataLimits};
