//! Operations of the asyncio face: one native object that **is** a coroutine.
//!
//! ```text
//!   Fresh ──▶ (tried, nothing there) ──▶ Waiting ──▶ tried again ──▶ Finished
//!     └──────────────── done at once ─────────────────────────────────▲
//! ```
//!
//! Its first step tries; if a message is there, it returns it without a future and without the loop. Only
//! when it must wait does it make a future, which carries readiness and never a message: the message is
//! taken in the step that returns it, so a cancelled operation has taken nothing. Every 64 operations that
//! were done at once it yields to the loop first, then takes.

use std::cell::Cell;
use std::os::raw::{c_int, c_void};
use std::ptr::{addr_of_mut, null_mut};
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyRuntimeError, PyRuntimeWarning, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use zmq4_core::{RecvError, SendError, WaitSide, Waiter};

use crate::buffer::{OutgoingMessage, exact_bytes, of_bytes};
use crate::error;
use crate::process::Native;
use crate::raw::{self, Arguments, Method, raw_method};
use crate::receive::{self, Batch, Target};
use crate::send::{self, frames_of, none};
use crate::signal::LoopSignal;
use crate::socket::Socket;
use crate::wait::Limit;

/// Operations that may be done at once before the loop has a turn.
const FAIR: u32 = 64;

thread_local! {
    static DONE_AT_ONCE: Cell<u32> = const { Cell::new(0) };
}

/// What gives the bridge of the running loop; set by `zmq4.asyncio`.
static BRIDGE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Says what gives the bridge of the running event loop.
#[pyfunction]
pub(crate) fn set_loop_bridge(py: Python<'_>, factory: Py<PyAny>) {
    // Set once, when `zmq4.asyncio` is imported; a second import of it changes nothing.
    let _ = BRIDGE.set(py, factory);
}

