//! Addresses: `tcp://host:port`, `tcp://source:port;host:port`, `ipc://path`, `inproc://name`.
//!
//! The grammar is strict where libzmq's is lenient (`5555abc`, ports taken modulo 65,536, a missing
//! bracket): what is not an address is told at once.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::EndpointError;

/// The longest path or abstract name that fits into a Unix socket address.
const MAX_IPC_NAME: usize = 107;
/// The longest inproc name.
const MAX_INPROC_NAME: usize = 255;

/// An address, understood.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// TCP.
    Tcp(TcpAddress),
    /// A Unix domain socket.
    Ipc(IpcAddress),
    /// A name within the context.
    Inproc(String),
}

/// Host and port of a `tcp://` endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TcpAddress {
    /// What this end of a connection is to be; the system's choice if absent. Connect only.
    pub source: Option<TcpSource>,
    /// The host, or every interface.
    pub host: Host,
    /// The port; 0 lets the system choose when binding.
    pub port: u16,
}

/// This end of a connection: what stands before the `;` of an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TcpSource {
    /// An address or an interface of this machine, or any.
    pub host: Host,
    /// The port; 0 lets the system choose.
    pub port: u16,
}

/// The host part of a `tcp://` endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// `*`: all interfaces; bind only.
    Any,
    /// An address, or a name that is resolved at each attempt; of this machine, an interface too.
    Named(String),
}

/// The name of a Unix domain socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum IpcAddress {
    /// A file.
    Path(PathBuf),
    /// A name outside the file system (Linux).
    Abstract(String),
    /// `*`: a fresh file in the system's temporary directory; bind only.
    Any,
}

impl Endpoint {
    /// Refuses an address that can only be connected to.
    ///
    /// # Errors
    ///
    /// [`EndpointError::ConnectOnly`] for an address with a source.
    pub fn bindable(&self) -> Result<(), EndpointError> {
        match self {
            Self::Tcp(TcpAddress { source: Some(_), .. }) => Err(EndpointError::ConnectOnly),
            Self::Tcp(_) | Self::Ipc(_) | Self::Inproc(_) => Ok(()),
        }
    }

    /// Refuses an address that can only be bound.
    ///
    /// # Errors
    ///
    /// [`EndpointError::BindOnly`] for a wildcard, [`EndpointError::Invalid`] for port 0.
    pub fn connectable(&self) -> Result<(), EndpointError> {
        match self {
            Self::Tcp(TcpAddress { host: Host::Any, .. }) | Self::Ipc(IpcAddress::Any) => {
                Err(EndpointError::BindOnly)
            }
            Self::Tcp(TcpAddress { port: 0, .. }) => {
                Err(EndpointError::Invalid("port 0 can be bound but not connected to"))
            }
            Self::Tcp(_) | Self::Ipc(_) | Self::Inproc(_) => Ok(()),
        }
    }

    /// Whether what is sent there may pass other machines. Of a name that is not certain to be this machine's
    /// it is assumed.
    pub fn leaves_the_machine(&self) -> bool {
        match self {
            Self::Tcp(TcpAddress { host: Host::Named(name), .. }) => !is_loopback(name),
            Self::Tcp(TcpAddress { host: Host::Any, .. }) => true,
            Self::Ipc(_) | Self::Inproc(_) => false,
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let (scheme, rest) = text.split_once("://").ok_or(EndpointError::NoScheme)?;
        match scheme {
            "tcp" => rest.parse().map(Self::Tcp),
            "ipc" => rest.parse().map(Self::Ipc),
            "inproc" => match rest.len() {
                1..=MAX_INPROC_NAME => Ok(Self::Inproc(rest.to_owned())),
                _ => Err(EndpointError::Invalid("an inproc name has 1 to 255 octets")),
            },
            other => Err(EndpointError::UnknownTransport(other.to_owned())),
        }
    }
}

impl FromStr for TcpAddress {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let (source, target) = match text.split_once(';') {
            None => (None, text),
            Some((source, target)) => (Some(parse_end(source)?), target),
        };
        let (host, port) = parse_end(target)?;
        let source = source.map(|(host, port)| TcpSource { host, port });
        Ok(Self { source, host, port })
    }
}

/// Reads `host:port`.
fn parse_end(text: &str) -> Result<(Host, u16), EndpointError> {
    let (host, port) = text
        .rsplit_once(':')
        .ok_or(EndpointError::Invalid("a tcp address has a port, as in tcp://host:5555"))?;
    Ok((host.parse()?, parse_port(port)?))
}

impl FromStr for Host {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let name = bracketed.unwrap_or(text);
        if name == "*" {
            return Ok(Self::Any);
        }
        if name.is_empty() {
            return Err(EndpointError::Invalid("the host is missing"));
        }
        if name.contains(['[', ']']) {
            return Err(EndpointError::Invalid("the brackets of the host do not match"));
        }
        if name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
            return Err(EndpointError::Invalid("a host has no spaces and no slashes"));
        }
        if name.contains(';') {
            return Err(EndpointError::Invalid("an address has one source at most"));
        }
        Ok(Self::Named(name.to_owned()))
    }
}

fn parse_port(text: &str) -> Result<u16, EndpointError> {
    if text == "*" {
        return Ok(0);
    }
    let digits = !text.is_empty() && text.len() <= 5 && text.bytes().all(|c| c.is_ascii_digit());
    let port = if digits { text.parse().ok() } else { None };
    port.ok_or(EndpointError::Invalid("a port is a number from 0 to 65535, or *"))
}

