"""All cameras pass one suite."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from functools import partial
from itertools import repeat
from pathlib import Path

import pytest
import pytest_asyncio

from petcore.adapters.camera_by_source import CamerasBySource
from petcore.adapters.camera_mjpeg import MjpegStreams
from petcore.adapters.camera_opencv import OpencvCaptures
from petcore.adapters.camera_scripted import ScriptedCameras, Step, steadily
from petcore.adapters.clock_system import pause
from petcore.errors import CameraFailed
from petcore.ports.camera import Cameras, Recording, Source, Stream, Webcam
from petcore.rules.desktop_pet.video import refusal
from simulator.standins.camera import Esp32Cam
from simulator.standins.server import StandIn
from tests.adapters.camera_conformance import CameraConformance, LiveCameraConformance
from tests.adapters.camera_stream import Numbered
from tests.adapters.patient import at_once

MAY_ASK = partial(refusal, hosts=("127.0.0.1",))


class TestScriptedCameras(CameraConformance):
    """The twin."""

    @pytest.fixture
    def source(self) -> Source:
        """It is well."""
        return Webcam(0)

    @pytest.fixture
    def absent(self) -> Source:
        """It is not."""
        return Webcam(1)

    @pytest_asyncio.fixture
    async def cameras(self, source: Source) -> Cameras:
        """They take moments."""

        def script(asked: Source) -> Iterable[Step]:
            if asked != source:
                return [CameraFailed("webcam 1 cannot be opened")]
            return steadily(repeat(Numbered()()), 100)

        return ScriptedCameras(script, at_once)


class TestMjpegStreams(LiveCameraConformance):
    """Over sockets, against the stand-in."""

    @pytest_asyncio.fixture
    async def stand_in(self) -> AsyncIterator[StandIn]:
        """A camera that is well."""
        async with StandIn(Esp32Cam(Numbered(), 50)) as stand_in:
            yield stand_in

    @pytest_asyncio.fixture
    async def cameras(self) -> AsyncIterator[Cameras]:
        """Streams of this machine may be asked."""
        cameras = CamerasBySource(MjpegStreams(MAY_ASK), OpencvCaptures(None))
        yield cameras
        await cameras.close()

    @pytest.fixture
    def source(self, stand_in: StandIn) -> Source:
        """It is well."""
        return Stream(f"{stand_in.url}/stream")

    @pytest.fixture
    def absent(self, stand_in: StandIn) -> Source:
        """There is nothing."""
        return Stream(f"{stand_in.url}/")

    def own_tasks(self) -> set[asyncio.Task[object]]:
        """The stand-in's, which runs in the same loop."""
        return {task for task in asyncio.all_tasks() if "StandIn" in repr(task.get_coro())}


class TestRecordings(LiveCameraConformance):
    """A video that OpenCV reads."""

    @pytest_asyncio.fixture
    async def cameras(self, tmp_path: Path) -> AsyncIterator[Cameras]:
        """Half a second of film."""
        cv2 = pytest.importorskip("cv2")
        np = pytest.importorskip("numpy")
        path = str(tmp_path / "clip.avi")
        writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*"MJPG"), 50, (64, 48))
        for level in range(25):
            writer.write(np.full((48, 64, 3), level * 10, np.uint8))
        writer.release()
        cameras = CamerasBySource(MjpegStreams(MAY_ASK), OpencvCaptures(tmp_path, wait=pause))
        yield cameras
        await cameras.close()

    @pytest.fixture
    def source(self) -> Source:
        """It is there."""
        return Recording("clip.avi")

    @pytest.fixture
    def absent(self) -> Source:
        """It is not."""
        return Recording("other.avi")
