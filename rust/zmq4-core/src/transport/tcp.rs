//! TCP: socket options, listening, and the local end of a connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use crate::error::Explained;
use crate::options::LinkOptions;

/// Binds and listens.
pub(super) fn listen(address: SocketAddr, options: &LinkOptions) -> io::Result<Socket> {
    let socket = open(address)?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    buffers(&socket, options)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(options.backlog).unwrap_or(i32::MAX))?;
    Ok(socket)
}

/// Gives a socket that will connect its local address. The port may be that of other connections, to other
/// places.
pub(super) fn bind_source(socket: &Socket, source: SocketAddr) -> io::Result<()> {
    socket.set_reuse_address(true)?;
    socket
        .bind(&source.into())
        .map_err(|error| Explained::wrap(format!("the source {source} cannot be had"), error))
}

/// Makes an unconnected socket for `address`.
pub(super) fn open(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Sets what every connection has, made or accepted.
pub(super) fn prepare(socket: &Socket, options: &LinkOptions) -> io::Result<()> {
    socket.set_tcp_nodelay(true)?;
    buffers(socket, options)?;
    if let Some(keepalive) = options.keepalive {
        let keepalive = socket2::TcpKeepalive::new()
            .with_time(keepalive.idle)
            .with_interval(keepalive.interval)
            .with_retries(keepalive.count);
        socket.set_tcp_keepalive(&keepalive)?;
    }
    Ok(())
}

/// Limits how long the system asks a host that does not answer, while a connection is being made. One that is
/// there is watched over by us: the system would end it when its peer only reads nothing.
pub(super) fn limit_attempt(socket: &Socket, limit: Option<Duration>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(limit)?;
    let _ = (socket, limit);
    Ok(())
}

/// Sets the kernel's buffer sizes; before connecting or listening, so that the window can follow.
pub(super) fn buffers(socket: &Socket, options: &LinkOptions) -> io::Result<()> {
    if let Some(octets) = options.kernel_send_buffer {
        socket.set_send_buffer_size(octets)?;
    }
    if let Some(octets) = options.kernel_recv_buffer {
        socket.set_recv_buffer_size(octets)?;
    }
    Ok(())
}
