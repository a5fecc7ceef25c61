"""Pictures of a face at any instant, faster than any camera."""

import cv2
import numpy as np
from numpy.random import PCG64, Generator

from simulator.face.photo import Light, Pixels, scene
from simulator.face.rhythm import Moment, Rhythm
from simulator.face.vital import Vital, Vitals

_SWAY, _BREATH_SWAY = 0.006, 0.003
"""How far a head moves, and rises with each breath: part of the picture's width. Our choice."""
_BREATH_BEAT, _LIGHT = 0.35, 0.02
"""How much of what the pulse does to the skin breathing does, too, and by which part the light
comes and goes. Our choice."""
_NOISE_TILES = 1.5
"""How many times as wide and high as a picture the noise is that it is cut from."""
_MS = 1000.0


class FaceVideo:
    """A video of somebody who is as ``vitals`` says. The same arguments and the same instants give
    the same pictures.

    ``width`` and ``height`` are pixels. ``amp`` is by which part the pulse changes the green of
    the skin: 0.003 is faint, 0.006 usual, 0 a photograph. ``noise`` is what a camera adds to each
    pixel: a standard deviation, of 255.
    """

    def __init__(
        self,
        vitals: Vitals,
        *,
        width: int = 320,
        height: int = 240,
        seed: int = 1,
        amp: float = 0.006,
        noise: float = 3.0,
    ) -> None:
        self.width, self.height = width, height
        self._vitals, self._amp = vitals, amp
        self._scene = scene(width, height)
        self._rhythm = Rhythm.of(seed)
        self._chance = Generator(PCG64(seed + 1))
        self._noise = _noise(self._chance, width, height, noise)
        self._at_ms: int | None = None

    def frame(self, at_ms: int) -> Pixels:
        """The picture at an instant in milliseconds, in blue, green and red. Raises ``ValueError``
        for one before the last.
        """
        vital = self._vitals(at_ms)
        moment = self._rhythm.step(self._passed_s(at_ms), vital)
        steady = self._somebody(moment) if vital.is_there else self._nobody(moment)
        return self._noisy(steady)

    def jpeg(self, at_ms: int, quality: int = 85) -> bytes:
        """The same as JPEG; ``quality`` is 1..100."""
        is_done, coded = cv2.imencode(
            ".jpg", self.frame(at_ms), [cv2.IMWRITE_JPEG_QUALITY, quality]
        )
        if not is_done:
            raise ValueError("the picture cannot be coded")
        return coded.tobytes()

    def _passed_s(self, at_ms: int) -> float:
        passed = 0 if self._at_ms is None else at_ms - self._at_ms
        if passed < 0:
            raise ValueError(f"{at_ms} ms is before {self._at_ms} ms, which is over")
        self._at_ms = at_ms
        return passed / _MS

    def _somebody(self, moment: Moment) -> Light:
        light = 1 + _LIGHT * moment.light
        beat = self._amp * (moment.pulse + _BREATH_BEAT * moment.breath)
        lit = cv2.addWeighted(self._scene.somebody, light, self._scene.skin, light * beat, 0)
        aside = _SWAY * self.width * moment.aside
        down = self.width * (_SWAY * moment.down - _BREATH_SWAY * moment.breath)
        margin = self._scene.margin
        shift = np.array([[1, 0, aside - margin], [0, 1, down - margin]], np.float32)
        seen = cv2.warpAffine(lit, shift, (self.width, self.height))
        return seen.astype(np.float32, copy=False)

    def _nobody(self, moment: Moment) -> Light:
        margin = self._scene.margin
        room = self._scene.nobody[margin : margin + self.height, margin : margin + self.width]
        return room * np.float32(1 + _LIGHT * moment.light)

    def _noisy(self, steady: Light) -> Pixels:
        rows, columns = self._noise.shape[:2]
        top = int(self._chance.integers(rows - self.height))
        left = int(self._chance.integers(columns - self.width))
        noise = self._noise[top : top + self.height, left : left + self.width]
        # Rounded and held within 0..255 by OpenCV, in one go.
        return cv2.add(steady, noise, dtype=cv2.CV_8U).astype(np.uint8, copy=False)


def steady(
    bpm: float = 72.0,
    breaths_min: float = 14.0,
    *,
    width: int = 320,
    height: int = 240,
    seed: int = 1,
    amp: float = 0.006,
    noise: float = 3.0,
) -> FaceVideo:
    """Somebody whose heart always beats ``bpm`` times a minute, give or take a beat."""
    vital = Vital(bpm, breaths_min)
    return FaceVideo(lambda _: vital, width=width, height=height, seed=seed, amp=amp, noise=noise)


def _noise(chance: Generator, width: int, height: int, sigma: float) -> Light:
    size = (int(height * _NOISE_TILES), int(width * _NOISE_TILES), 3)
    drawn = chance.standard_normal(size, dtype=np.float32)
    return drawn * np.float32(sigma)
