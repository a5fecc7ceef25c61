"""What a single connection may cost: uvicorn's way to speak HTTP, with limits.

Here: how many connections there are, how long and how large a head may be, and that whoever asks
reads the answer. Not here: bodies and what is done with them, which have their limits in
``petcore.api.document``, and how often somebody may ask, which the door knows.
"""

import asyncio
import logging
import sys
from collections import Counter
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address, ip_network
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from petcore.api.desktop_pet.errors import SHAPE
from petcore.errors import BadInput
from petcore.rules.limits import counted
from petcore.settings import is_loopback

HEAD_S = 10.0
"""How long a client may take for the head of a request, in seconds."""
HEAD_BYTES_MAX = 16 * 1024
"""Bytes of a head, with the request line and the empty line at its end."""
STALL_S = 20.0
"""How long a client may read nothing of what is sent to it, in seconds."""

_BAD_REQUEST, _HEAD_TOO_LARGE = 400, 431
_UNKNOWN = sys.maxsize

_log = logging.getLogger("petcore.connections")


@dataclass(frozen=True, slots=True)
class Limits:
    """``connections_max`` in one process, ``per_address_max`` of them from one address. This
    machine and ``proxies`` (addresses, networks, or ``*``) speak for many and may have all.
    """

    connections_max: int
    per_address_max: int
    proxies: tuple[str, ...] = ()
    head_s: float = HEAD_S
    head_bytes_max: int = HEAD_BYTES_MAX
    stall_s: float = STALL_S


def bounded(limits: Limits) -> type[asyncio.Protocol]:
    """What uvicorn is to speak (its setting ``http``); all connections of a process share it."""
    return cast("type[asyncio.Protocol]", partial(Connection, limits, Connections(limits)))