/// What an operation does.
enum Work {
    Receive(fn(zmq4_core::MessageRef<'_>) -> zmq4_core::Take<receive::Looked>),
    ReceiveInto(Py<PyAny>),
    ReceiveMany(usize),
    /// One frame.
    Send(Py<PyAny>),
    /// Several frames.
    SendFrames(Vec<Py<PyAny>>),
    SendMany { rows: Py<PyAny>, next: Option<Py<PyAny>>, accepted: usize },
}

impl Work {
    fn side(&self) -> WaitSide {
        match self {
            Self::Receive(_) | Self::ReceiveInto(_) | Self::ReceiveMany(_) => WaitSide::Receive,
            Self::Send(_) | Self::SendFrames(_) | Self::SendMany { .. } => WaitSide::Send,
        }
    }
}

enum Stage {
    Fresh,
    Running,
    Waiting(Waiting),
    Finished,
}

/// A registered wait and the future that stands for it.
struct Waiting {
    /// The iterator of the future.
    inner: Py<PyAny>,
    bridge: Py<PyAny>,
    token: u64,
    wait: Native<zmq4_core::Wait>,
}

#[repr(C)]
struct OperationObject {
    base: ffi::PyObject,
    socket: *mut ffi::PyObject,
    work: Work,
    stage: Stage,
    limit: Limit,
    deadline: Option<Instant>,
}

/// What one step led to.
enum Step {
    Return(*mut ffi::PyObject),
    Yield(*mut ffi::PyObject),
}

/// What an attempt led to.
enum Tried {
    Done(*mut ffi::PyObject),
    Later,
}

// ---- making one ---------------------------------------------------------------------------------------

fn class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.get_or_try_init(py, || make_type(py)).map(|class| class.bind(py))
}

fn operation(
    slf: Borrowed<'_, '_, PyAny>,
    work: Work,
    limit: Limit,
) -> PyResult<*mut ffi::PyObject> {
    let class = class(slf.py())?.as_ptr().cast::<ffi::PyTypeObject>();
    // SAFETY: every field is written before the object is tracked or seen by anybody.
    unsafe {
        let object = ffi::PyObject_GC_New::<OperationObject>(class);
        if object.is_null() {
            return Err(PyErr::fetch(slf.py()));
        }
        addr_of_mut!((*object).socket).write(slf.to_owned().into_ptr());
        addr_of_mut!((*object).work).write(work);
        addr_of_mut!((*object).stage).write(Stage::Fresh);
        addr_of_mut!((*object).limit).write(limit);
        addr_of_mut!((*object).deadline).write(None);
        ffi::PyObject_GC_Track(object.cast());
        Ok(object.cast())
    }
}

raw_method!(recv, |slf, args| {
    let limit = send::timeout_only(args, "recv")?;
    operation(slf, Work::Receive(receive::as_message), limit)
});

raw_method!(recv_bytes, |slf, args| {
    let limit = send::timeout_only(args, "recv_bytes")?;
    operation(slf, Work::Receive(receive::as_bytes), limit)
});

raw_method!(recv_into, |slf, args| {
    let limit = Limit::new(args.keyword("timeout")?)?;
    let (Some(buffer), 1) = (args.get(0), args.len()) else {
        return Err(PyTypeError::new_err("recv_into() takes one writable buffer"));
    };
    drop(Target::new(buffer)?);
    operation(slf, Work::ReceiveInto(buffer.to_owned().unbind()), limit)
});

raw_method!(recv_many, |slf, args| {
    let (max, limit) = receive::many_arguments(args)?;
    operation(slf, Work::ReceiveMany(max), limit)
});

raw_method!(send, |slf, args| {
    let limit = Limit::new(args.keyword("timeout")?)?;
    let mut frames = (0..args.len()).filter_map(|at| args.get(at)).map(|f| f.to_owned().unbind());
    let work = match (frames.next(), args.len()) {
        (None, _) => return Err(PyTypeError::new_err("send() takes at least one frame")),
        (Some(frame), 1) => Work::Send(frame),
        (Some(first), _) => Work::SendFrames(std::iter::once(first).chain(frames).collect()),
    };
    operation(slf, work, limit)
});

raw_method!(send_many, |slf, args| {
    let limit = Limit::new(args.keyword("timeout")?)?;
    let (Some(rows), 1) = (args.get(0), args.len()) else {
        return Err(PyTypeError::new_err("send_many() takes one iterable of messages"));
    };
    let rows = rows.try_iter()?.into_any().unbind();
    operation(slf, Work::SendMany { rows, next: None, accepted: 0 }, limit)
});

// ---- stepping -----------------------------------------------------------------------------------------

impl OperationObject {
    fn socket<'py>(&self, py: Python<'py>) -> &'py Socket {
        // SAFETY: the operation holds a reference to the socket, and steps outlive no operation.
        send::socket(unsafe { Borrowed::from_ptr(py, self.socket) })
    }

    /// One step; `value` is what the loop sends, None as a rule.
    fn step(&mut self, py: Python<'_>, value: *mut ffi::PyObject) -> PyResult<Step> {
        match std::mem::replace(&mut self.stage, Stage::Running) {
            Stage::Fresh => self.begin(py),
            Stage::Waiting(waiting) => self.resume(py, waiting, value),
            Stage::Running => Err(PyValueError::new_err("the operation is running already")),
            Stage::Finished => {
                self.stage = Stage::Finished;
                Err(PyRuntimeError::new_err("cannot reuse an operation that was awaited already"))
            }
        }
    }

    fn begin(&mut self, py: Python<'_>) -> PyResult<Step> {
        let at_once = DONE_AT_ONCE.get();
        if at_once >= FAIR {
            DONE_AT_ONCE.set(0);
            self.stage = Stage::Fresh;
            return Ok(Step::Yield(none(py)));
        }
        match self.attempt(py) {
            Ok(Tried::Done(result)) => {
                DONE_AT_ONCE.set(at_once + 1);
                self.stage = Stage::Finished;
                Ok(Step::Return(result))
            }
            Ok(Tried::Later) => {
                let socket = self.socket(py);
                let limit = self.limit.or(match self.work.side() {
                    WaitSide::Receive => socket.timeouts.receive(),
                    WaitSide::Send | WaitSide::Drain => socket.timeouts.send(),
                });
                self.deadline = limit.map(|limit| Instant::now() + limit);
                self.wait(py)
            }
            Err(error) => self.fail(error),
        }
    }

    fn fail<T>(&mut self, error: PyErr) -> PyResult<T> {
        self.stage = Stage::Finished;
        Err(error)
    }

    /// Makes a future and yields it, unless the operation can be done after all.
    fn wait(&mut self, py: Python<'_>) -> PyResult<Step> {
        let left = self.deadline.map(|at| at.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return self.expire(py);
        }
        match self.register(py, left).and_then(|waiting| Ok((self.attempt(py)?, waiting))) {
            Ok((Tried::Done(result), waiting)) => {
                waiting.forget(py);
                self.stage = Stage::Finished;
                Ok(Step::Return(result))
            }
            Ok((Tried::Later, waiting)) => self.resume(py, waiting, py.None().as_ptr()),
            Err(error) => self.fail(error),
        }
    }

    fn register(&self, py: Python<'_>, left: Option<Duration>) -> PyResult<Waiting> {
        let factory = BRIDGE
            .get(py)
            .ok_or_else(|| PyRuntimeError::new_err("import zmq4.asyncio before awaiting"))?;
        let bridge = factory.bind(py).call0()?;
        let signal = bridge.getattr("signal")?;
        let signal = signal.cast::<LoopSignal>()?.get().share(py)?;
        let seconds = left.map(|left| left.as_secs_f64());
        let (token, future): (u64, Bound<'_, PyAny>) =
            bridge.call_method1("expect", (seconds,))?.extract()?;
        let core = self.socket(py).core(py)?;
        let wait = Native::new(core.wait(self.work.side(), Waiter::Loop(signal, token)));
        let inner = future.call_method0("__await__")?.unbind();
        Ok(Waiting { inner, bridge: bridge.unbind(), token, wait })
    }

    /// Goes on waiting, or tries again if the future is done.
    fn resume(
        &mut self,
        py: Python<'_>,
        waiting: Waiting,
        value: *mut ffi::PyObject,
    ) -> PyResult<Step> {
        let mut result = null_mut();
        // SAFETY: live objects; the result is a new reference where the call says so.
        let sent = unsafe { ffi::PyIter_Send(waiting.inner.as_ptr(), value, &raw mut result) };
        match sent {
            ffi::PySendResult::PYGEN_NEXT => {
                self.stage = Stage::Waiting(waiting);
                Ok(Step::Yield(result))
            }
            ffi::PySendResult::PYGEN_ERROR => {
                let error = PyErr::fetch(py);
                waiting.forget(py);
                self.fail(error)
            }
            ffi::PySendResult::PYGEN_RETURN => {
                // SAFETY: a new reference to what the future was resolved with: None.
                drop(unsafe { Bound::from_owned_ptr_or_opt(py, result) });
                self.woken(py, waiting)
            }
        }
    }

    fn woken(&mut self, py: Python<'_>, waiting: Waiting) -> PyResult<Step> {
        let tried = self.attempt(py);
        waiting.forget(py);
        match tried {
            Ok(Tried::Done(result)) => {
                self.stage = Stage::Finished;
                Ok(Step::Return(result))
            }
            Ok(Tried::Later) => self.wait(py),
            Err(error) => self.fail(error),
        }
    }

    fn expire(&mut self, py: Python<'_>) -> PyResult<Step> {
        self.stage = Stage::Finished;
        let socket = self.socket(py);
        match &self.work {
            Work::ReceiveMany(_) => Ok(Step::Return(Batch::new(py).into_list()?)),
            Work::Receive(_) | Work::ReceiveInto(_) => Err(receive::timed_out(py, socket)),
            Work::Send(_) | Work::SendFrames(_) => {
                Err(send::timed_out(py, socket, SendError::Full))
            }
            Work::SendMany { accepted, .. } => {
                let error = send::timed_out(py, socket, SendError::Full);
                error.value(py).setattr("accepted", accepted)?;
                Err(error)
            }
        }
    }

    fn attempt(&mut self, py: Python<'_>) -> PyResult<Tried> {
        let socket = self.socket(py);
        let core = socket.core(py)?;
        match &mut self.work {
            Work::Receive(look) => received(py, socket, core.try_recv_with(*look)),
            Work::ReceiveInto(buffer) => {
                let target = Target::new(buffer.bind_borrowed(py))?;
                received(py, socket, core.try_recv_with(|message| target.fill(message)))
            }
            Work::ReceiveMany(max) => {
                let mut batch = Batch::new(py);
                match batch.fill(core, *max) {
                    Ok(()) => batch.into_list().map(Tried::Done),
                    Err(RecvError::Empty) => Ok(Tried::Later),
                    Err(error) => Err(error::receive(py, error, &socket.describe())),
                }
            }
            Work::Send(frame) => {
                let frame = frame.bind_borrowed(py);
                if let Some(octets) = exact_bytes(frame) {
                    return sent(py, socket, core.try_send(&[of_bytes(frame, octets)]));
                }
                let message = OutgoingMessage::new(std::iter::once(frame))?;
                sent(py, socket, core.try_send(message.parts()))
            }
            Work::SendFrames(frames) => {
                let message = OutgoingMessage::new(frames.iter().map(|f| f.bind_borrowed(py)))?;
                sent(py, socket, core.try_send(message.parts()))
            }
            Work::SendMany { rows, next, accepted } => {
                let done = send_rows(py, socket, core, rows, next, accepted);
                done.map_err(|error| {
                    let _ = error.value(py).setattr("accepted", *accepted);
                    error
                })
            }
        }
    }
}

