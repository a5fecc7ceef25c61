"""A server that sees by twins, in a time that passes when a test says so."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

from petcore.adapters.camera_scripted import Script, ScriptedCameras, Step, Wait
from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.sight_scripted import (
    AT_REST,
    FACE,
    HEIGHT,
    WIDTH,
    ScriptedGaze,
    ScriptedSight,
    at_rest,
)
from petcore.errors import PetcoreError
from petcore.ports.camera import Frame, Source
from petcore.ports.eyes import Eyes
from petcore.ports.sight import Seen
from petcore.ports.store import Store
from petcore.rules.vitals import Reading
from petcore.services import Services
from petcore.services.desktop_pet.broadcasts import Broadcasts, Shot
from petcore.settings import default_settings
from petcore.wiring import wire
from tests.services.server import NOON
from tests.services.server import Server as TalkingServer

_SETTLED = 30
"""Turns of the event loop after which nobody has anything left to do."""
EVERY_S = 0.5
"""How far the pictures of a camera are apart."""


class Time:
    """Passes only in ``go``. ``wrong_s`` is what the clock on the wall is wrong by."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.wrong_s = 0.0
        self._numbers = count()
        self._pausing: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """The ``Clock``."""
        return NOON + timedelta(milliseconds=round((self.now_s + self.wrong_s) * 1000))

    @property
    def ms(self) -> int:
        """Milliseconds since the beginning."""
        return round(self.now_s * 1000)

    async def pause(self, seconds: float) -> None:
        """The ``Pause``."""
        over = asyncio.get_running_loop().create_future()
        heappush(self._pausing, (self.now_s + seconds, next(self._numbers), over))
        await over

    async def go(self, seconds: float) -> None:
        """Let so much time pass, and all that happens in it."""
        end_s = self.now_s + seconds
        await settle()
        while self._pausing and self._pausing[0][0] <= end_s:
            self.now_s, _, over = heappop(self._pausing)
            if not over.done():
                over.set_result(None)
                await settle()
        self.now_s = end_s


async def settle() -> None:
    """Let everybody do what he can do now."""
    for _ in range(_SETTLED):
        await asyncio.sleep(0)


def filming(time: Time, pictures: int | None = None, every_s: float = EVERY_S) -> Script:
    """A camera that shows its source and the number of the picture; after ``pictures`` it fails."""

    def script(source: Source) -> Iterator[Step]:
        for number in count() if pictures is None else range(pictures):
            yield Frame(f"{source} {number}".encode(), time.ms)
            yield Wait(every_s)

    return script


class CountedSight(ScriptedSight):
    """Remembers how many gazes there ever were."""

    gazes = 0

    def gaze(self) -> ScriptedGaze:
        """One more."""
        self.gazes += 1
        return super().gaze()


@dataclass(slots=True)
class Seeing:
    """Eyes for a server. What ``films`` is made when somebody watches, so it may change."""

    time: Time = field(default_factory=Time)
    films: Script | None = None
    sees: Callable[[Frame], Seen | None] = at_rest
    cameras_max: int = 4
    cameras: ScriptedCameras = field(init=False)
    sight: CountedSight = field(init=False)

    def __post_init__(self) -> None:
        self.cameras = ScriptedCameras(self._film, self.time.pause)
        self.sight = CountedSight(self._see)

    def _see(self, frame: Frame) -> Seen | None:
        return self.sees(frame)

    def _film(self, source: Source) -> Iterator[Step]:
        yield from (self.films or filming(self.time))(source)

    @property
    def eyes(self) -> Eyes:
        """As services take them."""
        return Eyes(self.cameras, self.sight, self.time.pause, self.cameras_max)

    def broadcasts(self) -> Broadcasts:
        """What is watched through them."""
        return Broadcasts(self.eyes, self.time)

    def services(
        self, store: Store, time_scale: int = 1, seed: int = 1, eyes: Eyes | None = None
    ) -> Services:
        """A process that sees by them."""
        return wire(
            default_settings(store="memory:", time_scale=time_scale),
            clock=self.time,
            entropy=SeededEntropy(Random(seed)),
            store=store,
            faculties=TalkingServer().faculties(),
            eyes=eyes or self.eyes,
        )


@dataclass(slots=True)
class Viewer:
    """Looks on, and remembers what came last."""

    broadcasts: Broadcasts
    source: Source
    shots: list[Shot] = field(default_factory=list)
    error: PetcoreError | None = None
    has_left: bool = False
    task: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self.task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        try:
            async with aclosing(self.broadcasts.look(self.source)) as shots:
                async for shot in shots:
                    self.shots.append(shot)
            self.has_left = True
        except PetcoreError as error:
            self.error = error

    @property
    def numbers(self) -> list[int]:
        """Which pictures came."""
        return [shot.number for shot in self.shots]

    @property
    def outcome(self) -> str:
        """What it ended with."""
        return f"{self.error.code}: {self.error}" if self.error else ""

    async def leave(self) -> None:
        """Hang up."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


def seen(frame: Frame, **values: float) -> Seen:
    """A calm face, but for the ``values`` of readings, dots written as two underscores."""
    changed = {name.replace("__", "."): value for name, value in values.items()}
    readings = tuple(
        Reading(name, value, stable=True, confidence=90.0, at_ms=frame.at_ms)
        for name, value in (AT_REST | changed).items()
    )
    return Seen(frame.jpeg, WIDTH, HEIGHT, FACE, "measured", readings)
