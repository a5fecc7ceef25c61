"""The scripted cameras: they do what a script says."""

from collections.abc import Iterable
from itertools import repeat

import pytest

from petcore.adapters.camera_scripted import ScriptedCameras, Step, Wait, steadily
from petcore.errors import CameraFailed, SightAbsent
from petcore.ports.camera import Cameras, Frame, Source, Stream, Webcam
from tests.adapters.patient import Pauses

ONE, TWO = Frame(b"one", 0), Frame(b"two", 40)


async def shown(cameras: Cameras, source: Source) -> tuple[list[Frame], str]:
    """What comes of a source, and how it ends."""
    frames: list[Frame] = []
    with pytest.raises(CameraFailed) as caught:  # noqa: PT012  it comes in the middle
        async for frame in cameras.watch(source):
            frames.append(frame)  # noqa: PERF401  those before it failed count
    return frames, caught.value.message


@pytest.mark.asyncio
async def test_a_script_shows_waits_and_fails() -> None:
    """What would follow a failure does not happen; the end of a script is one, too."""
    pauses = Pauses()
    scripts: dict[Source, list[Step]] = {
        Webcam(0): [ONE, Wait(1.5), TWO],
        Webcam(1): [CameraFailed("webcam 1 cannot be opened"), ONE],
        Webcam(2): [ONE, CameraFailed("webcam 2 has gone"), TWO],
    }
    cameras = ScriptedCameras(scripts.__getitem__, pauses)
    assert await shown(cameras, Webcam(0)) == ([ONE, TWO], "the script has no more pictures")
    assert pauses.asked == [1.5]
    assert await shown(cameras, Webcam(1)) == ([], "webcam 1 cannot be opened")
    assert await shown(cameras, Webcam(2)) == ([ONE], "webcam 2 has gone")
    assert cameras.watched == list(scripts)


@pytest.mark.asyncio
async def test_any_failure_can_be_written() -> None:
    """Of our own."""
    cameras = ScriptedCameras(lambda _: [SightAbsent("nobody can see")], Pauses())
    with pytest.raises(SightAbsent):
        await anext(cameras.watch(Webcam(0)))


@pytest.mark.asyncio
async def test_it_may_be_well_again() -> None:
    """Each time that it is watched the script is asked anew."""
    scripts: list[list[Step]] = [[CameraFailed("not yet")], [ONE]]
    cameras = ScriptedCameras(lambda _: scripts.pop(0), Pauses())
    assert await shown(cameras, Webcam(0)) == ([], "not yet")
    assert await anext(cameras.watch(Webcam(0))) == ONE


@pytest.mark.asyncio
async def test_it_counts_who_is_open() -> None:
    """From the first picture that is asked for until it is closed, or has failed."""

    def script(source: Source) -> Iterable[Step]:
        return steadily(repeat(b"x"), 100) if isinstance(source, Webcam) else []

    cameras = ScriptedCameras(script, Pauses())
    watched = [cameras.watch(Webcam(index)) for index in range(3)]
    assert cameras.open == 0
    for each in watched:
        await anext(each)
    assert (cameras.open, cameras.most_open) == (3, 3)
    await watched[0].aclose()
    assert (cameras.open, cameras.most_open) == (2, 3)
    await shown(cameras, Stream("http://cam/stream"))
    assert (cameras.open, cameras.most_open) == (2, 3)
    for each in watched:
        await each.aclose()
    assert cameras.open == 0


def test_pictures_come_steadily() -> None:
    """The first at once, the others each so much later."""
    steps = list(steadily([b"a", b"b", b"c"], 40, 7))
    assert steps == [Frame(b"a", 7), Wait(0.04), Frame(b"b", 47), Wait(0.04), Frame(b"c", 87)]
