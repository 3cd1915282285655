"""ZeroMQ sockets for asyncio: the classes of `zmq4`, with an `await` where a call may wait.

```python
import asyncio, zmq4.asyncio

async def main() -> None:
    async with (
        zmq4.asyncio.Pull(bind="tcp://127.0.0.1:0") as pull,
        zmq4.asyncio.Push(connect=pull.endpoint) as push,
    ):
        await push.send(b"hello")
        async for message in pull:
            ...
```

What `send`, `recv` and their kin return are coroutines: tasks, groups, time-outs and cancellation
act on them as on any other, and a cancelled receive never takes a message. A socket is not bound to
a loop, but belongs to one thread at a time.
"""

from zmq4.asyncio._endpoint import Endpoint
from zmq4.asyncio._events import Events
from zmq4.asyncio._pipeline import Dealer, Pair, Pull, Push
from zmq4.asyncio._poller import Poller
from zmq4.asyncio._proxy import Proxy
from zmq4.asyncio._publish_subscribe import Pub, Sub, XPub, XSub
from zmq4.asyncio._request_reply import Rep, Req, Router
from zmq4.asyncio.types import Receiver, Sender

__all__ = [
    "Dealer",
    "Endpoint",
    "Events",
    "Pair",
    "Poller",
    "Proxy",
    "Pub",
    "Pull",
    "Push",
    "Receiver",
    "Rep",
    "Req",
    "Router",
    "Sender",
    "Sub",
    "XPub",
    "XSub",
]
