"""Looking at the pictures of a camera, in spite of those that are none and of who fails at it.

Here: what is passed over, what is tried again, and how long is waited before that. Not here: the
camera itself (``broadcast``).
"""

from petcore.errors import BadFrame, CameraFailed, SightFailed
from petcore.ports.camera import Frame, Recording, Source, Webcam
from petcore.ports.clock import Pause
from petcore.ports.sight import Caption, Gaze, Seen, Sight

BAD_MAX = 30
"""So many things in a row that are no pictures do not come from a camera."""

STEADY_MS = 10_000
"""So long pictures must be good until all is well with a camera: one good picture says little."""

_GAZES_MAX = 3
_RETRY_S, _RETRY_MAX_S = 0.5, 8.0


class Look:
    """A gaze that is taken anew when it fails."""

    def __init__(self, sight: Sight, source: Source) -> None:
        self._sight = sight
        self._source = source
        self._gaze: Gaze | None = None
        self._bad = 0
        self._failed = 0

    async def see(self, frame: Frame, caption: Caption) -> Seen | None:
        """What the frame shows, None for one that is passed over. Raises ``SightAbsent``,
        ``SightFailed`` if several gazes failed in a row, and ``CameraFailed`` after many frames
        that are no pictures.
        """
        if self._gaze is None:
            self._gaze = self._sight.gaze()
        try:
            seen = await self._gaze.see(frame, caption)
        except BadFrame:
            self._bad += 1
            if self._bad >= BAD_MAX:
                self._bad = 0
                raise CameraFailed(
                    f"{named(self._source)}: what it sends are no pictures"
                ) from None
            return None
        except SightFailed:
            await self.close()
            self._failed += 1
            if self._failed >= _GAZES_MAX:
                self._failed = 0
                raise
            return None
        self._bad = self._failed = 0
        return seen

    async def close(self) -> None:
        """Let go of the gaze; there will be another if it is asked again."""
        gaze, self._gaze = self._gaze, None
        if gaze is not None:
            await gaze.close()


class Retry:
    """Longer and longer pauses, until all is well for a while."""

    def __init__(self, pause: Pause) -> None:
        self._pause = pause
        self._next_s = _RETRY_S
        self._good_ms: int | None = None

    @property
    def is_first(self) -> bool:
        """Whether all was well until now."""
        return self._next_s == _RETRY_S

    def note_good(self, at_ms: int) -> None:
        """A picture of that instant was good. After ``STEADY_MS`` of them begin anew."""
        if self._good_ms is None:
            self._good_ms = at_ms
        if at_ms >= self._good_ms + STEADY_MS:
            self._next_s = _RETRY_S

    async def rest(self) -> None:
        """Let the next pause pass."""
        self._good_ms = None
        seconds, self._next_s = self._next_s, min(2 * self._next_s, _RETRY_MAX_S)
        await self._pause(seconds)


def named(source: Source) -> str:
    """What a source is called in errors and in the log, without what somebody sent."""
    if isinstance(source, Webcam):
        return f"webcam {source.index}"
    return "the recording" if isinstance(source, Recording) else "the stream"