fn received(
    py: Python<'_>,
    socket: &Socket,
    looked: Result<receive::Looked, RecvError>,
) -> PyResult<Tried> {
    match looked {
        Ok(looked) => receive::finish(py, looked).map(Tried::Done),
        Err(RecvError::Empty) => Ok(Tried::Later),
        Err(error) => Err(error::receive(py, error, &socket.describe())),
    }
}

fn sent(py: Python<'_>, socket: &Socket, sent: Result<(), SendError>) -> PyResult<Tried> {
    match sent {
        Ok(()) => Ok(Tried::Done(none(py))),
        Err(error) if socket.waits_for(socket.core(py)?, error) => Ok(Tried::Later),
        Err(error) => Err(error::send(py, error, &socket.describe())),
    }
}

/// Sends rows until one must wait; that one is kept in `next`.
fn send_rows(
    py: Python<'_>,
    socket: &Socket,
    core: &zmq4_core::Socket,
    rows: &Py<PyAny>,
    next: &mut Option<Py<PyAny>>,
    accepted: &mut usize,
) -> PyResult<Tried> {
    loop {
        let row = match next.take() {
            Some(row) => row.into_bound(py),
            None => match rows.bind(py).cast::<pyo3::types::PyIterator>()?.clone().next() {
                Some(row) => row?,
                None => return Ok(Tried::Done(accepted.into_pyobject(py)?.into_ptr())),
            },
        };
        let frames = frames_of(&row)?;
        let message = OutgoingMessage::new(frames.iter().map(Bound::as_borrowed))?;
        if message.parts().is_empty() {
            return Err(PyTypeError::new_err("a message has at least one frame"));
        }
        match sent(py, socket, core.try_send(message.parts()))? {
            Tried::Done(nothing) => {
                // SAFETY: a reference to None that we own.
                drop(unsafe { Bound::from_owned_ptr(py, nothing) });
                *accepted += 1;
            }
            Tried::Later => {
                *next = Some(row.unbind());
                return Ok(Tried::Later);
            }
        }
    }
}

