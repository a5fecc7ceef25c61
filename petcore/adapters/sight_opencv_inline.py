"""Sight in this process, at once: for worlds whose time stands still meanwhile, and for tests.

A server has ``sight_opencv`` instead, which looks in a process of its own.
"""

from petcore.adapters.sight_opencv_looking import LOOKS_EVERY, Looker
from petcore.errors import SightFailed
from petcore.ports.camera import Frame
from petcore.ports.sight import Caption, Seen


class InlineSight:
    """The ``Sight`` of OpenCV that nobody waits for. Without ``draws`` the pictures are the frames
    as they came, which is faster.
    """

    name = "opencv-inline"

    def __init__(self, looks_every: int = LOOKS_EVERY, *, draws: bool = True) -> None:
        self._looks_every = looks_every
        self._draws = draws

    def gaze(self) -> "InlineGaze":
        """One that has seen nothing yet."""
        return InlineGaze(Looker(self._looks_every, draws=self._draws))


class InlineGaze:
    """The ``Gaze`` of whoever looks."""

    def __init__(self, looker: Looker) -> None:
        self._looker: Looker | None = looker

    async def see(self, frame: Frame, caption: Caption) -> Seen:
        """What the frame shows. Raises ``BadFrame``, and ``SightFailed`` once it is closed."""
        if self._looker is None:
            raise SightFailed("nobody looks any more")
        return self._looker.look(frame, caption)

    async def close(self) -> None:
        """Forget the face. Closing twice is allowed."""
        self._looker = None
