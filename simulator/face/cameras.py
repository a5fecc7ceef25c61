"""The cameras of a simulated world: each shows one synthetic face, in the time of the world."""

import asyncio
from collections.abc import AsyncGenerator

import cv2

from petcore.errors import CameraFailed
from petcore.ports.camera import Frame, Source, Stream
from petcore.ports.clock import Pause
from simulator.face.video import FaceVideo
from simulator.face.vital import Vitals

_MS = 1000


class FaceCameras:
    """The ``Cameras`` that can be reached by the URLs at which somebody was placed.

    ``fps`` is pictures a second.
    """

    def __init__(self, pause: Pause, fps: int = 8) -> None:
        # One thread of OpenCV: a picture is too small to be worth more.
        cv2.setNumThreads(1)
        self._pause = pause
        self._every_ms = _MS // fps
        self._faces: dict[str, FaceVideo] = {}

    def place(self, url: str, vitals: Vitals, seed: int) -> None:
        """From now on the camera at ``url`` shows whoever is as ``vitals`` says."""
        self._faces[url] = FaceVideo(vitals, seed=seed)

    async def watch(self, source: Source) -> AsyncGenerator[Frame, None]:
        """One picture after the other, each taken at the moment at which it comes. Raises
        ``CameraFailed`` where no camera stands.
        """
        face = self._faces.get(source.url) if isinstance(source, Stream) else None
        if face is None:
            raise CameraFailed("no camera of this world stands there")
        due_ms = at_ms = self._now_ms()
        while True:
            yield Frame(face.jpeg(at_ms), at_ms)
            # What took the viewer longer than a picture is missed.
            due_ms = max(due_ms + self._every_ms, self._now_ms())
            await self._pause((due_ms - self._now_ms()) / _MS)
            at_ms = self._now_ms()

    async def close(self) -> None:
        """There is nothing to let go of."""

    @staticmethod
    def _now_ms() -> int:
        return round(asyncio.get_running_loop().time() * _MS)
