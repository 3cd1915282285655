//! TCP: socket options, listening, and the local end of a connection.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, Socket, Type};

use crate::error::Explained;
use crate::options::LinkOptions;

/// Binds and listens.
pub(super) fn listen(address: SocketAddr, options: &LinkOptions) -> io::Result<Socket> {
    let socket = open(address, options)?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    buffers(&socket, options)?;
    mark(&socket, options)?;
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

/// Makes an unconnected socket for `address`, held to the options' device.
pub(super) fn open(address: SocketAddr, options: &LinkOptions) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if let Some(device) = &options.device {
        let held = linux::bind_to_device(&socket, device);
        held.map_err(|error| refused("bind_to_device", format_args!("{device:?}"), error))?;
    }
    Ok(socket)
}

/// Sets what every connection has, made or accepted.
pub(super) fn prepare(socket: &Socket, options: &LinkOptions) -> io::Result<()> {
    socket.set_tcp_nodelay(true)?;
    buffers(socket, options)?;
    mark(socket, options)?;
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

/// Marks the packets of a socket, and says how its device is polled.
fn mark(socket: &Socket, options: &LinkOptions) -> io::Result<()> {
    let &LinkOptions { tos, priority, busy_poll_micros: micros, .. } = options;
    // The octet of service changes the priority, so it comes first.
    if tos != 0 {
        set_tos(socket, tos).map_err(|error| refused("tos", tos, error))?;
    }
    if priority != 0 {
        linux::set_priority(socket, priority)
            .map_err(|error| refused("priority", priority, error))?;
    }
    if micros != 0 {
        linux::set_busy_poll(socket, micros)
            .map_err(|error| refused("busy_poll", f64::from(micros) / 1e6, error))?;
    }
    Ok(())
}

/// Names the option that the system refused.
fn refused(option: &str, value: impl Display, error: io::Error) -> io::Error {
    let need = if error.kind() == io::ErrorKind::PermissionDenied {
        " needs a privilege that this process lacks"
    } else {
        ""
    };
    Explained::wrap(format!("{option}={value}{need}"), error)
}

fn set_tos(socket: &Socket, tos: u8) -> io::Result<()> {
    let is_ipv6 = socket.local_addr()?.is_ipv6();
    if is_ipv6 {
        socket.set_tclass_v6(tos.into())?;
    }
    match socket.set_tos_v4(tos.into()) {
        // A socket of IPv6 has one for the peers that speak IPv4, if the system lets it.
        Err(_) if is_ipv6 => Ok(()),
        other => other,
    }
}

/// What only Linux can do.
#[cfg(target_os = "linux")]
mod linux {
    use std::io;

    use socket2::Socket;

    pub(super) fn bind_to_device(socket: &Socket, device: &str) -> io::Result<()> {
        socket.bind_device(Some(device.as_bytes()))
    }

    pub(super) fn set_priority(socket: &Socket, priority: u32) -> io::Result<()> {
        socket.set_priority(priority)
    }

    pub(super) fn set_busy_poll(socket: &Socket, micros: u32) -> io::Result<()> {
        socket.set_busy_poll(micros)
    }
}

/// Elsewhere it is refused.
#[cfg(not(target_os = "linux"))]
mod linux {
    use std::io;

    use socket2::Socket;

    pub(super) fn bind_to_device(_: &Socket, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn set_priority(_: &Socket, _: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn set_busy_poll(_: &Socket, _: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
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
