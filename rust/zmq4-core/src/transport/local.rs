//! Addresses of this machine: what the host of a bind address, or of a source, stands for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use socket2::Domain;

use crate::endpoint::{Host, TcpAddress, TcpSource};
use crate::error::Explained;
use crate::options::LinkOptions;
use crate::sys;

/// The addresses a listener may bind: a wildcard is one; a name is an interface, or resolved at once.
pub(super) fn bind_addresses(
    address: &TcpAddress,
    options: &LinkOptions,
) -> io::Result<Vec<SocketAddr>> {
    let name = match &address.host {
        Host::Any if options.ipv6 => return Ok(vec![(Ipv6Addr::UNSPECIFIED, address.port).into()]),
        Host::Any => return Ok(vec![(Ipv4Addr::UNSPECIFIED, address.port).into()]),
        Host::Named(name) => name,
    };
    if let Some(known) = literal(name, address.port) {
        return Ok(vec![known]);
    }
    if let Some(known) = interface(name, address.port)? {
        let usable = preferred(known, options);
        return if usable.is_empty() { Err(no_ipv4(name)) } else { Ok(usable) };
    }
    let resolved = (name.as_str(), address.port).to_socket_addrs();
    resolved.map(|all| preferred(all.collect(), options)).map_err(|error| unknown(name, &error))
}

/// The addresses to connect to, resolved anew at each attempt.
pub(super) async fn connect_addresses(
    address: &TcpAddress,
    options: &LinkOptions,
) -> io::Result<Vec<SocketAddr>> {
    let Host::Named(name) = &address.host else {
        return Err(io::ErrorKind::AddrNotAvailable.into());
    };
    if let Some(known) = literal(name, address.port) {
        return Ok(vec![known]);
    }
    let resolved = tokio::net::lookup_host((name.as_str(), address.port)).await?.collect();
    Ok(preferred(resolved, options))
}

/// The address that this end of a connection to `target` is to have, of the target's family.
pub(super) async fn source_address(
    source: &TcpSource,
    target: SocketAddr,
) -> io::Result<SocketAddr> {
    let name = match (&source.host, target) {
        (Host::Any, SocketAddr::V4(_)) => return Ok((Ipv4Addr::UNSPECIFIED, source.port).into()),
        (Host::Any, SocketAddr::V6(_)) => return Ok((Ipv6Addr::UNSPECIFIED, source.port).into()),
        (Host::Named(name), _) => name,
    };
    let all = if let Some(known) = literal(name, source.port) {
        vec![known]
    } else if let Some(known) = interface(name, source.port)? {
        known
    } else {
        let resolved = tokio::net::lookup_host((name.as_str(), source.port)).await;
        resolved.map_err(|error| unknown(name, &error))?.collect()
    };
    let fits = |address: &SocketAddr| Domain::for_address(*address) == Domain::for_address(target);
    all.into_iter().find(fits).ok_or_else(|| {
        let error = io::Error::from_raw_os_error(libc::EAFNOSUPPORT);
        Explained::wrap(format!("the source {name:?} cannot reach {}", target.ip()), error)
    })
}

/// Reads an address that needs no resolving; of IPv6 with its zone, as in `fe80::1%eth0`.
fn literal(name: &str, port: u16) -> Option<SocketAddr> {
    if let Ok(ip) = name.parse::<IpAddr>() {
        return Some((ip, port).into());
    }
    let (address, _zone) = name.split_once('%')?;
    address.parse::<Ipv6Addr>().ok()?;
    // The resolver knows the numbers of interfaces, and asks nobody.
    (name, port).to_socket_addrs().ok()?.next()
}

/// The addresses of an interface: of IPv6 first, as names have them, those with a scope last.
fn interface(name: &str, port: u16) -> io::Result<Option<Vec<SocketAddr>>> {
    let all = sys::interface_addresses()?;
    let mut found: Vec<_> =
        all.into_iter().filter(|(of, _)| of == name).map(|(_, at)| at).collect();
    for address in &mut found {
        address.set_port(port);
    }
    found.sort_by_key(|address| match address {
        SocketAddr::V6(address) if address.scope_id() == 0 => 0,
        SocketAddr::V4(_) => 1,
        SocketAddr::V6(_) => 2,
    });
    Ok((!found.is_empty()).then_some(found))
}

/// Drops IPv6 unless it is wanted.
fn preferred(mut all: Vec<SocketAddr>, options: &LinkOptions) -> Vec<SocketAddr> {
    if !options.ipv6 {
        all.retain(SocketAddr::is_ipv4);
    }
    all
}

fn no_ipv4(name: &str) -> io::Error {
    let error = io::Error::from_raw_os_error(libc::EADDRNOTAVAIL);
    Explained::wrap(format!("interface {name} has no IPv4 address, and ipv6 is off"), error)
}

fn unknown(name: &str, error: &io::Error) -> io::Error {
    let what = format!("{name:?} is no interface of this machine, and no host ({error})");
    Explained::wrap(what, io::Error::from_raw_os_error(libc::ENODEV))
}
