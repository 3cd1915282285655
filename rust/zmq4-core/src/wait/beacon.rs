//! A descriptor that is readable while there may be something to have: what `fileno()` gives to other
//! people's event loops.
//!
//! Whoever announces lights it, after the announcement. Whoever looked, under the socket's lock, and found
//! nothing dims it, and lights it again if something was announced meanwhile. So it may shine in vain,
//! until the next look, but is never dark beside a message. Loom walks the interleavings (`inbox_loom.rs`).

use std::io;
use std::os::fd::RawFd;

use super::WaitSide;
use super::event::Event;
use crate::sync::{Mutex, Rank};

/// The descriptor of one socket, and what it stands for.
#[derive(Debug)]
pub(crate) struct Beacon {
    side: WaitSide,
    lamp: Mutex<Lamp>,
}

/// Flag and descriptor change together: an event written late would shine for ever.
#[derive(Debug)]
struct Lamp {
    /// None when the socket is closed: the number may be somebody else's by now.
    event: Option<Event>,
    is_lit: bool,
}

impl Beacon {
    /// Makes a dark beacon for one side of a socket.
    pub(crate) fn new(side: WaitSide) -> io::Result<Self> {
        let lamp = Lamp { event: Some(Event::new()?), is_lit: false };
        Ok(Self { side, lamp: Mutex::new(Rank::Leaf, lamp) })
    }

    /// What it stands for: a message to take, or room to send.
    pub(crate) fn side(&self) -> WaitSide {
        self.side
    }

    /// The descriptor, unless the socket is closed.
    pub(crate) fn raw_fd(&self) -> Option<RawFd> {
        self.lamp.lock().event.as_ref().map(Event::raw_fd)
    }

    /// Makes the descriptor readable.
    pub(crate) fn light(&self) {
        let mut lamp = self.lamp.lock();
        if let Lamp { event: Some(event), is_lit: false } = &*lamp {
            event.set();
            lamp.is_lit = true;
        }
    }

    /// Makes the descriptor unreadable. Called under the socket's lock, by whoever looked.
    pub(super) fn dim(&self) {
        let mut lamp = self.lamp.lock();
        if let Lamp { event: Some(event), is_lit: true } = &*lamp {
            event.clear();
            lamp.is_lit = false;
        }
    }

    /// Closes the descriptor.
    pub(super) fn put_out(&self) {
        let event = self.lamp.lock().event.take();
        drop(event);
    }

    #[cfg(all(test, zmq4_loom))]
    pub(super) fn is_lit(&self) -> bool {
        let lamp = self.lamp.lock();
        assert_eq!(lamp.event.as_ref().map(Event::is_set), Some(lamp.is_lit));
        lamp.is_lit
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::sys::Polled;

    fn is_readable(beacon: &Beacon) -> bool {
        let lamp = beacon.lamp.lock();
        let event = lamp.event.as_ref().expect("not put out");
        event.wait(Some(Instant::now()), None).expect("ppoll works") == Polled::Ready
    }

    #[test]
    fn it_is_readable_from_light_to_dim() {
        let beacon = Beacon::new(WaitSide::Receive).expect("a descriptor");
        assert!(!is_readable(&beacon));

        beacon.light();
        beacon.light();
        assert!(is_readable(&beacon));

        beacon.dim();
        assert!(!is_readable(&beacon));
    }

    #[test]
    fn nothing_is_written_to_a_closed_descriptor() {
        let beacon = Beacon::new(WaitSide::Receive).expect("a descriptor");

        beacon.put_out();
        beacon.light();
        beacon.dim();

        assert_eq!(beacon.raw_fd(), None);
    }
}
