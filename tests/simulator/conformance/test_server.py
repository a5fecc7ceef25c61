"""The kit's server on real sockets: what it answers, how it treats, what it notes."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable

import pytest

from simulator.conformance import record as of
from simulator.conformance.clock import Clock
from simulator.conformance.nonsense import TURNS
from simulator.conformance.record import Record
from simulator.conformance.script import Script
from simulator.conformance.server import Server

POLL = b"GET /api/water/poll?user_id=audrey HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class House:
    """A server that is open, with all that belongs to it."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self.clock = Clock()
        self.record = Record()
        self.script = Script(lambda: self.clock.now_ms)
        self.server = Server(self.script, self.record, self.clock)
        self.port = 0

    async def ask(self, *requests: bytes) -> bytes:
        """Send these over one connection and give all that comes back; nothing after a reset."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for request in requests:
                writer.write(request)
                await writer.drain()
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    @property
    def last(self) -> of.Request:
        """The last request."""
        return self.record.requests[-1]


def in_house(story: Callable[[House], Awaitable[None]]) -> None:
    """Let a story happen in a house that is open."""

    async def live() -> None:
        house = House()
        house.port = await house.server.open("127.0.0.1", 0)
        try:
            await asyncio.wait_for(story(house), 60)
        finally:
            await house.server.close()

    asyncio.run(live())


def posted(path: str, body: bytes, *headers: str) -> bytes:
    """Give a request with a body."""
    lines = [f"POST {path} HTTP/1.1", "Host: x", "Connection: close", *headers]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def body_of(answer: bytes) -> dict[str, object]:
    """Give the object of an answer whose length is as it says."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head.lower()
    told = json.loads(body)
    assert isinstance(told, dict)
    return told


def test_a_good_request_is_answered_and_noted() -> None:
    """With its query and its headers."""

    async def story(house: House) -> None:
        told = await house.ask(POLL.replace(b"Host: x", b"Host: x\r\nIdempotency-Key: a"))
        assert told.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"\r\nCache-Control: no-store\r\n" in told
        assert body_of(told)["remind_now"] is False
        assert (house.last.operation, house.last.asked) == (of.WATER_POLL, {"user_id": "audrey"})
        assert (house.last.key, house.last.status, house.last.is_good) == ("a", 200, True)

    in_house(story)


def test_the_clock_begins_with_what_the_kit_answers() -> None:
    """Whoever looks who listens there does not begin the story."""

    async def story(house: House) -> None:
        assert b" 404 " in await house.ask(POLL.replace(b"/api/water/poll", b"/favicon.ico"))
        assert (house.last.operation, house.clock.runs) == ("GET /favicon.ico", False)
        await house.ask(POLL)
        assert house.clock.runs

    in_house(story)


def test_a_connection_is_used_again() -> None:
    """As long as the device wants."""

    async def story(house: House) -> None:
        stays = POLL.replace(b"Connection: close\r\n", b"")
        told = await house.ask(stays, stays, POLL)
        assert told.count(b"HTTP/1.1 200 OK") == 3
        assert told.count(b"Connection: close") == 1
        assert len(house.record.requests) == 3

    in_house(story)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (b"hello\r\n\r\n", "begins no request"),
        (b"GET http://[ HTTP/1.1\r\n\r\n", "'http://[' is no address"),
        (b"GET / HTTP/1.1\r\nHost x\r\n\r\n", "is no header"),
        (b"GET / HTTP/1.1\r\nHost", "ends in the middle"),
        (b"GET /\xff HTTP/1.1\r\n\r\n", "not ASCII"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000, "larger than 16 KB"),
        (posted("/api/water/ack", b"[]"), "no JSON object"),
        (posted("/api/water/ack", b"{"), "no JSON"),
        (posted("/api/water/ack", b"{}").replace(b"h: 2", b"h: x"), "Content-Length is x"),
        (posted("/api/water/ack", b"").replace(b"h: 0", b"h: " + b"1" * 5_000), "is 1111"),
        (posted("/api/water/ack", b"[" + b"1" * 5_000 + b"]"), "no JSON"),
        (posted("/api/water/ack", b'{"user_id": "\\ud800"}'), "half a letter"),
        (posted("/api/water/ack", b'{"user_id": "a"}')[:-1], "its body is shorter"),
        (posted("/api/water/ack", b"{}", "Transfer-Encoding: chunked"), "chunks"),
    ],
)
def test_what_is_no_request_is_noted_as_that(request_: bytes, words: str) -> None:
    """And the next one is heard."""

    async def story(house: House) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(request_)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        assert words in house.last.fault
        assert not house.clock.runs
        assert body_of(await house.ask(POLL))

    in_house(story)


