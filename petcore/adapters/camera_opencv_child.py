"""The process in which OpenCV reads one camera: a driver or a codec that hangs does so here.

First it is told the camera, as JSON: ``{"webcam": 0}`` or ``{"recording": "/path"}``. A question is
for one picture. Of a webcam it is the next one, and told is how many milliseconds ago it was taken.
Of a recording it is that of so many milliseconds after its begin, as the question says, or the next
one if that was given already; told is its own time. Recordings begin anew at their end, and their
times go on. An answer is that number in a line, and the picture as JPEG.
"""

import json
import sys
from pathlib import Path
from typing import Protocol

import cv2
from cv2.typing import MatLike

from petcore.adapters.child_serving import Answering, serve
from petcore.errors import CameraFailed

QUALITY = 92
"""Of the JPEGs, of 100."""
PICTURE_MS = 100
"""For how long each picture of a folder is shown."""

_PICTURES = frozenset({".jpeg", ".jpg", ".png"})
_WEBCAMS_MAX = 100  # more than that is the number of something else to OpenCV
_BACKENDS = {"linux": cv2.CAP_V4L2}
_READS_MAX = 3
_RATE, _RATE_MAX = 25.0, 240.0
_MS_PER_S = 1_000
_LEAP_MS = 10_000


class _Camera(Protocol):
    def picture(self, passed_ms: int) -> tuple[int, MatLike]:
        """What is told of a picture, and the picture. Raises ``CameraFailed``."""
        ...


class Webcam:
    """It does not wait: whoever wants the newest has to read all."""

    def __init__(self, index: int) -> None:
        self._index = index
        self._capture: cv2.VideoCapture | None = None

    def picture(self, passed_ms: int) -> tuple[int, MatLike]:
        """The next one, and how long ago it was taken."""
        self._capture = self._capture or self._opened()
        for _ in range(_READS_MAX):
            if self._capture.grab():
                taken = cv2.getTickCount()
                is_one, picture = self._capture.retrieve()
                ago_s = (cv2.getTickCount() - taken) / cv2.getTickFrequency()
                if is_one:
                    return round(ago_s * _MS_PER_S), picture
        raise CameraFailed("gives no more pictures")

    def _opened(self) -> cv2.VideoCapture:
        device = Path(f"/dev/video{self._index}")
        if self._index >= _WEBCAMS_MAX or (sys.platform == "linux" and not device.exists()):
            raise CameraFailed(f"cannot be opened: there is no {_called(device)}")
        capture = cv2.VideoCapture(self._index, _BACKENDS.get(sys.platform, cv2.CAP_ANY))
        if not capture.isOpened():
            raise CameraFailed(
                f"cannot be opened: {_called(device)} is there, but is used by somebody else, may "
                "not be read by this user, or is no camera"
            )
        return capture


def _called(device: Path) -> str:
    return str(device) if sys.platform == "linux" else "such a webcam"


class Film:
    """A video, again and again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._capture: cv2.VideoCapture | None = None
        self._every_ms = 0.0
        self._at_ms = 0.0
        self._began_ms = 0.0
        """When it began the last time."""

    def picture(self, passed_ms: int) -> tuple[int, MatLike]:
        """The last that is due, or else the next, and when it is due."""
        while True:
            capture = self._onward()
            if self._at_ms + self._every_ms <= passed_ms:
                continue
            is_one, picture = capture.retrieve()
            if is_one:
                return round(self._at_ms), picture

    def _onward(self) -> cv2.VideoCapture:
        """Where the next picture is next, which may be the first again."""
        if self._capture is None or not self._capture.grab():
            is_first = self._capture is None
            self._capture = self._opened()
            self._at_ms += 0.0 if is_first else self._every_ms
            self._began_ms = self._at_ms
            return self._capture
        told_ms = self._began_ms + self._capture.get(cv2.CAP_PROP_POS_MSEC)
        # Of some videos the times are missing, or leap.
        is_sense = self._at_ms + 1 <= told_ms <= self._at_ms + _LEAP_MS
        self._at_ms = told_ms if is_sense else self._at_ms + self._every_ms
        return self._capture

    def _opened(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        if not capture.isOpened() or not capture.grab():
            raise CameraFailed("cannot be opened: it is no video, or of a kind that is not known")
        rate = capture.get(cv2.CAP_PROP_FPS)
        self._every_ms = _MS_PER_S / (rate if 1 <= rate <= _RATE_MAX else _RATE)
        return capture


class Pictures:
    """A folder of pictures, in the order of their names, again and again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: list[Path] | None = None
        self._next = 0

    def picture(self, passed_ms: int) -> tuple[int, MatLike]:
        """The last that is due, or else the next, and when it is due; those that cannot be read
        are left out.
        """
        if self._paths is None:
            self._paths = sorted(filter(self._is_picture, self._folder.iterdir()))
        paths = self._paths
        self._next = max(self._next, passed_ms // PICTURE_MS)
        for at in range(self._next, self._next + len(paths)):
            picture = _read(paths[at % len(paths)])
            if picture is not None:
                self._next = at + 1
                return at * PICTURE_MS, picture
        raise CameraFailed("has no picture that can be read: .jpg, .jpeg or .png")

    def _is_picture(self, path: Path) -> bool:
        is_here = path.resolve().parent == self._folder and path.is_file()
        return is_here and path.suffix.lower() in _PICTURES


def _read(path: Path) -> MatLike | None:
    try:
        return cv2.imread(str(path), cv2.IMREAD_COLOR)
    except cv2.error:
        return None


def reading(first: bytes) -> Answering:
    """What reads the camera that ``first`` tells of."""
    camera = _camera(**json.loads(first))

    def answer(question: bytes) -> bytes:
        told, picture = camera.picture(int(question))
        is_done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if not is_done:
            raise CameraFailed("gives pictures that cannot be coded")
        return b"%d\n" % told + jpeg.tobytes()

    return answer


def _camera(webcam: int | None = None, recording: str = "") -> _Camera:
    if webcam is not None:
        return Webcam(webcam)
    path = Path(recording)
    return Pictures(path) if path.is_dir() else Film(path)


def main() -> None:
    """Read for whoever started the process."""
    cv2.setNumThreads(1)
    serve(reading)
