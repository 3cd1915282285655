//! The accepting side: a listener that survives floods, and the sessions it starts.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use socket2::Socket;
use tokio::sync::Notify;

use super::guest::Guest;
use super::opening::{NotOpened, open_watched};
use super::pending::Pending;
use super::{Attached, Greeted, Plan, Reason, traffic};
use crate::io_thread::IoThreads;
use crate::monitor::{Cause, Failure};
use crate::transport::{self, Acceptor, Link, Listener, Stopper};

/// The first pause when no descriptor is left, doubled up to [`MAX_PAUSE`].
const MIN_PAUSE: Duration = Duration::from_millis(10);
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// Asks a listener to stop.
#[derive(Debug)]
pub(crate) struct Gatekeeper {
    stopper: Stopper,
    is_closed: AtomicBool,
    notify: Notify,
}

impl Gatekeeper {
    pub(crate) fn new(listener: &Listener) -> Arc<Self> {
        let (is_closed, notify) = (AtomicBool::new(false), Notify::new());
        Arc::new(Self { stopper: listener.stopper(), is_closed, notify })
    }

    /// Stops listening: the address is free.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        self.stopper.stop();
    }

    /// Sends away those whose handshake is not done. Connections that are in traffic are closed by their
    /// pipes.
    pub(crate) fn dismiss(&self) {
        self.notify.notify_one();
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    async fn closed(&self) {
        while !self.is_closed() {
            self.notify.notified().await;
        }
    }
}

/// Serves a listener until its gatekeeper closes it.
pub(crate) async fn accept(
    listener: Listener,
    gatekeeper: Arc<Gatekeeper>,
    threads: Arc<IoThreads>,
    plan: Arc<Plan>,
) {
    let acceptor = match listener.serve() {
        Ok(acceptor) => Arc::new(acceptor),
        Err(error) => return plan.status.accept_failed(&Reason::Io(error).failure()),
    };
    let pending = Pending::new();
    tokio::select! {
        () = gatekeeper.closed() => {}
        () = welcome(&acceptor, &pending, &threads, &plan, &gatekeeper) => {}
    }
    pending.close();
}

async fn welcome(
    acceptor: &Arc<Acceptor>,
    pending: &Arc<Pending>,
    threads: &IoThreads,
    plan: &Arc<Plan>,
    gatekeeper: &Gatekeeper,
) {
    let mut spare = Spare::new();
    let mut pause = MIN_PAUSE;
    loop {
        pending.await_place().await;
        let accepted = if Link::is_scarce() { Err(exhausted()) } else { acceptor.accept().await };
        match accepted {
            // A shared socket may still give us one: its peer tries again, and finds the others.
            Ok(_) if gatekeeper.is_closed() => std::future::pending().await,
            Ok(socket) => {
                pause = MIN_PAUSE;
                receive(socket, acceptor, pending, threads, plan);
                // The link is made, and counted, before the next connection is taken.
                tokio::task::yield_now().await;
            }
            Err(error) if is_exhaustion(&error) => {
                if pause == MIN_PAUSE {
                    let address = plan.status.address();
                    tracing::warn!(target: "zmq4", %address, "no descriptors left: accepting is paused");
                    plan.status.accept_failed(&scarcity());
                }
                spare.refuse_one(&error, acceptor);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(MAX_PAUSE);
            }
            Err(_) if gatekeeper.is_closed() => std::future::pending().await,
            // The peer was gone before it was accepted, or the like: not a reason to stop.
            Err(error) => {
                tracing::debug!(target: "zmq4", %error, "accept failed");
                plan.status.accept_failed(&Reason::Io(error).failure());
            }
        }
    }
}

fn scarcity() -> Failure {
    Failure::new(Cause::System, "no descriptors left: accepting is paused")
}

/// Our own word for being near the limit of descriptors.
fn exhausted() -> io::Error {
    io::Error::from(io::ErrorKind::QuotaExceeded)
}

fn is_exhaustion(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::QuotaExceeded
        || matches!(
            error.raw_os_error(),
            Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
        )
}

/// A descriptor kept for the moment when there is none: with it a waiting peer can be told no.
#[derive(Debug)]
struct Spare(Option<File>);

impl Spare {
    fn new() -> Self {
        Self(File::open("/dev/null").ok())
    }

    fn refuse_one(&mut self, error: &io::Error, acceptor: &Acceptor) {
        if error.raw_os_error() == Some(libc::EMFILE) && self.0.take().is_some() {
            acceptor.refuse_one();
        }
        if self.0.is_none() {
            *self = Self::new();
        }
    }
}

fn receive(
    socket: Socket,
    acceptor: &Arc<Acceptor>,
    pending: &Arc<Pending>,
    threads: &IoThreads,
    plan: &Arc<Plan>,
) {
    let address = match acceptor.peer_of(&socket) {
        Ok(address) => address,
        // It was gone before it was accepted.
        Err(error) => return plan.status.accept_failed(&Reason::Io(error).failure()),
    };
    let remote = transport::remote_ip(&socket);
    if plan.security.admission.bars(remote) {
        return Guest::bar(address, plan);
    }
    // The limit for one address does not concern peers on this machine.
    let place = pending.enter(remote.filter(|address| !address.is_loopback()));
    let id = place.id();
    let guest = Guest::new(address, place, plan);
    let (acceptor, plan) = (Arc::clone(acceptor), Arc::clone(plan));
    let ticket = plan.context.ticket(format!("{} {}", plan.socket_type, plan.status.address()));
    // The link registers with the reactor of the thread that drives it, so it is made there.
    let task = threads.spawn(async move {
        match acceptor.link(socket, guest.address()) {
            Ok(link) => serve(link, guest, &plan).await,
            Err(error) => drop(guest.turn_away(&error.into())),
        }
        drop(ticket);
    });
    pending.assign(id, task);
}

/// One accepted connection, from handshake to end.
async fn serve(link: Link, mut guest: Guest, plan: &Plan) {
    let opened = match open_watched(link, plan, &|| guest.has_greeted()).await {
        Ok(opened) => opened,
        Err(NotOpened { reason, parting }) => {
            let _place = guest.turn_away(&reason);
            if let Some(parting) = parting {
                parting.say_goodbye().await;
            }
            return;
        }
    };
    guest.leave_place();
    let Some(session) = plan.host.open() else {
        guest.turn_away(&Reason::Surplus);
        return;
    };
    let attached = Attached { host: &*plan.host, pipe: session.pipe };
    let peer = Arc::clone(&opened.peer);
    if let Err(reason) = plan.host.greet(&session, &peer) {
        guest.turn_away(&reason);
        return;
    }
    let greeted = Greeted { host: &*plan.host, session: &session, peer: Arc::clone(&peer) };
    guest.welcome();
    plan.status.connected(&peer);
    let reason = traffic::run(&session, opened, plan).await;
    drop(greeted);
    // Whoever sees the peer gone from the endpoint finds it gone from the socket, too.
    drop(attached);
    plan.status.disconnected(&peer, &reason.failure(), None);
    reason.log(&peer);
}
