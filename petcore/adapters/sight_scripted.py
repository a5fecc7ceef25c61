"""Sight that looks at nothing: the twin of what reads a face.

A script says what each frame shows, so a test knows it beforehand. Pictures are passed on as they
came, with nothing drawn on them.
"""

from collections.abc import Callable
from dataclasses import replace

from petcore.errors import BadFrame, SightFailed
from petcore.ports.camera import Frame
from petcore.ports.clock import Pause
from petcore.ports.sight import Box, Caption, Reading, Seen

Script = Callable[[Frame], Seen | None]
"""What a frame shows; None if it is no picture. It may raise ``SightFailed``. What it says of the
picture itself does not count.
"""

WIDTH, HEIGHT = 320, 240
FACE = Box(left=115, top=75, width=90, height=90)
AT_REST = {
    "cardio.pulse_rate": 72.0,
    "breathing.rate": 14.0,
    "face.motion": 0.02,
    "face.presence": 1.0,
}
"""What the usual face says of itself, by the name of the reading."""


def at_rest(frame: Frame) -> Seen | None:
    """The usual script: a calm face in the middle of every frame that has any bytes."""
    if not frame.jpeg:
        return None
    readings = (
        Reading(name, value, stable=True, confidence=90.0, at_ms=frame.at_ms)
        for name, value in AT_REST.items()
    )
    return Seen(frame.jpeg, WIDTH, HEIGHT, FACE, "measured", tuple(readings))


class ScriptedSight:
    """The ``Sight`` that sees what ``script`` says, each frame for ``delay_s`` seconds by
    ``pause``, if there is one.

    ``caption`` is the last that any gaze was given, ``looking`` how many gazes are not closed.
    """

    name = "scripted"

    def __init__(
        self, script: Script = at_rest, pause: Pause | None = None, delay_s: float = 0.0
    ) -> None:
        self._script = script
        self._pause = pause
        self._delay_s = delay_s
        self.caption: Caption | None = None
        self.looking = 0

    def gaze(self) -> "ScriptedGaze":
        """One more."""
        self.looking += 1
        return ScriptedGaze(self)

    async def look(self, frame: Frame, caption: Caption) -> Seen:
        """What the script says. Raises ``BadFrame``, and what the script raises."""
        self.caption = caption
        if self._pause is not None:
            await self._pause(self._delay_s)
        seen = self._script(frame)
        if seen is None:
            raise BadFrame("the script says that this is no picture")
        return replace(seen, picture=frame.jpeg)


class ScriptedGaze:
    """The ``Gaze`` of the sight that made it."""

    def __init__(self, sight: ScriptedSight) -> None:
        self._sight = sight
        self._is_closed = False

    async def see(self, frame: Frame, caption: Caption) -> Seen:
        """What the script says. Raises ``BadFrame`` and ``SightFailed``."""
        if self._is_closed:
            raise SightFailed("nobody looks any more")
        return await self._sight.look(frame, caption)

    async def close(self) -> None:
        """Look no more. Closing twice is allowed."""
        if not self._is_closed:
            self._is_closed = True
            self._sight.looking -= 1