impl Waiting {
    /// Ends the wait: the loop need not know the token any more. A wake that was not used is passed on
    /// when the wait is dropped.
    fn forget(self, py: Python<'_>) {
        drop(self.wait);
        if let Err(error) = self.bridge.call_method1(py, "forget", (self.token,)) {
            error.write_unraisable(py, None);
        }
    }
}

// ---- slots --------------------------------------------------------------------------------------------

/// The operation behind a pointer.
///
/// # Safety
///
/// A live operation, used by one thread at a time: the interpreter's slots are.
unsafe fn get<'a>(object: *mut ffi::PyObject) -> &'a mut OperationObject {
    // SAFETY: the caller's.
    unsafe { &mut *object.cast::<OperationObject>() }
}

/// The operation that a method was called on.
fn checked<'a>(slf: Borrowed<'_, '_, PyAny>) -> &'a mut OperationObject {
    // SAFETY: the descriptor checked the type, and one thread at a time uses an operation.
    unsafe { get(slf.as_ptr()) }
}

unsafe extern "C" fn itself(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: called on a live object.
    unsafe {
        ffi::Py_INCREF(object);
    }
    object
}

unsafe extern "C" fn am_send(
    object: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    result: *mut *mut ffi::PyObject,
) -> ffi::PySendResult {
    // SAFETY: the interpreter calls slots attached, on a live operation.
    let (py, operation) = unsafe { (Python::assume_attached(), get(object)) };
    let mut yields = false;
    let stepped = raw::guard(py, || {
        Ok(match operation.step(py, value)? {
            Step::Return(value) => value,
            Step::Yield(value) => {
                yields = true;
                value
            }
        })
    });
    // SAFETY: the interpreter gave a place for the result.
    unsafe { *result = stepped };
    match (stepped.is_null(), yields) {
        (true, _) => ffi::PySendResult::PYGEN_ERROR,
        (false, true) => ffi::PySendResult::PYGEN_NEXT,
        (false, false) => ffi::PySendResult::PYGEN_RETURN,
    }
}

