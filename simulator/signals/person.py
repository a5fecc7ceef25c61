"""Who sits in front of the camera, and how good the camera's signal is: values of a scenario.

Every number has its unit and its source. "Our choice" means that no paper gave it to us.
"""

from random import Random
from typing import Annotated, Self

from pydantic import Field

from simulator.kernel.values import Permille, Share, Span, Value
from simulator.signals.chance import around


class Person(Value):
    """A person's body and temper. The defaults are an average healthy adult, who is called audrey.

    Norms of the heart: Nunan, Sandercock & Brodie 2010 (PACE 33:1407), as quoted by Shaffer &
    Ginsberg 2017 (Front. Public Health 5:258), measured as the Task Force 1996 (Circulation
    93:1043) demands.
    """

    user_id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-.0-~]*$")] = "audrey"
    """The ``user_id`` of the API document: up to 64 visible ASCII characters, but no ``/``.
    It is a part of other names, between slashes, and of idempotency keys."""
    resting_pulse_bpm: Annotated[float, Field(ge=45, le=90)] = 65.0
    """Beats per minute without any stress. Nunan 2010: mean NN 926 ms, which is 65."""
    pulse_rise_bpm: Annotated[float, Field(ge=0, le=40)] = 22.0
    """How many more at full stress. Kirschbaum et al. 1993 (TSST, Neuropsychobiology 28:76):
    20 to 26."""
    resting_rmssd_ms: Annotated[float, Field(ge=10, le=120)] = 42.0
    """Milliseconds of beat-to-beat variation at rest. Nunan 2010: 42, standard deviation 15."""
    rmssd_fall: Annotated[float, Field(ge=0, le=0.9)] = 0.5
    """Which part of it is gone at full stress. That it falls: Shaffer & Ginsberg 2017; how far: our
    choice."""
    resting_breaths_min: Annotated[float, Field(ge=8, le=22)] = 14.5
    """Breaths per minute at rest; 12 to 20 is the clinical norm of adults."""
    breaths_rise: Annotated[float, Field(ge=0, le=12)] = 5.0
    """How many more at full stress. That load quickens breathing: Grassmann et al. 2016 (Neural
    Plasticity 5146809); how much: our choice."""
    resting_blinks_min: Annotated[float, Field(ge=4, le=40)] = 17.0
    """Blinks per minute at rest. Bentivoglio et al. 1997 (Mov. Disord. 12:1028): 17; reading 4.5,
    talking 26."""
    focus_baseline: Share = 0.78
    """Focus (0..1) of a rested person who studies at the best hour. Our choice."""
    stress_baseline: Share = 0.2
    """Stress (0..1) when nothing presses. Our choice."""
    reactivity: Annotated[float, Field(ge=0, le=1.5)] = 1.0
    """How strongly pressure is felt, 1 on average. That people differ much: Kirschbaum 1993."""
    chronotype_shift_h: Annotated[float, Field(ge=-4, le=4)] = 0.0
    """By how many hours the body is later than average; owls are above 0. Roenneberg et al. 2003
    (J. Biol. Rhythms 18:80)."""
    recovery_half_life_min: Annotated[float, Field(ge=0.5, le=60)] = 2.5
    """In how many minutes half of the excess stress is gone. The heart recovers from the TSST
    within minutes (Kirschbaum 1993; cortisol would take an hour); the number is our choice."""
    fatigue_per_hour: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    """How much focus (0..1) an hour on task costs. Vigilance decrement: Warm, Parasuraman &
    Matthews 2008 (Human Factors 50:433); the number is our choice."""

    def sibling(self, number: int, chance: Random) -> Self:
        """The ``number``-th of a family: 1 is this person, the others have a drawn body.

        Who is drawn depends on ``chance`` alone. The spreads are our choice: two fifths of Nunan's
        for the heart, since a family of students differs less than all adults of all ages.
        """
        if number == 1:
            return self
        user_id = f"{self.user_id}-{number}"
        return self.model_validate(
            {**self.model_dump(), **_drawn(self, chance), "user_id": user_id}
        )


_SPREADS: tuple[tuple[str, float, tuple[float, float]], ...] = (
    ("resting_pulse_bpm", 5.0, (50.0, 82.0)),
    ("pulse_rise_bpm", 3.0, (14.0, 27.0)),
    ("resting_rmssd_ms", 6.0, (20.0, 80.0)),
    ("resting_breaths_min", 1.2, (10.0, 19.0)),
    ("resting_blinks_min", 3.0, (8.0, 28.0)),
    ("focus_baseline", 0.05, (0.6, 0.9)),
    ("stress_baseline", 0.04, (0.08, 0.35)),
    ("reactivity", 0.12, (0.6, 1.3)),
    ("chronotype_shift_h", 1.0, (-3.0, 3.0)),
    ("recovery_half_life_min", 0.7, (1.2, 6.0)),
    ("fatigue_per_hour", 0.03, (0.03, 0.2)),
)
"""Field, standard deviation and bounds of what is drawn, in the unit of the field."""


def _drawn(person: Person, chance: Random) -> dict[str, float]:
    return {
        field: round(around(chance, getattr(person, field), spread, bounds), 2)
        for field, spread, bounds in _SPREADS
    }


class RecordingFile(Value):
    """A recording of what a camera's SDK, or an edge agent, reported."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]
    """Where the file is."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Its digest: another file under that name is refused."""


class Camera(Value):
    """How the SDK sees through this camera, and how often the edge posts what it makes of it.

    First values, cadence and ranges are those of the SmartSpectra documentation; the rest is our
    choice.
    """

    sample_every_s: Annotated[int, Field(ge=1, le=3600)] = 60
    """Seconds from one posted sample to the next."""
    pulse_every_s: Span = (6, 16)
    """Seconds between two updates of the pulse: rates come with events, not with frames."""
    breathing_every_s: Span = (10, 20)
    """Seconds between two updates of the breathing rate."""
    hrv_every_s: Span = (50, 70)
    """Seconds between two updates of the heart rate variability."""
    pulse_first_s: Annotated[int, Field(ge=0, le=600)] = 12
    """Seconds from opening the camera to the first pulse, which is confident at once."""
    breathing_first_s: Annotated[int, Field(ge=0, le=600)] = 10
    """Seconds to the first breathing rate."""
    breathing_sure_s: Annotated[int, Field(ge=0, le=600)] = 30
    """Seconds to the first confident one."""
    hrv_first_s: Annotated[int, Field(ge=0, le=600)] = 30
    """Seconds to the first heart rate variability."""
    hrv_sure_s: Annotated[int, Field(ge=0, le=600)] = 60
    """Seconds to the first confident one."""
    gap: Permille = 40
    """Thousandths of all minutes in which a gap begins: the face is turned away, nothing comes."""
    gap_s: Span = (10, 45)
    """How long a gap is, in seconds."""
    talking: Permille = 60
    """Thousandths of all looks at the face that find it talking, at a focus of one half."""
    light: Share = 0.85
    """How well the face is lit: at 0 nothing is stable, at 1 the SDK is as sure as it can be."""
    recording: Annotated[RecordingFile | None, Field(exclude_if=lambda value: value is None)] = None
    """What was recorded, in place of all this: each study session gets it from its beginning."""
