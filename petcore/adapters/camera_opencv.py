"""Webcams of this machine, and recordings in its video folder: OpenCV, in a process of its own.

Each camera that is watched has its own process. A webcam is read as fast as it goes; a recording
is asked for the picture of now. Here: which recordings there are, when their pictures are due, and
for how long anything is waited for. Not here: how pictures are read (``camera_opencv_child``).
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from petcore.adapters.camera_newest import CLOSED, Newest, now_ms
from petcore.adapters.child import Bounds, Child, ChildFailed, Declined, Why
from petcore.adapters.clock_system import pause
from petcore.adapters.patience import Deadline, GivenUp
from petcore.errors import CameraFailed
from petcore.ports.camera import Frame, Recording, Webcam
from petcore.ports.clock import Pause

VIDEOS = frozenset({".avi", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4", ".mpeg", ".webm"})
"""What the names of videos end in: a list of other files, which may be anywhere, is none."""

_CHILD = "petcore.adapters.camera_opencv_child"
_HOUR_S = 3_600.0
_MS_PER_S = 1_000
_BEHIND_MS_MAX = 1_000
_SEPARATORS = frozenset("/\\:\0")
_WORDS: Mapping[Why, str] = {
    "busy": "somebody waits for its picture already",
    "late": "the process that reads it hangs",
    "unstarted": "the process that reads it cannot be started",
    "ended": "the process that reads it has ended",
    "closed": CLOSED,
}

Told = tuple[int, bytes]
"""What the child answers: milliseconds, and a picture."""


@dataclass(frozen=True, slots=True)
class CapturePatience:
    """How many seconds are waited: for the first picture, and for the next."""

    first_s: float = 15.0
    silence_s: float = 2.0


_USUAL = CapturePatience()


class OpencvCaptures:
    """Webcams, and the recordings in ``folder``; without one there are none. ``wait`` is for when
    the next picture is due.
    """

    def __init__(
        self, folder: Path | None, patience: CapturePatience = _USUAL, wait: Pause = pause
    ) -> None:
        self._folder = folder
        self._patience = patience
        self._wait = wait
        self._newest = Newest(wait)
        self._children: set[Child] = set()
        self._is_closed = False

    def watch(self, source: Webcam | Recording) -> AsyncGenerator[Frame, None]:
        """The newest picture whenever one is asked for. Raises ``CameraFailed``."""
        if isinstance(source, Webcam):
            return self._newest.of(self._of_webcam(source))
        return self._of_recording(source)

    async def close(self) -> None:
        """End all processes."""
        self._is_closed = True
        await self._newest.close()
        await asyncio.gather(*(child.close() for child in tuple(self._children)))

    async def _of_webcam(self, webcam: Webcam) -> AsyncGenerator[Frame, None]:
        """Every picture; what is told is how long ago it was taken."""
        at_ms = -1
        async with self._asked(f"webcam {webcam.index}", webcam=webcam.index) as ask:
            while True:
                ago_ms, jpeg = await ask(0)
                at_ms = max(at_ms + 1, now_ms() - ago_ms)
                yield Frame(jpeg, at_ms)

    async def _of_recording(self, recording: Recording) -> AsyncGenerator[Frame, None]:
        """The picture of now, or else the next; what is told is its time in the recording."""
        path = _found(self._folder, recording.name)
        async with self._asked(f"recording {path.name}", recording=str(path)) as ask:
            due_ms, jpeg = await ask(0)
            began_ms = now_ms() - due_ms
            while True:
                yield Frame(jpeg, began_ms + due_ms)
                # If nobody has looked for long it has stood still meanwhile.
                began_ms = max(began_ms, now_ms() - due_ms - _BEHIND_MS_MAX)
                due_ms, jpeg = await ask(now_ms() - began_ms)
                if (early_ms := began_ms + due_ms - now_ms()) > 0:
                    await self._wait(early_ms / _MS_PER_S)

    @asynccontextmanager
    async def _asked(
        self, name: str, **source: int | str
    ) -> AsyncIterator[Callable[[int], Awaitable[Told]]]:
        """What asks a process for a picture of ``source``, which is called ``name``; the first may
        take longer.
        """
        if self._is_closed:
            raise CameraFailed(CLOSED)
        child = Child(_CHILD, Bounds(_HOUR_S, 1), json.dumps(source).encode())
        self._children.add(child)
        patience_s = [self._patience.silence_s, self._patience.first_s]

        async def ask(passed_ms: int) -> Told:
            seconds = patience_s[-1]
            told = await _told(name, child.ask(b"%d" % passed_ms), seconds)
            del patience_s[1:]
            return told

        try:
            yield ask
        finally:
            try:
                await child.close()
            finally:
                self._children.discard(child)


async def _told(name: str, answer: Awaitable[bytes], seconds: float) -> Told:
    try:
        head, _, jpeg = (await Deadline(seconds).before(answer)).partition(b"\n")
    except GivenUp:
        raise CameraFailed(f"{name}: no picture within {seconds:g} s") from None
    except Declined as declined:
        raise CameraFailed(f"{name} {declined.words}") from None
    except ChildFailed as failed:
        raise CameraFailed(f"{name}: {_WORDS[failed.why]}") from None
    return int(head), jpeg


def _found(folder: Path | None, name: str) -> Path:
    """The recording in ``folder``; what is not in it, or only seems to be, is none. Raises
    ``CameraFailed``.
    """
    if folder is None:
        raise CameraFailed("there are no recordings: PETCORE_VIDEO_FOLDER is not set")
    if not name or name.startswith(".") or _SEPARATORS.intersection(name):
        raise CameraFailed("a recording is named without folders, and not with a dot first")
    try:
        path = (folder / name).resolve(strict=True)
        is_inside = path.parent == folder.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name that is none
        is_inside = False
    if not is_inside:
        raise CameraFailed("there is no recording of this name in the video folder")
    if not path.is_dir() and not (path.is_file() and path.suffix.lower() in VIDEOS):
        kinds = ", ".join(sorted(VIDEOS))
        raise CameraFailed(f"a recording is a folder of pictures, or a file of these: {kinds}")
    return path
