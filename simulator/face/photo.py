"""Where the pictures come from: one photograph, its skin, and the same room without anybody in it.

The photograph is that of the astronaut Eileen Collins, taken by NASA, in the public domain; it
comes with scikit-image, of which nothing else is used.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Light = NDArray[np.float32]
"""Rows, columns, and blue, green and red of 0..255, but not rounded."""

_PHOTO = ("skimage", "data", "astronaut.png")

_LEFT, _TOP, _WIDTH = 54, 4, 340
"""The part of the photograph that is shown, in its pixels; a face finder's box on it is 95 wide."""
_FACE_MIDDLE, _FACE_AXES = (224, 137), (45, 58)
"""The oval within which skin is face, in pixels of the photograph."""
_SKIN = ((70, 135, 85), (255, 175, 130))
"""Luma and both chromas, from and to: what in the oval is skin, and not hair, eyes or teeth."""
_EDGE = 2.0
"""How soft the edge of the skin is: standard deviation in pixels of the photograph."""
_WALL_FROM = 325
"""From which column of the photograph on nobody is in the way of the wall."""
_COARSE = 8
"""By how much smaller the room is in which somebody is painted over."""

_PULSE_BGR = (0.38, 1.0, 0.30)
"""How strong the pulse is in each colour, as a part of that in green, where blood absorbs most: de
Haan & van Leest 2014 (Physiol. Meas. 35:1913), rounded."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and what of it beats; both have ``margin`` pixels more on each side than is shown,
    so that it can sway.
    """

    somebody: Light
    skin: Light
    """What a pulse of 1 adds: zero where there is no skin."""
    nobody: Light
    margin: int


@lru_cache(maxsize=4)
def scene(width: int, height: int) -> Scene:
    """The photograph at a size; its face is nearly a third as wide."""
    photo = _photo()
    margin = max(width // 20, 8)
    somebody = _cut(photo.astype(np.float32), width, height, margin)
    skin = _cut(_skin(photo), width, height, margin)
    nobody = _cut(_without_person(photo).astype(np.float32), width, height, margin)
    beats = somebody * skin[..., np.newaxis] * np.array(_PULSE_BGR, np.float32)
    return Scene(somebody, beats.astype(np.float32), nobody, margin)


def _photo() -> Pixels:
    place = files(_PHOTO[0]).joinpath(*_PHOTO[1:])
    return _image(cv2.imdecode(np.frombuffer(place.read_bytes(), np.uint8), cv2.IMREAD_COLOR))


def _image(found: object) -> Pixels:
    if not isinstance(found, np.ndarray):
        raise TypeError("the photograph of scikit-image cannot be read")
    return found.astype(np.uint8, copy=False)


def _skin(photo: Pixels) -> Light:
    """How much of each pixel is skin of the face, 0..1."""
    low, high = (np.array(bound, np.uint8) for bound in _SKIN)
    is_skin = cv2.inRange(cv2.cvtColor(photo, cv2.COLOR_BGR2YCrCb), low, high)
    oval = np.zeros(photo.shape[:2], np.uint8)
    cv2.ellipse(oval, _FACE_MIDDLE, _FACE_AXES, 0, 0, 360, 255, -1)
    both = cv2.bitwise_and(is_skin, oval).astype(np.float32) / 255
    return cv2.GaussianBlur(both, (0, 0), _EDGE).astype(np.float32)


def _without_person(photo: Pixels) -> Pixels:
    """The wall goes on where somebody was, as if out of focus."""
    coarse = cv2.resize(photo, None, fx=1 / _COARSE, fy=1 / _COARSE, interpolation=cv2.INTER_AREA)
    hole = np.zeros(coarse.shape[:2], np.uint8)
    hole[:, : _WALL_FROM // _COARSE] = 1
    painted = cv2.inpaint(coarse, hole, 3, cv2.INPAINT_TELEA)
    smooth = cv2.resize(painted, photo.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    room = photo.copy()
    room[:, :_WALL_FROM] = smooth[:, :_WALL_FROM]
    return room


def _cut(whole: Light, width: int, height: int, margin: int) -> Light:
    """The part that is shown, with the margin around it; the photograph is mirrored at its end."""
    scale = width / _WIDTH
    shift = np.array(
        [[scale, 0, margin - scale * _LEFT], [0, scale, margin - scale * _TOP]], np.float32
    )
    size = (width + 2 * margin, height + 2 * margin)
    grown = cv2.warpAffine(
        whole, shift, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT_101
    )
    return grown.astype(np.float32, copy=False)
