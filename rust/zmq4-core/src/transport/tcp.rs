//! TCP: names, socket options, listening and connecting.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket, Type};

use crate::endpoint::{Host, TcpAddress};
use crate::options::LinkOptions;

/// The addresses a listener may bind: a wildcard is one, a name is resolved at once.
pub(super) fn bind_addresses(
    address: &TcpAddress,
    options: &LinkOptions,
) -> io::Result<Vec<SocketAddr>> {
    match &address.host {
        Host::Any if options.ipv6 => Ok(vec![(Ipv6Addr::UNSPECIFIED, address.port).into()]),
        Host::Any => Ok(vec![(Ipv4Addr::UNSPECIFIED, address.port).into()]),
        Host::Named(name) => {
            Ok(preferred((name.as_str(), address.port).to_socket_addrs()?.collect(), name, options))
        }
    }
}

/// The addresses to connect to, resolved anew at each attempt.
pub(super) async fn connect_addresses(
    address: &TcpAddress,
    options: &LinkOptions,
) -> io::Result<Vec<SocketAddr>> {
    let Host::Named(name) = &address.host else {
        return Err(io::ErrorKind::AddrNotAvailable.into());
    };
    if let Ok(ip) = name.parse::<IpAddr>() {
        return Ok(vec![(ip, address.port).into()]);
    }
    let resolved = tokio::net::lookup_host((name.as_str(), address.port)).await?.collect();
    Ok(preferred(resolved, name, options))
}

/// Drops IPv6 results of a name unless they are wanted; a literal address is always taken.
fn preferred(mut all: Vec<SocketAddr>, name: &str, options: &LinkOptions) -> Vec<SocketAddr> {
    if !options.ipv6 && name.parse::<IpAddr>().is_err() {
        all.retain(SocketAddr::is_ipv4);
    }
    all
}

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
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(options.user_timeout)?;
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
