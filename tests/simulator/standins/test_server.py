"""The stand-in's HTTP on real sockets: what it hears, how it answers, and how it ends."""

import asyncio
import socket
from collections.abc import AsyncGenerator

import httpx
import pytest

from simulator.standins.server import HUNG_UP, Received, Reply, StandIn
from tests.adapters.patient import Pauses
from tests.simulator.standins.client import a_client

GREETING = Reply(headers={"Content-Type": "text/plain"}, pieces=(b"good ", b"morning"))


async def for_ever(seconds: float) -> None:
    """Wait until somebody ends it."""
    await asyncio.Event().wait()


async def answered(reply: Reply) -> httpx.Response:
    """What a client gets of this reply."""
    async with StandIn(lambda _: reply) as stand_in, a_client() as client:
        return await client.get(stand_in.url)


@pytest.mark.asyncio
async def test_it_notes_what_it_hears() -> None:
    """Method, path and query as they came, headers by their names in lower case, the body."""
    async with StandIn(lambda _: GREETING) as stand_in, a_client() as client:
        url = f"{stand_in.url}/v1/models/a%2Fb:say?alt=sse&x=%20"
        await client.post(url, content=b"hello", headers={"X-Key": "k"})
    (received,) = stand_in.received
    assert (received.method, received.path) == ("POST", "/v1/models/a%2Fb:say")
    assert received.query == "alt=sse&x=%20"
    assert received.headers["x-key"] == "k"
    assert received.body == b"hello"


@pytest.mark.asyncio
@pytest.mark.parametrize("is_chunked", [True, False])
async def test_it_answers_in_pieces(is_chunked: bool) -> None:
    """Together they are the body; its length is told before only if it is not in chunks."""
    told = Reply(201, GREETING.headers, GREETING.pieces, is_chunked=is_chunked)
    response = await answered(told)
    assert (response.status_code, response.text) == (201, "good morning")
    assert response.headers["content-type"] == "text/plain"
    assert ("content-length" in response.headers) is not is_chunked


@pytest.mark.asyncio
async def test_a_connection_serves_again() -> None:
    """Two requests, one connection, in order; whoever closes it is no longer counted."""
    async with StandIn(lambda got: Reply(pieces=(got.body,))) as stand_in:
        async with a_client() as client:
            bodies = [(await client.post(stand_in.url, content=text)).text for text in ("a", "b")]
            assert stand_in.connections == 1
        while stand_in.connections:  # noqa: ASYNC110  it is about the other side
            await asyncio.sleep(0.001)
    assert bodies == ["a", "b"]


@pytest.mark.asyncio
async def test_it_waits_as_it_is_told() -> None:
    """Once before the head, once before each piece."""
    pauses = Pauses()
    reply = Reply(pieces=GREETING.pieces, delay_s=3, pause_s=0.5)
    async with StandIn(lambda _: reply, pauses) as stand_in, a_client() as client:
        assert (await client.get(stand_in.url)).text == "good morning"
    assert pauses.asked == [3, 0.5, 0.5]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "reply",
    [
        HUNG_UP,
        Reply(pieces=(b"good ",), is_cut=True),
        Reply(pieces=(b"good ",), is_cut=True, is_chunked=False),
    ],
)
async def test_what_is_cut_does_not_look_whole(reply: Reply) -> None:
    """Before the head or after a piece, with and without a length."""
    with pytest.raises(httpx.RemoteProtocolError):
        await answered(reply)


@pytest.mark.asyncio
async def test_what_came_before_a_cut_arrives() -> None:
    """The pieces, then the end."""
    heard = b""
    reply = Reply(pieces=(b"good ", b"mor"), is_cut=True)
    async with StandIn(lambda _: reply) as stand_in, a_client() as client:
        with pytest.raises(httpx.RemoteProtocolError):  # noqa: PT012 -- it comes in the middle
            async with client.stream("GET", stand_in.url) as response:
                async for piece in response.aiter_bytes():
                    heard += piece
    assert heard == b"good mor"


