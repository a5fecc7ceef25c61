# HTTP of the pet: one exchange of JSON at a time, one connection each, with one buffer that is made
# at the start and holds the request, then the answer's head and body. What a hostile or broken
# server can cost is this buffer and the time. Belongs here: an exchange. Does not: sockets
# (connection.py), the grammar of a head (http_head.py), what an answer means (logic/wire.py).
#
# Every failure is an OSError(number, "reason"). The time of an exchange begins when its turn has
# come; who waits for a turn waits for those before him, each of whom has his own time. To look up
# the name of a server blocks all tasks: it is done again after a failure, but not within a minute
# after nobody knew the name. An address in numbers is found once. A body in chunks is refused: the
# server sends a Content-Length.

import asyncio
import errno
import json
import sys

from firmware.hal.connection import Connection, resolve
from firmware.hal.http_head import BAD_ANSWER, HEAD_END, LINE_END, length_of, status_of
from firmware.hal.tasks import ticks_diff, ticks_ms

BUFFER_LEN = 4096
LOOKUP_PAUSE_MS = 60_000
OK = 200
NO_CONTENT = 204
MULTIPLE_CHOICES = 300
OPENINGS = (b"[", b"{")
OPENINGS_MAX = 64
IS_COPIED = sys.implementation.name == "cpython"


class Http:
    # `room` is the length of its buffer.
    def __init__(
        self, host: str, port: int, agent: str = "petcore-pet", room: int = BUFFER_LEN
    ) -> None:
        self.host = host
        self.port = port
        self.is_name = any(letter not in "0123456789." for letter in host)
        self.agent = agent
        self.address: object = None
        self.unknown_at: int | None = None  # when nobody knew the name
        self.buffer = bytearray(room)
        self.view = memoryview(self.buffer)
        self.filled = 0
        self.turn = asyncio.Lock()

    # (status, object); the object is None when there is none, and when the body of an answer that
    # is not good cannot be used: the status alone says enough.
    async def exchange(
        self, method: str, path: str, obj, headers: dict | None, timeout_ms: int
    ) -> tuple:
        try:
            return await self._in_turn(timeout_ms, method, path, obj, headers or {})
        except MemoryError:
            pass
        raise OSError(errno.ENOMEM, "no memory left")

    async def _in_turn(self, timeout_ms: int, method: str, path: str, obj, headers: dict) -> tuple:
        await self.turn.acquire()
        try:
            self._write(method, path, obj, headers)
            self._look_up()
            return await self._within(timeout_ms)
        finally:
            self.turn.release()

    # Ticks may have wrapped meanwhile: any moment but one of the last minute is long ago.
    def _look_up(self) -> None:
        if self.address is not None:
            return
        if self.unknown_at is not None:
            if 0 <= ticks_diff(ticks_ms(), self.unknown_at) < LOOKUP_PAUSE_MS:
                raise OSError(errno.EHOSTUNREACH, f"nobody knew {self.host} a moment ago")
            self.unknown_at = None
        try:
            self.address = resolve(self.host, self.port)
        finally:
            if self.address is None:
                self.unknown_at = ticks_ms()

    async def _within(self, timeout_ms: int) -> tuple:
        connection = Connection(timeout_ms)
        try:
            connection.open(self.address)
            await connection.send(self.view[: self.filled])
            return await self._read(connection)
        except OSError:
            if self.is_name:
                self.address = None
            raise
        finally:
            connection.close()

    def _write(self, method: str, path: str, obj, headers: dict) -> None:
        body = b"" if obj is None else json.dumps(obj).encode()
        self._begin(method, path, headers)
        if obj is not None:
            self._put("Content-Type: application/json")
            self._put(f"Content-Length: {len(body)}")
        self._put("")
        self._append(body)

    # The head, but for what it says of the body.
    def _begin(self, method: str, path: str, headers: dict) -> None:
        self.filled = 0
        self._put(f"{method} {path} HTTP/1.1")
        self._put(f"Host: {self.host}:{self.port}")
        self._put(f"User-Agent: {self.agent}")
        self._put("Connection: close")
        for name, value in headers.items():
            self._put(f"{name}: {value}")

    # A line of the head. A line break inside of it would begin another header.
    def _put(self, line: str) -> None:
        if any(letter < " " for letter in line):
            raise OSError(errno.EINVAL, "a header holds a control character")
        self._append(line.encode())
        self._append(LINE_END)

    def _append(self, data: bytes) -> None:
        end = self.filled + len(data)
        if end > len(self.buffer):
            raise OSError(errno.EINVAL, "the request is too large")
        self.view[self.filled : end] = data
        self.filled = end

    async def _read(self, connection) -> tuple:
        status, begin, end = await self._head(connection)
        return status, await self._said(connection, status, begin, end)

    # The status, and where its head begins and ends.
    async def _head(self, connection) -> tuple:
        self.filled = 0
        begin = 0
        end = await self._head_end(connection, begin)
        status = status_of(self.buffer, begin)
        # An answer before the answer, such as 100 Continue.
        while status < OK:
            begin = end
            end = await self._head_end(connection, begin)
            status = status_of(self.buffer, begin)
        return status, begin, end

    async def _said(self, connection, status: int, begin: int, end: int):
        try:
            return await self._body(connection, status, begin, end)
        except OSError as failure:
            if OK <= status < MULTIPLE_CHOICES or failure.args[0] != BAD_ANSWER:
                raise
        return None

    # Where the head that begins here has ended.
    async def _head_end(self, connection, begin: int) -> int:
        found = self.buffer.find(HEAD_END, begin, self.filled)
        while found < 0:
            if self.filled == len(self.buffer):
                raise OSError(BAD_ANSWER, "the head is too long")
            await self._fetch(connection)
            found = self.buffer.find(HEAD_END, begin, self.filled)
        return found + len(HEAD_END)

    async def _body(self, connection, status: int, begin: int, end: int):
        if status == NO_CONTENT:
            return None
        length = length_of(self.buffer, begin, end - len(LINE_END))
        if length > len(self.buffer) - end:
            raise OSError(BAD_ANSWER, "the body is too long")
        while self.filled < end + length:
            await self._fetch(connection)
        return parsed(self.buffer, self.view, end, end + length) if length else None

    async def _fetch(self, connection) -> None:
        received = await connection.receive(self.view[self.filled :])
        if not received:
            raise OSError(errno.ECONNRESET, "the answer is cut off")
        self.filled += received


# What a part of a buffer says as JSON; `view` is of all of it. A few bytes may open so many lists
# that no memory is left for anything else.
def parsed(buffer: bytearray, view: memoryview, begin: int, end: int):
    if sum([buffer.count(opening, begin, end) for opening in OPENINGS]) > OPENINGS_MAX:
        raise OSError(BAD_ANSWER, "the body has too many parts")
    try:
        return _read_json(view[begin:end])
    except ValueError:
        pass
    raise OSError(BAD_ANSWER, "the body is no JSON")


# MicroPython reads it where it lies; CPython wants a text of its own.
def _read_json(body):
    return json.loads(str(body, "utf-8") if IS_COPIED else body)
