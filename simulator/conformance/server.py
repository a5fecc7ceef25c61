"""The server that devices meet: real sockets, raw bytes, and the manners that the script says.

Belongs here: connections, and who is let in. Does not: what is answered (``answers``,
``nonsense``), what it means (``promises``).
"""

import asyncio
import contextlib
import socket
import struct

from simulator.conformance import record as of
from simulator.conformance.answers import ANSWERS, PUBLIC, answer, headers_of, refusal
from simulator.conformance.clock import Clock
from simulator.conformance.nonsense import KINDS, TURNS
from simulator.conformance.record import Record, Request
from simulator.conformance.script import Script
from simulator.conformance.speech import HEAD_BYTES_MAX, Heard, Unreadable, hear, written
from simulator.kernel.trace import Json
from simulator.standins.listener import stop_listening

_UNAUTHORIZED = 401
_AT_ONCE = struct.pack("ii", 1, 0)
"""Linger for no time: what is under way is dropped, and the other side is told with a reset."""


class Server:
    """Listens while it is open; what it hears goes into the record."""

    def __init__(self, script: Script, record: Record, clock: Clock) -> None:
        self.act = ""
        """The act that is played just now."""
        self._script, self._record, self._clock = script, record, clock
        self._place: socket.socket | None = None
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> int:
        """Listen; return the port. Raises ``OSError`` if that is taken."""
        self._place = _bound(host, port)
        host, port = self._place.getsockname()[:2]
        await self._listen(host, port)
        return port

    async def treat(self, treatment: str, refusal: int = 0) -> None:
        """Treat everybody so from now on. What was kept waiting ends."""
        was = self._script.treatment
        self._script.treat(treatment, refusal)
        if of.CLOSED in (was, treatment):
            await self._shut_or_listen(is_open=treatment != of.CLOSED)
        if was == of.SILENT or treatment == of.CLOSED:
            self._hang_up()

    async def close(self) -> None:
        """End all, the conversations under way with it."""
        await self._shut_or_listen(is_open=False)
        self._hang_up()
        if self._talks:
            await asyncio.wait(self._talks)
        if self._place is not None:
            self._place.close()

    async def _shut_or_listen(self, *, is_open: bool) -> None:
        if is_open and self._place is not None:
            await self._listen(*self._place.getsockname()[:2])
        elif self._listener is not None:
            await stop_listening(self._listener)
            self._listener = None

    async def _listen(self, host: str, port: int) -> None:
        """The place is bound all the time and never listens, so that nobody else takes the port
        while we refuse. Where a system lets only one be bound, it is given up.
        """
        try:
            listening = _bound(host, port)
        except OSError:
            if self._place is None or self._place.fileno() < 0:
                raise
            self._place.close()
            listening = _bound(host, port)
        self._listener = await asyncio.start_server(
            self._welcome, sock=listening, limit=HEAD_BYTES_MAX
        )

    def _hang_up(self) -> None:
        for writer in tuple(self._open):
            _reset(writer)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk is not None:
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError):
                await self._talk(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stays = True
        while stays:
            try:
                heard = await hear(reader)
            except Unreadable as fault:
                self._note(Heard("?", {}, {}, stays=False), self._clock.now_ms, fault=str(fault))
                return
            if heard is None:
                return
            if heard.operation in ANSWERS:
                self._clock.start()
            stays = await self._serve(heard, reader, writer)

    async def _serve(
        self, heard: Heard, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the connection stays."""
        began_ms, treatment = self._clock.now_ms, self._script.treatment
        if treatment == of.SILENT:
            await reader.read()
            self._note(heard, began_ms, treatment)
            return False
        if treatment == of.HUNG_UP:
            self._note(heard, began_ms, treatment)
            _reset(writer)
            return False
        status, given, treatment, words = self._answer(heard, treatment)
        self._note(heard, began_ms, treatment, status, given)
        if treatment == of.LOST:
            _reset(writer)
            return False
        writer.write(words)
        await writer.drain()
        return heard.stays and not treatment.startswith(of.NONSENSE)

    def _answer(self, heard: Heard, treatment: str) -> tuple[int, Json, str, bytes]:
        """Status, what is meant, the treatment as it is noted, and the bytes."""
        script, operation = self._script, heard.operation
        is_poll = operation in of.POLLS
        status, given = self._meant(heard, is_poll and treatment == of.REFUSING)
        is_let_in = status != _UNAUTHORIZED
        if is_let_in and is_poll and treatment == of.NONSENSE:
            kind = self._next_nonsense(of.POLLS[operation])
            if kind:
                return 0, given, f"{of.NONSENSE}: {kind}", KINDS[kind](given)
        if is_let_in and operation in script.losing:
            script.losing.remove(operation)
            return 0, given, of.LOST, b""
        how = of.REFUSING if is_poll and treatment == of.REFUSING else of.FINE
        more = headers_of(status, operation)
        return status, given, how, written(status, given, more, stays=heard.stays)

    def _meant(self, heard: Heard, is_refused: bool) -> tuple[int, Json]:
        if not self._is_known(heard):
            return refusal(_UNAUTHORIZED)
        if is_refused:
            return refusal(self._script.refusal)
        key = heard.headers.get("idempotency-key")
        return answer(
            self._script, heard.operation, heard.asked, key if isinstance(key, str) else None
        )

    def _is_known(self, heard: Heard) -> bool:
        """Nobody needs a token before one was given."""
        said, token = heard.headers.get("authorization"), self._script.token
        if heard.operation in PUBLIC or (said is None and token is None):
            return True
        return bool(token) and said == f"Bearer {token}"

    def _next_nonsense(self, poll: str) -> str:
        turn = self._script.nonsense.get(poll, 0)
        self._script.nonsense[poll] = turn + 1
        return TURNS[turn] if turn < len(TURNS) else ""

    def _note(
        self,
        heard: Heard,
        began_ms: int,
        treatment: str = of.FINE,
        status: int = 0,
        given: Json | None = None,
        fault: str = "",
    ) -> None:
        request = Request(
            at_ms=began_ms,
            end_ms=self._clock.now_ms,
            act=self.act,
            operation=heard.operation,
            asked=heard.asked,
            headers=heard.headers,
            treatment=treatment,
            status=status,
            answer=given or {},
            fault=fault,
        )
        self._record.note(self._record.requests, request)


def _bound(host: str, port: int) -> socket.socket:
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((host, port))
    except OSError:
        place.close()
        raise
    return place


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()
