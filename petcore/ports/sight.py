"""The port of sight: what can be read from the pictures of a face."""

from dataclasses import dataclass
from typing import Literal, Protocol

from petcore.ports.camera import Frame
from petcore.rules.vitals import Reading

__all__ = ["Box", "Caption", "Gaze", "Reading", "Seen", "Sight", "SightState"]

SightState = Literal["no_face", "measuring", "measured"]
"""Nobody is seen; somebody is, but nothing can be said of the pulse yet, or no more; it can."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a face is, in pixels of the picture."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Caption:
    """What is written on a picture: scores of 0..1, None if they are not known."""

    focus_score: float | None = None
    stress_score: float | None = None
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a frame.

    ``picture`` is the frame as JPEG with what was found drawn on it; ``width`` and ``height`` are
    its pixels. ``readings`` are those that this frame has brought: ``cardio.pulse_rate`` (beats a
    minute), ``breathing.rate`` (breaths a minute), ``face.motion`` (widths of the face a second)
    and ``face.presence`` (part of the last looks that found a face, 0..1), in the clock of frames.
    """

    picture: bytes
    width: int
    height: int
    face: Box | None
    state: SightState
    readings: tuple[Reading, ...]


class Gaze(Protocol):
    """Follows one face through the frames of one camera."""

    async def see(self, frame: Frame, caption: Caption) -> Seen:
        """What the frame shows. A frame that steps back in time begins anew.

        Raises ``BadFrame`` if it is no picture, or one that is too large: then the next may be
        better. Raises ``SightFailed`` if nobody came to look at it.
        """
        ...

    async def close(self) -> None:
        """Forget the face. Closing twice is allowed."""
        ...


class Sight(Protocol):
    """Looks at pictures."""

    @property
    def name(self) -> str:
        """What it is called in logs, "absent" if this server cannot see."""
        ...

    def gaze(self) -> Gaze:
        """One that has seen nothing yet. Raises ``SightAbsent``."""
        ...