class Connections:
    """The connections of a process: how many there are, and from where."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._trusts_all = "*" in limits.proxies
        self._proxies = [ip_network(each) for each in limits.proxies if each != "*"]
        self._count = 0
        self._by_source = Counter[str]()
        self._is_full = False

    def admit(self, address: str) -> bool:
        """Whether there may be one more from ``address``, which then is there until it leaves."""
        source = counted(address)
        if self._count >= self._limits.connections_max:
            self._tell()
            return False
        if self._by_source[source] >= self._limits.per_address_max and not self._is_many(address):
            return False
        self._count += 1
        self._by_source[source] += 1
        return True

    def leave(self, address: str) -> None:
        """One that was admitted is gone."""
        source = counted(address)
        self._count -= 1
        self._by_source[source] -= 1
        if not self._by_source[source]:
            del self._by_source[source]
        if self._count <= self._limits.connections_max // 2:
            self._is_full = False

    def _is_many(self, address: str) -> bool:
        if is_loopback(address) or self._trusts_all:
            return True
        # Who is gone again by now has no address.
        return bool(address) and any(ip_address(address) in each for each in self._proxies)

    def _tell(self) -> None:
        # Once, until there is room again: whoever knocks must not fill the log.
        if not self._is_full:
            self._is_full = True
            most = self._limits.connections_max
            _log.warning("all %s connections are taken (PETCORE_CONNECTIONS_MAX)", most)


class Connection(HttpToolsProtocol):
    """A connection that ends when its client keeps it waiting."""

    def __init__(
        self,
        limits: Limits,
        connections: Connections,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._crowd = connections
        self._address: str | None = None
        self._refusal = _BAD_REQUEST, "this is not HTTP"
        self._is_deaf = False
        self._idle_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._unsent = _UNKNOWN

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, if there is room, and wait for a head."""
        super().connection_made(cast("asyncio.Transport", transport))
        address = self.client[0] if self.client else ""
        if self._crowd.admit(address):
            self._address = address
            self._await_head()
        else:
            self._is_deaf = True
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room."""
        self._forget_head()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
        if self._address is not None:
            self._crowd.leave(self._address)
        super().connection_lost(exc)

    # What comes in

    def data_received(self, data: bytes) -> None:
        """Read on. Time runs while nothing is due to the client: for a head, and for the rest of
        a body that was answered before it was there.
        """
        if self._is_deaf:
            return
        self._idle_bytes += len(data)
        self._parse(data)
        if self._idle_bytes > self._limits.head_bytes_max and not self._is_deaf:
            self._refuse_head()
            self.send_400_response("")
        elif self.cycle is None or self.cycle.response_complete:
            self._await_head()
        elif self._head_timer is not None:
            self._forget_head()

    def _parse(self, data: bytes) -> None:
        """As uvicorn does, but for its warnings: whoever sends nonsense must not fill the log."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except HttpParserError:
            _log.debug("what came is not HTTP")
            self.send_400_response("")
        except HttpParserUpgrade:
            # It is answered as if nothing but HTTP/1.1 had been asked for (RFC 9110, 7.8).
            _log.debug("another protocol was asked for, which is not spoken here")

    def on_headers_complete(self) -> None:
        """Begin with the request, unless its head is too large."""
        self._idle_bytes = 0
        fields = sum(len(name) + len(value) + 4 for name, value in self.headers)
        line = len(self.parser.get_method()) + len(self.url) + len("  HTTP/1.1\r\n")
        if line + fields + len("\r\n") > self._limits.head_bytes_max:
            self._refuse_head()
            raise ValueError  # which is how a parser is told to stop
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take it. What is neither head nor body, such as a trailer, counts as a head does."""
        self._idle_bytes = 0
        super().on_body(body)

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self._limits.head_s, self._close)

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    # What cannot be read

    def send_400_response(self, msg: str) -> None:
        """Answer, if it is this request's turn, and hear no more. What was asked before is done
        first.
        """
        self._is_deaf = True
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._tell_refusal()
            # The client hears of it, even if it is still sending; then it has its time to go.
            self.transport.write_eof()
            self._await_head()
        elif cycle.more_body:
            if not (cycle.response_started or self.pipeline):
                self._tell_refusal()
            self._close()
        else:
            cycle.keep_alive = False

    def _refuse_head(self) -> None:
        most = self._limits.head_bytes_max
        self._refusal = _HEAD_TOO_LARGE, f"the head must have at most {most} bytes"

    def _tell_refusal(self) -> None:
        status, message = self._refusal
        reply = SHAPE.reply(BadInput(message))._replace(status=status)
        headers = (*self.server_state.default_headers, *reply.headers, (b"connection", b"close"))
        lines = (b"%b: %b\r\n" % field for field in headers)
        self.transport.write(b"".join((STATUS_LINE[status], *lines, b"\r\n", reply.body)))

    # What goes out

    def pause_writing(self) -> None:
        """More is to be sent than the client takes."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        self._unsent = _UNKNOWN

    def on_response_complete(self) -> None:
        """All is said, but the client may not have heard it yet."""
        super().on_response_complete()
        self._watch()

    def _close(self) -> None:
        """Hang up once everything is sent, or nothing is read any more."""
        self.transport.close()
        self._watch()

    def _watch(self) -> None:
        """See to it that what is unsent becomes less. What has just come to it has its full time
        yet.
        """
        self._unsent = _UNKNOWN
        if self._stall_timer is None:
            self._look()

    def _look(self) -> None:
        """Compare what is unsent with the last time; but for an answer that comes in parts and
        is not waited for, since there it says nothing.
        """
        self._stall_timer = None
        before, self._unsent = self._unsent, self.transport.get_write_buffer_size()
        if not self._unsent or self._is_at_ease():
            return
        if self._unsent >= before:
            self.transport.abort()
        else:
            self._stall_timer = self.loop.call_later(self._limits.stall_s, self._look)

    def _is_at_ease(self) -> bool:
        is_answering = self.cycle is not None and not self.cycle.response_complete
        return is_answering and not (self.flow.write_paused or self.transport.is_closing())
