"""Webcams and recordings: what OpenCV gives, when it is due, and how it fails."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from petcore.adapters import camera_opencv
from petcore.adapters.camera_opencv import VIDEOS, CapturePatience, OpencvCaptures
from petcore.errors import CameraFailed
from petcore.ports.camera import Frame, Recording, Webcam
from tests.adapters.patient import Standing, until

cv2 = pytest.importorskip("cv2")

from petcore.adapters.camera_opencv_child import Film, Pictures, reading  # noqa: E402  where there are wheels
from tests.adapters import camera_child  # noqa: E402  where there are wheels

RATE = 20
LEVELS = (10, 60, 110, 160, 210)
"""How bright each picture of a recording is."""


def film(path: Path, levels: Sequence[int] = LEVELS, rate: float = RATE) -> Path:
    """A video in which each picture has one brightness."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (64, 48))
    for level in levels:
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    return path


def picture(path: Path, level: int) -> None:
    """A picture of one brightness."""
    cv2.imwrite(str(path), np.full((48, 64, 3), level, np.uint8))


def brightness(jpeg: bytes) -> float:
    """How bright it is, 0..255."""
    return float(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).mean())


def level_of(jpeg: bytes) -> int:
    """The same as the nearest of ``LEVELS``."""
    return min(LEVELS, key=lambda level: abs(level - brightness(jpeg)))


class Clocked:
    """The ``Pause`` of who waits for the next picture: it takes no time, and says how long."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Let others go on."""
        self.asked.append(seconds)
        await asyncio.sleep(0)


@pytest_asyncio.fixture
async def captures(tmp_path: Path) -> AsyncIterator[OpencvCaptures]:
    """They are closed afterwards, and nothing is left of them."""
    captures = OpencvCaptures(tmp_path, CapturePatience(silence_s=30), Clocked())
    yield captures
    await captures.close()
    assert not captures._children


async def frames_of(
    captures: OpencvCaptures, source: Webcam | Recording, count: int
) -> list[Frame]:
    """The first of them."""
    frames: list[Frame] = []
    async with aclosing(captures.watch(source)) as watched:
        while len(frames) < count:
            frames.append(await anext(watched))
    return frames


async def failure_of(captures: OpencvCaptures, source: Webcam | Recording) -> str:
    """The words of it."""
    watched = captures.watch(source)
    with pytest.raises(CameraFailed) as caught:
        async for _ in watched:
            pass
    with pytest.raises(StopAsyncIteration):
        await anext(watched)
    return caught.value.message


@pytest.mark.asyncio
async def test_a_recording_goes_by_its_own_times(captures: OpencvCaptures, tmp_path: Path) -> None:
    """Picture by picture, and from the beginning again; its times go on. The next is waited for."""
    film(tmp_path / "clip.avi")
    frames = await frames_of(captures, Recording("clip.avi"), 12)
    assert [level_of(each.jpeg) for each in frames] == [*LEVELS, *LEVELS, *LEVELS[:2]]
    began = frames[0].at_ms
    assert [each.at_ms - began for each in frames] == [place * 50 for place in range(12)]
    waits = captures._wait
    assert isinstance(waits, Clocked)
    assert len(waits.asked) == 11
    assert sum(waits.asked) > 1