def test_an_answer_gets_lost_once_and_what_was_asked_is_done() -> None:
    """The same key brings it again."""

    async def story(house: House) -> None:
        house.script.remind()
        house.script.lose(of.WATER_POLL)
        keyed = POLL.replace(b"Host: x", b"Host: x\r\nIdempotency-Key: a")
        assert await house.ask(keyed) == b""
        assert (house.last.treatment, house.last.status) == (of.LOST, 0)
        assert body_of(await house.ask(keyed))["remind_now"] is True

    in_house(story)


def test_who_is_hung_up_on_hears_nothing() -> None:
    """But is noted."""

    async def story(house: House) -> None:
        await house.server.treat(of.HUNG_UP)
        assert await house.ask(POLL) == b""
        assert (house.last.operation, house.last.treatment) == (of.WATER_POLL, of.HUNG_UP)

    in_house(story)


def test_silence_ends_when_the_server_is_back() -> None:
    """Whoever waits is hung up on then, as by a server that starts again."""

    async def story(house: House) -> None:
        await house.server.treat(of.SILENT)
        waiting = asyncio.create_task(house.ask(POLL))
        done, _ = await asyncio.wait((waiting,), timeout=0.1)
        assert not done
        await house.server.treat(of.FINE)
        assert await waiting == b""
        assert house.last.treatment == of.SILENT
        assert body_of(await house.ask(POLL))

    in_house(story)


def test_a_closed_port_refuses_and_opens_again() -> None:
    """The same one; nobody else can have taken it meanwhile."""

    async def story(house: House) -> None:
        for _ in range(2):
            await house.server.treat(of.CLOSED)
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", house.port)
            await house.server.treat(of.FINE)
            assert body_of(await house.ask(POLL))

    in_house(story)


@pytest.mark.parametrize("status", [401, 404, 429, 503])
def test_polls_are_refused_and_nothing_else(status: int) -> None:
    """With the error of the contract."""

    async def story(house: House) -> None:
        await house.server.treat(of.REFUSING, status)
        told = await house.ask(POLL)
        assert told.startswith(f"HTTP/1.1 {status} ".encode())
        assert body_of(told)["ok"] is False
        assert (house.last.treatment, house.last.is_good) == (of.REFUSING, False)
        acknowledged = await house.ask(posted("/api/water/ack", b'{"user_id": "audrey"}'))
        assert body_of(acknowledged) == {"ok": True}

    in_house(story)


def test_each_poll_gets_its_own_nonsense() -> None:
    """All of it in turn, and then good answers; what is no poll is answered well."""

    async def story(house: House) -> None:
        await house.server.treat(of.NONSENSE)
        for turn in TURNS:
            await house.ask(POLL)
            assert house.last.treatment == (f"{of.NONSENSE}: {turn}" if turn else of.FINE)
        assert body_of(await house.ask(POLL))
        await house.ask(POLL.replace(b"water/poll", b"breaks/prompt/poll"))
        assert house.last.treatment == f"{of.NONSENSE}: {TURNS[0]}"
        assert body_of(await house.ask(posted("/api/water/ack", b'{"user_id": "audrey"}')))

    in_house(story)


def test_a_token_is_wanted_once_it_was_given() -> None:
    """And no other one, and none that has ended."""

    async def story(house: House) -> None:
        foreign = POLL.replace(b"Host: x", b"Host: x\r\nAuthorization: Bearer pet_foreign")
        assert b" 401 " in await house.ask(foreign)
        assert b" 200 " in await house.ask(POLL)
        code = body_of(await house.ask(posted("/api/devices/pairing", b"{}")))["device_code"]
        collect = posted(
            "/api/devices/pairing/collect", b'{"device_code": "%s"}' % str(code).encode()
        )
        assert body_of(await house.ask(collect))["status"] == "pending"
        token = body_of(await house.ask(collect))["token"]
        own = foreign.replace(b"pet_foreign", str(token).encode())
        assert b" 401 " in await house.ask(POLL)
        assert b" 200 " in await house.ask(own)
        house.script.end_token()
        assert b" 401 " in await house.ask(own)
        assert b" 401 " in await house.ask(POLL)

    in_house(story)


def test_a_taken_port_is_an_error() -> None:
    """As it is to any server."""

    async def story(house: House) -> None:
        other = House()
        with pytest.raises(OSError, match="in use"):
            await other.server.open("127.0.0.1", house.port)

    in_house(story)
