"""ZeroMQ sockets for threads; `zmq4.asyncio` has the same for asyncio.

```python
import zmq4

with zmq4.Pull(bind="tcp://127.0.0.1:0") as pull, zmq4.Push(connect=pull.endpoint) as push:
    push.send(b"hello")
    assert pull.recv(timeout=5).content == b"hello"
```

Sockets may be used from any thread. Times are in seconds, `timeout=None` is the socket's own limit
and `timeout=0` does not wait. All errors are `ZMQError`s, and built-in exceptions where one fits.
"""

from zmq4 import _process as _process  # registers with fork, interpreter exit and the log
from zmq4._endpoint import Endpoint
from zmq4._events import Events
from zmq4._native import Context, Frame, Message, Peer, Request, Subscription
from zmq4._pipeline import Dealer, Pair, Pull, Push
from zmq4._poller import Poller, PollEvent
from zmq4._proxy import Proxy
from zmq4._publish_subscribe import Pub, Sub, XPub, XSub
from zmq4._request_reply import Rep, Req, Router
from zmq4.error import (
    AddressInUse,
    AuthError,
    CertificateError,
    Closed,
    ContextTerminated,
    EndpointError,
    ForkError,
    InvalidEndpoint,
    MessageTooLarge,
    MultipartError,
    NoPeers,
    OptionError,
    ProtocolError,
    StateError,
    Timeout,
    Unroutable,
    WouldBlock,
    ZMQError,
)
from zmq4.events import (
    Accepted,
    AcceptFailed,
    Connected,
    ConnectFailed,
    Connecting,
    Disconnected,
    Dropped,
    EndpointClosed,
    Event,
    HandshakeFailed,
    Listening,
)
from zmq4.options import Backoff, Heartbeat, SocketOptions, TcpKeepalive
from zmq4.security import (
    Applicant,
    Certificate,
    CertificateDirectory,
    CurveClient,
    CurveServer,
    KeyPair,
    Null,
    PasswordFile,
    PlainClient,
    PlainServer,
    SecurityWarning,
    Verdict,
)
from zmq4.stats import Flow, Handshakes, ProxyStats, Stats
from zmq4.types import Receiver, Sender

__all__ = [
    "AcceptFailed",
    "Accepted",
    "AddressInUse",
    "Applicant",
    "AuthError",
    "Backoff",
    "Certificate",
    "CertificateDirectory",
    "CertificateError",
    "Closed",
    "ConnectFailed",
    "Connected",
    "Connecting",
    "Context",
    "ContextTerminated",
    "CurveClient",
    "CurveServer",
    "Dealer",
    "Disconnected",
    "Dropped",
    "Endpoint",
    "EndpointClosed",
    "EndpointError",
    "Event",
    "Events",
    "Flow",
    "ForkError",
    "Frame",
    "HandshakeFailed",
    "Handshakes",
    "Heartbeat",
    "InvalidEndpoint",
    "KeyPair",
    "Listening",
    "Message",
    "MessageTooLarge",
    "MultipartError",
    "NoPeers",
    "Null",
    "OptionError",
    "Pair",
    "PasswordFile",
    "Peer",
    "PlainClient",
    "PlainServer",
    "PollEvent",
    "Poller",
    "ProtocolError",
    "Proxy",
    "ProxyStats",
    "Pub",
    "Pull",
    "Push",
    "Receiver",
    "Rep",
    "Req",
    "Request",
    "Router",
    "SecurityWarning",
    "Sender",
    "SocketOptions",
    "StateError",
    "Stats",
    "Sub",
    "Subscription",
    "TcpKeepalive",
    "Timeout",
    "Unroutable",
    "Verdict",
    "WouldBlock",
    "XPub",
    "XSub",
    "ZMQError",
]
