"""What all parts of one student share: what the student is at, a body, a diary, whims."""

from collections.abc import Callable
from random import Random

from simulator.kernel.stage import Stage
from simulator.signals.person import Person
from simulator.signals.truth import Activity, Body

_PRESENT = frozenset({Activity.AWAKE, Activity.STUDYING, Activity.ON_BREAK})
_TRUTH_EVERY_MS, _TRUTH_ASLEEP_EVERY_MS = 60_000, 300_000
_THOUSAND = 1000


class Mind:
    """Sleeps until told otherwise."""

    def __init__(self, stage: Stage, person: Person) -> None:
        self.stage = stage
        self.user_id = person.user_id
        self.body = Body(person, stage.streams.stream(f"truth/{person.user_id}"))
        self._watch: Callable[[], None] | None = None
        self.turn_to(Activity.ASLEEP)

    def watched_by(self, watch: Callable[[], None] | None) -> None:
        """Call this before anything that the body does not give back: its time only goes on."""
        self._watch = watch

    def turn_to(self, activity: Activity, pressure: float = 0.0) -> None:
        """Be at something else from now on, under so much pressure (0..1)."""
        self._let_watch()
        self.activity = activity
        self.body.turn_to(activity, self.stage.now, pressure)

    @property
    def is_present(self) -> bool:
        """Whether the student sees the pet, and can reach it."""
        return self.activity in _PRESENT

    def chance(self, what: str) -> Random:
        """A stream of chance for one purpose. Each call begins it anew."""
        return self.stage.streams.stream(f"student/{self.user_id}/{what}")

    def does(self, what: str, **facts: str | int) -> None:
        """Write down what the student does."""
        self.stage.trace.note("student", who=self.user_id, does=what, **facts)

    async def be(self) -> None:
        """Write down how the student is, every minute; every five minutes at night."""
        while True:
            self._write_truth()
            asleep = self.activity is Activity.ASLEEP
            await self.stage.sleep(_TRUTH_ASLEEP_EVERY_MS if asleep else _TRUTH_EVERY_MS)

    def _let_watch(self) -> None:
        if self._watch is not None:
            self._watch()

    def _write_truth(self) -> None:
        self._let_watch()
        truth = self.body.truth(self.stage.now)
        self.stage.trace.note(
            "truth",
            who=self.user_id,
            activity=self.activity.value,
            focus=round(truth.focus * _THOUSAND),
            stress=round(truth.stress * _THOUSAND),
        )
