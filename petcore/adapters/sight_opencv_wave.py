"""The pulse wave of the last seconds, for people to look at: it grows with each frame.

The same arithmetic as that of the rate, but on frames as they come, so that it moves while one
looks. No number is drawn from it. Not here: how it is drawn (``sight_opencv_drawing``).
"""

from collections import deque

import numpy as np

from petcore.adapters.sight_opencv_motion import GAP_MS
from petcore.adapters.sight_opencv_pulse import pos
from petcore.adapters.sight_opencv_skin import Colour

SHOWN_MS = 8_000

_POS_MS = 1_600
_FRAMES_MIN = 4
_SOONEST_MS = 10

Points = list[tuple[float, float]]
"""How long ago, as a part of what is shown, and how high: 0 is the middle, 1 and -1 the ends."""


class Wave:
    """That of one face."""

    def __init__(self) -> None:
        self._colours: deque[tuple[int, Colour]] = deque()
        self._heights: deque[tuple[int, float]] = deque()

    def begin(self) -> None:
        """Forget all: it is another face, or it was away."""
        self._colours.clear()
        self._heights.clear()

    def take(self, at_ms: int, colour: Colour) -> None:
        """The colour of the face at an instant."""
        since_ms = at_ms - self._colours[-1][0] if self._colours else _SOONEST_MS
        if since_ms < _SOONEST_MS:
            return
        if since_ms > GAP_MS:
            self.begin()
        self._colours.append((at_ms, colour))
        self._heights.append((at_ms, 0.0))
        while at_ms - self._colours[0][0] > _POS_MS:
            self._colours.popleft()
        while at_ms - self._heights[0][0] > SHOWN_MS:
            self._heights.popleft()
        if len(self._colours) >= _FRAMES_MIN:
            self._add()

    def _add(self) -> None:
        """What these frames say of themselves, to what frames before said of them."""
        colours = np.array([colour for _, colour in self._colours], np.float64).T
        wave = pos(colours, colours.shape[1] / (_POS_MS / 1_000))
        for place, height in enumerate(wave, start=-len(wave)):
            at_ms, before = self._heights[place]
            self._heights[place] = at_ms, before + float(height)

    def points(self, at_ms: int) -> Points:
        """It, from the oldest on, as high as there is room."""
        top = max((abs(height) for _, height in self._heights), default=0.0)
        if not top:
            return []
        return [((at_ms - then) / SHOWN_MS, height / top) for then, height in self._heights]
