"""HTTP/1.1 as a server speaks it over a raw connection: one request read, one answer written.

By hand, for the kit must see what a device sends as it was sent, and be able to answer wrongly.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from simulator.kernel.trace import Json

HEAD_BYTES_MAX = 16_384
BODY_BYTES_MAX = 65_536
_START_WORDS = 3
_LENGTH_DIGITS_MAX = 9


class Unreadable(Exception):
    """What came is no request; the message says why."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came. ``operation`` is its method and path; ``asked`` the query of a GET, the
    body of all else.
    """

    operation: str
    asked: Json
    headers: Json
    stays: bool
    """Whether the connection can be used again."""


async def hear(reader: asyncio.StreamReader) -> Heard | None:
    """The next request; None if there is none any more. Raises ``Unreadable``, ``OSError``."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as cut:
        if not cut.partial.strip():
            return None
        raise Unreadable("the head of a request ends in the middle") from None
    except asyncio.LimitOverrunError:
        raise Unreadable("the head of a request is larger than 16 KB") from None
    method, target, version, headers = _head(head)
    body = await _body(reader, headers)
    path, query = _parts(target)
    asked = _object(body) if body else dict(parse_qsl(query, keep_blank_values=True))
    last = str(headers.get("connection", "")).lower() == "close" or version == "HTTP/1.0"
    return Heard(f"{method} {path}", asked, headers, not last)


def _head(head: bytes) -> tuple[str, str, str, Json]:
    try:
        first, *lines = head[:-4].decode("ascii").split("\r\n")
    except UnicodeDecodeError:
        raise Unreadable("the head of a request is not ASCII") from None
    words = first.split(" ")
    if len(words) != _START_WORDS or not words[2].startswith("HTTP/1."):
        raise Unreadable(f"{first[:80]!r} begins no request")
    return words[0], words[1], words[2], dict(_header(line) for line in lines)


def _parts(target: str) -> tuple[str, str]:
    try:
        parts = urlsplit(target)
    except ValueError:
        raise Unreadable(f"{target[:80]!r} is no address") from None
    return parts.path, parts.query


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise Unreadable(f"{line[:80]!r} is no header")
    return name.lower(), value.strip()


async def _body(reader: asyncio.StreamReader, headers: Json) -> bytes:
    if "transfer-encoding" in headers:
        raise Unreadable("its body comes in chunks, which this kit does not read")
    length = str(headers.get("content-length", "0"))
    is_number = length.isdecimal() and len(length) <= _LENGTH_DIGITS_MAX
    if not is_number or int(length) > BODY_BYTES_MAX:
        raise Unreadable(f"Content-Length is {length[:20]}")
    try:
        return await reader.readexactly(int(length))
    except asyncio.IncompleteReadError:
        raise Unreadable("its body is shorter than Content-Length says") from None


def _object(body: bytes) -> Json:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("its body is no JSON") from None
    if not isinstance(value, dict):
        raise Unreadable("its body is no JSON object")
    if not is_text(value):
        raise Unreadable("its body holds half a letter")
    return value


def is_text(value: object) -> bool:
    """Whether what JSON was read from can be written in UTF-8: half a surrogate pair cannot."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def written(status: int, answer: Json, more: Mapping[str, str], *, stays: bool) -> bytes:
    """The bytes of an answer."""
    connection = {"Connection": "keep-alive" if stays else "close"}
    return framed(status, json.dumps(answer, ensure_ascii=False).encode(), {**more, **connection})


def framed(
    status: int, body: bytes, headers: Mapping[str, str], *, kind: str = "application/json"
) -> bytes:
    """The bytes of an answer with this body; ``headers`` come after its type and its length, and
    stand in their place where they have the same name.
    """
    said = {"Content-Type": kind, "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode() + body
