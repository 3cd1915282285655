"""What the sockets of both faces share: everything that does not wait."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Generic, TypeVar

from zmq4 import _native
from zmq4._endpoint import EndpointBase
from zmq4._exposure import warn_if_exposed
from zmq4.error import InvalidEndpoint, StateError, ZMQError
from zmq4.stats import Handshakes, Stats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from zmq4._native import Context, EndpointHandle, Inquiry, Peer
    from zmq4.options import SocketOptions
    from zmq4.types import Address, Addresses

E = TypeVar("E", bound=EndpointBase)


class SocketBase(_native.Socket, Generic[E]):
    """A socket of either face. The native base holds its state, so there is no instance dict."""

    __slots__ = ()

    def __init__(
        self,
        *,
        bind: Addresses | None = None,
        connect: Addresses | None = None,
        context: Context | None = None,  # noqa: ARG002 (taken by the native constructor)
        **options: Unpack[SocketOptions],
    ) -> None:
        """Make a socket, bind it and connect it.

        Args:
            bind: Address to bind, or several, or an endpoint of another socket.
            connect: Address to connect to, or several, or an endpoint of another socket.
            context: The context to belong to; the process's own by default.
            options: See `SocketOptions`. Each is an attribute too.

        Raises:
            OptionError: An option is unknown or out of range.
            InvalidEndpoint: An address breaks its grammar.
            AddressInUse: An address to bind is taken.
            EndpointError: The system refuses an address for another reason.
            ContextTerminated: The context was terminated.
        """
        try:
            # The native constructor has them already, unless a subclass adds some of its own.
            for name, value in options.items():
                setattr(self, name, value)
            self._open_all(bind, connect)
        except BaseException:
            self.close(linger=0)
            raise

    def bind(self, address: Address) -> E:
        """Bind an address, so that peers can connect to it.

        Args:
            address: As in `tcp://127.0.0.1:5555`; `*` stands for all interfaces or any port.

        Returns:
            The endpoint; its address has the real port.

        Raises:
            InvalidEndpoint: The address breaks its grammar.
            AddressInUse: Another socket has the address.
            EndpointError: The system refuses the address for another reason.
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        return self._open(self._bind, address)

    def connect(self, address: Address) -> E:
        """Connect to an address; the connection is made, and made again, in the background.

        Args:
            address: As in `tcp://10.0.0.7:5555`, or an endpoint of another socket.

        Returns:
            The endpoint; `ready()` waits until a peer is there.

        Raises:
            InvalidEndpoint: The address breaks its grammar, or can only be bound.
            Closed: The socket is closed.
            ContextTerminated: Its context was terminated.
            ForkError: It belongs to the process before a fork.
        """
        return self._open(self._connect, address)

    def unbind(self, address: Address) -> None:
        """Stop listening at an address; connections made through it end.

        Args:
            address: What `bind` returned, or its address with the real port.

        Raises:
            InvalidEndpoint: The socket is not bound to it.
        """
        self._find(address, is_bound=True).close()

    def disconnect(self, address: Address) -> None:
        """End the connection to an address, and do not make it again.

        Args:
            address: What `connect` returned, or its address.

        Raises:
            InvalidEndpoint: The socket is not connecting to it.
        """
        self._find(address, is_bound=False).close()

    @property
    def endpoints(self) -> list[E]:
        """The endpoints that are open, oldest first."""
        return [self._endpoint_of(handle) for handle in self._endpoints()]

    @property
    def endpoint(self) -> E:
        """The endpoint opened last; StateError if there is none."""
        handles = self._endpoints()
        if not handles:
            raise StateError(f"{type(self).__name__} has no endpoint; bind() or connect() it first")
        return self._endpoint_of(handles[-1])

    def peers(self) -> list[Peer]:
        """List the peers that are connected, their handshake done."""
        return [peer for handle in self._endpoints() for peer in handle.peers]

    def stats(self) -> Stats:
        """Count what the socket did so far, and what it holds."""
        counters, handshakes = self._stats()
        return Stats(*counters, Handshakes(*handshakes))

    def _open_all(self, bind: Addresses | None, connect: Addresses | None) -> None:
        for address in _listed(bind):
            self.bind(address)
        for address in _listed(connect):
            self.connect(address)

    def _open(self, open_one: Callable[[str], EndpointHandle], address: Address) -> E:
        try:
            text = str(address)
            warn_if_exposed(self.security, text)
            inquiry = self._inquiry
            if inquiry is not None:
                self._attend(inquiry)
            return self._endpoint_of(open_one(text))
        except ZMQError as error:
            error.socket = type(self).__name__
            raise

    def _find(self, address: Address, *, is_bound: bool) -> E:
        """Find the open endpoint that is ``address``, or else the first one of that address."""
        candidates = [each for each in self.endpoints if (each.state == "listening") is is_bound]
        wanted = _native.normal_form(str(address))
        same_address = [each for each in candidates if str(each) == wanted]
        for each in same_address:
            if each == address:
                return each
        if same_address:
            return same_address[0]
        verb = "bound to" if is_bound else "connecting to"
        others = ", ".join(map(str, candidates)) or "nothing"
        text = f"{type(self).__name__} is not {verb} {address}, but {verb} {others}"
        raise InvalidEndpoint(text)

    def _attend(self, inquiry: Inquiry) -> None:
        """Have the face ask the program about peers."""
        raise NotImplementedError

    def _endpoint_of(self, handle: EndpointHandle) -> E:
        """Make the face's endpoint of a native one."""
        raise NotImplementedError

    def __repr__(self) -> str:
        face = type(self).__module__.partition("._")[0]
        state = "closed" if self.closed else ", ".join(map(str, self.endpoints)) or "no endpoint"
        return f"<{face}.{type(self).__name__} {state}>"

    def __del__(self) -> None:
        if self.closed:
            return
        try:
            warnings.warn(f"unclosed socket {self!r}", ResourceWarning, stacklevel=2, source=self)
        finally:
            self.close()

    if not TYPE_CHECKING:
        # A type checker that saw this would let every misspelt attribute pass.

        def __setattr__(self, name: str, value: object) -> None:
            """Set an option; a name that is none is told which one may have been meant."""
            try:
                super().__setattr__(name, value)
            except AttributeError as error:
                if hasattr(type(self), name):
                    raise
                text = f"{type(self).__name__} has no option {name!r}{_hint(type(self), name)}"
                raise AttributeError(text, name=name, obj=self) from error


def _listed(addresses: Addresses | None) -> Iterable[Address]:
    if addresses is None:
        return ()
    if isinstance(addresses, bytes):
        raise TypeError(f"an address is text, not bytes: {addresses!r}")
    return [addresses] if isinstance(addresses, (str, EndpointBase)) else addresses


def _hint(cls: type, name: str) -> str:
    """Guess which attribute a misspelt name means."""
    from difflib import get_close_matches  # noqa: PLC0415 (costs a program without typos nothing)

    known = [each for each in dir(cls) if not each.startswith("_")]
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
