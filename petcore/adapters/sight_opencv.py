"""Sight that needs no network and no model: OpenCV and arithmetic, in a process for each camera.

Here: the life of that process, and what is said when nothing comes of it. This file does nothing
to pictures itself, so that the server goes on meanwhile. Not here: how they are looked at
(``sight_opencv_looking``).
"""

from collections.abc import Mapping

from petcore.adapters.child import Bounds, Child, ChildFailed, Declined, Why
from petcore.adapters.sight_opencv_wire import JPEG_MAX, answered, question
from petcore.errors import BadFrame, SightFailed
from petcore.ports.camera import Frame
from petcore.ports.sight import Caption, Seen

_BOUNDS = Bounds(deadline_s=3.0, waiting_max=8, start_s=10.0)
_CHILD = "petcore.adapters.sight_opencv_child"
_WORDS: Mapping[Why, str] = {
    "busy": "too many pictures are waiting to be looked at",
    "late": "looking at a picture took too long",
    "unstarted": "the process that looks at pictures cannot be started",
    "ended": "the process that looks at pictures has ended",
    "closed": "nobody looks any more",
}


class OpencvSight:
    """The ``Sight`` of OpenCV. ``bounds`` are those of each gaze."""

    name = "opencv"

    def __init__(self, bounds: Bounds = _BOUNDS) -> None:
        self._bounds = bounds

    def gaze(self) -> "OpencvGaze":
        """One whose process is started with the first frame."""
        return OpencvGaze(Child(_CHILD, self._bounds))


class OpencvGaze:
    """The ``Gaze`` that ``child`` has. If the process is lost, what it knew is lost with it: with
    the next frame another one begins anew.
    """

    def __init__(self, child: Child) -> None:
        self._child = child

    async def see(self, frame: Frame, caption: Caption) -> Seen:
        """What the frame shows. Raises ``BadFrame`` and ``SightFailed``."""
        if len(frame.jpeg) > JPEG_MAX:
            raise BadFrame(f"a frame must have at most {JPEG_MAX >> 20} MiB")
        try:
            return answered(await self._child.ask(question(frame, caption)))
        except Declined as declined:
            raise BadFrame(declined.words) from declined
        except ChildFailed as failed:
            raise SightFailed(_WORDS[failed.why]) from failed

    async def close(self) -> None:
        """End the process; whoever waits for it hears that it failed."""
        await self._child.close()
