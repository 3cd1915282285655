//! [`Wrap`]: what a mechanism does to every frame of traffic.

use super::curve::{Opener, Sealer};

/// What a mechanism does to every frame of traffic.
#[derive(Debug)]
pub enum Wrap {
    /// Nothing: frames go as they are.
    Plain,
    /// Every frame goes inside a MESSAGE of CURVE.
    ///
    /// The two halves are apart because sending and receiving happen on different threads.
    Curve {
        /// Our direction.
        sealer: Box<Sealer>,
        /// The peer's direction.
        opener: Box<Opener>,
    },
}
