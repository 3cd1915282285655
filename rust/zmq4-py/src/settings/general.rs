//! The options that sockets of every type have.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use zmq4_core::proto::MinVersion;
use zmq4_core::{Backoff, OnFull, SocketOptions};

use super::object::{
    backoff, backoff_object, heartbeat, heartbeat_object, keepalive, keepalive_object, metadata,
    metadata_object, routing_id,
};
use super::scalar::{any, boolean, count, limit, octets, optional, seconds};
use super::value::{Refusal, Value, core_value};
use crate::own::Timeouts;

core_value!(SEND_HWM, |py, o| any(py, o.pipe.send_hwm), |o, v| o.pipe.send_hwm = count(v)?);
core_value!(RECV_HWM, |py, o| any(py, o.pipe.recv_hwm), |o, v| o.pipe.recv_hwm = count(v)?);
core_value!(SEND_HWM_BYTES, |py, o| any(py, o.pipe.send_hwm_bytes), |o, v| {
    o.pipe.send_hwm_bytes = octets(v)?;
});
core_value!(RECV_HWM_BYTES, |py, o| any(py, o.pipe.recv_hwm_bytes), |o, v| {
    o.pipe.recv_hwm_bytes = octets(v)?;
});
core_value!(LINGER, |py, o| limit(py, o.session.linger), |o, v| o.session.linger = seconds(v)?);
pub(crate) const SEND_TIMEOUT: Value = Value::Timeout(Timeouts::send, Timeouts::set_send);
pub(crate) const RECV_TIMEOUT: Value = Value::Timeout(Timeouts::receive, Timeouts::set_receive);
core_value!(
    ON_FULL,
    |py, o| any(
        py,
        match o.pipe.on_full {
            OnFull::Block => "block",
            OnFull::DropNewest => "drop_newest",
            OnFull::DropOldest => "drop_oldest",
            OnFull::Error => "error",
        }
    ),
    |o, v| o.pipe.on_full = on_full(v)?
);
core_value!(IMMEDIATE, |py, o| any(py, o.session.immediate), |o, v| {
    o.session.immediate = boolean(v)?;
});
core_value!(CONFLATE, |py, o| any(py, o.pipe.conflate), |o, v| o.pipe.conflate = boolean(v)?);
core_value!(HEARTBEAT, true, |py, o| heartbeat_object(py, o), |o, v| {
    o.session.heartbeat = optional(v, heartbeat)?;
});
core_value!(RECONNECT, true, |py, o| backoff_object(py, o), |o, v| {
    o.session.reconnect =
        optional(v, backoff)?.unwrap_or(Backoff { initial: None, ..Backoff::default() });
});
core_value!(CONNECT_TIMEOUT, |py, o| limit(py, o.link.connect_timeout), |o, v| {
    o.link.connect_timeout = seconds(v)?;
});
core_value!(HANDSHAKE_TIMEOUT, |py, o| limit(py, o.session.handshake_timeout), |o, v| {
    o.session.handshake_timeout = seconds(v)?;
});
core_value!(MAX_MESSAGE_SIZE, |py, o| any(py, o.session.max_message_size), |o, v| {
    o.session.max_message_size = optional(v, octets)?.and_then(|n| u64::try_from(n).ok());
});
core_value!(KERNEL_SEND_BUFFER, |py, o| any(py, o.link.kernel_send_buffer), |o, v| {
    o.link.kernel_send_buffer = optional(v, octets)?;
});
core_value!(KERNEL_RECV_BUFFER, |py, o| any(py, o.link.kernel_recv_buffer), |o, v| {
    o.link.kernel_recv_buffer = optional(v, octets)?;
});
core_value!(BACKLOG, |py, o| any(py, o.link.backlog), |o, v| {
    o.link.backlog =
        v.extract().map_err(|_| Refusal::Range("a number of connections, 0 or more"))?;
});
core_value!(IPV6, |py, o| any(py, o.link.ipv6), |o, v| o.link.ipv6 = boolean(v)?);
core_value!(TCP_KEEPALIVE, true, |py, o| keepalive_object(py, o), |o, v| {
    o.link.keepalive = optional(v, keepalive)?;
});
core_value!(TCP_USER_TIMEOUT, |py, o| limit(py, o.link.user_timeout), |o, v| {
    o.link.user_timeout = seconds(v)?;
});
core_value!(
    ROUTING_ID,
    |py, o| Ok(PyBytes::new(py, o.session.routing_id.as_bytes()).into_any()),
    |o, v| o.session.routing_id = routing_id(v)?
);
core_value!(MIN_VERSION, |py, o| any(py, o.session.min_version.name()), |o, v| {
    o.session.min_version = v
        .extract::<String>()
        .ok()
        .and_then(|name| MinVersion::from_name(&name))
        .ok_or(Refusal::Range("\"2.0\", \"3.0\" or \"3.1\""))?;
});
core_value!(METADATA, |py, o| metadata_object(py, o), |o, v| o.session.metadata = metadata(v)?);
core_value!(MAX_FRAMES, |py, o| any(py, o.session.max_frames), |o, v| {
    o.session.max_frames = v
        .extract()
        .ok()
        .filter(|&n: &u32| n > 0)
        .ok_or(Refusal::Range("a number of frames, 1 or more"))?;
});
core_value!(MAX_MESSAGE_OCTETS, |py, o| any(py, o.session.max_message_octets), |o, v| {
    o.session.max_message_octets = u64::try_from(octets(v)?).unwrap_or(u64::MAX);
});

fn on_full(value: &Bound<'_, PyAny>) -> Result<OnFull, Refusal> {
    match value.extract::<String>().as_deref() {
        Ok("block") => Ok(OnFull::Block),
        Ok("drop_newest") => Ok(OnFull::DropNewest),
        Ok("drop_oldest") => Ok(OnFull::DropOldest),
        Ok("error") => Ok(OnFull::Error),
        _ => Err(Refusal::Range("\"block\", \"drop_newest\", \"drop_oldest\" or \"error\"")),
    }
}
