"""Which cameras and which sight the settings give."""

import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from petcore.adapters.absent import NAME as ABSENT
from petcore.errors import CameraFailed, SightAbsent, StartRefused
from petcore.ports.camera import Recording, Source, Stream, Webcam
from petcore.ports.eyes import Eyes
from petcore.seeing import create_eyes
from petcore.settings import Settings, default_settings
from tests.test_talking import pretend

NOBODY_THERE = Stream("http://127.0.0.1:9/stream")
NOT_THERE = Recording("not there.mp4")
LOOKS_AT_NOTHING = """
import sys
from petcore.app import create_app
from petcore.seeing import create_eyes
from petcore.settings import default_settings
from petcore.wiring import wire

settings = default_settings(store="memory:")
eyes = create_eyes(settings)
assert eyes.sight.name == "opencv", eyes.sight.name
eyes.sight.gaze()
create_app(wire(settings, eyes=eyes))
print(*sorted({"cv2", "skimage"} & sys.modules.keys()))
"""


@pytest.fixture(autouse=True)
def _opencv_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has wheels of: importing an adapter loads nothing."""
    pretend(monkeypatch, bool)


async def why_not(eyes: Eyes, source: Source) -> str:
    """Why this source shows nothing, and both are let go of, twice."""
    with pytest.raises(CameraFailed) as failure:
        async with aclosing(eyes.cameras.watch(source)) as frames:
            await anext(frames)
    await eyes.close()
    await eyes.close()
    return failure.value.message


def settings(**given: object) -> Settings:
    """Some of a server."""
    return default_settings(store="memory:", **given)


@pytest.mark.asyncio
@pytest.mark.parametrize("missing", ["cv2", "numpy"])
@pytest.mark.parametrize("source", [Webcam(0), NOBODY_THERE, NOT_THERE], ids=repr)
async def test_where_opencv_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, missing: str, source: Source
) -> None:
    """The server starts, and says why it cannot see, whatever it is to look at or through."""
    pretend(monkeypatch, lambda name: name != missing)
    eyes = create_eyes(settings(cameras_max=3))
    assert (eyes.sight.name, eyes.cameras_max) == (ABSENT, 3)
    for looks in (eyes.sight.gaze, lambda: eyes.cameras.watch(source)):
        with pytest.raises(SightAbsent, match="opencv-python-headless is not installed"):
            looks()
    await eyes.close()


@pytest.mark.asyncio
async def test_where_it_is_installed() -> None:
    """It sees by it, through as many cameras as the settings say."""
    eyes = create_eyes(settings(cameras_max=7))
    assert (eyes.sight.name, eyes.cameras_max) == ("opencv", 7)
    await eyes.close()
    await eyes.close()


@pytest.mark.parametrize("is_installed", [True, False])
@pytest.mark.parametrize("named", ["nowhere", "file.mp4"])
def test_a_video_folder_that_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, is_installed: bool
) -> None:
    """The server does not start, and names the setting, even if it could not see anyway."""
    (tmp_path / "file.mp4").touch()
    pretend(monkeypatch, lambda _: is_installed)
    with pytest.raises(StartRefused) as refusal:
        create_eyes(settings(video_folder=str(tmp_path / named)))
    assert refusal.value.message == f"PETCORE_VIDEO_FOLDER: {tmp_path / named} is no folder"


@pytest.mark.asyncio
async def test_recordings_are_looked_for_in_the_video_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Wherever the server stands later; without a folder there are none."""
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "text.txt").touch()
    monkeypatch.chdir(tmp_path)
    folder = {"video_folder": "videos"}
    here, elsewhere = create_eyes(settings(**folder)), create_eyes(settings(**folder))
    assert (
        await why_not(here, NOT_THERE) == "there is no recording of this name in the video folder"
    )
    monkeypatch.chdir("/")
    assert "a recording is a folder of pictures" in await why_not(elsewhere, Recording("text.txt"))
    assert "PETCORE_VIDEO_FOLDER is not set" in await why_not(create_eyes(settings()), NOT_THERE)


@pytest.mark.asyncio
async def test_cameras_of_this_machine_are_asked_if_they_are_named() -> None:
    """In PETCORE_CAMERA_HOSTS, which the others need not be in."""
    named = create_eyes(settings(camera_hosts=["127.0.0.1"]))
    assert "PETCORE_CAMERA_HOSTS" not in await why_not(named, NOBODY_THERE)
    assert "PETCORE_CAMERA_HOSTS" in await why_not(create_eyes(settings()), NOBODY_THERE)


def test_opencv_is_not_imported_before_something_is_seen() -> None:
    """It takes long, and most servers never look: nor do their processes that only answer."""
    pytest.importorskip("cv2")
    done = subprocess.run(
        [sys.executable, "-c", LOOKS_AT_NOTHING], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("\n", "")
