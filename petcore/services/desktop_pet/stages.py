"""How long the stages of a turn take, on a real clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from petcore.ports.clock import Clock

_MS = timedelta(milliseconds=1)
_STAGES = ("hearing", "language", "voice")


class Stages:
    """Measures a turn from its creation on. Stages may go on at the same time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.now()
        self._spent = dict.fromkeys(_STAGES, 0)
        self._first_sound: int | None = None

    @contextmanager
    def measured(self, stage: str) -> Iterator[None]:
        """What happens meanwhile is part of ``stage``, also if it fails."""
        began = self._clock.now()
        try:
            yield
        finally:
            self._spent[stage] += self._since(began)

    def note_first_sound(self) -> None:
        """The first sound of the answer is there."""
        self._first_sound = self._since(self._began)

    def timings_ms(self) -> dict[str, int | None]:
        """Whole milliseconds of each stage, until the first sound (None without any), and of all
        until now.
        """
        total = self._since(self._began)
        return {**self._spent, "first_sound": self._first_sound, "total": total}

    def _since(self, instant: datetime) -> int:
        # A clock may be set back.
        return max(0, (self._clock.now() - instant) // _MS)
