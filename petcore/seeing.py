"""By which cameras a server sees, and by what: part of the composition root.

OpenCV takes long to import, so it is imported by whoever looks. Importing this does nothing.
"""

from functools import partial
from pathlib import Path

from petcore.adapters.absent import AbsentSight
from petcore.adapters.clock_system import pause
from petcore.errors import StartRefused
from petcore.ports.eyes import Eyes
from petcore.rules.desktop_pet import video
from petcore.settings import Settings
from petcore.talking import are_here

_NO_SIGHT = "this machine cannot see: opencv-python-headless is not installed"


def create_eyes(settings: Settings) -> Eyes:
    """What the settings say; absent where OpenCV is not installed. Raises ``StartRefused`` for a
    video folder that is none.
    """
    folder = _folder(settings.video_folder)
    if not are_here("cv2", "numpy"):
        absent = AbsentSight(_NO_SIGHT)
        return Eyes(absent, absent, pause, settings.cameras_max)
    from petcore.adapters.camera_by_source import CamerasBySource  # noqa: PLC0415
    from petcore.adapters.camera_mjpeg import MjpegStreams  # noqa: PLC0415
    from petcore.adapters.camera_opencv import OpencvCaptures  # noqa: PLC0415
    from petcore.adapters.sight_opencv import OpencvSight  # noqa: PLC0415

    may_ask = partial(video.refusal, hosts=settings.camera_hosts)
    cameras = CamerasBySource(MjpegStreams(may_ask), OpencvCaptures(folder))
    return Eyes(cameras, OpencvSight(), pause, settings.cameras_max)


def _folder(named: str) -> Path | None:
    """Raises ``StartRefused`` if it is none."""
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise StartRefused(f"PETCORE_VIDEO_FOLDER: {named} is no folder")
    return folder.resolve()
