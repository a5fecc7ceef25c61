"""What a connection may cost, over real sockets; the time that limits it passes by hand."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

import pytest
import uvicorn
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.server import ServerState

from petcore.api import document
from petcore.app import create_app
from petcore.connections import HEAD_BYTES_MAX, HEAD_S, STALL_S, Connection, Connections, Limits
from simulator.standins.listener import stop_listening
from tests.api import teller as tellers
from tests.api.teller import Teller
from tests.services.server import Server

# Only a test that fails waits so long.
DEADLINE_S = 30
ONE = b"GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET /one HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
CHUNKED = b"POST /length HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = 4_000_000
SMALL = 60_000
"""Less than what makes a transport say that it is full."""
ROOM = 4_096
"""Bytes that the system is to keep of what was sent and not read; it keeps a few more."""

P = ParamSpec("P")
T = TypeVar("T")
App = Callable[[Scope, ASGIReceiveCallable, ASGISendCallable], Awaitable[None]]


async def _app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Says how long a body was, or much, or something without having heard the body."""
    assert scope["type"] == "http"
    length = 0
    if scope["path"] == "/length":
        is_whole = False
        while not is_whole:
            event = await receive()
            if event["type"] != "http.request":
                return
            length += len(event["body"])
            is_whole = not event["more_body"]
    sizes = {"/large": LARGE, "/parts": LARGE, "/small": SMALL}
    body = b"x" * sizes[scope["path"]] if scope["path"] in sizes else b"%d" % length
    await _say(send, body, 100_000 if scope["path"] == "/parts" else LARGE)


async def _say(send: ASGISendCallable, body: bytes, part: int) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    for at in range(0, len(body), part):
        is_last = at + part >= len(body)
        said = body[at : at + part]
        await send({"type": "http.response.body", "body": said, "more_body": not is_last})


class HandTime(asyncio.AbstractEventLoop):
    """The time that a connection knows: it passes when a test says so."""

    def __init__(self) -> None:
        self._now = 0.0
        self._timers: list[asyncio.TimerHandle] = []

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: object, context: object = None
    ) -> asyncio.TimerHandle:
        """Call it when so much time has passed."""
        assert context is None
        timer = asyncio.TimerHandle(self._now + delay, callback, args, self)
        self._timers.append(timer)
        return timer

    def pass_by(self, seconds: float) -> None:
        """Let so much time pass."""
        self._now += seconds
        for timer in self._timers[:]:
            if timer.when() <= self._now:
                self._timers.remove(timer)
                if not timer.cancelled():
                    timer._run()

    @property
    def waiting(self) -> int:
        """How many timers run."""
        return len([timer for timer in self._timers if not timer.cancelled()])

    def get_debug(self) -> bool:
        """It has nothing more to say."""
        return False

    def _timer_handle_cancelled(self, _: asyncio.TimerHandle) -> None:
        """It stays among the others, and does nothing."""

    def create_task(
        self,
        coro: Generator[object, None, T] | Coroutine[object, object, T],
        *,
        name: str | None = None,
        context: Context | None = None,
    ) -> "asyncio.Task[T]":
        """As the loop does in which the test runs."""
        return asyncio.get_running_loop().create_task(coro, name=name, context=context)


class _Heard(Connection):
    """Tells how many bytes it has been sent."""

    heard = 0

    def data_received(self, data: bytes) -> None:
        """Count them."""
        super().data_received(data)
        self.heard += len(data)


@dataclass
class Listening:
    """A server, seen from within."""

    port: int
    time: HandTime = field(default_factory=HandTime)
    state: ServerState = field(default_factory=ServerState)
    made: list[_Heard] = field(default_factory=list)

    async def heard(self, size: int) -> None:
        """Wait until the last connection has been sent so much."""
        await _until(lambda: bool(self.made) and self.made[-1].heard >= size)

    async def left(self) -> None:
        """Wait until nobody is connected."""
        await _until(lambda: not self.state.connections)

    @property
    def unsent(self) -> int:
        """Bytes that wait to be sent to the last one who came."""
        return self.made[-1].transport.get_write_buffer_size()


