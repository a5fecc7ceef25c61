"""How fast a face is looked at, how right its pulse is, and what a server feels of it.

The face is made up, and its skin follows the same model as the arithmetic that reads it: of people,
less will be known. Where there is no pulse, no number is right.
"""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import median, quantiles
from time import perf_counter, process_time

import cv2
import numpy as np

from petcore.adapters.sight_opencv import OpencvSight
from petcore.adapters.sight_opencv_face import Finder
from petcore.adapters.sight_opencv_looking import Looker
from petcore.adapters.sight_opencv_picture import decoded, gray, reduced
from petcore.ports.camera import Frame
from petcore.ports.sight import Caption, Gaze
from simulator.face.video import FaceVideo, steady
from tests.bench.figures import Aim, Figure, Report
from tests.bench.stalls import stalls_of

_SIZES = ((640, 480), (320, 240))
_SIMULATED = 320
"""Pixels across of what a simulated world looks at, which has to be fast."""
_FRAMES = 120
_ROUNDS = 5
_FPS = 10
_QUALITY = 40
_RATES = range(55, 125, 5)
_WATCHED_S = 25
_PHOTOGRAPHS = 30
_PHOTOGRAPHED_S = 40
_FULL_SPEED_S = 6.0

_OF_BARE_HAAR = Aim(0.5)
_FRAMES_S = Aim(400, is_floor=True)
_ERROR_BPM = Aim(1.0)
_TOLD = Aim(0.9, is_floor=True)
_MADE_UP = Aim(0.0)
_STALL_MS = Aim(20.0)


def sight() -> Report:
    """Frames a second, errors, and stalls of the event loop."""
    figures = [figure for size in _SIZES for figure in _speed(*size)]
    found, lines = _pulses()
    figures += [*found, _photographs(), asyncio.run(_stall())]
    return Report(figures, lines)


def _filmed(
    video: FaceVideo, seconds: float, fps: int = _FPS, quality: int = _QUALITY
) -> Iterator[Frame]:
    for number in range(round(seconds * fps)):
        at_ms = round(number * 1_000 / fps)
        yield Frame(video.jpeg(at_ms, quality), at_ms)


def _speed(width: int, height: int) -> list[Figure]:
    """Of a core, with bare OpenCV beside it, in turns."""
    video = steady(72, width=width, height=height)
    frames = list(_filmed(video, _FRAMES / 15, 15, 80))
    ways: dict[str, Callable[[Sequence[Frame]], None]] = {
        "decode": _decode,
        "haar": _bare_haar(frames),
        "each": lambda frames: _look(Looker(1, draws=False), frames),
        "tenth": lambda frames: _look(Looker(10, draws=False), frames),
        "drawn": lambda frames: _look(Looker(10), frames),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS):
        for name, way in ways.items():
            began = process_time()
            way(frames)
            took[name].append((process_time() - began) / len(frames))
    size = f"{width} x {height}"
    return [
        _ratio(
            f"{size}: looking each time / Haar over whole pictures",
            took["each"],
            took["haar"],
            _OF_BARE_HAAR,
        ),
        _ratio(f"{size}: every 10th / bare decoding", took["tenth"], took["decode"]),
        _ratio(f"{size}: every 10th and drawn / bare decoding", took["drawn"], took["decode"]),
        Figure(
            f"{size}: frames analysed, looking every 10th",
            1 / median(took["tenth"]),
            f"drawn {1 / median(took['drawn']):,.0f}, looking each {1 / median(took['each']):,.0f}",
            _FRAMES_S if width == _SIMULATED else None,
            unit="a second",
        ),
    ]


def _ratio(
    what: str, ours: Sequence[float], bare: Sequence[float], aim: Aim | None = None
) -> Figure:
    low, _, high = quantiles([one / other for one, other in zip(ours, bare, strict=True)])
    absolute = f"{median(ours) * 1e3:.2f} ms beside {median(bare) * 1e3:.2f} ms"
    return Figure(what, median(ours) / median(bare), absolute, aim, spread=(low, high))


