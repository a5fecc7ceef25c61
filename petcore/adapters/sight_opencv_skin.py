"""The colour of a face: the mean of forehead and cheeks, without hair, beard, glasses and glare.

Which pixels count is decided at a look at the face and kept in its box until the next one, since
pixels that come and go would be a pulse of their own. Here: a picture and a box in, a colour out.
Not here: what becomes of colours (``sight_opencv_pulse``).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from petcore.adapters.sight_opencv_face import Area
from petcore.adapters.sight_opencv_picture import Pixels

Colour = tuple[float, float, float]
"""Red, green and blue, 0..255."""

_Light = NDArray[np.float64]

_SIDE = 48
_PARTS = (
    (0.20, 0.04, 0.80, 0.32),
    (0.10, 0.44, 0.90, 0.74),
    (0.12, 0.74, 0.30, 0.90),
    (0.70, 0.74, 0.88, 0.90),
)
"""Forehead, cheeks with the nose, and the cheeks beside the mouth, in a box of the cascade: left,
top, right, bottom. The more, the better: a picture of few pixels has few steps of colour. Eyes and
mouth move on their own."""
_DARK, _BRIGHT = 8.0, 247.0
_DARK_SKIN = 25.0
"""Darker than that on average, a pulse drowns in rounding."""
_LUMA = (0.60, 1.50)
"""Of the median."""
_HUE = 0.02
_SPREAD = 3.7
"""Of the median distance from the median: two and a half standard deviations."""
_KEPT_MIN = 0.35
_WEIGHT = 0.3


class Skin:
    """Which part of a face's box is skin."""

    def __init__(self) -> None:
        self._weights: _Light | None = None

    def begin(self) -> None:
        """It is another face."""
        self._weights = None

    def colour(self, picture: Pixels, face: Area, *, is_look: bool) -> Colour | None:
        """The mean of its skin; None if too little of it can be seen. ``is_look`` says that the box
        is fresh: then the part is decided anew.
        """
        light = _cut(picture, face)
        if is_look or self._weights is None:
            self._decide(light)
        if self._weights is None:
            return None
        blue, green, red = np.tensordot(self._weights, light, axes=2)
        return float(red), float(green), float(blue)

    def _decide(self, light: _Light) -> None:
        """A part of the way to what is skin now."""
        found = _skin(light)
        if found is None or self._weights is None:
            self._weights = found
        else:
            self._weights += _WEIGHT * (found - self._weights)


def _cut(picture: Pixels, face: Area) -> _Light:
    """The box, always as large, at fractions of pixels."""
    side = max(1, round(face.width))
    half = (side - 1) / 2
    middle = (face.left + half, face.top + half)
    part = cv2.getRectSubPix(picture, (side, side), middle, patchType=cv2.CV_32F)
    small = cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return small.astype(np.float64)


def _places() -> NDArray[np.bool_]:
    places = np.zeros((_SIDE, _SIDE), np.bool_)
    for part in _PARTS:
        left, top, right, bottom = (round(share * _SIDE) for share in part)
        places[top:bottom, left:right] = True
    return places


_PLACES = _places()


def _skin(light: _Light) -> _Light | None:
    """The weight of each pixel, 1 in all; None if there is too little skin, or too little light."""
    colours = light[_PLACES]
    luma = colours.mean(axis=1)
    if np.median(luma) < _DARK_SKIN:
        return None
    low, high = (part * np.median(luma) for part in _LUMA)
    hues = colours[:, 1:] / colours.sum(axis=1, keepdims=True).clip(1)
    away = np.abs(hues - np.median(hues, axis=0)).max(axis=1)
    is_skin = (luma > low) & (luma < high) & (away < max(_HUE, _SPREAD * float(np.median(away))))
    is_skin &= (colours.min(axis=1) > _DARK) & (colours.max(axis=1) < _BRIGHT)
    if is_skin.mean() < _KEPT_MIN:
        return None
    weights = np.zeros((_SIDE, _SIDE))
    weights[_PLACES] = is_skin / is_skin.sum()
    return weights