@asynccontextmanager
async def _listening(
    app: App = _app, *, most: int = 100, room: int | None = None
) -> AsyncIterator[Listening]:
    limits = Limits(most, most)
    connections = Connections(limits)
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_config=None, access_log=False, proxy_headers=False
    )
    config.load()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        if room:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
        server = Listening(listener.getsockname()[1])

        def make() -> _Heard:
            made = _Heard(limits, connections, config, server.state, {}, server.time)
            server.made.append(made)
            return made

        acceptor = await asyncio.get_running_loop().create_server(make, sock=listener)
        try:
            yield server
        finally:
            await stop_listening(acceptor)
        await server.left()
    assert server.time.waiting == 0, "who is gone leaves nothing behind"


class Client:
    """A client with a connection of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        """Send it."""
        self._writer.write(data)

    async def flood(self, data: bytes) -> None:
        """Send it again and again until nobody takes it."""
        try:
            while True:
                self.send(data)
                await self._writer.drain()
        except ConnectionError:
            pass

    async def rest(self) -> bytes:
        """What is answered until the server hangs up."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""

    async def answer(self) -> tuple[int, bytes]:
        """Status and body of the next answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].split()[0])
        return int(head.split()[1]), await self.reader.readexactly(length)


@asynccontextmanager
async def _client(port: int, room: int | None = None) -> AsyncIterator[Client]:
    plain = socket.socket()
    plain.setblocking(False)
    if room:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
    # It takes from the socket no more than it is asked for.
    reader, writer = await asyncio.open_connection(sock=plain, limit=1_000 if room else 2**16)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  it is about the other side
        await asyncio.sleep(0.001)


def as_served(test: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    """The test, in a loop as a server has it."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def in_time() -> None:
            async with asyncio.timeout(DEADLINE_S):
                await test(*args, **kwargs)

        loop_factory = uvicorn.Config(_app, log_config=None).get_loop_factory()
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(in_time())

    return run


