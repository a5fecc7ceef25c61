"""How a head moves: Lucas-Kanade's optical flow of points in the middle of the face.

A few times a second, however many frames there are, so that the noise of a camera with many is not
taken for motion. All in widths of the face: how far the camera is does not matter. Here: steps, and
the reading of them. Not here: what is drawn from their rhythm (``sight_opencv_breathing``).
"""

import math
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from petcore.adapters.sight_opencv_face import Area
from petcore.adapters.sight_opencv_picture import Pixels
from petcore.ports.sight import Reading

STEP_MS = 90
"""The least between two looks; with 10 frames a second each of them counts."""
GAP_MS = 700
"""After a longer time without a picture nothing is known of what moved meanwhile."""

_SIDE = 96
_INSIDE = 0.15
_POINTS = 24
_POINTS_MIN = 6
_QUALITY, _APART = 0.02, 6.0
_LOOKED_AT = (15, 15)
_LEVELS = 2
_FAR = 0.6
_TOLD_MS = 1_000
_STEADY = 4


@dataclass(frozen=True, slots=True)
class Step:
    """How far a face moved until ``at_ms``, in widths of it, in ``seconds``; ``points`` is the part
    of those looked for that were found again.
    """

    at_ms: int
    seconds: float
    aside: float
    down: float
    points: float


class Motion:
    """Watches one face."""

    def __init__(self) -> None:
        self._before: tuple[int, Area, Pixels] | None = None
        self._steps: deque[Step] = deque(maxlen=_TOLD_MS // STEP_MS + 1)
        self._told_ms = -math.inf

    def begin(self) -> None:
        """Forget what was seen: it is another face, or it was away."""
        self._before = None
        self._steps.clear()

    def step(self, gray: Pixels, face: Area, at_ms: int) -> Step | None:
        """How it moved since the last step; None if that is too short ago, or cannot be told."""
        if self._before is None or at_ms - self._before[0] > GAP_MS:
            self.begin()
            self._before = at_ms, face, _cut(gray, face)
            return None
        since_ms, area, picture = self._before
        if at_ms - since_ms < STEP_MS:
            return None
        moved = _moved(picture, _cut(gray, area))
        if moved is None:
            self._before = at_ms, face, _cut(gray, face)
            return None
        aside, down, points = moved
        step = Step(at_ms, (at_ms - since_ms) / 1_000, aside, down, points)
        there = face.moved(aside * area.width, down * area.width)
        self._before = at_ms, there, _cut(gray, there)
        self._steps.append(step)
        return step

    def reading(self, at_ms: int) -> Reading | None:
        """How fast it moved on average, once a second."""
        if at_ms - self._told_ms < _TOLD_MS:
            return None
        steps = [step for step in self._steps if at_ms - step.at_ms < _TOLD_MS]
        if not steps:
            return None
        self._told_ms = at_ms
        way = sum(float(np.hypot(step.aside, step.down)) for step in steps)
        return Reading(
            "face.motion",
            way / sum(step.seconds for step in steps),
            stable=len(steps) >= _STEADY,
            confidence=100 * sum(step.points for step in steps) / len(steps),
            at_ms=at_ms,
        )


def _cut(gray: Pixels, face: Area) -> Pixels:
    """The face, always as large; beyond the picture's edge its last pixels go on."""
    scale = _SIDE / face.width
    shift = np.array([[scale, 0, -face.left * scale], [0, scale, -face.top * scale]], np.float64)
    cut = cv2.warpAffine(gray, shift, (_SIDE, _SIDE), borderMode=cv2.BORDER_REPLICATE)
    return cut.astype(np.uint8, copy=False)


def _middle() -> Pixels:
    mask = np.zeros((_SIDE, _SIDE), np.uint8)
    edge = round(_SIDE * _INSIDE)
    mask[edge:-edge, edge:-edge] = 255
    return mask


_MIDDLE = _middle()


def _moved(before: Pixels, now: Pixels) -> tuple[float, float, float] | None:
    """How far aside and down, in sides of the picture, and how many points say so."""
    points = cv2.goodFeaturesToTrack(before, _POINTS, _QUALITY, _APART, mask=_MIDDLE)
    if points is None or len(points) < _POINTS_MIN:
        return None
    empty = np.empty_like(points)
    found, is_found, _ = cv2.calcOpticalFlowPyrLK(
        before, now, points, empty, winSize=_LOOKED_AT, maxLevel=_LEVELS
    )
    ways = (found - points).reshape(-1, 2)[is_found.reshape(-1) == 1] / _SIDE
    ways = ways[np.hypot(ways[:, 0], ways[:, 1]) < _FAR]
    if len(ways) < _POINTS_MIN:
        return None
    aside, down = np.median(ways, axis=0)
    return float(aside), float(down), len(ways) / len(points)
