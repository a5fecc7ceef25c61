"""One exchange of the pet with a server: what it says, and what it makes of every answer."""

import asyncio
import errno
import gc
import sys
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from firmware.hal import connection
from firmware.hal.http import BUFFER_LEN, LOOKUP_PAUSE_MS, Http
from firmware.hal.tasks import HALF, LAST_TICK
from tests.firmware.chaos import FAULTS, HOST, SLOW_FAULTS, ChaosServer, Fault, honest
from tests.firmware.outcomes import BY_CHANCE, HONEST_ANSWER, LATE, LOST, OUTCOMES
from tests.serving.process import free_port

POLL = "/api/water/poll?user_id=audrey"
MESSAGE = "/api/encouragement/message"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ChaosServer]:
    """A server that is honest until a test says otherwise."""
    server = ChaosServer()
    await server.listen()
    yield server
    await server.close()


async def ask(server: ChaosServer, timeout_ms: int = 5_000) -> object:
    """Ask for encouragement: the answer, or the reason why there is none."""
    http = Http(HOST, server.port)
    try:
        return await http.exchange("POST", MESSAGE, {"user_id": "audrey"}, None, timeout_ms)
    except OSError as failure:
        number, reason = failure.args
        assert isinstance(number, int)
        return reason


def test_every_fault_has_an_outcome() -> None:
    """A new one is not forgotten here."""
    assert {*FAULTS, *SLOW_FAULTS} == {*OUTCOMES, *BY_CHANCE}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(set(FAULTS) - BY_CHANCE))
async def test_every_fault_comes_to_an_answer_or_to_one_reason(
    server: ChaosServer, name: str
) -> None:
    """And the next exchange is honest again."""
    server.deck = deque([FAULTS[name]])
    assert await ask(server) == OUTCOMES[name]
    if name != "refuse":
        assert await ask(server) == HONEST_ANSWER


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(SLOW_FAULTS))
async def test_no_exchange_outlasts_its_time(server: ChaosServer, name: str) -> None:
    """Whatever the server does meanwhile."""
    server.deck = deque([SLOW_FAULTS[name]])
    assert await ask(server, timeout_ms=100) == LATE


@pytest.mark.asyncio
async def test_nobody_listens() -> None:
    """A refusal is known at once."""
    assert await ask(ChaosServer(port=free_port())) == LOST


@pytest.mark.asyncio
async def test_no_socket_is_left(server: ChaosServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system has a handful; then it is one more failure, with a reason."""

    def none_left(_: int) -> None:
        raise OSError(23)

    monkeypatch.setattr("firmware.hal.connection.socket.socket", none_left)
    assert await ask(server) == LOST


@pytest.mark.asyncio
async def test_a_name_that_nobody_has() -> None:
    """It is one more failure of the wire."""
    with pytest.raises(OSError, match=r"no address of nobody\.invalid"):
        await Http("nobody.invalid", 80).exchange("GET", POLL, None, None, 1_000)


@pytest.mark.asyncio
async def test_what_a_request_says(server: ChaosServer) -> None:
    """Its head, the headers that were given, and its body in UTF-8."""
    headers = {"Idempotency-Key": "pet-1-0-1"}
    http = Http(HOST, server.port)
    await http.exchange("POST", MESSAGE, {"user_id": "öz"}, headers, 5_000)
    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    assert head.decode().split("\r\n") == [
        f"POST {MESSAGE} HTTP/1.1",
        f"Host: {HOST}:{server.port}",
        "User-Agent: petcore-pet",
        "Connection: close",
        "Idempotency-Key: pet-1-0-1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]


@pytest.mark.asyncio
async def test_a_request_without_a_body_names_none(server: ChaosServer) -> None:
    """No length, no type."""
    await Http(HOST, server.port).exchange("GET", POLL, None, None, 5_000)
    assert b"Content" not in server.heard[0]


@pytest.mark.asyncio
@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\n", "a\rb", "\0"])
async def test_no_value_begins_another_header(server: ChaosServer, value: str) -> None:
    """Nothing is sent at all."""
    for path, headers in ((POLL, {"Idempotency-Key": value}), (f"/{value}", None)):
        with pytest.raises(OSError, match="control character"):
            await Http(HOST, server.port).exchange("GET", path, None, headers, 5_000)
    assert server.connections == 0


@pytest.mark.asyncio
async def test_a_request_beyond_the_buffer_is_refused(server: ChaosServer) -> None:
    """And the next one is not."""
    http = Http(HOST, server.port)
    for name in ("x" * BUFFER_LEN, "x" * (BUFFER_LEN - 100)):
        with pytest.raises(OSError, match="the request is too large"):
            await http.exchange("POST", MESSAGE, {"user_id": name}, None, 5_000)
    assert await http.exchange("POST", MESSAGE, {}, None, 5_000) == HONEST_ANSWER


@pytest.mark.asyncio
async def test_exchanges_go_one_after_the_other(server: ChaosServer) -> None:
    """They share one buffer, and each has its own time."""
    server.deck = deque([SLOW_FAULTS["silence"], honest, FAULTS["pieces"]])
    http = Http(HOST, server.port)
    outcomes = await asyncio.gather(
        *(http.exchange("POST", MESSAGE, {}, None, 300) for _ in range(4)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], OSError)
    assert outcomes[1:] == [HONEST_ANSWER] * 3
    assert server.connections == 4


@pytest.mark.asyncio
async def test_a_task_that_is_cancelled_leaves_nothing_open(server: ChaosServer) -> None:
    """Neither its connection nor its turn."""
    server.deck = deque([SLOW_FAULTS["silence"]])
    http = Http(HOST, server.port)
    task = asyncio.create_task(http.exchange("POST", MESSAGE, {}, None, 60_000))
    await asyncio.wait_for(server.asked.wait(), 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await http.exchange("POST", MESSAGE, {}, None, 5_000) == HONEST_ANSWER


def open_files() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.asyncio
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="absent here: /proc")
@pytest.mark.parametrize(
    "fault", [SLOW_FAULTS["silence"], FAULTS["close"], FAULTS["large"], honest]
)
async def test_no_exchange_leaves_a_socket_open(server: ChaosServer, fault: Fault) -> None:
    """However it ended; nobody has to collect garbage for that."""
    await ask(server)
    before = open_files()
    gc.disable()
    try:
        for _ in range(5):
            server.deck = deque([fault])
            await ask(server, timeout_ms=20)
        await server.close()
        assert open_files() <= before
    finally:
        gc.enable()


@pytest.mark.asyncio
async def test_memory_that_runs_out_is_one_more_failure(
    server: ChaosServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pet's tasks know OSErrors."""

    def no_room(*_: object) -> None:
        raise MemoryError

    http = Http(HOST, server.port)
    with monkeypatch.context() as patch:
        patch.setattr(http, "_body", no_room)
        with pytest.raises(OSError, match="no memory left"):
            await http.exchange("POST", MESSAGE, {}, None, 5_000)
    assert await http.exchange("POST", MESSAGE, {}, None, 5_000) == HONEST_ANSWER


class Names:
    """Who knows the names of servers, for as long as he does; and the clock."""

    def __init__(self) -> None:
        self.looked_up: list[str] = []
        self.is_there = True
        self.now_ms = 0

    def resolve(self, host: str, port: int) -> object:
        """Every server is this machine."""
        self.looked_up.append(host)
        if not self.is_there:
            raise OSError(113, f"no address of {host}")
        return HOST, port


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """He whom the pet asks."""
    names = Names()
    module = sys.modules[Http.__module__]
    monkeypatch.setattr(module, "resolve", names.resolve)
    monkeypatch.setattr(module, "ticks_ms", lambda: names.now_ms & LAST_TICK)
    return names


async def outcome_of(http: Http) -> object:
    """One exchange: its answer, or the reason why there is none."""
    try:
        return await http.exchange("POST", MESSAGE, {}, None, 5_000)
    except OSError as failure:
        return failure.args[1]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("host", "expected"), [("petcore.home", (1, 1, 1, 2, 2)), (HOST, (1, 1, 1, 1, 1))]
)
async def test_an_address_is_looked_up_once_and_a_name_again_after_a_failure(
    server: ChaosServer, names: Names, host: str, expected: tuple[int, ...]
) -> None:
    """Looking up a name stops every task of a board meanwhile."""
    http = Http(host, server.port)
    server.deck = deque([honest, honest, FAULTS["close"]])
    for times in expected:
        await outcome_of(http)
        assert len(names.looked_up) == times


