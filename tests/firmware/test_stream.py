"""Chunks, and the events in them: the same however they are cut into pieces."""

import pytest

from firmware.hal.stream import Chunks, Events, is_stream

BODY = (
    b"5\r\nevent\r\n"
    b"0000C ; x=y\r\n: text\ndata:\r\n"
    b"2\r\n a\r\n"
    b"1E\r\n\n\nevent:text \r\ndata: b\r\n\r\n: n\r\n"
    b"7\r\no\ndata:\r\n"
    b"2\r\nc\n\r\n"
    b"00\r\nTrailer: x\r\n\r\nHTTP/1.1 500 Oh\r\n"
)
LINES = [(b"text", b" a"), (b"text", b" b\r"), (b"", b"c")]


def told(body: bytes, size: int, room: int = 64) -> list[tuple[bytes, bytes]]:
    """The data of every line of a body that comes in pieces of that size, and of which event."""
    chunks, events, lines = Chunks(), Events(memoryview(bytearray(room))), []
    for start in range(0, len(body), size):
        piece = bytearray(body[start : start + size])
        at = 0
        while at < len(piece):
            begin, end, at = chunks.take(piece, at, len(piece))
            while begin < end:
                begin = events.take(piece, memoryview(piece), begin, end)
                if events.is_whole and (data := events.data()):
                    lines.append((events.name, bytes(events.view[data : events.filled])))
    assert chunks.is_over
    return lines


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, len(BODY)])
def test_the_lines_are_the_same_however_they_come(size: int) -> None:
    """Sizes with zeros, small and large letters, extensions; nothing behind the last chunk."""
    assert told(BODY, size) == LINES


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_a_line_that_is_longer_than_the_buffer_is_cut(size: int) -> None:
    """And the next one is whole."""
    data = b"event: text\ndata: " + b"x" * 100 + b"\n\nevent: done\ndata: {}\n\n"
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)
    assert told(body, size) == [(b"text", b" " + b"x" * 58), (b"done", b" {}")]


def test_a_long_line_says_that_it_is() -> None:
    """As long as it is the one that was read."""
    events = Events(memoryview(bytearray(8)))
    for line, is_long in ((b"data: 78\n", False), (b"data: 789\n", True), (b"\n", False)):
        buffer = bytearray(line)
        assert events.take(buffer, memoryview(buffer), 0, len(line)) == len(line)
        assert (events.is_whole, events.is_long) == (True, is_long)


@pytest.mark.parametrize("name", [b"event: text", b"event:text", b"event:  text  "])
def test_an_event_has_a_name_until_it_ends(name: bytes) -> None:
    """At an empty line, not at a comment."""
    data = name + b"\ndata: 1\n: well\ndata: 2\n\ndata: 3\n"
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)
    assert told(body, 5) == [(b"text", b" 1"), (b"text", b" 2"), (b"", b" 3")]


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (b"Content-Type: text/event-stream\r\n", True),
        (b"X: y\r\ncontent-type:text/event-stream; charset=utf-8\r\n", True),
        (b"Content-Type: text/html\r\n", False),
        (b"X-Content-Type: text/event-stream\r\n", False),
        (b"X: text/event-stream\r\n", False),
        (b"", False),
    ],
)
def test_a_head_says_whether_a_stream_follows(head: bytes, is_one: bool) -> None:
    """In one header, whatever else is there."""
    buffer = bytearray(b"HTTP/1.1 200 OK\r\n" + head + b"\r\nContent-Type: text/event-stream\r\n")
    assert is_stream(buffer, 0, len(b"HTTP/1.1 200 OK\r\n" + head)) is is_one