@pytest.mark.asyncio
async def test_who_is_slow_sees_the_picture_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And misses what was between. If he was away for long it has stood still meanwhile."""
    assert camera_opencv._BEHIND_MS_MAX == 1_000
    monkeypatch.setattr(camera_opencv, "_BEHIND_MS_MAX", 400)
    film(tmp_path / "clip.avi", range(200), 50)
    clock, now = Standing(monkeypatch), asyncio.get_running_loop().time
    captures = OpencvCaptures(tmp_path, CapturePatience(silence_s=30), clock.wait)
    async with aclosing(captures.watch(Recording("clip.avi"))) as watched:
        frames = [await anext(watched)]
        for seconds in (0.2, 0.8):
            clock.put(seconds)
            asked_ms = now() * 1_000
            frames.append(await anext(watched))
            assert asked_ms - 25 <= frames[-1].at_ms <= now() * 1_000 + 1
    _, short, long = (brightness(each.jpeg) for each in frames)
    assert short > 5
    assert 15 < long - short < 30
    assert frames[2].at_ms - frames[1].at_ms > 700
    await captures.close()


@pytest.mark.asyncio
async def test_a_folder_of_pictures_plays(captures: OpencvCaptures, tmp_path: Path) -> None:
    """By their names, ten a second, again and again; what is none, or broken, or only leads to one
    elsewhere is left out.
    """
    folder = tmp_path / "faces"
    folder.mkdir()
    for name, level in (("b.PNG", 60), ("a.jpg", 10), ("c.jpeg", 110)):
        picture(tmp_path / name.lower(), level)
        (tmp_path / name.lower()).rename(folder / name)
    picture(tmp_path / "outside.jpg", 210)
    (folder / "d.jpg").symlink_to(tmp_path / "outside.jpg")
    (folder / "aa.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (folder / "notes.txt").write_text("no picture")
    (folder / "e.jpg").mkdir()
    frames = await frames_of(captures, Recording("faces"), 8)
    assert [level_of(each.jpeg) for each in frames] == [10, 60, 110, 10, 60, 110, 10, 60]
    times = [(each.at_ms - frames[0].at_ms) // 100 for each in frames]
    assert times == [0, 2, 3, 4, 6, 7, 8, 10]
    assert all((each.at_ms - frames[0].at_ms) % 100 == 0 for each in frames)


OUTSIDE = [
    ("", "without folders"),
    (".", "without folders"),
    ("..", "without folders"),
    (".hidden.avi", "without folders"),
    ("../outside.avi", "without folders"),
    ("faces/a.avi", "without folders"),
    ("..\\outside.avi", "without folders"),
    ("/etc/passwd", "without folders"),
    ("http://cam/stream", "without folders"),
    ("clip\0.avi", "without folders"),
    ("nothing.avi", "no recording of this name"),
    ("x" * 300, "no recording of this name"),
    ("link.avi", "no recording of this name"),
    ("away", "no recording of this name"),
    ("circle.avi", "no recording of this name"),
    ("list.m3u8", "a file of these: .avi"),
    ("pipe.avi", "a file of these: .avi"),
    ("broken.avi", "recording broken.avi cannot be opened: it is no video"),
    ("empty", "recording empty has no picture that can be read"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "why"), OUTSIDE)
async def test_no_recording(tmp_path: Path, name: str, why: str) -> None:
    """Only what is in the folder is one, by its plain name, and only if it can be read."""
    folder = tmp_path / "videos"
    (folder / "empty").mkdir(parents=True)
    film(tmp_path / "outside.avi")
    (folder / "link.avi").symlink_to(tmp_path / "outside.avi")
    (folder / "away").symlink_to(tmp_path)
    (folder / "circle.avi").symlink_to(folder / "circle.avi")
    (folder / "list.m3u8").write_text("#EXTM3U\n/etc/passwd\n")
    (folder / "broken.avi").write_bytes(b"no video" * 100)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.avi")
    captures = OpencvCaptures(folder)
    assert why in await failure_of(captures, Recording(name))
    await captures.close()


@pytest.mark.asyncio
async def test_without_a_folder_there_are_none() -> None:
    """It is said what to set; of one that has gone it is not."""
    why = await failure_of(OpencvCaptures(None), Recording("clip.avi"))
    assert why == "there are no recordings: PETCORE_VIDEO_FOLDER is not set"
    why = await failure_of(OpencvCaptures(Path("/nowhere/at/all")), Recording("clip.avi"))
    assert why == "there is no recording of this name in the video folder"


@pytest.mark.asyncio
async def test_a_folder_may_be_a_link(tmp_path: Path) -> None:
    """Inside is what is in the folder that it leads to."""
    (tmp_path / "real").mkdir()
    film(tmp_path / "real" / "clip.avi")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    captures = OpencvCaptures(tmp_path / "link", wait=Clocked())
    assert len(await frames_of(captures, Recording("clip.avi"), 2)) == 2
    await captures.close()


@pytest.mark.asyncio
async def test_a_webcam_that_is_not_there(captures: OpencvCaptures) -> None:
    """It is said which, and on Linux by which name it was tried."""
    why = await failure_of(captures, Webcam(99))
    assert why.startswith("webcam 99 cannot be opened")
    assert sys.platform != "linux" or why.endswith("there is no /dev/video99")
    assert "cannot be opened" in await failure_of(captures, Webcam(2_147_483_647))


@pytest.fixture
def _webcams(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are some, each with its own behaviour."""
    monkeypatch.setattr("petcore.adapters.camera_opencv._CHILD", camera_child.__name__)


