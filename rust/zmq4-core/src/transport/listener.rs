//! Listening sockets: synchronous to open, so that `bind` can tell what is wrong; asynchronous to serve.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use socket2::Socket;
use tokio::io::unix::AsyncFd;

use super::adopt::adopt;
use super::{Link, ipc, local, tcp};
use crate::endpoint::{Endpoint, Host, TcpAddress};
use crate::error::OpenError;
use crate::options::LinkOptions;
use crate::sys;

/// A bound, listening socket.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: Arc<Socket>,
    address: Endpoint,
    traces: Option<Arc<ipc::Traces>>,
    /// Others may listen on it too.
    is_shared: bool,
    options: LinkOptions,
}

/// Binds an address of tcp or ipc, or adopts the options' descriptor.
pub(crate) fn listen(endpoint: &Endpoint, options: &LinkOptions) -> Result<Listener, OpenError> {
    if let Some(fd) = options.use_fd {
        let (socket, address) = adopt(fd, endpoint)?;
        let (socket, options) = (Arc::new(socket), options.clone());
        return Ok(Listener { socket, address, traces: None, is_shared: true, options });
    }
    match endpoint {
        Endpoint::Tcp(address) => Ok(listen_tcp(address, options)?),
        Endpoint::Ipc(address) => {
            let (socket, bound, traces) = ipc::listen(address, options)?;
            let (socket, address) = (Arc::new(socket), Endpoint::Ipc(bound));
            let traces = traces.map(Arc::new);
            Ok(Listener { socket, address, traces, is_shared: false, options: options.clone() })
        }
        Endpoint::Inproc(_) => Err(io::Error::from(io::ErrorKind::Unsupported).into()),
    }
}

fn listen_tcp(address: &TcpAddress, options: &LinkOptions) -> io::Result<Listener> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for candidate in local::bind_addresses(address, options)? {
        match tcp::listen(candidate, options) {
            Ok(socket) => {
                let address = Endpoint::Tcp(local_address(&socket)?);
                let (socket, options) = (Arc::new(socket), options.clone());
                return Ok(Listener { socket, address, traces: None, is_shared: false, options });
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

pub(super) fn local_address(socket: &Socket) -> io::Result<TcpAddress> {
    let local = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok(TcpAddress { source: None, host: Host::Named(local.ip().to_string()), port: local.port() })
}

impl Listener {
    /// The address, with the real port or path.
    pub(crate) fn address(&self) -> &Endpoint {
        &self.address
    }

    /// What stops it.
    pub(crate) fn stopper(&self) -> Stopper {
        let socket = (!self.is_shared).then(|| Arc::clone(&self.socket));
        Stopper { socket, traces: self.traces.clone() }
    }

    /// Begins to serve, on the I/O thread this is called on.
    pub(crate) fn serve(self) -> io::Result<Acceptor> {
        Ok(Acceptor {
            socket: sys::register(self.socket)?,
            address: self.address,
            _traces: self.traces,
            options: self.options,
        })
    }
}

/// Stops a listener at once, from any thread: the address is free before the I/O thread knows. One that is
/// shared goes on for the others, and ends here when the I/O thread knows.
#[derive(Debug)]
pub(crate) struct Stopper {
    socket: Option<Arc<Socket>>,
    traces: Option<Arc<ipc::Traces>>,
}

impl Stopper {
    pub(crate) fn stop(&self) {
        if let Some(traces) = &self.traces {
            traces.remove();
        }
        if let Some(socket) = &self.socket {
            // That the socket was closed already is no failure.
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
    }
}

/// A listener at work.
#[derive(Debug)]
pub(crate) struct Acceptor {
    socket: AsyncFd<Arc<Socket>>,
    address: Endpoint,
    _traces: Option<Arc<ipc::Traces>>,
    options: LinkOptions,
}

impl Acceptor {
    /// Waits for the next connection. Can be cancelled.
    pub(crate) async fn accept(&self) -> io::Result<Socket> {
        loop {
            let mut guard = self.socket.readable().await?;
            if let Ok(accepted) = guard.try_io(|fd| fd.get_ref().accept()) {
                return accepted.map(|(socket, _)| socket);
            }
            // A Unix socket that was shut down stays readable and has nothing to accept: without this the
            // thread would never leave here.
            tokio::task::yield_now().await;
        }
    }

    /// Takes a connection if one waits, for the sake of closing it.
    pub(crate) fn refuse_one(&self) {
        drop(self.socket.get_ref().accept());
    }

    /// Where the other side of an accepted connection is.
    pub(crate) fn peer_of(&self, socket: &Socket) -> io::Result<String> {
        match &self.address {
            Endpoint::Tcp(_) => Ok(format!("tcp://{}", peer_address(socket)?)),
            Endpoint::Ipc(_) | Endpoint::Inproc(_) => Ok(self.address.to_string()),
        }
    }

    /// Makes a link of an accepted connection, whose other side is `peer`.
    pub(crate) fn link(&self, socket: Socket, peer: &str) -> io::Result<Link> {
        socket.set_nonblocking(true)?;
        match &self.address {
            Endpoint::Tcp(_) => {
                tcp::prepare(&socket, &self.options)?;
                Ok(Link::new(socket, peer.to_owned())?.watched(self.options.user_timeout))
            }
            Endpoint::Ipc(_) | Endpoint::Inproc(_) => {
                tcp::buffers(&socket, &self.options)?;
                Link::new(socket, peer.to_owned())
            }
        }
    }
}

pub(super) fn peer_address(socket: &Socket) -> io::Result<SocketAddr> {
    Ok(socket.peer_addr()?.as_socket().ok_or(io::ErrorKind::NotConnected)?)
}
