"""All cameras of a server: each kind of source has who reads it."""

import asyncio
from collections.abc import AsyncGenerator

from petcore.adapters.camera_mjpeg import MjpegStreams
from petcore.adapters.camera_opencv import OpencvCaptures
from petcore.ports.camera import Frame, Source, Stream


class CamerasBySource:
    """The ``Cameras`` of streams and of what OpenCV reads."""

    def __init__(self, streams: MjpegStreams, captures: OpencvCaptures) -> None:
        self._streams = streams
        self._captures = captures

    def watch(self, source: Source) -> AsyncGenerator[Frame, None]:
        """The pictures of ``source``. Raises ``CameraFailed``."""
        if isinstance(source, Stream):
            return self._streams.watch(source.url)
        return self._captures.watch(source)

    async def close(self) -> None:
        """Let go of all of them."""
        await asyncio.gather(self._streams.close(), self._captures.close())
