"""The process that reads cameras, where there are webcams: for ``test_camera_opencv``. Each of them
behaves in its own way, by its number.
"""

import os
from collections.abc import Callable
from pathlib import Path
from time import sleep

import cv2
import numpy as np
from cv2.typing import MatLike

from petcore.adapters import camera_opencv_child

GOOD, CLOSED, HANGS, FAILS, STUMBLES, DIES, OPENS_NEVER = range(7)

_FRAME_S = 0.002
_GOOD_FRAMES = 3


def _hang() -> bool:
    sleep(600)
    return False


def _die() -> bool:
    os._exit(1)


_AFTER: dict[int, Callable[[], bool]] = {HANGS: _hang, FAILS: lambda: False, DIES: _die}


class Device:
    """What OpenCV gives for a webcam: pictures of one brightness, which is how many there were."""

    def __init__(self, index: int) -> None:
        self._index = index
        self._frames = 0
        self._grabs = 0
        if index == OPENS_NEVER:
            sleep(600)

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        """Whether it can be read."""
        return self._index != CLOSED

    def grab(self) -> bool:
        """Take the next."""
        sleep(_FRAME_S)
        self._grabs += 1
        if self._frames >= _GOOD_FRAMES and self._index in _AFTER:
            return _AFTER[self._index]()
        if self._index == STUMBLES and self._grabs % 3:
            return False
        self._frames += 1
        return True

    def retrieve(self) -> tuple[bool, MatLike]:
        """What was taken."""
        return True, np.full((48, 64, 3), self._frames % 256, np.uint8)


_CAPTURE = cv2.VideoCapture


def _opened(source: int | str, backend: int) -> Device | cv2.VideoCapture:
    return Device(source) if isinstance(source, int) else _CAPTURE(source, backend)


def main() -> None:
    """Read for whoever started the process."""
    # Only here, where nothing else is done.
    setattr(cv2, "VideoCapture", _opened)  # noqa: B010  the types know of one only
    setattr(Path, "exists", lambda _: True)  # noqa: B010  the same
    camera_opencv_child.main()
