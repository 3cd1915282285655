//! What one side brings to a mechanism, what the other claims, and the verdict about it.

mod config;
mod credentials;
mod password;

pub use config::{CurveClient, CurveServer, PlainClient, Security};
pub use credentials::{Credentials, Verdict};
pub use password::{CredentialTooLong, Password};
