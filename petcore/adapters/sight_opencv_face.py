"""Where the face is: found by OpenCV's Haar cascade, followed where it was.

A look searches the picture, which takes long; so one is taken every so many frames, and whenever
the face is not where it should be. Here: boxes. Not here: what moves a box between looks
(``sight_opencv_motion``), and what is seen in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.resources import files

import cv2

from petcore.adapters.sight_opencv_picture import Pixels

LOST_MS = 1_000
"""For so long a face may be out of sight before it counts as gone."""

_CASCADE = ("data", "haarcascade_frontalface_default.xml")
_STEP = 1.2
_NEIGHBOURS = 5
_SMALLEST = 30
_FEWEST = 24  # pixels that the cascade needs
_AROUND = 0.45
"""How far from its box a face is looked for, in widths of the face."""
_SIZES = (0.7, 1.4)
_SAME = 0.3
"""How much two boxes share, of what they cover, if it may be one face."""
_WEIGHT = 0.25
"""Of a find, against where the box was: finds jump by a few pixels."""
_PAUSE_MS = 100
"""Between two looks where nobody is."""


@dataclass(frozen=True, slots=True)
class Area:
    """A square part of a picture, in fractions of pixels."""

    left: float
    top: float
    width: float

    def moved(self, aside: float, down: float) -> "Area":
        """The same elsewhere."""
        return replace(self, left=self.left + aside, top=self.top + down)

    def scaled(self, by: float) -> "Area":
        """The same in a picture that is so many times as large."""
        return Area(self.left * by, self.top * by, self.width * by)

    def grown(self, widths: float) -> "Area":
        """With so many of its widths more on each side."""
        more = self.width * widths
        return Area(self.left - more, self.top - more, self.width + 2 * more)

    def is_within(self, picture: Pixels) -> bool:
        """Whether its middle lies in it."""
        height, width = picture.shape[:2]
        aside, down = self.left + self.width / 2, self.top + self.width / 2
        return bool(0 <= aside < width and 0 <= down < height)

    def shared(self, other: "Area") -> float:
        """What lies in both, as a part of what lies in one or the other: 0..1."""
        wide = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        high = min(self.top + self.width, other.top + other.width) - max(self.top, other.top)
        both = max(0.0, wide) * max(0.0, high)
        return both / (self.width**2 + other.width**2 - both)


class Finder:
    """Finds faces that look at the camera."""

    def __init__(self) -> None:
        # What is found depends on the order in which threads find it. One is also cheaper.
        cv2.setNumThreads(1)
        self._cascade = cv2.CascadeClassifier(str(files("cv2").joinpath(*_CASCADE)))

    def anywhere(self, gray: Pixels) -> Area | None:
        """The largest."""
        return max(self._found(gray, _SMALLEST, 0), key=lambda each: each.width, default=None)

    def around(self, gray: Pixels, before: Area) -> Area | None:
        """The one that is most likely that of before."""
        place = before.grown(_AROUND)
        left, top = max(0, round(place.left)), max(0, round(place.top))
        right, bottom = round(place.left + place.width), round(place.top + place.width)
        smallest, largest = (round(before.width * size) for size in _SIZES)
        part = gray[top : max(top, bottom), left : max(left, right)]
        finds = (each.moved(left, top) for each in self._found(part, smallest, largest))
        best = max(finds, key=before.shared, default=None)
        return best if best is not None and before.shared(best) >= _SAME else None

    def _found(self, gray: Pixels, smallest: int, largest: int) -> Iterable[Area]:
        if min(gray.shape) < _FEWEST:
            return ()
        found = self._cascade.detectMultiScale(
            gray,
            _STEP,
            _NEIGHBOURS,
            minSize=(smallest, smallest),
            maxSize=(largest, largest),
        )
        return (Area(float(left), float(top), float(width)) for left, top, width, _ in found)


class Follower:
    """Knows where one face is. ``looks_every`` is after how many frames it is looked for again."""

    def __init__(self, finder: Finder, looks_every: int) -> None:
        self._finder = finder
        self._looks_every = looks_every
        self._frames = 0
        self._looked_ms: int | None = None
        self._missed_ms: int | None = None
        self.face: Area | None = None
        """Where it is in the gray picture; None if there is nobody."""

    @property
    def is_sure(self) -> bool:
        """Whether the last look found it."""
        return self.face is not None and self._missed_ms is None

    def follow(self, gray: Pixels, at_ms: int) -> bool | None:
        """Whether a look found it; None if this frame was not looked at."""
        self._frames += 1
        if not self._is_due(at_ms):
            return None
        self._frames, self._looked_ms = 0, at_ms
        if self.face is None:
            self.face = self._finder.anywhere(gray)
            return self.face is not None
        found = self._finder.around(gray, self.face)
        if found is None:
            self._miss(at_ms)
            return False
        self._missed_ms = None
        self.face = _between(self.face, found)
        return True

    def move(self, gray: Pixels, aside: float, down: float) -> None:
        """It moved so many pixels. Half out of the picture it is gone: what is seen of it then is
        the picture's edge.
        """
        if self.face is not None:
            self.face = self.face.moved(aside, down)
            if not self.face.is_within(gray):
                self._missed_ms = self.face = None

    def _is_due(self, at_ms: int) -> bool:
        if self.face is None:
            return self._looked_ms is None or at_ms - self._looked_ms >= _PAUSE_MS
        return self._missed_ms is not None or self._frames >= self._looks_every

    def _miss(self, at_ms: int) -> None:
        if self._missed_ms is None:
            self._missed_ms = at_ms
        elif at_ms - self._missed_ms >= LOST_MS:
            self._missed_ms = self.face = None


def _between(before: Area, found: Area) -> Area:
    """A part of the way."""

    def part(old: float, new: float) -> float:
        return old + _WEIGHT * (new - old)

    return Area(
        part(before.left, found.left),
        part(before.top, found.top),
        part(before.width, found.width),
    )