def _decode(frames: Sequence[Frame]) -> None:
    for frame in frames:
        cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR)


def _bare_haar(frames: Sequence[Frame]) -> Callable[[Sequence[Frame]], None]:
    """The cascade of OpenCV over whole pictures, gray and reduced as ours are, and nothing else."""
    finder = Finder()
    pictures = [reduced(gray(decoded(frame.jpeg)), 320)[0] for frame in frames]

    def search(_: Sequence[Frame]) -> None:
        for picture in pictures:
            finder.anywhere(picture)

    return search


def _look(looker: Looker, frames: Sequence[Frame]) -> None:
    for frame in frames:
        looker.look(frame, Caption())


def _told(video: FaceVideo, seconds: float, name: str) -> list[float]:
    """What is said of a video, in order."""
    looker = Looker(draws=False)
    return [
        reading.value
        for frame in _filmed(video, seconds)
        for reading in looker.look(frame, Caption()).readings
        if reading.name == name
    ]


def _pulses() -> tuple[list[Figure], list[str]]:
    """Of hearts that beat at many rates, as a cheap camera shows them."""
    told = {bpm: _told(steady(bpm, seed=bpm), _WATCHED_S, "cardio.pulse_rate") for bpm in _RATES}
    errors = [abs(value - bpm) for bpm, values in told.items() for value in values]
    lines = [
        f"pulse {bpm}: {f'{median(values):.1f} ({len(values)} times)' if values else 'not told'}"
        for bpm, values in told.items()
    ]
    what = f"{len(_RATES)} rates, {_FPS} frames/s, quality {_QUALITY}"
    worst = f"worst {max(errors, default=0):.2f}, of {len(errors)}"
    return [
        Figure(
            f"pulse: mean error at {what}",
            sum(errors) / max(1, len(errors)),
            worst,
            _ERROR_BPM,
            unit="bpm",
        ),
        Figure(
            "pulse: rates told within 25 s",
            sum(bool(values) for values in told.values()) / len(told),
            f"{sum(bool(values) for values in told.values())} of {len(told)}",
            _TOLD,
            unit="of all",
        ),
    ], lines


def _photographs() -> Figure:
    """Of which no number is right."""
    numbers = [
        _told(steady(72, seed=seed, amp=0.0), _PHOTOGRAPHED_S, "cardio.pulse_rate")
        for seed in range(1_000, 1_000 + _PHOTOGRAPHS)
    ]
    wrong = sum(bool(values) for values in numbers)
    return Figure(
        "photographs that are given a pulse",
        wrong / len(numbers),
        f"{wrong} of {len(numbers)}, {_PHOTOGRAPHED_S} s each",
        _MADE_UP,
        unit="of all",
    )


async def _stall() -> Figure:
    """How long the event loop is away while pictures are looked at as fast as it goes."""
    gaze = OpencvSight().gaze()
    frames = list(_filmed(steady(72, width=640, height=480), 4, 15, 80))
    await gaze.see(frames[0], Caption())  # now the process is there
    seen = asyncio.create_task(_see_on(gaze, frames))
    away_ms = max(await stalls_of(seen))
    await gaze.close()
    idle_ms = max(await stalls_of(asyncio.sleep(_FULL_SPEED_S)))
    return Figure(
        "longest stall of the event loop while looking at full speed",
        away_ms,
        f"{await seen / _FULL_SPEED_S:,.0f} frames/s of 640 x 480; {idle_ms:.1f} ms while idle",
        _STALL_MS,
        unit="ms",
    )


async def _see_on(gaze: Gaze, frames: Sequence[Frame]) -> int:
    """How many could be seen."""
    began = perf_counter()
    for count in itertools.count():
        if perf_counter() - began >= _FULL_SPEED_S:
            return count
        frame = frames[count % len(frames)]
        await gaze.see(replace(frame, at_ms=count * 66), Caption())
    raise AssertionError("counting does not end")