def _refusal(answer: bytes) -> tuple[int, object]:
    """Status and code of an answer in the shape of an error, after which nothing comes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"\r\nconnection: close" in head
    error = json.loads(body)
    assert (error["ok"], error["details"], bool(error["error"])) == (False, [], True)
    return int(head.split()[1]), error["code"]


# Time


@pytest.mark.parametrize(
    ("begun", "answers"),
    [
        (b"GET /", 0),
        (b"GET /one HTTP/1.1\r\nHost: localhost\r\nX: ", 0),
        (ONE + b"GET /", 1),
        (b"POST /one HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n", 1),
        (CHUNKED.replace(b"/length", b"/one") + b"fffff\r\n", 1),
    ],
)
@as_served
async def test_who_sends_by_the_byte_is_cut_off(begun: bytes, answers: int) -> None:
    """Nobody waits for a head any longer because a bit of it came, nor for the rest of a body
    that was answered already.
    """
    async with _listening() as server, _client(server.port) as slow:
        slow.send(begun)
        for _ in range(answers):
            assert (await slow.answer())[0] == 200
        for number in range(10):
            await server.heard(len(begun) + number)
            server.time.pass_by(HEAD_S / 10 - 0.01)
            slow.send(b"x")
        await server.heard(len(begun) + 10)
        assert len(server.state.connections) == 1
        server.time.pass_by(HEAD_S / 5)
        assert await slow.rest() == b""


@pytest.mark.parametrize("begun", [b"", ONE])
@as_served
async def test_who_says_nothing_is_cut_off(begun: bytes) -> None:
    """A connection is for asking."""
    async with _listening() as server, _client(server.port) as silent:
        silent.send(begun)
        if begun:
            await silent.answer()
        await _until(lambda: server.time.waiting > 0)
        server.time.pass_by(HEAD_S)
        assert await silent.rest() == b""


@as_served
async def test_an_answer_may_take_its_time() -> None:
    """Whoever hears something from time to time is let be, however long it goes on."""
    heard = asyncio.Event()

    async def stream(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(5):
            await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})
            await heard.wait()
            heard.clear()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async with _listening(stream) as server, _client(server.port) as patient:
        patient.send(LAST)
        for _ in range(5):
            await patient.reader.readuntil(b"x" * 1000 + b"\r\n")
            server.time.pass_by(10 * (HEAD_S + STALL_S))
            heard.set()
        assert await patient.rest() == b"0\r\n\r\n"


@as_served
async def test_what_an_answer_leaves_unread_may_wait() -> None:
    """As long as there is more to come of it: nobody is waited for, and others do it at leisure."""
    goes_on, most = asyncio.Event(), SMALL + ROOM

    async def stream(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "http"
        if scope["path"] == "/small":
            return await _app(scope, receive, send)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"y" * most, "more_body": True})
        await goes_on.wait()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return None

    async with _listening(stream, room=ROOM) as server, _client(server.port, ROOM) as idle:
        idle.send(ONE.replace(b"/one", b"/small"))
        await _until(lambda: bool(server.made) and server.unsent > 0)
        assert (await idle.answer())[0] == 200
        idle.send(LAST.replace(b"/one", b"/stream"))
        await _until(lambda: server.unsent > 0)
        for _ in range(3):
            server.time.pass_by(STALL_S)
        goes_on.set()
        assert (await idle.rest()).count(b"y") == most


@pytest.mark.parametrize("path", [b"/large", b"/parts", b"/small"])
@as_served
async def test_who_does_not_read_is_cut_off(path: bytes) -> None:
    """Whether more is to be sent than fits, or all is said and a little of it waits."""
    async with (
        _listening(room=ROOM) as server,
        _client(server.port, ROOM) as deaf,
    ):
        deaf.send(ONE.replace(b"/one", path))
        await _until(lambda: bool(server.made) and server.unsent > 0)
        while server.state.connections:
            server.time.pass_by(STALL_S)
            await asyncio.sleep(0.01)
        assert not server.state.tasks


@as_served
async def test_who_reads_slowly_hears_all() -> None:
    """What counts is that it becomes less."""
    async with (
        _listening(room=ROOM) as server,
        _client(server.port, ROOM) as slow,
    ):
        slow.send(LAST.replace(b"/one", b"/large"))
        await _until(lambda: bool(server.made) and server.unsent > LARGE // 2)
        heard = await slow.reader.readuntil(b"\r\n\r\n")
        length, pauses, unsent = 0, 0, server.unsent
        while length < LARGE:
            length += len(await slow.reader.read(1_000))
            if server.unsent < unsent - LARGE // 10:
                unsent, pauses = server.unsent, pauses + 1
                server.time.pass_by(STALL_S)
        assert heard.startswith(b"HTTP/1.1 200 ")
        assert pauses >= 4
        assert await slow.rest() == b""


WATCH = b"GET /show?user_id=audrey HTTP/1.1\r\nHost: localhost\r\n\r\n"
PICTURE = bytes(20_000)
MANY = 5_000
"""Pictures: more than any system keeps of what is sent and not read."""


def _showing() -> tuple[Teller, App]:
    """Pictures, as many as are asked for."""
    teller = Teller(*[PICTURE] * MANY)
    return teller, tellers.document(teller, Server().services().door)


@as_served
async def test_a_viewer_who_does_not_look_is_cut_off() -> None:
    """Until then no more pictures are made for him than fit on the way, and then none."""
    teller, app = _showing()
    async with _listening(app, room=ROOM) as server, _client(server.port, ROOM) as deaf:
        deaf.send(WATCH)
        await _until(lambda: bool(server.made) and server.unsent > 0)
        while server.state.connections:
            server.time.pass_by(STALL_S)
            await asyncio.sleep(0.01)
        await teller.over.wait()
        assert not server.state.tasks
    assert (teller.closed, teller.told < MANY // 100) == (1, True)


@as_served
async def test_a_viewer_who_looks_slowly_stays() -> None:
    """However long it takes him, he sees what there is when he comes to look."""
    teller, app = _showing()
    async with _listening(app, room=ROOM) as server:
        async with _client(server.port, ROOM) as slow:
            slow.send(WATCH)
            for _ in range(9):
                seen = 0
                while seen < 5 * len(PICTURE):
                    piece = await slow.reader.read(1_000)
                    assert piece
                    seen += len(piece)
                server.time.pass_by(STALL_S)
        await teller.over.wait()
    assert (teller.closed, teller.told < MANY // 50) == (1, True)


@as_served
async def test_a_viewer_who_leaves_is_noticed() -> None:
    """Also while nothing is sent to him."""
    teller = Teller(PICTURE, asyncio.Event())
    async with _listening(tellers.document(teller, Server().services().door)) as server:
        async with _client(server.port) as client:
            client.send(WATCH)
            await teller.waits.wait()
        await teller.over.wait()
    assert teller.closed == 1


# Size


def _head(size: int) -> bytes:
    first, last = b"GET /one HTTP/1.1\r\nHost: localhost\r\nX: ", b"\r\n\r\n"
    return first + b"x" * (size - len(first) - len(last)) + last


@as_served
async def test_a_head_has_its_size() -> None:
    """One of the largest is served, one byte more is not."""
    async with _listening() as server:
        async with _client(server.port) as fits:
            fits.send(_head(HEAD_BYTES_MAX))
            assert (await fits.answer())[0] == 200
        async with _client(server.port) as too_large:
            too_large.send(_head(HEAD_BYTES_MAX + 1))
            assert _refusal(await too_large.rest()) == (431, "validation_failed")


@pytest.mark.parametrize("begun", [b"GET /", LAST[:-2] + b"X: ", b"\r\n"])
@as_served
async def test_a_head_without_end_is_refused(begun: bytes) -> None:
    """Long before its time is up, and the client hears why although it goes on sending."""
    more = (begun if begun == b"\r\n" else b"x") * 1_000
    async with _listening() as server, _client(server.port) as endless:
        endless.send(begun)
        flood = asyncio.create_task(endless.flood(more))
        assert _refusal(await endless.rest()) == (431, "validation_failed")
        server.time.pass_by(HEAD_S)
        await flood


@pytest.mark.parametrize("endless", [b"x", b"X: x\r\n"])
@as_served
async def test_a_trailer_without_end_is_cut_off(endless: bytes) -> None:
    """What comes after a body is no way around the size of a head."""
    async with _listening() as server, _client(server.port) as client:
        client.send(CHUNKED + b"1\r\nx\r\n0\r\n" + (b"X: " if endless == b"x" else b""))
        await client.flood(endless * 1000)
        await server.left()
        assert not server.state.tasks


# As it should be


@as_served
async def test_what_comes_at_once_is_answered_in_turn() -> None:
    """Bodies with a length and in chunks, one behind the other, larger than a head may be."""
    body = b"x" * (3 * HEAD_BYTES_MAX)
    whole = b"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    chunk = b"1\r\nx\r\n" * HEAD_BYTES_MAX
    async with _listening() as server, _client(server.port) as client:
        client.send((whole + body + CHUNKED + chunk + b"0\r\nTrailer: x\r\n\r\n") * 2 + LAST)
        lengths = [int((await client.answer())[1]) for _ in range(5)]
        assert lengths == [len(body), HEAD_BYTES_MAX] * 2 + [0]
        assert await client.rest() == b""


@as_served
async def test_a_head_may_come_in_parts() -> None:
    """And the next one has its own time and its own size."""
    head = _head(HEAD_BYTES_MAX)
    async with _listening() as server, _client(server.port) as client:
        for number in range(1, 4):
            for part in (head[:9], head[9:-1], head[-1:]):
                sent = server.made[-1].heard if server.made else 0
                client.send(part)
                await server.heard(sent + len(part))
                server.time.pass_by(HEAD_S / 4)
            assert await client.answer() == (200, b"0"), number


@as_served
async def test_what_is_not_http_is_refused_in_the_shape_of_an_error() -> None:
    """Also where it stands for a body."""
    for nonsense in (b"audrey?\r\n\r\n", CHUNKED + b"nonsense\r\n"):
        async with _listening() as server, _client(server.port) as client:
            client.send(nonsense)
            assert _refusal(await client.rest()) == (400, "validation_failed")


UPGRADE = LAST.replace(b"close\r\n", b"Upgrade\r\nUpgrade: websocket\r\n")


@pytest.mark.parametrize(
    ("sent", "status"), [(b"\0\1\2\r\n\r\n", 400), (_head(HEAD_BYTES_MAX + 1), 431), (UPGRADE, 200)]
)
@as_served
async def test_whoever_speaks_otherwise_leaves_no_line(
    sent: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Bytes that are no HTTP, a head too large, or another protocol, which nobody speaks here: at
    the level debug only, or anybody could fill the log.
    """
    caplog.set_level(logging.DEBUG)
    async with _listening() as server, _client(server.port) as client:
        client.send(sent)
        head = await client.reader.readuntil(b"\r\n\r\n")
        assert int(head.split()[1]) == status
    heard = [record for record in caplog.records if record.name != "asyncio"]
    assert [record.levelname for record in heard] == ["DEBUG"]


