"""All sights pass one suite."""

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from petcore.adapters.sight_opencv import OpencvSight
from petcore.adapters.sight_scripted import ScriptedSight
from petcore.errors import BadFrame
from petcore.ports.camera import Frame
from petcore.ports.sight import Caption, Sight
from tests.adapters.sight_conformance import SightConformance

RUBBISH = (b"", b"\xff\xd8\xff", b"GIF89a" + bytes(99), b"\xff\xd8" + bytes(500))


@pytest.fixture(scope="module")
def faces() -> Sequence[Frame]:
    """Four seconds of somebody."""
    pytest.importorskip("cv2")
    pytest.importorskip("skimage")
    from simulator.face.video import steady  # noqa: PLC0415  with wheels only
    from tests.adapters.sight_faces import every, filmed  # noqa: PLC0415

    return list(filmed(steady(72), every(4)))


class TestScriptedSight(SightConformance):
    """The twin."""

    @pytest.fixture
    def frames(self) -> Sequence[Frame]:
        """Nobody looks at them."""
        return [Frame(b"\xff\xd8 picture \xff\xd9", at_ms) for at_ms in range(0, 500, 100)]

    @pytest.fixture
    def rubbish(self) -> Sequence[bytes]:
        """All that its usual script takes for none."""
        return [b""]

    @pytest_asyncio.fixture
    async def sight(self) -> Sight:
        """With the usual script."""
        return ScriptedSight()

    @pytest.mark.asyncio
    async def test_it_says_what_its_script_says(self) -> None:
        """The picture stays that of the frame; and it tells what it was asked."""
        waited: list[float] = []

        async def pause(seconds: float) -> None:
            waited.append(seconds)

        sight = ScriptedSight(lambda _: None, pause, 0.25)
        gaze = sight.gaze()
        with pytest.raises(BadFrame):
            await gaze.see(Frame(b"1", 1), Caption(0.1))
        assert (sight.looking, sight.caption, waited) == (1, Caption(0.1), [0.25])
        await gaze.close()
        await gaze.close()
        assert sight.looking == 0
        seen = await ScriptedSight().gaze().see(Frame(b"2", 7), Caption())
        assert (seen.picture, seen.state, {each.at_ms for each in seen.readings}) == (
            b"2",
            "measured",
            {7},
        )


class _OnPixels(SightConformance):
    """Those that look."""

    @pytest.fixture
    def frames(self, faces: Sequence[Frame]) -> Sequence[Frame]:
        """Of somebody."""
        return faces

    @pytest.fixture
    def rubbish(self, faces: Sequence[Frame]) -> Sequence[bytes]:
        """No pictures, and half of one."""
        return [*RUBBISH, faces[0].jpeg[: len(faces[0].jpeg) // 2]]


class TestInlineSight(_OnPixels):
    """The real one, in this process."""

    @pytest_asyncio.fixture
    async def sight(self) -> Sight:
        """It draws."""
        pytest.importorskip("cv2")
        from petcore.adapters.sight_opencv_inline import InlineSight  # noqa: PLC0415

        return InlineSight()


class TestOpencvSight(_OnPixels):
    """The real one, each gaze in a process of its own."""

    @pytest_asyncio.fixture
    async def sight(self) -> AsyncIterator[Sight]:
        """The tests close its gazes."""
        pytest.importorskip("cv2")
        yield OpencvSight()
