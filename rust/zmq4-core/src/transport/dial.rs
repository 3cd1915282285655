//! Connecting: one attempt, asynchronous, every step of it cancellable.

use std::io;
use std::net::SocketAddr;

use socket2::{SockAddr, Socket};

use super::listener::peer_address;
use super::{Link, ipc, local, tcp};
use crate::endpoint::{Endpoint, IpcAddress, TcpSource};
use crate::options::LinkOptions;
use crate::sys;

/// Makes one attempt to connect, within the options' connect deadline.
pub(crate) async fn dial(endpoint: &Endpoint, options: &LinkOptions) -> io::Result<Link> {
    let attempt = attempt(endpoint, options);
    match options.connect_timeout {
        None => attempt.await,
        Some(limit) => tokio::time::timeout(limit, attempt).await?,
    }
}

async fn attempt(endpoint: &Endpoint, options: &LinkOptions) -> io::Result<Link> {
    match endpoint {
        Endpoint::Tcp(address) => {
            let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
            for candidate in local::connect_addresses(address, options).await? {
                match dial_tcp(candidate, address.source.as_ref(), options).await {
                    Ok(link) => return Ok(link),
                    Err(error) => last = error,
                }
            }
            Err(last)
        }
        Endpoint::Ipc(address) => dial_ipc(address, options).await,
        Endpoint::Inproc(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

async fn dial_tcp(
    address: SocketAddr,
    source: Option<&TcpSource>,
    options: &LinkOptions,
) -> io::Result<Link> {
    let socket = tcp::open(address, options)?;
    tcp::prepare(&socket, options)?;
    if let Some(source) = source {
        tcp::bind_source(&socket, local::source_address(source, address).await?)?;
    }
    let socket = connect(socket, &address.into()).await?;
    let peer = peer_address(&socket)?;
    // A connection to an ephemeral port that nobody listens on can meet itself (simultaneous open).
    if socket.local_addr()?.as_socket() == Some(peer) {
        return Err(io::Error::new(io::ErrorKind::ConnectionRefused, "connected to itself"));
    }
    Link::new(socket, format!("tcp://{peer}"))
}

async fn dial_ipc(address: &IpcAddress, options: &LinkOptions) -> io::Result<Link> {
    let socket = ipc::open()?;
    tcp::buffers(&socket, options)?;
    let socket = connect(socket, &ipc::sock_addr(address)?).await?;
    Link::new(socket, Endpoint::Ipc(address.clone()).to_string())
}

/// Starts a connection and waits until the system says how it went.
async fn connect(socket: Socket, address: &SockAddr) -> io::Result<Socket> {
    match socket.connect(address) {
        Ok(()) => return Ok(socket),
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => {}
        Err(error) => return Err(error),
    }
    let socket = sys::register(socket)?;
    drop(socket.writable().await?);
    let socket = socket.into_inner();
    match socket.take_error()? {
        None => Ok(socket),
        Some(error) => Err(error),
    }
}
