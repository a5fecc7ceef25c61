"""A local HTTP server that answers as it is told, in pieces, late, or not to the end.

Here: connections and HTTP. Not here: what a service says (``gemini``, ``elevenlabs``).
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import h11

from petcore.adapters.clock_system import pause
from petcore.ports.clock import Pause
from simulator.standins.listener import stop_listening

_READ_BYTES = 65_536
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came; the names of ``headers`` are in lower case, ``path`` and ``query`` are
    not decoded.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its head after ``delay_s``, each of its ``pieces`` after ``pause_s``.

    ``is_cut`` hangs up after the last piece instead of ending the answer; with ``status`` 0 not
    even a head comes before that. The length is told before, unless ``is_chunked``.

    After ``pieces`` comes what ``more`` gives, for as long as it does and somebody listens. With
    ``is_raw`` there is no HTTP but what stands in the pieces, and the end hangs up.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: tuple[bytes, ...] = ()
    delay_s: float = 0.0
    pause_s: float = 0.0
    is_cut: bool = False
    is_chunked: bool = True
    is_raw: bool = False
    more: Callable[[], AsyncGenerator[bytes, None]] | None = None


Answerer = Callable[[Received], Reply]

HUNG_UP = Reply(status=0, is_cut=True)
"""Not a word is answered."""


class StandIn:
    """Listens on ``port`` of this machine, or on a free one, while it is entered, and answers by
    ``answer``.

    When it is left it ends all that is under way, and raises what ``answer`` raised, if it did.
    """

    def __init__(self, answer: Answerer, pause: Pause = pause, port: int = 0) -> None:
        self.received: list[Received] = []
        """Every request that came whole, in that order."""
        self.url = ""
        """Where it is reached, without a slash at the end."""
        self._answer = answer
        self._pause = pause
        self._port = port
        self._listener: asyncio.Server | None = None
        self._lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._talks: set[asyncio.Task[None]] = set()
        self._stumbles: list[BaseException] = []

    @property
    def connections(self) -> int:
        """How many are open that the other side has not ended."""
        return sum(not (ear.at_eof() or mouth.is_closing()) for ear, mouth in self._lines)

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._welcome, _LOOPBACK, self._port)
        port = self._listener.sockets[0].getsockname()[1]
        self.url = f"http://{_LOOPBACK}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()
        if self._stumbles:
            raise self._stumbles[0]

    async def _close(self) -> None:
        if self._listener is not None:
            await stop_listening(self._listener)
            self._listener = None
        talks = tuple(self._talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        for _, writer in self._lines:
            writer.transport.abort()
        ends = (writer.wait_closed() for _, writer in self._lines)
        await asyncio.gather(*ends, return_exceptions=True)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.append((reader, writer))
        talk = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._part)

    def _part(self, talk: asyncio.Task[None]) -> None:
        self._talks.discard(talk)
        if not talk.cancelled() and (stumble := talk.exception()) is not None:
            self._stumbles.append(stumble)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = _Wire(reader, writer, self._pause)
        try:
            # Who hangs up or speaks no HTTP is let go.
            with contextlib.suppress(OSError, h11.RemoteProtocolError):
                while (received := await wire.hear()) is not None:
                    self.received.append(received)
                    await wire.say(self._answer(received))
        finally:
            writer.close()


class _Wire:
    """One connection: requests in, answers out, one after the other."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pause: Pause
    ) -> None:
        self._is_cut = False
        self._reader = reader
        self._writer = writer
        self._pause = pause
        self._http = h11.Connection(h11.SERVER)

    async def hear(self) -> Received | None:
        """The next request; None if there is none any more. Raises ``h11.RemoteProtocolError``."""
        if self._is_cut:
            return None
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        if self._http.our_state is not h11.IDLE:
            return None
        head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        body = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
        return _received(head, bytes(body))

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(_READ_BYTES))
        return event

    async def say(self, reply: Reply) -> None:
        """Answer, or hang up where ``reply`` says so."""
        self._is_cut = reply.is_cut or reply.is_raw
        await self._wait(reply.delay_s)
        if not reply.status:
            return
        if not reply.is_raw:
            await self._send(h11.Response(status_code=reply.status, headers=_headers(reply)))
        async with contextlib.aclosing(_pieces(reply, self._wait)) as pieces:
            async for piece in pieces:
                await (self._write(piece) if reply.is_raw else self._send(h11.Data(data=piece)))
        if not self._is_cut:
            await self._send(h11.EndOfMessage())

    async def _wait(self, seconds: float) -> None:
        if seconds:
            await self._pause(seconds)

    async def _send(self, event: h11.Event) -> None:
        await self._write(self._http.send(event) or b"")

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


async def _pieces(reply: Reply, wait: Pause) -> AsyncGenerator[bytes, None]:
    """All of them, each when it is time."""
    for piece in reply.pieces:
        await wait(reply.pause_s)
        yield piece
    if reply.more is not None:
        async with contextlib.aclosing(reply.more()) as more:
            async for piece in more:
                yield piece


def _received(head: h11.Request, body: bytes) -> Received:
    path, _, query = head.target.decode().partition("?")
    headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
    return Received(head.method.decode(), path, query, headers, body)


def _headers(reply: Reply) -> list[tuple[str, str]]:
    headers = list(reply.headers.items())
    if reply.is_chunked:
        return headers
    # What is cut has promised more than came.
    length = sum(map(len, reply.pieces)) + reply.is_cut
    return [*headers, ("Content-Length", str(length))]
