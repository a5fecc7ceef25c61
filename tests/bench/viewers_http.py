"""The same as ``viewers`` at a real server, which is asked over HTTP and looked at from outside.

Camera and viewers are in this process, so that one clock says when a picture was sent and when it
came. Its number stands in the picture, as the brightness of its left edge, since a server codes
pictures anew.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles

import cv2
import numpy as np

from petcore.adapters.clock_system import pause
from simulator.face.video import FaceVideo, steady
from simulator.standins.camera import STREAM, Esp32Cam
from simulator.standins.server import StandIn
from tests.bench.figures import Aim, Figure
from tests.bench.rounds import run
from tests.bench.served import Server, connections, petcore, processor_us, resident_mb, served

_FPS, _LEVELS = 15, 16
_PICTURES = 6 * _LEVELS
_EDGE = 24
"""Pixels of a picture that are as bright as its number says."""
_VIEWERS, _SECONDS, _ROUNDS = 20, 4.0, 3
_CROWD, _AT_A_TIME, _LOOK_S = 10_000, 50, 0.02
_SETTLED_S = 1.0
_USER = "audrey"
_ASKED = f"GET /api/video/stream?user_id={_USER} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
_PART = b"content-type: image/jpeg\r\ncontent-length: "

Come = tuple[float, bytes]
"""When a picture came, and the picture."""


def over_http() -> Sequence[Figure]:
    """A server with OpenCV, one viewer and twenty, and thousands who come and vanish."""
    settings = {"PETCORE_CAMERA_HOSTS": "127.0.0.1"}
    # In the end the camera goes first, which is worth a warning.
    with served(petcore("memory:", "--log-level", "error"), settings) as server:
        return run(_measure(server))


class _Film:
    """What the camera shows: the pictures over and over, and when it sent each."""

    def __init__(self) -> None:
        video = steady(72.0)
        self._pictures = [_numbered(video, number) for number in range(_PICTURES)]
        self.sent_s: list[float] = []

    def __call__(self) -> bytes:
        """The next picture."""
        self.sent_s.append(asyncio.get_running_loop().time())
        return self._pictures[(len(self.sent_s) - 1) % _PICTURES]

    def age_ms(self, come: Come) -> float:
        """How old a picture was when it came: it is the newest with its brightness that had been
        sent, and those are a second apart.
        """
        at_s, jpeg = come
        level = _level(jpeg)
        sent_s = (s for n, s in enumerate(self.sent_s) if n % _LEVELS == level and s <= at_s)
        return (at_s - max(sent_s)) * 1000


def _numbered(video: FaceVideo, number: int) -> bytes:
    picture = video.frame(number * 1000 // _FPS)
    picture[:, :_EDGE] = _brightness(number % _LEVELS)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def _brightness(level: int) -> int:
    return level * 256 // _LEVELS + 128 // _LEVELS


def _level(jpeg: bytes) -> int:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return int(np.median(picture[:, : _EDGE // 2])) * _LEVELS // 256


async def _measure(server: Server) -> Sequence[Figure]:
    film = _Film()
    async with StandIn(Esp32Cam(film, _FPS)) as camera:
        await asyncio.to_thread(_prefer, server.port, camera.url + STREAM)
        # Whoever is first waits for the process that looks.
        await _look(server.port, 1.0)
        return [*await _shared(server, film, camera), *await _crowd(server)]


def _prefer(port: int, url: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    wish = {"user_id": _USER, "source_type": "esp32", "esp32_stream_url": url}
    json_type = {"Content-Type": "application/json"}
    connection.request("POST", "/api/video/source", json.dumps(wish), json_type)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


# Viewers


@asynccontextmanager
async def _viewer(port: int) -> AsyncGenerator[asyncio.StreamReader, None]:
    """One who has asked for the pictures, and hangs up in the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_ASKED)
        yield reader
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def _pictures(reader: asyncio.StreamReader) -> AsyncGenerator[Come, None]:
    while True:
        head = await reader.readuntil(_PART)
        assert head.startswith(b"HTTP/1.1 200 ") or b"--frame" in head, head
        length = int(await reader.readuntil(b"\r\n\r\n"))
        # A part is one chunk, so nothing of HTTP stands within a picture.
        jpeg = await reader.readexactly(length)
        yield asyncio.get_running_loop().time(), jpeg


async def _look(port: int, seconds: float) -> list[Come]:
    """What a viewer gets in so many seconds; the first may be the newest of before."""
    until = asyncio.get_running_loop().time() + seconds
    seen: list[Come] = []
    async with _viewer(port) as reader, aclosing(_pictures(reader)) as pictures:
        await anext(pictures)
        async for come in pictures:
            seen.append(come)
            if come[0] >= until:
                break
    return seen


