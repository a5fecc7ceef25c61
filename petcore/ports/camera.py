"""The port of cameras: pictures as they come."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Webcam:
    """A camera of the machine that the server runs on."""

    index: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A camera that sends MJPEG over HTTP, such as an ESP32-CAM."""

    url: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A video, or a folder of pictures, in the server's video folder; ``name`` has no folders."""

    name: str


Source = Webcam | Stream | Recording


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture. ``at_ms`` is when it was taken, in milliseconds of a clock that never steps (that
    of the event loop); a recording goes by its own times.
    """

    jpeg: bytes
    at_ms: int


class Cameras(Protocol):
    """All cameras that can be watched."""

    def watch(self, source: Source) -> AsyncGenerator[Frame, None]:
        """Its pictures, for as long as somebody asks for the next; a recording begins anew when it
        is over. Whoever is slow gets the newest and misses what was between.

        Raises ``CameraFailed``, which says what was tried: if the camera cannot be opened, and when
        no more pictures come. Close it to let go of the camera.
        """
        ...

    async def close(self) -> None:
        """Let go of what it holds. Closing twice is allowed."""
        ...