@pytest.mark.asyncio
@pytest.mark.parametrize("began_ms", [0, LAST_TICK - 30_000])
async def test_a_name_that_nobody_knew_is_not_looked_up_for_a_minute(
    server: ChaosServer, names: Names, began_ms: int
) -> None:
    """Whoever asks meanwhile hears so at once, also when the ticks wrap."""
    http = Http("petcore.home", server.port)
    names.is_there = False
    for at_ms, times in ((0, 1), (1, 1), (LOOKUP_PAUSE_MS - 1, 1), (LOOKUP_PAUSE_MS, 2)):
        names.now_ms = began_ms + at_ms
        assert "petcore.home" in str(await outcome_of(http))
        assert len(names.looked_up) == times
    names.is_there = True
    assert "a moment ago" in str(await outcome_of(http))
    names.now_ms += LOOKUP_PAUSE_MS
    assert await outcome_of(http) == HONEST_ANSWER


@pytest.mark.asyncio
async def test_that_nobody_knew_a_name_is_forgotten(server: ChaosServer, names: Names) -> None:
    """Ticks of long ago look as if they were to come."""
    http = Http("petcore.home", server.port)
    names.is_there = False
    await outcome_of(http)
    names.is_there = True
    names.now_ms = HALF + 1
    assert await outcome_of(http) == HONEST_ANSWER


class EmptyPoll:
    """Says for ever that a socket is ready."""

    def register(self, *_: object) -> None:
        """Watch."""

    def modify(self, *_: object) -> None:
        """Watch for something else."""

    def poll(self, _: int) -> list[int]:
        """It is ready."""
        return [1]


class NeverReady:
    """A socket that is ready by no try."""

    def __init__(self, *_: object) -> None:
        self.tries = 0

    def setblocking(self, _: bool) -> None:
        """It does not."""

    def _not_yet(self, _: object) -> int:
        self.tries += 1
        assert self.tries < 1_000, "nobody else has moved meanwhile"
        raise OSError(errno.EAGAIN)

    connect = send = recv_into = _not_yet

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.asyncio
@pytest.mark.parametrize("way", ["send", "receive"])
async def test_a_socket_that_only_says_that_it_is_ready_ends_in_time(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """And all other tasks move meanwhile."""
    clock, moved_at = Names(), []

    async def slept(ms: int) -> None:
        clock.now_ms += max(ms, 1)
        moved_at.append(clock.now_ms)

    monkeypatch.setattr("firmware.hal.connection.select.poll", EmptyPoll)
    monkeypatch.setattr("firmware.hal.connection.socket.socket", NeverReady)
    monkeypatch.setattr(connection, "ticks_ms", lambda: clock.now_ms)
    monkeypatch.setattr(connection, "sleep_ms", slept)
    link = connection.Connection(1_000)
    link.open((HOST, 80))
    with pytest.raises(OSError, match="no answer in time"):
        await getattr(link, way)(memoryview(bytearray(9)))
    assert 10 < len(moved_at) < 200
