"""What every sight must do: one suite, run by ``test_sights.py`` for each of them.

A sight's test class gives it ``sight``; ``frames``: a few of somebody who looks at the camera; and
``rubbish``: what is no picture. Here: only what the port promises.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from petcore.errors import BadFrame, SightFailed
from petcore.ports.camera import Frame
from petcore.ports.sight import Caption, Gaze, Seen, Sight

READINGS = {
    "cardio.pulse_rate": (40.0, 180.0),
    "breathing.rate": (4.0, 40.0),
    "face.motion": (0.0, 50.0),
    "face.presence": (0.0, 1.0),
}
"""What there may be, from and to."""


async def see_all(gaze: Gaze, frames: Sequence[Frame]) -> list[Seen]:
    """What they show, one after the other."""
    return [await gaze.see(frame, Caption(0.7, None, 0.5)) for frame in frames]


class SightConformance:
    """The suite."""

    @pytest.mark.asyncio
    async def test_a_face_is_seen(self, sight: Sight, frames: Sequence[Frame]) -> None:
        """Within the picture, which is a JPEG; readings are of now, known and possible."""
        gaze = sight.gaze()
        for frame, seen in zip(frames, await see_all(gaze, frames), strict=True):
            assert seen.picture.startswith(b"\xff\xd8")
            assert seen.picture.rstrip(b"\0").endswith(b"\xff\xd9")
            assert seen.face is not None
            assert seen.state in {"measuring", "measured"}
            assert 0 <= seen.face.left < seen.face.left + seen.face.width <= seen.width
            assert 0 <= seen.face.top < seen.face.top + seen.face.height <= seen.height
            for reading in seen.readings:
                low, high = READINGS[reading.name]
                assert low <= reading.value <= high
                assert 0 <= reading.confidence <= 100
                assert reading.at_ms == frame.at_ms
        await gaze.close()

    @pytest.mark.asyncio
    async def test_what_is_no_picture_is_refused_and_the_next_is_seen(
        self, sight: Sight, frames: Sequence[Frame], rubbish: Sequence[bytes]
    ) -> None:
        """Whatever came before."""
        gaze = sight.gaze()
        for frame, jpeg in zip(frames, rubbish, strict=False):
            with pytest.raises(BadFrame):
                await gaze.see(replace(frame, jpeg=jpeg), Caption())
            assert (await gaze.see(frame, Caption())).face is not None
        await gaze.close()

    @pytest.mark.asyncio
    async def test_two_gazes_do_not_mix(self, sight: Sight, frames: Sequence[Frame]) -> None:
        """They see the same in the same frames, though one is ahead and both look in turns."""
        first, second = sight.gaze(), sight.gaze()
        half = len(frames) // 2
        ahead = await see_all(first, frames[:half])
        behind = []
        for early, late in zip(frames[:half], frames[half:], strict=False):
            behind += await see_all(second, [early])
            await see_all(first, [late])
        assert behind == ahead
        await first.close()
        await second.close()

    @pytest.mark.asyncio
    async def test_what_steps_back_in_time_begins_anew(
        self, sight: Sight, frames: Sequence[Frame]
    ) -> None:
        """A recording that begins again shows the same again."""
        gaze = sight.gaze()
        assert await see_all(gaze, frames) == await see_all(gaze, frames)
        await gaze.close()

    @pytest.mark.asyncio
    async def test_it_is_closed_twice_and_sees_no_more(
        self, sight: Sight, frames: Sequence[Frame]
    ) -> None:
        """Also if it never saw anything; another one still does. And it has a name."""
        blind, gaze = sight.gaze(), sight.gaze()
        for _ in range(2):
            await blind.close()
        with pytest.raises(SightFailed):
            await blind.see(frames[0], Caption())
        assert (await gaze.see(frames[0], Caption())).face is not None
        await gaze.close()
        assert sight.name
