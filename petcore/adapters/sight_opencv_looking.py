"""One face through the frames of one camera: what each of them shows.

The parts stand in files of their own; here is what each of them is given, and when all of them
begin anew. Everything they remember is bounded, and no picture is kept longer than until the next.
"""

from petcore.adapters.sight_opencv_breathing import Breathing
from petcore.adapters.sight_opencv_drawing import Sign, draw
from petcore.adapters.sight_opencv_face import Area, Finder, Follower
from petcore.adapters.sight_opencv_motion import Motion
from petcore.adapters.sight_opencv_picture import Pixels, decoded, encoded, gray, reduced
from petcore.adapters.sight_opencv_presence import Presence
from petcore.adapters.sight_opencv_pulse import Pulse
from petcore.adapters.sight_opencv_skin import Skin
from petcore.adapters.sight_opencv_wave import Wave
from petcore.ports.camera import Frame
from petcore.ports.sight import Box, Caption, Reading, Seen, SightState

LOOKS_EVERY = 10
"""After how many frames a face is looked for again where it was."""

_COLOURS_SIDE, _GRAY_SIDE = 640, 320
"""Pixels at most on the longer side of what is looked at."""


class Looker:
    """Looks at frames, one after the other. Without ``draws`` the pictures are the frames as they
    came.
    """

    def __init__(self, looks_every: int = LOOKS_EVERY, *, draws: bool = True) -> None:
        self._finder = Finder()
        self._looks_every = looks_every
        self._draws = draws
        self._at_ms = 0
        self._shape: tuple[int, ...] = ()
        self._one = _Watch(self._finder, looks_every)

    def look(self, frame: Frame, caption: Caption) -> Seen:
        """What the frame shows. Raises ``BadFrame``."""
        picture = decoded(frame.jpeg)
        if frame.at_ms < self._at_ms or picture.shape != self._shape:
            self._one = _Watch(self._finder, self._looks_every)
        self._at_ms, self._shape = frame.at_ms, picture.shape
        colours, scale = reduced(picture, _COLOURS_SIDE)
        readings = self._one.take(colours, frame.at_ms, shows=self._draws)
        height, width = picture.shape[:2]
        face = self._one.face(scale, width, height)
        state = self._one.state(frame.at_ms)
        shown = frame.jpeg
        if self._draws:
            words = self._one.words(frame.at_ms)
            draw(picture, Sign(state, words, face, self._one.wave.points(frame.at_ms), caption))
            shown = encoded(picture)
        return Seen(shown, width, height, face, state, readings)


class _Watch:
    """What is known of whoever is before the camera, since time last went back or the pictures
    changed their size.
    """

    def __init__(self, finder: Finder, looks_every: int) -> None:
        self._follower = Follower(finder, looks_every)
        self._scale = 1.0
        self._presence = Presence()
        self._motion = Motion()
        self._skin = Skin()
        self._pulse = Pulse()
        self._breathing = Breathing()
        self.wave = Wave()

    def take(self, colours: Pixels, at_ms: int, *, shows: bool) -> tuple[Reading, ...]:
        """What the picture of an instant brings."""
        grays, self._scale = reduced(gray(colours), _GRAY_SIDE)
        was_there = self._follower.face is not None
        is_found = self._follower.follow(grays, at_ms)
        if is_found is not None:
            self._presence.look(at_ms, is_found=is_found)
        face = self._follower.face
        if face is not None:
            self._follow(grays, face, at_ms)
        if was_there and self._follower.face is None:
            self._begin()
        readings = [self._presence.reading(at_ms)]
        if self._follower.is_sure:
            self._measure(colours, at_ms, is_look=bool(is_found), shows=shows)
            parts = (self._motion, self._pulse, self._breathing)
            readings += [part.reading(at_ms) for part in parts]
        return tuple(reading for reading in readings if reading is not None)

    def face(self, scale: float, width: int, height: int) -> Box | None:
        """Its box in a picture of which the colours were ``scale`` as large."""
        if self._follower.face is None:
            return None
        area = self._follower.face.scaled(1 / (scale * self._scale))
        left, right = (_within(width, area.left + each) for each in (0, area.width))
        top, bottom = (_within(height, area.top + each) for each in (0, area.width))
        return Box(left, top, right - left, bottom - top)

    def state(self, at_ms: int) -> SightState:
        """Of whoever is there."""
        if self._follower.face is None:
            return "no_face"
        return "measuring" if self._pulse.bpm(at_ms) is None else "measured"

    def words(self, at_ms: int) -> str:
        """The same for people."""
        if self._follower.face is None:
            return "no face"
        bpm = self._pulse.bpm(at_ms)
        return f"measuring {self._pulse.span_s:.0f} s" if bpm is None else f"{bpm:.0f} bpm"

    def _begin(self) -> None:
        for part in (self._motion, self._skin, self._pulse, self._breathing, self.wave):
            part.begin()

    def _follow(self, grays: Pixels, face: Area, at_ms: int) -> None:
        """Move the box with the face."""
        step = self._motion.step(grays, face, at_ms)
        if step is not None:
            self._follower.move(grays, step.aside * face.width, step.down * face.width)
            self._breathing.moved(step)

    def _measure(self, colours: Pixels, at_ms: int, *, is_look: bool, shows: bool) -> None:
        """The colour of the face, if it can be seen."""
        if self._follower.face is None:
            raise AssertionError("whoever measures has found a face")
        area = self._follower.face.scaled(1 / self._scale)
        colour = self._skin.colour(colours, area, is_look=is_look)
        if colour is None:
            return
        self._pulse.take(at_ms, colour)
        self._breathing.take(at_ms, colour)
        if shows:
            self.wave.take(at_ms, colour)


def _within(side: int, place: float) -> int:
    return min(max(round(place), 0), side)