def _skipped(frames: list[Frame]) -> int:
    """How much newer the last picture is than the one before, if there is one."""
    first, last = (round(brightness(each.jpeg)) for each in (frames[-2:][0], frames[-1]))
    return last - first


@pytest.mark.asyncio
@pytest.mark.usefixtures("_webcams")
async def test_a_webcam_is_read_as_fast_as_it_goes(captures: OpencvCaptures) -> None:
    """Who is slow gets the newest, and each picture once; times are those of the loop."""
    now = asyncio.get_running_loop().time
    began_ms = now() * 1_000
    async with aclosing(captures.watch(Webcam(camera_child.GOOD))) as watched:
        frames = [await anext(watched) for _ in range(5)]
        slow = [frames[-1]]
        while len(slow) < 20 and _skipped(slow) <= 3:
            # On a busy machine there may be nothing newer yet.
            await asyncio.sleep(0.3)
            slow.append(await anext(watched))
        frames += slow[1:]
    numbers = [round(brightness(each.jpeg)) for each in frames]
    assert numbers == sorted(set(numbers))
    assert _skipped(slow) > 3
    times = [each.at_ms for each in frames]
    assert times == sorted(set(times))
    assert began_ms <= times[0] < times[-1] <= now() * 1_000 + 1


@pytest.mark.asyncio
@pytest.mark.usefixtures("_webcams")
async def test_a_webcam_may_stumble(captures: OpencvCaptures) -> None:
    """Two reads that fail are none that do; a third one is."""
    assert len(await frames_of(captures, Webcam(camera_child.STUMBLES), 4)) == 4
    why = await failure_of(captures, Webcam(camera_child.FAILS))
    assert why == f"webcam {camera_child.FAILS} gives no more pictures"


@pytest.mark.asyncio
@pytest.mark.usefixtures("_webcams")
async def test_a_webcam_that_fails(captures: OpencvCaptures) -> None:
    """The process of one that hangs is ended."""
    why = await failure_of(captures, Webcam(camera_child.CLOSED))
    assert why.startswith(f"webcam {camera_child.CLOSED} cannot be opened: ")
    assert sys.platform != "linux" or f"/dev/video{camera_child.CLOSED} is there, but" in why
    why = await failure_of(captures, Webcam(camera_child.DIES))
    assert why == f"webcam {camera_child.DIES}: the process that reads it has ended"
    brief = OpencvCaptures(None, CapturePatience(first_s=30, silence_s=0.2))
    why = await failure_of(brief, Webcam(camera_child.HANGS))
    assert why == f"webcam {camera_child.HANGS}: no picture within 0.2 s"
    brief = OpencvCaptures(None, CapturePatience(first_s=0.3, silence_s=30))
    why = await failure_of(brief, Webcam(camera_child.OPENS_NEVER))
    assert why == f"webcam {camera_child.OPENS_NEVER}: no picture within 0.3 s"
    assert not brief._children


@pytest.mark.asyncio
@pytest.mark.usefixtures("_webcams")
@pytest.mark.parametrize("source", [Webcam(camera_child.HANGS), Recording("clip.avi")])
async def test_closing_ends_all(
    captures: OpencvCaptures, tmp_path: Path, source: Webcam | Recording
) -> None:
    """Who waits is told, no process is left, and nobody begins any more."""
    film(tmp_path / "clip.avi")
    watched = captures.watch(source)
    await anext(watched)
    (child,) = captures._children
    pid = child.pid
    assert pid is not None
    await captures.close()
    await captures.close()
    with pytest.raises(CameraFailed, match="the cameras are closed"):
        async for _ in watched:
            pass
    assert await failure_of(captures, source) == "the cameras are closed"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.asyncio
