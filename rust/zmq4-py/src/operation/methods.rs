//! The methods of the asyncio face: each makes an operation and does nothing else.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::operation;
use super::work::Work;
use crate::held::Held;
use crate::raw::raw_method;
use crate::receive::{self, Target};
use crate::send;
use crate::wait::Limit;

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
    operation(slf, Work::ReceiveInto(Held::new(buffer.to_owned())), limit)
});

raw_method!(recv_many, |slf, args| {
    let (max, limit) = receive::many_arguments(args)?;
    operation(slf, Work::ReceiveMany(max), limit)
});

raw_method!(send, |slf, args| {
    let limit = Limit::new(args.keyword("timeout")?)?;
    let mut frames = (0..args.len()).filter_map(|at| args.get(at)).map(|f| Held::new(f.to_owned()));
    let work = match (frames.next(), args.len()) {
        (None, _) => return Err(PyTypeError::new_err("send() takes at least one frame")),
        (Some(frame), 1) => Work::Send(frame),
        (Some(first), _) => Work::SendFrames(std::iter::once(first).chain(frames).collect()),
    };
    operation(slf, work, limit)
});

raw_method!(send_to, |slf, args| {
    let limit = Limit::new(args.keyword("timeout")?)?;
    send::check_addressed(args)?;
    let frames = (0..args.len()).filter_map(|at| args.get(at)).map(|f| Held::new(f.to_owned()));
    operation(slf, Work::SendFrames(frames.collect()), limit)
});

raw_method!(send_many, |slf, args| {
    let limit = Limit::new(args.keyword("timeout")?)?;
    let (Some(rows), 1) = (args.get(0), args.len()) else {
        return Err(PyTypeError::new_err("send_many() takes one iterable of messages"));
    };
    let rows = Held::new(rows.try_iter()?.into_any());
    operation(slf, Work::SendMany { rows, next: None, accepted: 0 }, limit)
});
