"""The cameras of a world show who was placed there, in the time of the world."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from petcore.adapters.clock_system import pause
from petcore.errors import CameraFailed
from petcore.ports.camera import Frame, Recording, Source, Stream, Webcam
from simulator.face.cameras import FaceCameras
from simulator.face.vital import Vital
from tests.simulator.stages import Scene, scene

URL = "http://10.0.0.1:81/stream"


@contextmanager
def placed(fps: int = 8) -> Iterator[tuple[Scene, FaceCameras, list[int]]]:
    """One camera in a world, and the instants at which its face was asked how it is."""
    with scene() as empty:
        cameras, asked = FaceCameras(pause, fps), list[int]()

        def vital(at_ms: int) -> Vital:
            assert at_ms == empty.stage.now
            asked.append(at_ms)
            return Vital(70.0)

        cameras.place(URL, vital, seed=1)
        yield empty, cameras, asked


async def watched(cameras: FaceCameras, count: int, slow_s: float = 0.0) -> list[Frame]:
    """So many pictures, seen by somebody who takes his time."""
    frames = []
    async for frame in cameras.watch(Stream(URL)):
        frames.append(frame)
        if len(frames) == count:
            break
        await asyncio.sleep(slow_s)
    return frames


def test_pictures_come_as_often_as_they_should() -> None:
    """Each is of its own instant; time passes between them, and only then."""
    with placed(fps=10) as (empty, cameras, asked):
        empty.stage.loop.run_for(500)
        frames = empty.stage.loop.run_until_complete(watched(cameras, 5))
        assert [frame.at_ms for frame in frames] == [500, 600, 700, 800, 900]
        assert asked == [500, 600, 700, 800, 900]
        assert len({frame.jpeg for frame in frames}) == 5


def test_who_is_slow_misses_pictures() -> None:
    """The next one is of now, and not of when it would have been due."""
    with placed(fps=10) as (empty, cameras, _):
        frames = empty.stage.loop.run_until_complete(watched(cameras, 3, slow_s=0.25))
        assert [frame.at_ms for frame in frames] == [0, 250, 500]


def test_what_was_missed_is_not_made_up_for() -> None:
    """After a long look pictures come no faster than before it."""
    with placed(fps=10) as (empty, cameras, _):

        async def look() -> list[int]:
            at = []
            async for frame in cameras.watch(Stream(URL)):
                at.append(frame.at_ms)
                if len(at) == 1:
                    await asyncio.sleep(1)
                if len(at) == 4:
                    break
            return at

        at = empty.stage.loop.run_until_complete(look())
        assert at == [0, 1000, 1100, 1200]


@pytest.mark.parametrize("source", [Stream("http://10.0.0.2:81/stream"), Webcam(0), Recording("a")])
def test_where_no_camera_stands_there_is_no_picture(source: Source) -> None:
    """That is said, as of any camera that is away."""
    with placed() as (empty, cameras, asked):

        async def watch() -> None:
            async for _ in cameras.watch(source):
                raise AssertionError("there is a picture")

        with pytest.raises(CameraFailed):
            empty.stage.loop.run_until_complete(watch())
        assert asked == []
