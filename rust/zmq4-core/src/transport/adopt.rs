//! Listening sockets that somebody else has made: a supervisor, or the program before it gave up its rights.

use std::io;
use std::os::fd::RawFd;

use socket2::{Domain, Socket, Type};

use super::listener::local_address;
use crate::endpoint::{Endpoint, IpcAddress};
use crate::error::Explained;
use crate::sys;

/// Takes a duplicate of a listening socket of the endpoint's transport. Returns the address it listens on,
/// whatever the endpoint's may be.
pub(super) fn adopt(fd: RawFd, endpoint: &Endpoint) -> io::Result<(Socket, Endpoint)> {
    let explain = |error| Explained::wrap(format!("use_fd={fd}"), error);
    let socket = sys::duplicate_socket(fd).map_err(explain)?;
    // What is no socket has no type.
    let is_stream = socket.r#type().map_err(explain)? == Type::STREAM;
    if !is_stream || !socket.is_listener().map_err(explain)? {
        return Err(explain(wrong("is not a listening socket")));
    }
    let local = socket.local_addr().map_err(explain)?;
    let address = match endpoint {
        Endpoint::Tcp(_) if local.as_socket().is_some() => Endpoint::Tcp(local_address(&socket)?),
        Endpoint::Ipc(_) if local.domain() == Domain::UNIX => {
            let path = local.as_pathname().map(|path| IpcAddress::Path(path.to_owned()));
            let name = local.as_abstract_namespace().map(String::from_utf8_lossy);
            let name = name.map(|name| IpcAddress::Abstract(name.into_owned()));
            let address = path.or(name).ok_or_else(|| explain(wrong("has no address")))?;
            Endpoint::Ipc(address)
        }
        Endpoint::Tcp(_) | Endpoint::Ipc(_) | Endpoint::Inproc(_) => {
            return Err(explain(wrong("is a socket of another transport")));
        }
    };
    socket.set_nonblocking(true).map_err(explain)?;
    Ok((socket, address))
}

fn wrong(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}