async def _shared(server: Server, film: _Film, camera: StandIn) -> Iterator[Figure]:
    """One viewer and twenty, in turns."""
    (looker,) = _children(server.pid)
    used: dict[int, list[tuple[float, float]]] = {1: [], _VIEWERS: []}
    seen: list[Come] = []
    for _ in range(_ROUNDS):
        for count, costs in used.items():
            before = processor_us(server.pid), processor_us(looker)
            come = await asyncio.gather(*(_look(server.port, _SECONDS) for _ in range(count)))
            after = processor_us(server.pid), processor_us(looker)
            costs.append((after[0] - before[0], after[1] - before[1]))
            if count > 1:
                seen += [each for one in come for each in one]
    ages = [film.age_ms(each) for each in seen]
    assert _children(server.pid) == [looker]
    return _told(used, ages, len(camera.received))


def _told(
    used: dict[int, list[tuple[float, float]]], ages: Sequence[float], asked: int
) -> Iterator[Figure]:
    serving = {count: median(cost[0] for cost in costs) for count, costs in used.items()}
    looking = {count: median(cost[1] for cost in costs) for count, costs in used.items()}
    percent = 1e4 * _SECONDS
    yield Figure(
        f"HTTP: looking at pictures, for {_VIEWERS} viewers / for one",
        looking[_VIEWERS] / looking[1],
        f"one process, {looking[1] / percent:.1f} % of a core with one, "
        f"{looking[_VIEWERS] / percent:.1f} % with {_VIEWERS}; the camera was asked {asked} times",
        Aim(1.15),
    )
    yield Figure(
        "HTTP: processor time that one viewer more costs the server",
        (serving[_VIEWERS] - serving[1]) / (_VIEWERS - 1) / percent,
        f"{serving[1] / percent:.1f} % with one, {serving[_VIEWERS] / percent:.1f} % with "
        f"{_VIEWERS}, at {_FPS} pictures/s",
        Aim(0.5),
        "%",
    )
    what = f"{len(ages):,} pictures at {_VIEWERS} viewers, from the camera's hand"
    late = quantiles(ages, n=20)[-1]
    yield Figure("HTTP: age of a picture at its viewer, p50", median(ages), what, Aim(50), "ms")
    yield Figure("HTTP: age of a picture at its viewer, p95", late, what, Aim(150), "ms")


# Those who come and vanish


async def _crowd(server: Server) -> Sequence[Figure]:
    """Thousands, while one stays."""
    staying = asyncio.create_task(_look(server.port, 3600))
    try:
        await _come_and_vanish(server.port, _CROWD // 10)
        await pause(_SETTLED_S)
        before, before_mb = _held(server), resident_mb(server.pid)
        began_s = asyncio.get_running_loop().time()
        await _come_and_vanish(server.port, _CROWD)
        took_s = asyncio.get_running_loop().time() - began_s
        await pause(_SETTLED_S)
        after, after_mb = _held(server), resident_mb(server.pid)
        assert not staying.done()
    finally:
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)
    came = f"{_CROWD:,} viewers, {_AT_A_TIME} at a time"
    held = ", ".join(f"{name} {before[name]} then {after[name]}" for name in before)
    return [
        Figure(
            f"HTTP: open files, threads and connections left of {came}",
            sum(after.values()) - sum(before.values()),
            f"{held}; in {took_s:.0f} s",
            Aim(0),
            "of them",
        ),
        Figure(
            f"HTTP: memory after / before {came}",
            after_mb / before_mb,
            f"{before_mb:.0f} MB, then {after_mb:.0f} MB, with the process that looks",
            Aim(1.05),
        ),
    ]


async def _come_and_vanish(port: int, count: int) -> None:
    """Half of them are gone before they are answered, or soon after; half have seen a picture."""

    async def vanish(number: int) -> None:
        async with _viewer(port) as reader:
            if number % 2:
                async with aclosing(_pictures(reader)) as pictures:
                    await anext(pictures)
            elif number % 4:
                await pause(_LOOK_S)

    for first in range(0, count, _AT_A_TIME):
        await asyncio.gather(*(vanish(number) for number in range(first, first + _AT_A_TIME)))


def _held(server: Server) -> dict[str, int]:
    """What a server holds, as the kernel counts it."""
    process = Path(f"/proc/{server.pid}")
    return {
        "files": len(list((process / "fd").iterdir())),
        "threads": len(list((process / "task").iterdir())),
        "connections": connections(server.port),
    }


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
