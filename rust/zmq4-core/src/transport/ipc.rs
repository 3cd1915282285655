//! Unix domain sockets: files that only their owner may open, and abstract names.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

use crate::endpoint::IpcAddress;
use crate::options::LinkOptions;
use crate::sys;

/// What a listener leaves in the file system, removed when it stops.
#[derive(Debug)]
pub(super) struct Traces {
    socket: PathBuf,
    inode: (u64, u64),
    directory: Option<PathBuf>,
    is_removed: AtomicBool,
}

impl Traces {
    /// Removes them, once: what has the name afterwards is somebody else's.
    pub(super) fn remove(&self) {
        if self.is_removed.swap(true, Ordering::Relaxed) {
            return;
        }
        // Only our own file: somebody may have replaced it.
        if inode(&self.socket).is_ok_and(|inode| inode == self.inode) {
            let _ = std::fs::remove_file(&self.socket);
        }
        if let Some(directory) = &self.directory {
            let _ = std::fs::remove_dir(directory);
        }
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Binds and listens. Returns the socket, the address it has, and what to clean up.
pub(super) fn listen(
    address: &IpcAddress,
    options: &LinkOptions,
) -> io::Result<(Socket, IpcAddress, Option<Traces>)> {
    let socket = open()?;
    super::tcp::buffers(&socket, options)?;
    let backlog = i32::try_from(options.backlog).unwrap_or(i32::MAX);
    let (path, directory) = match address {
        IpcAddress::Abstract(_) => {
            bind_abstract(&socket, &sock_addr(address)?)?;
            socket.listen(backlog)?;
            return Ok((socket, address.clone(), None));
        }
        IpcAddress::Path(path) => (path.clone(), None),
        IpcAddress::Any => {
            let directory = fresh_directory()?;
            (directory.join("socket"), Some(directory))
        }
    };
    let _custody = Custody::of(&path);
    remove_stale(&path)?;
    sys::restrict_to_owner(&socket)?;
    let bound = IpcAddress::Path(path.clone());
    socket.bind(&sock_addr(&bound)?)?;
    let is_removed = AtomicBool::new(false);
    let traces = Traces { inode: inode(&path)?, socket: path, directory, is_removed };
    socket.listen(backlog)?;
    Ok((socket, bound, Some(traces)))
}

/// Makes an unconnected socket.
pub(super) fn open() -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

pub(super) fn sock_addr(address: &IpcAddress) -> io::Result<SockAddr> {
    match address {
        IpcAddress::Path(path) => SockAddr::unix(path),
        IpcAddress::Abstract(name) => SockAddr::unix(format!("\0{name}")),
        IpcAddress::Any => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// Binds an abstract name. One that is taken but answers nobody belongs to a listener that has just been
/// closed: its I/O thread is about to let go of it.
fn bind_abstract(socket: &Socket, name: &SockAddr) -> io::Result<()> {
    for _ in 0..ABSTRACT_ATTEMPTS {
        match socket.bind(name) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            other => return other,
        }
        let probe = open()?;
        match probe.connect(name) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
            Ok(()) | Err(_) => break,
        }
        std::thread::sleep(ABSTRACT_PAUSE);
    }
    Err(io::ErrorKind::AddrInUse.into())
}

/// How long a closed listener has to let go of an abstract name: a tenth of a second in all.
const ABSTRACT_ATTEMPTS: u32 = 50;
const ABSTRACT_PAUSE: Duration = Duration::from_millis(2);

/// Removes a socket file that nobody listens on. One that answers is in use; one that is no socket, a
/// symbolic link, or not ours is left alone, and binding fails.
fn remove_stale(path: &Path) -> io::Result<()> {
    let Ok(found) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !found.file_type().is_socket() || found.uid() != sys::effective_user() {
        return Err(io::ErrorKind::AddrInUse.into());
    }
    let probe = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    probe.set_nonblocking(true)?;
    let is_gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    match probe.connect(&SockAddr::unix(path)?) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path).or_else(|error| is_gone(&error).then_some(()).ok_or(error))
        }
        // Its owner has removed it in the meantime.
        Err(error) if is_gone(&error) => Ok(()),
        Ok(()) | Err(_) => Err(io::ErrorKind::AddrInUse.into()),
    }
}

/// A folder in which nobody else of us replaces a socket file.
///
/// A file looks stale from the moment its socket is bound until it listens, and between looking at one and
/// removing it another may take its place: of two who bind at once, one would be left with a listener that
/// nobody can reach. So each holds its folder from the look until it listens.
#[derive(Debug)]
struct Custody {
    folder: File,
}

impl Custody {
    /// Waits for the folder of a path. None if it cannot be had: a stranger who holds it for longer must not
    /// keep us from binding, and without it the worst is the race that it is for.
    fn of(path: &Path) -> Option<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new("."))).ok()?;
        for _ in 0..CUSTODY_ATTEMPTS {
            match folder.try_lock() {
                Ok(()) => return Some(Self { folder }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(CUSTODY_PAUSE),
                Err(TryLockError::Error(_)) => return None,
            }
        }
        None
    }
}

impl Drop for Custody {
    fn drop(&mut self) {
        // Not left to the end of the descriptor: a process forked meanwhile has a copy of it.
        let _ = self.folder.unlock();
    }
}

/// How long a folder is waited for: half a second in all, where who holds it needs a few microseconds.
const CUSTODY_ATTEMPTS: u32 = 500;
const CUSTODY_PAUSE: Duration = Duration::from_millis(1);

fn inode(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

/// Makes a directory of our own, with a name that nobody can guess and occupy for long.
fn fresh_directory() -> io::Result<PathBuf> {
    let base = std::env::temp_dir();
    loop {
        let name = format!("zmq4-{}-{:016x}", std::process::id(), crate::random::u64());
        match std::fs::DirBuilder::new().mode(0o700).create(base.join(&name)) {
            Ok(()) => return Ok(base.join(name)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}