async def test_no_process_is_left_behind(captures: OpencvCaptures, tmp_path: Path) -> None:
    """However somebody stops to watch."""
    film(tmp_path / "clip.avi")
    others = asyncio.all_tasks()
    for moments in (0, 1, 3, 10, 30):
        watching = asyncio.create_task(frames_of(captures, Recording("clip.avi"), 99))
        for _ in range(moments):
            await asyncio.sleep(0.002)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert not captures._children
        assert asyncio.all_tasks() == others
    watched = captures.watch(Recording("clip.avi"))
    await anext(watched)
    del watched
    await until(lambda: not captures._children)


class Told:
    """What OpenCV tells of a video: when each picture is, in milliseconds, and how many a second
    there are. It is played once.
    """

    def __init__(self, times: Sequence[float], rate: float) -> None:
        self._left = list(times)
        self._now = 0.0
        self._rate = rate

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        """It can be read."""
        return True

    def grab(self) -> bool:
        """Take the next."""
        if self._left:
            self._now = self._left.pop(0)
            return True
        return False

    def get(self, what: int) -> float:
        """One of two numbers."""
        return self._rate if what == cv2.CAP_PROP_FPS else self._now

    def retrieve(self) -> tuple[bool, float]:
        """In place of a picture: when it is."""
        return True, self._now


@pytest.mark.parametrize(
    ("times", "rate", "due"),
    [
        ([0, 40, 80], 25, [0, 40, 80, 120, 160, 200]),
        ([0, 33.4, 66.7], 30, [0, 33, 67, 100, 133, 167]),
        ([0, 30, 95], 20, [0, 30, 95, 145, 175, 240]),
        ([0, 0, 0], 10, [0, 100, 200, 300, 400, 500]),
        ([0, 90_000, 50], 0, [0, 40, 50, 90, 130, 140]),
        ([0, 40, 20], 25, [0, 40, 80, 120, 160, 200]),
        ([0, float("nan"), -1e300], 1e9, [0, 40, 80, 120, 160, 200]),
    ],
)
def test_times_that_make_no_sense_are_made_up(
    monkeypatch: pytest.MonkeyPatch, times: Sequence[float], rate: float, due: Sequence[int]
) -> None:
    """By the rate, or a usual one; across the end they go on by it."""
    monkeypatch.setattr(cv2, "VideoCapture", lambda *_: Told(times, rate))
    player = Film(Path("clip.avi"))
    told = [player.picture(0)[0] for _ in due]
    assert told == list(due)


def test_a_film_is_asked_for_now(tmp_path: Path) -> None:
    """The last that is due by then, if it was not given yet, else the next."""
    player = Film(film(tmp_path / "clip.avi"))
    asked = [(0, 0), (120, 100), (120, 150), (205, 200), (640, 600), (640, 650)]
    assert [player.picture(passed)[0] for passed, _ in asked] == [due for _, due in asked]
    folder = tmp_path / "faces"
    folder.mkdir()
    picture(folder / "a.png", 10)
    pictures = Pictures(folder)
    asked = [(0, 0), (450, 400), (450, 500), (450, 600)]
    assert [pictures.picture(passed)[0] for passed, _ in asked] == [due for _, due in asked]


def test_an_answer_is_a_number_and_a_jpeg(tmp_path: Path) -> None:
    """Of either kind of recording."""
    film(tmp_path / "clip.avi")
    picture(tmp_path / "a.png", 60)
    for path, level in ((tmp_path / "clip.avi", 10), (tmp_path, 60)):
        answer = reading(f'{{"recording": "{path}"}}'.encode())
        told, _, jpeg = answer(b"0").partition(b"\n")
        assert told == b"0"
        assert level_of(jpeg) == level


def test_kinds_of_videos_are_written_as_they_are_compared() -> None:
    """In lower case, with the dot."""
    assert all(kind == kind.lower() and kind.startswith(".") for kind in VIDEOS)
