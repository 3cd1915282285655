r"""Testing machines of protocols in virtual time: a clock, a world, a peer that follows a script.

```python
world = zmq4.testing.World(seed=1, latency=(0.001, 0.01))
broker = world.add("broker", lambda: Broker("tcp://broker:5555"))
worker = world.peer("worker", connect="tcp://broker:5555")
worker.send("MDPW02", b"\1", "echo")
world.run(20)
assert worker.received[-1] == (b"MDPW02", b"\5")
```

Nothing here opens a socket, starts a thread or reads a clock: an hour passes in an instant, and the
same seed gives the same hour.
"""

from zmq4.testing._clock import ManualClock
from zmq4.testing._node import Node, Stuck
from zmq4.testing._parcel import Parcel
from zmq4.testing._scripted_peer import ScriptedPeer
from zmq4.testing._world import World

__all__ = ["ManualClock", "Node", "Parcel", "ScriptedPeer", "Stuck", "World"]