@as_served
async def test_nonsense_takes_no_answer_from_what_was_asked_before() -> None:
    """The first of two is served, and the second is the end of it."""
    async with _listening() as server, _client(server.port) as client:
        client.send(ONE + b"\0\r\n\r\n")
        assert await client.answer() == (200, b"0")
        assert await client.rest() == b""


# How many


@as_served
async def test_no_more_are_let_in_than_there_is_room(caplog: pytest.LogCaptureFixture) -> None:
    """Who is too many is sent away at once, which is told once; who leaves makes room."""
    caplog.set_level(logging.WARNING, "petcore.connections")
    async with _listening(most=2) as server, _client(server.port) as first:
        async with _client(server.port) as second:
            for client in (first, second):
                client.send(ONE)
                assert (await client.answer())[0] == 200
            for _ in range(2):
                async with _client(server.port) as third:
                    assert await third.rest() == b""
        await _until(lambda: len(server.state.connections) == 1)
        async with _client(server.port) as fourth:
            fourth.send(ONE)
            assert (await fourth.answer())[0] == 200
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "PETCORE_CONNECTIONS_MAX" in caplog.text


@pytest.mark.parametrize(
    ("addresses", "has_room"),
    [
        (("192.0.2.1", "192.0.2.1"), False),
        (("192.0.2.1", "192.0.2.2"), True),
        (("2001:db8::1", "2001:db8::2"), False),
        (("2001:db8::1", "2001:db8:0:1::1"), True),
        (("fe80::1%lo", "fe80::2%lo"), True),
        (("fe80::1%lo", "fe80::1%lo"), False),
        (("127.0.0.1", "127.0.0.1"), True),
        (("::1", "::1"), True),
        (("198.51.100.7", "198.51.100.7"), True),
        (("203.0.113.9", "203.0.113.9"), True),
        (("203.0.114.9", "203.0.114.9"), False),
        (("", ""), False),
    ],
)
def test_nobody_takes_the_room_of_all(addresses: tuple[str, str], *, has_room: bool) -> None:
    """But this machine and proxies, who stand for many. Who leaves makes room."""
    limits = Limits(10, 1, proxies=("198.51.100.7", "203.0.113.0/24"))
    connections = Connections(limits)
    first, second = addresses
    assert connections.admit(first)
    assert connections.admit(second) is has_room
    connections.leave(first)
    assert has_room or connections.admit(second)


def test_where_everybody_is_a_proxy_nobody_is_counted() -> None:
    """Whoever says so says so of all."""
    connections = Connections(Limits(10, 1, proxies=("*",)))
    assert [connections.admit("192.0.2.1") for _ in range(11)] == [True] * 10 + [False]


# With the app


def _post(length: int) -> bytes:
    head = "POST /api/water/ack HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {length}\r\n\r\n".encode()


@as_served
async def test_a_body_that_was_refused_does_not_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a 413, what is still sent is passed over, and the next request is served; a 408 is the
    end.
    """
    monkeypatch.setattr(document, "BODY_S", 0.01)
    app: App = create_app(Server().services())
    async with _listening(app) as server, _client(server.port) as client:
        client.send(_post(100_000))
        status, error = await client.answer()
        assert (status, json.loads(error)["code"]) == (413, "payload_too_large")
        client.send(b"x" * 100_000 + _post(100))
        status, error = await client.answer()
        assert (status, json.loads(error)["code"]) == (408, "request_timeout")
        assert await client.rest() == b""
