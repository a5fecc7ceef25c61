"""A server that a pet may meet: it answers the pet's API honestly, or with a fault of the table.

Here: what goes wrong on the wire and in an answer. Not here: what the pet must make of it
(``test_http.py``, ``proof/test_chaos.py``). Whatever arrives whole is acted on before anything goes
wrong with its answer, as on a real wire; what changes something is done once for each key.
"""

import asyncio
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from simulator.standins.listener import stop_listening
from tests.firmware.pet_api import Json, PetApi

HOST = "127.0.0.1"
LINE_LEN = 30_000
# Longer than anybody waits here.
DRIP_S = 0.05
AWAY_S = 0.05


@dataclass
class Exchange:
    """One connection whose request has been read: where to answer, and what would be honest."""

    server: "ChaosServer"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    honest: Json

    async def send(self, data: bytes) -> None:
        """Send these bytes."""
        self.writer.write(data)
        await self.writer.drain()

    async def tell(self, status: str, body: bytes, *headers: str, length: object = None) -> None:
        """Send an answer whose head is in order, if its ``length`` is."""
        counted = len(body) if length is None else length
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {counted}", "", ""]
        await self.send("\r\n".join(lines).encode() + body)

    @property
    def body(self) -> bytes:
        """The honest body."""
        return json.dumps(self.honest, ensure_ascii=False).encode()


Fault = Callable[[Exchange], Awaitable[None]]


async def honest(exchange: Exchange) -> None:
    """Nothing goes wrong."""
    await exchange.tell("200 OK", exchange.body, "Content-Type: application/json")


def _raw(data: bytes) -> Fault:
    """These bytes and nothing else."""

    async def fault(exchange: Exchange) -> None:
        await exchange.send(data)

    return fault


def _says(status: str, body: bytes, *headers: str, length: object = None) -> Fault:
    """An answer in order, but not the one that was wanted."""

    async def fault(exchange: Exchange) -> None:
        await exchange.tell(status, body, *headers, length=length)

    return fault


def _headed(head: str) -> Fault:
    """The honest body below this head; ``{}`` is its true length."""

    async def fault(exchange: Exchange) -> None:
        lines = head.format(len(exchange.body)).replace("\n", "\r\n")
        await exchange.send(f"{lines}\r\n\r\n".encode() + exchange.body)

    return fault


async def _silence(exchange: Exchange) -> None:
    await exchange.reader.read()


async def _reset(exchange: Exchange) -> None:
    raw: socket.socket = exchange.writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _close(exchange: Exchange) -> None:
    """The answer is lost."""


async def _refuse(exchange: Exchange) -> None:
    await exchange.server.leave(AWAY_S)


async def _half_open(exchange: Exchange) -> None:
    exchange.writer.write_eof()
    await exchange.reader.read()


async def _endless_head(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.send(b"X-Again: and again\r\n" * 50)


async def _endless_hints(exchange: Exchange) -> None:
    while True:
        await exchange.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50)


async def _cut_head(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Le")


async def _cut_body(exchange: Exchange) -> None:
    await exchange.tell("200 OK", exchange.body[:-3], length=len(exchange.body))


async def _stopped_body(exchange: Exchange) -> None:
    await _cut_body(exchange)
    await exchange.reader.read()


async def _short_length(exchange: Exchange) -> None:
    await exchange.tell("200 OK", exchange.body, length=len(exchange.body) - 3)


async def _drip(exchange: Exchange) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1_000:
        await exchange.send(bytes([byte]))
        await asyncio.sleep(DRIP_S)


async def _pieces(exchange: Exchange) -> None:
    """An honest answer, byte by byte."""
    body = exchange.body
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body):
        await exchange.send(bytes([byte]))
        await asyncio.sleep(0)


async def _late(exchange: Exchange) -> None:
    await asyncio.sleep(DRIP_S)
    await honest(exchange)


