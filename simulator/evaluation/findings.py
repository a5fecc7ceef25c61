"""All that is found in the lives of many people, as figures with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import reduce
from operator import add
from statistics import median

from simulator.evaluation import breaks, scores
from simulator.evaluation.episodes import Tally
from simulator.evaluation.intervals import Figure
from simulator.evaluation.record import Life, digest
from simulator.kernel.trace import Json


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything. ``shown_s`` is the median of the seconds from queueing a prompt to the moment in
    which the pet shows it; ``minutes`` are those in front of the camera.
    """

    estimator: str
    first_seed: int
    people: int
    sittings: int
    minutes: int
    episodes: int
    prompts: int
    shown_s: float | None
    digest: str
    agreements: tuple[scores.Agreement, ...]
    coverages: tuple[scores.Coverage, ...]
    trusts: tuple[scores.Trust, ...]
    askings: tuple[breaks.Asking, ...]
    lead: Figure
    server_points: tuple[breaks.Point, ...]
    pulse_points: tuple[breaks.Point, ...]

    def agreement(self, what: str, who: str) -> scores.Agreement:
        """The row of that name."""
        return next(one for one in self.agreements if (one.what, one.who) == (what, who))

    def asking(self, who: str) -> breaks.Asking:
        """The row of that name."""
        return next(one for one in self.askings if one.who == who)

    @property
    def worse_than_chance(self) -> tuple[str, ...]:
        """What the server does no better than chance would, as far as the intervals can tell."""
        follows = {
            what: self.agreement(what, scores.KNOWN).pearson.lies_above(
                self.agreement(what, scores.SHUFFLED).pearson
            )
            for what in scores.WHATS
        }
        asks = self.asking(breaks.SERVER).f1.lies_above(self.asking(breaks.COIN).f1)
        return tuple(
            what for what, is_better in {**follows, "prompts": asks}.items() if not is_better
        )

    @property
    def as_json(self) -> Json:
        """For programs; a figure is its value and the ends of its interval."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def find(lives: Sequence[Life]) -> Findings:
    """Compare all that was said with all that was true."""
    total: Tally = reduce(add, (breaks.of_server(life.sittings) for life in lives), Tally())
    sittings = [sitting for life in lives for sitting in life.sittings]
    shown = [asked.shown_ms / 1000 for sitting in sittings for asked in sitting.asked]
    return Findings(
        estimator=lives[0].estimator,
        first_seed=lives[0].seed,
        people=len(lives),
        sittings=len(sittings),
        minutes=total.minutes,
        episodes=total.episodes,
        prompts=total.prompts,
        shown_s=median(shown) if shown else None,
        digest=digest(lives),
        agreements=tuple(scores.agreements(lives)),
        coverages=tuple(scores.coverages(lives)),
        trusts=tuple(scores.trusts(lives)),
        askings=tuple(breaks.askings(lives)),
        lead=breaks.lead(lives),
        server_points=tuple(breaks.server_points(lives)),
        pulse_points=tuple(breaks.pulse_points(lives)),
    )


def _plain(value: object) -> object:
    if isinstance(value, Figure):
        return value.as_json
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
