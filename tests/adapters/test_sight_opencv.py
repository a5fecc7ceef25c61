"""The process that looks: how it is lost, and what a server that looks has to carry."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest

pytest.importorskip("cv2")
pytest.importorskip("skimage")

from petcore.adapters import sight_opencv
from petcore.adapters.child import Bounds
from petcore.adapters.child_serving import FRAME_MAX
from petcore.adapters.sight_opencv import OpencvSight
from petcore.adapters.sight_opencv_child import looking
from petcore.adapters.sight_opencv_inline import InlineSight
from petcore.adapters.sight_opencv_wire import JPEG_MAX, answer, answered, asked, question
from petcore.errors import BadFrame, SightFailed
from petcore.ports.camera import Frame
from petcore.ports.sight import Box, Caption, Reading, Seen
from simulator.face.video import steady
from tests.adapters.sight_conformance import see_all
from tests.adapters.sight_faces import every, filmed

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture(scope="module")
def frames() -> Sequence[Frame]:
    """Long enough for a pulse, small enough for a test."""
    return list(filmed(steady(72, width=160, height=120), every(19)))


@pytest.mark.asyncio
async def test_it_sees_what_is_seen_inline(frames: Sequence[Frame]) -> None:
    """Pictures, readings and all: it is the same analysis."""
    here, there = InlineSight().gaze(), OpencvSight().gaze()
    seen = await see_all(there, frames)
    await there.close()
    assert seen == await see_all(here, frames)
    assert seen[-1].state == "measured"


@posix
@pytest.mark.asyncio
async def test_a_lost_process_is_said_and_the_next_frame_begins_anew(
    frames: Sequence[Frame],
) -> None:
    """Killed while it looks: that frame is lost, and what was known with it."""
    gaze = OpencvSight().gaze()
    assert (await see_all(gaze, frames))[-1].state == "measured"
    pid = gaze._child.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    looking = asyncio.create_task(gaze.see(frames[-1], Caption()))
    await asyncio.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(SightFailed, match="ended"):
        await looking
    again = await gaze.see(frames[-1], Caption())
    assert again.face is not None
    assert again.state == "measuring"
    assert gaze._child.pid != pid
    await gaze.close()
    with pytest.raises(SightFailed, match="any more"):
        await gaze.see(frames[0], Caption())


@pytest.mark.asyncio
async def test_it_is_not_waited_for_without_end(frames: Sequence[Frame]) -> None:
    """Neither for one picture nor behind many."""
    for bounds, words in ((Bounds(0.02, 8), "too long"), (Bounds(30, 0), "too many")):
        gaze = OpencvSight(bounds).gaze()
        with pytest.raises(SightFailed, match=words):
            await gaze.see(frames[0], Caption())
        await gaze.close()
    assert sight_opencv._BOUNDS.deadline_s <= 5


@pytest.mark.asyncio
async def test_a_huge_file_does_not_even_reach_the_process() -> None:
    """There is one bound, which fits into a question."""
    gaze = OpencvSight().gaze()
    with pytest.raises(BadFrame, match="8 MiB"):
        await gaze.see(Frame(b"\xff\xd8" + bytes(JPEG_MAX), 0), Caption())
    assert gaze._child.pid is None
    assert JPEG_MAX < FRAME_MAX


def test_whoever_asks_does_no_arithmetic() -> None:
    """The server has neither OpenCV nor numpy in its own process for this."""
    code = (
        "import sys, petcore.adapters.sight_opencv; "
        "sys.exit('cv2' in sys.modules or 'numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_questions_and_answers_come_across() -> None:
    """Whatever is known and whatever is not."""
    frame, caption = Frame(b"\0\xffjpeg", 12_345_678_901), Caption(None, 0.25, 1.0)
    assert asked(question(frame, caption)) == (frame, caption)
    readings = (Reading("face.motion", 0.1 + 0.2, stable=False, confidence=1 / 3, at_ms=7),)
    for face in (None, Box(1, 2, 3, 4)):
        seen = Seen(b"\xff\xd8\0", 320, 240, face, "measuring", readings)
        assert answered(answer(seen)) == seen


def test_the_process_answers_as_it_is_asked(frames: Sequence[Frame]) -> None:
    """Its own side, in this process."""
    answering = looking(b"")
    seen = answered(answering(question(frames[0], Caption())))
    assert (seen.width, seen.height) == (160, 120)
    with pytest.raises(BadFrame):
        answering(question(Frame(b"no", 0), Caption()))
