"""JPEG in, pixels out, and back: what is looked at, and how large it may be.

Sizes are read from the file's head before anything is decoded, so that a small file cannot become a
huge picture. Here: codecs and sizes. Not here: what a picture shows.
"""

import re
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from petcore.adapters.sight_opencv_wire import JPEG_MAX
from petcore.errors import BadFrame

Pixels = NDArray[np.uint8]
"""Rows, columns, and blue, green, red; or rows and columns of gray."""

SIDE_MAX = 4_096
PIXELS_MAX = 4_096 * 2_304
"""As the largest of usual cameras have them; what is drawn of so many fits into an answer."""
SCANS_MAX = 100
"""Each goes over the whole picture, in however few bytes; usual pictures have one, or ten."""

_QUALITY = 80
_START = b"\xff\xd8"
_MARK = 0xFF
# Marks of a picture's size; those of tables and the like stand between them.
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Marks without a length: they are alone.
_ALONE = frozenset(chain((0x01,), range(0xD0, 0xD8)))
# What is no mark, and those after which there is no size any more.
_OVER = frozenset({0x00, 0xD8, 0xD9, 0xDA})
_SCAN, _END = 0xDA, 0xD9
# The next mark that decoders heed, and the length after it, whatever stands before it.
_HEEDED = re.compile(rb"(?s)\xff([\xc0-\xcf\xd8-\xfe])(..)")
_NO_PICTURE = "the frame is no JPEG picture"


def decoded(jpeg: bytes) -> Pixels:
    """The picture, the right way up if it says how. Raises ``BadFrame`` if it is broken, or larger
    than the bounds above.
    """
    if len(jpeg) > JPEG_MAX:
        raise BadFrame(f"a frame must have at most {JPEG_MAX >> 20} MiB")
    width, height = size_of(jpeg)
    if max(width, height) > SIDE_MAX or width * height > PIXELS_MAX:
        raise BadFrame(f"a frame must have at most {SIDE_MAX} x {PIXELS_MAX // SIDE_MAX} pixels")
    _require_few_scans(jpeg)
    try:
        found: object = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise BadFrame(_NO_PICTURE) from error
    if not isinstance(found, np.ndarray):
        raise BadFrame(_NO_PICTURE)
    return found.astype(np.uint8, copy=False)


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height as the file's head has them. Raises ``BadFrame``."""
    if not jpeg.startswith(_START):
        raise BadFrame(_NO_PICTURE)
    place = len(_START)
    while place + 9 <= len(jpeg) and jpeg[place] == _MARK:
        kind = jpeg[place + 1]
        if kind in _SIZES:
            return _number(jpeg, place + 7), _number(jpeg, place + 5)
        if kind in _OVER:
            break
        if kind == _MARK:  # one that only fills
            place += 1
        elif kind in _ALONE:
            place += 2
        else:
            place += 2 + _number(jpeg, place + 2)
    raise BadFrame(_NO_PICTURE)


def _require_few_scans(jpeg: bytes) -> None:
    """Raises ``BadFrame`` if there are too many."""
    place, scans = len(_START), 0
    while (mark := _HEEDED.search(jpeg, place)) is not None and mark[1][0] != _END:
        scans += mark[1][0] == _SCAN
        if scans > SCANS_MAX:
            raise BadFrame(f"a frame must have at most {SCANS_MAX} scans")
        place = mark.start(2) + int.from_bytes(mark[2])


def encoded(picture: Pixels) -> bytes:
    """It as JPEG."""
    is_done, coded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    if not is_done:
        raise AssertionError("OpenCV codes every picture that it decoded")
    return coded.tobytes()


def reduced(picture: Pixels, side: int) -> tuple[Pixels, float]:
    """It with at most ``side`` pixels on its longer side, and by how much it became smaller."""
    height, width = picture.shape[:2]
    scale = side / max(width, height)
    if scale >= 1:
        return picture, 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False), scale


def gray(picture: Pixels) -> Pixels:
    """It without colours."""
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def _number(jpeg: bytes, place: int) -> int:
    return int.from_bytes(jpeg[place : place + 2])
