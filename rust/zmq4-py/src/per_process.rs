//! A value that each process has for itself, whatever other threads did with it at the moment of a fork.

use std::sync::atomic::{AtomicPtr, Ordering};

/// One value a process, made when first asked for. After a fork the child gets a new one: the old may hold a
/// lock whose owner does not exist any more. It is forgotten, not dropped.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    current: AtomicPtr<T>,
}

impl<T: Default + Sync + 'static> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { current: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// The value of this process.
    pub(crate) fn get(&self) -> &'static T {
        let known = self.current.load(Ordering::Acquire);
        let known = if known.is_null() { self.make() } else { known };
        // SAFETY: the pointer comes from a leaked box, and is never freed.
        unsafe { &*known }
    }

    #[cold]
    fn make(&self) -> *mut T {
        let made = Box::into_raw(Box::<T>::default());
        let null = std::ptr::null_mut();
        match self.current.compare_exchange(null, made, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => made,
            Err(first) => {
                // SAFETY: another thread was first; nobody has seen this one.
                drop(unsafe { Box::from_raw(made) });
                first
            }
        }
    }

    /// Called in the child of a fork.
    pub(crate) fn forget(&self) {
        self.current.store(std::ptr::null_mut(), Ordering::Release);
    }
}
