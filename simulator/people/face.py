"""The face of a student, for a camera that the server itself watches.

Here: how the face is at each moment, and whether it is in the picture. Not here: the picture.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.face.vital import Vital, Vitals
from simulator.kernel.trace import Json
from simulator.people.mind import Mind
from simulator.people.postings import Posting
from simulator.signals.person import Person

_MINUTE_MS = 60_000
_NOTED_EVERY_MS = 10_000
_TENTHS = 10

_CALM, _RESTLESS = 0.6, 1.2
"""How lively the head of somebody is who is wholly absorbed, and how much more without any focus.
Our choice."""


@dataclass(frozen=True, slots=True)
class Studio:
    """A camera: the URL at which the server reaches it, and how to stand in front of it."""

    url: str
    place: Callable[[Vitals], None]


class FaceInPicture:
    """The ``Onlooker`` that posts nothing, since the server measures. The face is in the picture
    while it is switched on; the trace says now and then how it truly is.
    """

    def __init__(self, mind: Mind, person: Person, studio: Studio) -> None:
        self.sample_every_ms = _MINUTE_MS
        self.wish: Json = {"signal_source": "rppg_local", "watch": True}
        self._mind, self._person = mind, person
        self._is_on = False
        self._noted_ms = -_NOTED_EVERY_MS
        studio.place(self.vital)

    def begin_session(self) -> None:
        """There is nothing to forget."""

    def switch_on(self) -> None:
        """Sit down in front of the camera."""
        self._is_on = True

    def switch_off(self) -> None:
        """Go away."""
        self._is_on = False

    def posting(self) -> Posting | None:
        """Nothing."""

    def vital(self, at_ms: int) -> Vital:
        """How the face is at this moment, which is now."""
        truth, person = self._mind.body.truth(at_ms), self._person
        vital = Vital(
            bpm=person.resting_pulse_bpm + person.pulse_rise_bpm * truth.stress,
            breaths_min=person.resting_breaths_min + person.breaths_rise * truth.stress,
            is_there=self._is_on,
            motion=_CALM + _RESTLESS * (1 - truth.focus),
        )
        if at_ms >= self._noted_ms + _NOTED_EVERY_MS:
            self._noted_ms = at_ms
            self._note(vital)
        return vital

    def _note(self, vital: Vital) -> None:
        self._mind.stage.trace.note(
            "face",
            who=self._mind.user_id,
            is_there=vital.is_there,
            bpm=round(vital.bpm * _TENTHS),
            breaths=round(vital.breaths_min * _TENTHS),
        )
