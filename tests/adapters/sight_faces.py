"""Frames for the tests of sight: of a made-up face whose pulse is known."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median

import cv2
import numpy as np

from petcore.adapters.sight_opencv_looking import Looker
from petcore.ports.camera import Frame
from petcore.ports.sight import Caption, Reading, Seen
from simulator.face.photo import Pixels
from simulator.face.video import FaceVideo

PULSE = "cardio.pulse_rate"
FPS = 10
"""Frames a second, as an ESP32-CAM sends them."""

Retouch = Callable[[Pixels, int], object]
"""Makes another picture of one, at an instant in milliseconds."""


def every(seconds: float, fps: float = FPS, start_ms: int = 0) -> Iterator[int]:
    """Instants in milliseconds."""
    return (start_ms + round(number * 1_000 / fps) for number in range(round(seconds * fps)))


def coded(picture: object, quality: int = 85) -> bytes:
    """A picture as JPEG."""
    assert isinstance(picture, np.ndarray)
    is_done, jpeg = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    assert is_done
    return jpeg.tobytes()


def filmed(
    video: FaceVideo,
    instants: Iterable[int],
    quality: int = 85,
    retouch: Retouch = lambda picture, _: picture,
) -> Iterator[Frame]:
    """The frames of a video."""
    for at_ms in instants:
        yield Frame(coded(retouch(video.frame(at_ms), at_ms), quality), at_ms)


def watched(frames: Iterable[Frame], looker: Looker | None = None) -> list[Seen]:
    """What they show; drawn is nothing."""
    looks = looker or Looker(draws=False)
    return [looks.look(frame, Caption()) for frame in frames]


def read(seen: Iterable[Seen], name: str) -> list[Reading]:
    """The readings of that name."""
    return [reading for each in seen for reading in each.readings if reading.name == name]


def middle(readings: Sequence[Reading]) -> float:
    """The median of their values, of which there is at least one."""
    return median(reading.value for reading in readings)
