"""What all cameras must do: one suite, run by ``test_cameras.py`` for each kind.

Here: only what the port promises. Not here: what is in a picture, and how a kind of camera fails.
"""

import asyncio
from contextlib import aclosing

import pytest

from petcore.errors import CameraFailed
from petcore.ports.camera import Cameras, Frame, Source


async def first_of(cameras: Cameras, source: Source, count: int) -> list[Frame]:
    """So many frames; then nobody watches any more."""
    frames: list[Frame] = []
    async with aclosing(cameras.watch(source)) as watched:
        while len(frames) < count:
            frames.append(await anext(watched))
    return frames


class CameraConformance:
    """The suite. ``source`` is a camera that is well, ``absent`` one that cannot be opened."""

    def own_tasks(self) -> set[asyncio.Task[object]]:
        """Those of the camera, which is outside of this program in truth."""
        return set()

    @pytest.mark.asyncio
    async def test_pictures_come_in_order(self, cameras: Cameras, source: Source) -> None:
        """Each is a JPEG, and was taken later than the one before."""
        frames = await first_of(cameras, source, 6)
        assert all(each.jpeg[:2] == b"\xff\xd8" for each in frames)
        assert all(each.jpeg[-2:] == b"\xff\xd9" for each in frames)
        times = [each.at_ms for each in frames]
        assert all(isinstance(each, int) for each in times)
        assert times == sorted(set(times))

    @pytest.mark.asyncio
    async def test_two_may_watch(self, cameras: Cameras, source: Source) -> None:
        """The same at the same time, each for himself."""
        both = await asyncio.gather(*(first_of(cameras, source, 3) for _ in range(2)))
        assert [len(frames) for frames in both] == [3, 3]

    @pytest.mark.asyncio
    async def test_it_is_watched_again(self, cameras: Cameras, source: Source) -> None:
        """After it was let go."""
        for _ in range(3):
            assert await first_of(cameras, source, 1)

    @pytest.mark.asyncio
    async def test_one_that_cannot_be_opened(
        self, cameras: Cameras, absent: Source, source: Source
    ) -> None:
        """It is said what was tried, and it is over; others are not harmed."""
        watched = cameras.watch(absent)
        with pytest.raises(CameraFailed) as caught:
            await anext(watched)
        assert len(caught.value.message.split()) > 2
        with pytest.raises(StopAsyncIteration):
            await anext(watched)
        assert await first_of(cameras, source, 1)

    @pytest.mark.asyncio
    async def test_who_is_cancelled_leaves_nothing_behind(
        self, cameras: Cameras, source: Source
    ) -> None:
        """At any moment: no task goes on, and it can be watched as before."""
        others = asyncio.all_tasks()
        for moments in range(0, 24, 3):
            watching = asyncio.create_task(first_of(cameras, source, 1_000))
            for _ in range(moments):
                await asyncio.sleep(0.001)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            assert asyncio.all_tasks() <= others | self.own_tasks()
        assert await first_of(cameras, source, 1)

    @pytest.mark.asyncio
    async def test_closing_ends_all(self, cameras: Cameras, source: Source) -> None:
        """Those who watch, and those who come later; twice is once."""
        watched = cameras.watch(source)
        await anext(watched)
        await cameras.close()
        await cameras.close()
        with pytest.raises(CameraFailed, match="the cameras are closed"):
            async for _ in watched:
                pass
        with pytest.raises(CameraFailed, match="the cameras are closed"):
            await anext(cameras.watch(source))


class LiveCameraConformance(CameraConformance):
    """The suite of those whose times are not written beforehand."""

    @pytest.mark.asyncio
    async def test_times_are_those_of_the_loop(self, cameras: Cameras, source: Source) -> None:
        """As a recording began, too; and who is slow gets what is now."""
        now = asyncio.get_running_loop().time
        began_ms = now() * 1_000
        async with aclosing(cameras.watch(source)) as watched:
            first = await anext(watched)
            assert began_ms - 1 <= first.at_ms <= now() * 1_000 + 1
            behind_ms: list[float] = []
            # On a busy machine there may be nothing newer yet. Who gets all that was between, one
            # after the other, never catches up.
            while len(behind_ms) < 20 and min(behind_ms, default=500) > 200:
                await asyncio.sleep(0.5)
                asked_ms = now() * 1_000
                behind_ms.append(asked_ms - (await anext(watched)).at_ms)
            assert min(behind_ms) <= 200