/// What a method or `next` does with a step: a value is yielded, and a result becomes `StopIteration`.
fn as_iteration(py: Python<'_>, step: Step) -> PyResult<*mut ffi::PyObject> {
    match step {
        Step::Yield(value) => Ok(value),
        Step::Return(value) => {
            // SAFETY: a reference that we own.
            let value = unsafe { Bound::from_owned_ptr(py, value) };
            Err(pyo3::exceptions::PyStopIteration::new_err((value.unbind(),)))
        }
    }
}

unsafe extern "C" fn next(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls slots attached, on a live operation.
    let (py, operation) = unsafe { (Python::assume_attached(), get(object)) };
    raw::guard(py, || as_iteration(py, operation.step(py, py.None().as_ptr())?))
}

raw_method!(method_send, |slf: Borrowed<'_, '_, PyAny>, args: Arguments<'_>| {
    let Some(value) = args.get(0) else {
        return Err(PyTypeError::new_err("send() takes one value"));
    };
    let operation = checked(slf);
    as_iteration(slf.py(), operation.step(slf.py(), value.as_ptr())?)
});

raw_method!(method_throw, |slf: Borrowed<'_, '_, PyAny>, args: Arguments<'_>| {
    let py = slf.py();
    let Some(thrown) = args.get(0) else {
        return Err(PyTypeError::new_err("throw() takes an exception"));
    };
    let operation = checked(slf);
    match std::mem::replace(&mut operation.stage, Stage::Running) {
        Stage::Waiting(waiting) => {
            match waiting.inner.bind(py).call_method1("throw", args.tuple()?) {
                Ok(value) => {
                    operation.stage = Stage::Waiting(waiting);
                    Ok(value.into_ptr())
                }
                Err(error) => {
                    waiting.forget(py);
                    operation.fail(error)
                }
            }
        }
        Stage::Fresh | Stage::Running | Stage::Finished => {
            let value = args.get(1).filter(|value| !value.is_none());
            let error = match (thrown.cast::<PyType>(), value) {
                (Ok(class), None) => PyErr::from_type(class.to_owned(), ()),
                (Ok(class), Some(value)) if !value.is_instance(&class)? => {
                    PyErr::from_type(class.to_owned(), (value.to_owned().unbind(),))
                }
                (_, Some(value)) => PyErr::from_value(value.to_owned()),
                (Err(_), None) => PyErr::from_value(thrown.to_owned()),
            };
            operation.fail(error)
        }
    }
});

raw_method!(method_close, |slf: Borrowed<'_, '_, PyAny>, _args: Arguments<'_>| {
    let py = slf.py();
    let operation = checked(slf);
    if let Stage::Waiting(waiting) = std::mem::replace(&mut operation.stage, Stage::Finished) {
        waiting.forget(py);
    }
    Ok(none(py))
});

unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls slots attached, on a live operation.
    let (py, operation) = unsafe { (Python::assume_attached(), get(object)) };
    raw::guard(py, || {
        let text = format!("<operation of {}>", operation.socket(py).describe());
        Ok(text.into_pyobject(py)?.into_ptr())
    })
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: called by the collector on a live operation; nothing is changed.
    unsafe {
        let operation = get(object);
        let mut all = vec![ffi::Py_TYPE(object).cast(), operation.socket];
        match &operation.work {
            Work::ReceiveInto(one) | Work::Send(one) => all.push(one.as_ptr()),
            Work::SendFrames(frames) => all.extend(frames.iter().map(Py::as_ptr)),
            Work::SendMany { rows, next, .. } => {
                all.push(rows.as_ptr());
                all.extend(next.iter().map(Py::as_ptr));
            }
            Work::Receive(_) | Work::ReceiveMany(_) => {}
        }
        if let Stage::Waiting(waiting) = &operation.stage {
            all.extend([waiting.inner.as_ptr(), waiting.bridge.as_ptr()]);
        }
        for child in all {
            let stop = visit(child, arg);
            if stop != 0 {
                return stop;
            }
        }
        0
    }
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: called by the collector, attached, on a live operation that is part of garbage.
    unsafe { get(object) }.stage = Stage::Finished;
    0
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: called once, attached, when nobody refers to the operation any more.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let operation = object.cast::<OperationObject>();
        if matches!((*operation).stage, Stage::Fresh) {
            warn_never_awaited(Python::assume_attached(), &*operation);
        }
        let class = ffi::Py_TYPE(object);
        addr_of_mut!((*operation).stage).drop_in_place();
        addr_of_mut!((*operation).work).drop_in_place();
        ffi::Py_XDECREF((*operation).socket);
        ffi::PyObject_GC_Del(object.cast());
        ffi::Py_DECREF(class.cast());
    }
}

/// An operation that nobody awaited did nothing: almost always a forgotten `await`.
fn warn_never_awaited(py: Python<'_>, operation: &OperationObject) {
    let earlier = PyErr::take(py);
    let text = format!("an operation of {} was never awaited", operation.socket(py).describe());
    let text = std::ffi::CString::new(text).unwrap_or_default();
    if let Err(error) = PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), &text, 1) {
        error.write_unraisable(py, None);
    }
    if let Some(earlier) = earlier {
        earlier.restore(py);
    }
}

const METHODS: [Method; 3] = [
    Method {
        name: c"send",
        function: method_send,
        doc: c"send($self, value, /)\n--\n\nOne step of the coroutine.",
    },
    Method {
        name: c"throw",
        function: method_throw,
        doc: c"throw($self, typ, val=None, tb=None, /)\n--\n\nRaises an exception where the coroutine waits.",
    },
    Method {
        name: c"close",
        function: method_close,
        doc: c"close($self, /)\n--\n\nEnds the coroutine; nothing was sent or received.",
    },
];

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    // SAFETY: the end of the list is a definition without a name.
    let end = unsafe { std::mem::zeroed::<ffi::PyMethodDef>() };
    let mut methods: Vec<ffi::PyMethodDef> = METHODS
        .iter()
        // SAFETY: the definition was just made, and it lives for ever.
        .map(|&method| unsafe { raw::definition(method).read() })
        .collect();
    methods.push(end);
    let methods = Box::leak(methods.into_boxed_slice());
    let slots = [
        (ffi::Py_tp_dealloc, dealloc as *mut c_void),
        (ffi::Py_tp_traverse, traverse as *mut c_void),
        (ffi::Py_tp_clear, clear as *mut c_void),
        (ffi::Py_tp_repr, repr as *mut c_void),
        (ffi::Py_tp_iternext, next as *mut c_void),
        (ffi::Py_am_await, itself as *mut c_void),
        (ffi::Py_am_send, am_send as *mut c_void),
        (ffi::Py_tp_methods, methods.as_mut_ptr().cast()),
        (0, null_mut()),
    ];
    let mut slots = slots.map(|(slot, pfunc)| ffi::PyType_Slot { slot, pfunc });
    let flags = ffi::Py_TPFLAGS_DEFAULT
        | ffi::Py_TPFLAGS_HAVE_GC
        | ffi::Py_TPFLAGS_IMMUTABLETYPE
        | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION;
    let mut spec = ffi::PyType_Spec {
        name: c"zmq4._native.Operation".as_ptr(),
        basicsize: c_int::try_from(size_of::<OperationObject>())?,
        itemsize: 0,
        flags: u32::try_from(flags)?,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the spec is complete, and everything it points to lives for ever or is copied.
    let made = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpec(&raw mut spec))? };
    Ok(made.cast_into::<PyType>()?.unbind())
}