impl FromStr for IpcAddress {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let name = text.strip_prefix('@');
        if name.unwrap_or(text).is_empty() {
            return Err(EndpointError::Invalid("the path is missing"));
        }
        if text.len() > MAX_IPC_NAME {
            return Err(EndpointError::Invalid("an ipc path has at most 107 octets"));
        }
        if text.contains('\0') {
            return Err(EndpointError::Invalid("an ipc path has no NUL"));
        }
        Ok(name.map_or_else(
            || Self::Path(PathBuf::from(text)),
            |name| Self::Abstract(name.to_owned()),
        ))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "tcp://{address}"),
            Self::Ipc(IpcAddress::Path(path)) => write!(f, "ipc://{}", path.display()),
            Self::Ipc(IpcAddress::Abstract(name)) => write!(f, "ipc://@{name}"),
            Self::Ipc(IpcAddress::Any) => f.write_str("ipc://*"),
            Self::Inproc(name) => write!(f, "inproc://{name}"),
        }
    }
}

impl fmt::Display for TcpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(TcpSource { host, port }) = &self.source {
            write_end(f, host, *port)?;
            f.write_str(";")?;
        }
        write_end(f, &self.host, self.port)
    }
}

fn write_end(f: &mut fmt::Formatter<'_>, host: &Host, port: u16) -> fmt::Result {
    match host {
        Host::Any => f.write_str("*")?,
        Host::Named(name) if name.contains(':') => write!(f, "[{name}]")?,
        Host::Named(name) => f.write_str(name)?,
    }
    if port == 0 { f.write_str(":*") } else { write!(f, ":{port}") }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_what_is_no_network_stays_on_the_machine() {
        for (address, leaves) in [
            ("tcp://127.0.0.1:1", false),
            ("tcp://127.8.0.1:1", false),
            ("tcp://[::1]:1", false),
            ("tcp://[::ffff:127.0.0.1]:1", false),
            ("tcp://LocalHost:1", false),
            ("ipc://x", false),
            ("inproc://x", false),
            ("tcp://*:1", true),
            ("tcp://0.0.0.0:1", true),
            ("tcp://[::]:1", true),
            ("tcp://192.0.2.1:1", true),
            ("tcp://localhost.example:1", true),
            ("tcp://127.0.0.1.example:1", true),
        ] {
            let endpoint: Endpoint = address.parse().expect("an address");

            assert_eq!(endpoint.leaves_the_machine(), leaves, "{address}");
        }
    }

    fn parsed(text: &str) -> Result<String, EndpointError> {
        text.parse::<Endpoint>().map(|endpoint| endpoint.to_string())
    }

    #[test]
    fn addresses_print_as_they_were_given() {
        for text in [
            "tcp://127.0.0.1:5555",
            "tcp://[::1]:5555",
            "tcp://*:*",
            "tcp://host.name:1",
            "tcp://eth0:5555",
            "tcp://[fe80::1%eth0]:5555",
            "tcp://10.0.0.1:5555;10.0.0.2:5556",
            "tcp://eth0:*;host.name:1",
            "tcp://*:5555;[::1]:1",
            "ipc:///tmp/a",
            "ipc://relative",
            "ipc://@abstract",
            "ipc://*",
            "inproc://name with spaces",
        ] {
            assert_eq!(parsed(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn an_unbracketed_ipv6_address_ends_at_the_last_colon() {
        assert_eq!(parsed("tcp://::1:5555").as_deref(), Ok("tcp://[::1]:5555"));
    }

    #[test]
    fn what_libzmq_parses_leniently_is_refused() {
        for text in [
            "tcp://127.0.0.1:5555abc",
            "tcp://127.0.0.1:99999",
            "tcp://127.0.0.1:-1",
            "tcp://127.0.0.1:",
            "tcp://127.0.0.1",
            "tcp://[::1:5555",
            "tcp://:5555",
            "tcp://a b:5555",
            "tcp://;127.0.0.1:5555",
            "tcp://127.0.0.1;127.0.0.1:5555",
            "tcp://127.0.0.1:5555;",
            "tcp://127.0.0.1:1;127.0.0.1:2;127.0.0.1:3",
            "ipc://",
            "ipc://@",
            "inproc://",
            "127.0.0.1:5555",
            "udp://127.0.0.1:5555",
        ] {
            assert!(parsed(text).is_err(), "{text} was taken");
        }
        assert!(parsed(&format!("inproc://{}", "x".repeat(256))).is_err());
        assert!(parsed(&format!("ipc://{}", "x".repeat(108))).is_err());
    }

    #[test]
    fn wildcards_and_port_zero_cannot_be_connected_to() {
        for text in [
            "tcp://*:5555",
            "tcp://127.0.0.1:*",
            "tcp://127.0.0.1:0",
            "tcp://127.0.0.1:1;*:5555",
            "tcp://127.0.0.1:1;127.0.0.1:0",
            "ipc://*",
        ] {
            let endpoint: Endpoint = text.parse().expect("a valid address");
            assert!(endpoint.connectable().is_err(), "{text} was taken");
        }
    }

    #[test]
    fn an_address_with_a_source_can_only_be_connected_to() {
        let endpoint: Endpoint = "tcp://*:*;127.0.0.1:5555".parse().expect("a valid address");

        assert_eq!(endpoint.bindable(), Err(EndpointError::ConnectOnly));
        assert_eq!(endpoint.connectable(), Ok(()));
    }
}