async def _more_than_told(exchange: Exchange) -> None:
    await honest(exchange)
    await exchange.send(b"HTTP/1.1 500 Oh\r\n\r\n" + b"x" * LINE_LEN)


async def _wrong_types(exchange: Exchange) -> None:
    wrong = spoiled(exchange.honest, exchange.server.chance)
    await exchange.tell("200 OK", json.dumps(wrong).encode())


def spoiled(answer: object, chance: Random) -> object:
    """The answer with one of its fields, or all of it, gone or of another type."""
    others: tuple[object, ...] = (None, True, -1, 2**40, 0.5, "", "x" * 500, [], [1], {}, {"a": 1})
    if not isinstance(answer, dict) or not answer or chance.random() < 1 / 8:
        return chance.choice(others)
    name = chance.choice(sorted(answer))
    changed = dict(answer)
    changed[name] = spoiled(changed[name], chance)
    if chance.random() < 1 / 4:
        del changed[name]
    return changed


JSON = b'{"ok": true}'
NESTED = b"[" * 3_000 + b"]" * 900

FAULTS: Mapping[str, Fault] = {
    # The wire.
    "close": _close,
    "reset": _reset,
    "refuse": _refuse,
    "half_open": _half_open,
    "pieces": _pieces,
    "late": _late,
    "more_than_told": _more_than_told,
    "cut_head": _cut_head,
    "cut_body": _cut_body,
    "short_length": _short_length,
    # No HTTP.
    "http_09": _raw(JSON),
    "garbage_line": _raw(bytes(range(256)) * 4),
    "nothing_but_ends": _raw(b"\r\n\r\n\r\n\r\n"),
    "zeros": _raw(bytes(LINE_LEN)),
    "future": _raw(b"HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "short_status": _raw(b"HTTP/1.1 20\r\nContent-Length: 2\r\n\r\n{}"),
    "long_status": _raw(b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "status_of_letters": _raw(b"HTTP/1.1 two OK\r\nContent-Length: 2\r\n\r\n{}"),
    "status_999": _raw(b"HTTP/1.1 999 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "bare_line_ends": _raw(b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"),
    # Heads.
    "endless_head": _endless_head,
    "endless_hints": _endless_hints,
    "long_line": _headed("HTTP/1.1 200 OK\nX-Long: " + "x" * LINE_LEN + "\nContent-Length: {}"),
    "no_length": _headed("HTTP/1.1 200 OK"),
    "no_header": _headed("HTTP/1.1 200"),
    "negative_length": _headed("HTTP/1.1 200 OK\nContent-Length: -{}"),
    "signed_length": _headed("HTTP/1.1 200 OK\nContent-Length: +{}"),
    "length_in_words": _headed("HTTP/1.1 200 OK\nContent-Length: many"),
    "huge_length": _headed("HTTP/1.1 200 OK\nContent-Length: {}000000000000"),
    "length_4g": _headed("HTTP/1.1 200 OK\nContent-Length: 4294967299"),
    "two_lengths": _headed("HTTP/1.1 200 OK\nContent-Length: {}\nContent-Length: 1"),
    "same_length_twice": _headed("HTTP/1.1 200 OK\nContent-Length: {0}\ncontent-length:{0} "),
    "odd_headers": _headed("HTTP/1.1 200 OK\n:\n: \nC\nT:\n folded\nContent-Length:\t{}"),
    "chunked": _headed("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Length: {}"),
    "continue_100": _headed("HTTP/1.1 100 Continue\n\nHTTP/1.0 200 OK\nContent-Length: {}"),
    # Bodies.
    "empty": _says("200 OK", b""),
    "no_content": _headed("HTTP/1.1 204 No Content"),
    "html": _says("200 OK", b"<html><h1>Welcome to the hotel</h1></html>"),
    "large": _says("200 OK", b'"' + b"x" * LINE_LEN + b'"'),
    "nested": _says("200 OK", NESTED),
    "open_brackets": _says("200 OK", b"[" * 3_500),
    "two_values": _says("200 OK", JSON + JSON),
    "broken_utf8": _says("200 OK", b'{"message": "\xff\xfe"}'),
    "utf16": _says("200 OK", '{"ok": true}'.encode("utf-16")),
    "not_an_object": _says("200 OK", b"[1, 2]"),
    "wrong_types": _wrong_types,
    "wrong_types_again": _wrong_types,
    # Statuses.
    "moved": _says("301 Moved Permanently", b"", "Location: http://localhost/"),
    "bad_gateway": _says("502 Bad Gateway", b"<html>502</html>", "Content-Type: text/html"),
    "bad_gateway_large": _says("502 Bad Gateway", b"<html>" + b"x" * LINE_LEN),
    "bad_gateway_chunked": _headed("HTTP/1.1 502 Bad\nTransfer-Encoding: chunked"),
    "unavailable": _says("503 Service Unavailable", b'{"error": "try_again"}'),
    "hotel_401": _says("401 Unauthorized", b"<html>log in</html>"),
    "too_many": _says("429 Too Many Requests", b'{"error": "slowly"}'),
}
"""What takes no time of its own."""

SLOW_FAULTS: Mapping[str, Fault] = {
    "silence": _silence,
    "stopped_body": _stopped_body,
    "drip": _drip,
}
"""What only the pet's own time-out ends."""


@dataclass
class ChaosServer:
    """Answers each connection with the next fault of ``deck``, and honestly after the last one."""

    deck: deque[Fault] = field(default_factory=deque)
    seed: int = 1
    port: int = 0
    api: PetApi = field(default_factory=PetApi)
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.asked = asyncio.Event()
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_ending = False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    async def listen(self) -> None:
        """Begin to accept connections, on the same port as before."""
        self._listener = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = int(self._listener.sockets[0].getsockname()[1])

    async def leave(self, for_s: float) -> None:
        """Refuse connections for a while."""
        if await self._stop_listening():
            self._track(asyncio.create_task(self._return(for_s)))

    async def _stop_listening(self) -> bool:
        """Whether it has listened until now."""
        listener, self._listener = self._listener, None
        if listener is not None:
            await stop_listening(listener)
        return listener is not None

    async def _return(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if not self._is_ending:
            await self.listen()

    async def close(self) -> None:
        """End everything."""
        self._is_ending = True
        await self._stop_listening()
        for writer in self._open:
            writer.transport.abort()
        await asyncio.gather(*self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._track(asyncio.current_task())
        self._open.add(writer)
        try:
            await self._exchange(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # The pet had enough of it.
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            self._open.discard(writer)

    def _track(self, task: asyncio.Task[None] | None) -> None:
        """Whoever closes waits for it, and raises what it raised."""
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            self._tasks.discard(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, *headers = head.decode().splitlines()
        named = dict(header.split(": ", 1) for header in headers if header)
        await self.hear(line, named, head, reader, writer)

    async def hear(
        self,
        line: str,
        named: Mapping[str, str],
        head: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Answer a request whose head has been read."""
        body = await reader.readexactly(int(named.get("Content-Length", 0)))
        self.asked.set()
        self.heard = [*self.heard[-9:], head + body]
        _, path, _ = line.split(" ")
        answer = self.api.answer(path, json.loads(body or b"{}"), named.get("Idempotency-Key"))
        fault = self.deck.popleft() if self.deck else honest
        await fault(Exchange(self, reader, writer, answer))


@contextmanager
def chaos(server: ChaosServer) -> Iterator[ChaosServer]:
    """The server in a thread of its own, for tests that wait for a process."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.listen(), loop).result()
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def deck(seed: int, copies: int, slow_copies: int, honest_per_fault: int = 1) -> deque[Fault]:
    """Every fault so many times, shuffled, with honest exchanges among them."""
    faults = [*FAULTS.values()] * copies + [*SLOW_FAULTS.values()] * slow_copies
    faults += [honest] * len(faults) * honest_per_fault
    Random(seed).shuffle(faults)
    return deque(faults)
