"""Cameras whose every picture is written beforehand: the twin of all cameras.

A script can do what a camera can: give pictures, take its time, fail before the first or after
some, and be well again when it is watched again. Not here: any picture that shows something; worlds
and tests have theirs.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from petcore.errors import CameraFailed, PetcoreError
from petcore.ports.camera import Frame, Source
from petcore.ports.clock import Pause

_MS_PER_S = 1_000


@dataclass(frozen=True, slots=True)
class Wait:
    """Let ``seconds`` pass."""

    seconds: float


Step = Frame | Wait | PetcoreError
"""A picture, what happens before the next one, or what is raised instead of it."""

Script = Callable[[Source], Iterable[Step]]
"""All that a camera does from when it is opened. It is asked anew each time."""


class ScriptedCameras:
    """The ``Cameras`` that follow ``script``; where it ends, the camera has gone."""

    def __init__(self, script: Script, pause: Pause) -> None:
        self._script = script
        self._pause = pause
        self._is_closed = False
        self.watched: list[Source] = []
        """Every one that was opened, in that order, again when it was again."""
        self.open = 0
        """How many are open now."""
        self.most_open = 0
        """How many were open at a time."""

    async def watch(self, source: Source) -> AsyncGenerator[Frame, None]:
        """The pictures of the script. Raises what it says, and ``CameraFailed`` at its end."""
        with self._opened(source):
            for step in self._script(source):
                if isinstance(step, Wait):
                    await self._pause(step.seconds)
                if self._is_closed:
                    raise CameraFailed("the cameras are closed")
                if isinstance(step, PetcoreError):
                    raise step
                if isinstance(step, Frame):
                    yield step
        raise CameraFailed("the script has no more pictures")

    async def close(self) -> None:
        """No picture comes any more."""
        self._is_closed = True

    @contextmanager
    def _opened(self, source: Source) -> Iterator[None]:
        self.watched.append(source)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            yield
        finally:
            self.open -= 1


def steadily(pictures: Iterable[bytes], every_ms: int, first_ms: int = 0) -> Iterator[Step]:
    """Each of the ``pictures``, ``every_ms`` milliseconds after the one before; the first was taken
    at ``first_ms``, and comes at once.
    """
    for place, jpeg in enumerate(pictures):
        if place:
            yield Wait(every_ms / _MS_PER_S)
        yield Frame(jpeg, first_ms + place * every_ms)