@pytest.mark.asyncio
async def test_more_comes_while_somebody_listens() -> None:
    """After the pieces, without an end; it is let go when nobody listens any more."""
    let_go: list[bool] = []

    async def more() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"and on "
                await asyncio.sleep(0)
        finally:
            let_go.append(True)

    heard = b""
    reply = Reply(pieces=(b"on ",), more=more)
    async with StandIn(lambda _: reply) as stand_in, a_client() as client:
        async with client.stream("GET", stand_in.url) as response:
            assert response.headers["transfer-encoding"] == "chunked"
            async for piece in response.aiter_bytes():
                heard += piece
                if len(heard) > 5_000:
                    break
        assert heard.startswith(b"on and on and on ")
        while not let_go:  # noqa: ASYNC110  it is about the other side
            await asyncio.sleep(0.001)


@pytest.mark.asyncio
async def test_more_may_end() -> None:
    """Then the answer does, too, and the connection serves again."""

    async def more() -> AsyncGenerator[bytes, None]:
        yield b"evening"

    reply = Reply(pieces=(b"good ",), more=more)
    async with StandIn(lambda _: reply) as stand_in, a_client() as client:
        for _ in range(2):
            assert (await client.get(stand_in.url)).text == "good evening"
        assert stand_in.connections == 1


@pytest.mark.asyncio
async def test_what_is_raw_is_sent_as_it_is() -> None:
    """There is no head but what is written; it ends with the connection."""
    reply = Reply(pieces=(b"HTTP/1.0 299 Odd\r\n\r\n", b"raw"), is_raw=True)
    response = await answered(reply)
    assert (response.status_code, response.reason_phrase, response.text) == (299, "Odd", "raw")
    assert not response.headers


@pytest.mark.asyncio
async def test_it_listens_where_it_is_told() -> None:
    """At a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with StandIn(lambda _: GREETING, port=port) as stand_in, a_client() as client:
        assert stand_in.url == f"http://127.0.0.1:{port}"
        assert (await client.get(stand_in.url)).text == "good morning"


@pytest.mark.asyncio
async def test_who_speaks_no_http_is_let_go() -> None:
    """The connection ends, nothing was received, and the others are served."""
    async with StandIn(lambda _: GREETING) as stand_in, a_client() as client:
        reader, writer = await asyncio.open_connection(*stand_in.url[7:].split(":"))
        writer.write(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
        assert (await client.get(stand_in.url)).text == "good morning"
    assert len(stand_in.received) == 1


@pytest.mark.asyncio
async def test_leaving_it_ends_what_is_under_way() -> None:
    """An answer that would never come, one that is half sent, a client that never reads; no task
    and no connection is left.
    """
    before = asyncio.all_tasks()
    replies = [
        Reply(delay_s=9),
        Reply(pieces=(b"x",), pause_s=9),
        Reply(pieces=(b"x" * 65_536,) * 400),
    ]
    writers = []
    async with StandIn(lambda got: replies[int(got.path[1:])], for_ever) as stand_in:
        for path in range(len(replies)):
            _, writer = await asyncio.open_connection(*stand_in.url[7:].split(":"), limit=1)
            writer.write(f"GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            writers.append(writer)
        while len(stand_in.received) < len(replies):  # noqa: ASYNC110  it is about many
            await asyncio.sleep(0.001)
    assert asyncio.all_tasks() == before
    assert stand_in.connections == 0
    for writer in writers:
        writer.transport.abort()
    with pytest.raises(OSError, match=r"[Cc]onnect"):
        await asyncio.open_connection(*stand_in.url[7:].split(":"))


@pytest.mark.asyncio
async def test_what_the_answerer_raises_is_seen() -> None:
    """A mistake in a test's own story is not taken for a fault of the wire."""

    def stumble(received: Received) -> Reply:
        raise ZeroDivisionError

    async def ask() -> None:
        async with StandIn(stumble) as stand_in, a_client() as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(stand_in.url)

    with pytest.raises(ZeroDivisionError):
        await ask()
