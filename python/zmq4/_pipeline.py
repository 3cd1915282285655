"""Sockets for threads that pass messages on or talk freely: PUSH, PULL, PAIR, DEALER."""

from __future__ import annotations

from typing import ClassVar

from zmq4._native import Message
from zmq4._socket import ReceivingSocket, SendingSocket


class Push(SendingSocket):
    """Sends each message to one of its peers, in turn; they are `Pull`s.

    ```python
    with zmq4.Push(connect="tcp://10.0.0.7:5555") as push:
        push.send(b"one frame")
        push.send("head", b"body")
    ```

    Source: RFC 30/PIPELINE, "The PUSH Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "PUSH"


class Pull(ReceivingSocket[Message]):
    """Receives from all of its peers, in turn; they are `Push`es.

    ```python
    with zmq4.Pull(bind="tcp://127.0.0.1:5555") as pull:
        for message in pull:
            print(message.text)
    ```

    Source: RFC 30/PIPELINE, "The PULL Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "PULL"


class Pair(SendingSocket, ReceivingSocket[Message]):
    """Talks with exactly one peer, another `Pair`; further ones are turned away.

    Source: RFC 31/EXPAIR, "The PAIR Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "PAIR"


class Dealer(SendingSocket, ReceivingSocket[Message]):
    """Sends each message to one of its peers, in turn, and receives from all of them, in turn.

    Its peers are `Dealer`s, `Router`s and `Rep`s; a `Rep` wants an empty frame in front.

    Source: RFC 28/REQREP, "The DEALER Socket Type".
    """

    __slots__ = ()
    _socket_type: ClassVar[str] = "DEALER"
