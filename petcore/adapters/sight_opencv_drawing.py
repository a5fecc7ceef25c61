"""What people see: the picture with the box of the face, the pulse wave, scores and state on it.

Everything is drawn twice, dark and wide below light and narrow, so that it can be read on any
picture. Here: lines and letters. Not here: what they say is true.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from petcore.adapters.sight_opencv_picture import Pixels
from petcore.adapters.sight_opencv_wave import Points
from petcore.ports.sight import Box, Caption, SightState

_Colour = tuple[int, int, int]

_DARK: _Colour = (20, 20, 20)
_LIGHT: _Colour = (245, 245, 245)
_OF_STATE: dict[SightState, _Colour] = {
    "no_face": (200, 200, 200),
    "measuring": (80, 200, 255),
    "measured": (120, 240, 120),
}
"""Blue, green, red: gray, amber, green."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LINES = 18.0
"""Of text that would fit into the height of a picture."""
_LETTERS = 28.0
"""That would fit into its width."""
_FONT_HIGH = 32.0  # pixels from line to line at scale 1
_FONT_WIDE = 20.0
_LEFT = 12.0
_SMALLEST = 0.3
_WAVE_FROM, _WAVE_HIGH = 0.90, 0.07
"""The middle of the wave, and how high it goes, in heights of the picture."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What is to be drawn. ``state`` in ``words`` is for people: "72 bpm", say."""

    state: SightState
    words: str
    face: Box | None
    wave: Points
    caption: Caption


def draw(picture: Pixels, sign: Sign) -> None:
    """All of it, onto ``picture``."""
    height, width = picture.shape[:2]
    scale = max(_SMALLEST, min(height / _LINES / _FONT_HIGH, width / _LETTERS / _FONT_WIDE))
    colour = _OF_STATE[sign.state]
    thick = max(1, round(scale * 2))
    if sign.face is not None:
        face = sign.face
        corners = (face.left, face.top), (face.left + face.width, face.top + face.height)
        cv2.rectangle(picture, *corners, _DARK, thick + 2)
        cv2.rectangle(picture, *corners, colour, thick)
    _draw_wave(picture, sign.wave, colour, thick)
    line = round(scale * _FONT_HIGH)
    _write(picture, sign.words, line, scale, colour)
    _write(picture, _scores(sign.caption), 2 * line, scale, _LIGHT)


def _draw_wave(picture: Pixels, wave: Points, colour: _Colour, thick: int) -> None:
    if len(wave) < 2:  # noqa: PLR2004  ends of a line
        return
    height, width = picture.shape[:2]
    ago, high = np.array(wave).T
    across = (1 - ago) * (width - 1)
    down = (_WAVE_FROM - _WAVE_HIGH * high) * height
    points = [np.stack([across, down], axis=1).round().astype(np.int32)]
    for line, shade in ((thick + 2, _DARK), (thick, colour)):
        cv2.polylines(picture, points, isClosed=False, color=shade, thickness=line)


def _write(picture: Pixels, words: str, down: int, scale: float, colour: _Colour) -> None:
    place = (round(_LEFT * scale), down)
    for thick, shade in ((3, _DARK), (1, colour)):
        cv2.putText(picture, words, place, _FONT, scale, shade, round(thick * max(1, scale)))


def _scores(caption: Caption) -> str:
    focus, stress = caption.focus_score, caption.stress_score
    return f"focus {_score(focus)}  stress {_score(stress)}"


def _score(score: float | None) -> str:
    return "--" if score is None else f"{score:.2f}"
