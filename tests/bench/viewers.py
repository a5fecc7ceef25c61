"""What each viewer of a camera costs, how old a picture is when he gets it, and what is left of
thousands who came and went.

The camera is a synthetic one at 15 pictures a second; who looks at the pictures is OpenCV in its
own process, as in a server. Once within this process, and once over HTTP (``viewers_http``). Not
here: how well a pulse is measured.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median, quantiles
from time import process_time

from petcore.adapters.camera_scripted import ScriptedCameras, Step, Wait
from petcore.adapters.clock_system import SystemClock, pause
from petcore.adapters.sight_opencv import OpencvSight
from petcore.ports.camera import Frame, Source, Webcam
from petcore.ports.eyes import Eyes
from petcore.ports.sight import Caption, Gaze, Seen
from petcore.services.desktop_pet.broadcasts import Broadcasts
from petcore.serving import settle_memory
from simulator.face.video import FaceVideo
from simulator.face.vital import Vital
from tests.bench.figures import Aim, Figure, Report
from tests.bench.rounds import run
from tests.bench.served import resident_mb
from tests.bench.stalls import watched
from tests.bench.viewers_http import over_http

_FPS, _PICTURES = 15, 90
_VIEWERS, _SECONDS, _ROUNDS = 20, 4.0, 5
_CROWD, _AT_A_TIME, _LOOK_S = 10_000, 250, 0.02
_IDLE_S = 2.0
_CAMERA = Webcam(0)


def viewers() -> Report:
    """All of it."""
    face = FaceVideo(lambda _: Vital(bpm=72.0))
    pictures = [face.jpeg(number * 1000 // _FPS) for number in range(_PICTURES)]
    return Report([*run(_measure(pictures)).figures, *over_http()])


@dataclass(slots=True)
class _CountingSight:
    """Counts how often somebody looks at a picture."""

    sight: OpencvSight = field(default_factory=OpencvSight)
    name: str = "opencv"
    looks: int = 0

    def gaze(self) -> "_CountingGaze":
        return _CountingGaze(self, self.sight.gaze())


@dataclass(slots=True)
class _CountingGaze:
    counted: _CountingSight
    gaze: Gaze

    async def see(self, frame: Frame, caption: Caption) -> Seen:
        self.counted.looks += 1
        return await self.gaze.see(frame, caption)

    async def close(self) -> None:
        await self.gaze.close()


def _film(pictures: Sequence[bytes]) -> Callable[[Source], Iterator[Step]]:
    """A camera that shows these over and over, each taken when it comes."""

    def script(_: Source) -> Iterator[Step]:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for jpeg in cycle(pictures):
            yield Frame(jpeg, _now_ms())
            due_s = max(due_s + 1 / _FPS, loop.time())
            yield Wait(due_s - loop.time())

    return script


def _now_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)


async def _measure(pictures: Sequence[bytes]) -> Report:
    sight = _CountingSight()
    cameras = ScriptedCameras(_film(pictures), pause)
    broadcasts = Broadcasts(Eyes(cameras, sight, pause), SystemClock())
    try:
        # Whoever is first waits for the process that looks.
        await _look(broadcasts, 1.0)
        settle_memory()
        return Report([*await _shared(broadcasts, sight), *await _crowd(broadcasts)])
    finally:
        await broadcasts.close()


# Many viewers of one camera


async def _shared(broadcasts: Broadcasts, sight: _CountingSight) -> list[Figure]:
    """One viewer and twenty, in turns."""
    alone: list[float] = []
    together: list[float] = []
    ages: list[int] = []
    looks = seen = 0
    for _ in range(_ROUNDS):
        cost, _, _ = await _costs(broadcasts, sight, 1)
        alone.append(cost)
        cost, heard, looked = await _costs(broadcasts, sight, _VIEWERS)
        together.append(cost)
        ages += heard
        seen, looks = seen + len(heard), looks + looked
    each = (median(together) - median(alone)) / (_VIEWERS - 1)
    twentieths = quantiles(ages, n=20)
    age = f"{len(ages):,} pictures at {_VIEWERS} viewers, from the camera's hand"
    return [
        Figure(
            f"looks at a picture, for {_VIEWERS} viewers of one camera",
            looks / (seen / _VIEWERS),
            f"{looks} looks, {seen:,} pictures seen",
            Aim(1.05),
        ),
        Figure(
            "processor time that one viewer more costs the server",
            each / 10,
            f"{median(alone) / 10:.2f} % with one, {median(together) / 10:.2f} % with {_VIEWERS},"
            f" at {_FPS} pictures/s",
            Aim(0.05),
            "%",
        ),
        Figure("age of a picture at its viewer, p50", median(ages), age, Aim(50), "ms"),
        Figure("age of a picture at its viewer, p95", twentieths[-1], age, Aim(150), "ms"),
    ]


async def _costs(
    broadcasts: Broadcasts, sight: _CountingSight, count: int
) -> tuple[float, list[int], int]:
    """Milliseconds of processor time a second, how old each picture was, and how often somebody
    looked at one.
    """
    began, looked = process_time(), sight.looks
    heard = await asyncio.gather(*(_look(broadcasts, _SECONDS) for _ in range(count)))
    cost = (process_time() - began) / _SECONDS * 1000
    return cost, [age for ages in heard for age in ages], sight.looks - looked


async def _look(broadcasts: Broadcasts, seconds: float) -> list[int]:
    """How old the pictures are that a viewer gets in so many seconds; the first may be the newest
    of before.
    """
    until = asyncio.get_running_loop().time() + seconds
    ages: list[int] = []
    async with aclosing(broadcasts.look(_CAMERA)) as shots:
        await anext(shots)
        async for shot in shots:
            ages.append(_now_ms() - shot.at_ms)
            if asyncio.get_running_loop().time() >= until:
                break
    return ages


# Those who come and vanish


async def _crowd(broadcasts: Broadcasts) -> list[Figure]:
    """Thousands, while one stays."""
    async with _staying(broadcasts) as count_pictures:
        await _come_and_vanish(broadcasts, _CROWD // 10)
        async with watched() as idle:
            await pause(_IDLE_S)
        tasks, before_mb = len(asyncio.all_tasks()), resident_mb(os.getpid())
        async with watched() as stalls:
            pictures = await count_pictures(_come_and_vanish(broadcasts, _CROWD))
        await pause(0.2)
        left, after_mb = len(asyncio.all_tasks()) - tasks, resident_mb(os.getpid())
    came = f"{_CROWD:,} viewers, {_AT_A_TIME} at a time"
    kept = f"{pictures} pictures came to the one who stayed meanwhile"
    return [
        Figure(f"tasks left of {came}", left, kept, Aim(0), "tasks"),
        Figure(
            f"memory after / before {came}",
            after_mb / before_mb,
            f"{before_mb:.0f} MB, then {after_mb:.0f} MB",
            Aim(1.05),
        ),
        Figure(
            f"longest stall of the event loop, {came}",
            max(stalls),
            f"{max(idle):.0f} ms in {_IDLE_S:g} s while nobody came",
            Aim(50),
            "ms",
        ),
    ]


async def _come_and_vanish(broadcasts: Broadcasts, count: int) -> None:
    """Half of them are cut off while they wait for the next picture, half leave with one."""

    async def vanish(number: int) -> None:
        if number % 2:
            async with aclosing(broadcasts.look(_CAMERA)) as shots:
                await anext(shots)
            return
        looking = asyncio.create_task(_look(broadcasts, 60))
        await pause(_LOOK_S)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    for first in range(0, count, _AT_A_TIME):
        await asyncio.gather(*(vanish(number) for number in range(first, first + _AT_A_TIME)))


@asynccontextmanager
async def _staying(
    broadcasts: Broadcasts,
) -> AsyncGenerator[Callable[[Awaitable[None]], Awaitable[int]], None]:
    """Somebody who looks on; it counts the pictures that come to him during some work."""
    pictures = 0

    async def stay() -> None:
        nonlocal pictures
        async with aclosing(broadcasts.look(_CAMERA)) as shots:
            async for _ in shots:
                pictures += 1

    async def count(work: Awaitable[None]) -> int:
        before = pictures
        await work
        return pictures - before

    staying = asyncio.create_task(stay())
    try:
        yield count
    finally:
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)
