"""What one world comes to: small enough that thousands fit into a file, or travel over a network.

The same world comes to the same verdict on every machine, but for the time that it took.
"""

import os
from collections.abc import Mapping

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.crew import Failure
from simulator.kernel.stopwatch import Stopwatch
from simulator.kernel.values import Several, Value
from simulator.settling import midnight
from simulator.sweep.gauges import Gauges
from simulator.sweep.plan import Ticket, world_of
from simulator.sweep.spread import Spread, spread_of
from simulator.world import Outcome, World, run

_TOLD_MAX, _WORDS_MAX = 3, 400
_DAY_MS = 86_400_000


class Broken(Value):
    """An objection: whose, when (milliseconds since the world began), and in which words."""

    judge: str
    at: int
    words: str


class Verdict(Value):
    """One world's. What is counted in the trace stands under the names that it has there."""

    seed: int
    """With the preset of the sweep it is the world's name."""
    failure: str = ""
    """Why there is no more to say, if nobody could live through it."""
    story: str = ""
    """What it was, in a few words."""
    digest: str = ""
    """Of its trace."""
    cases: Mapping[str, int] = {}
    """How often each judge could judge."""
    objections: Mapping[str, int] = {}
    """How often those objected who did."""
    broken: Several[Broken] = ()
    """The first objection of the first of them."""
    faults: Mapping[str, int] = {}
    """What went wrong, by kind."""
    marks: Mapping[str, int] = {}
    """Rare branches of the server that were reached."""
    requests: int = 0
    """All that were sent."""
    requests_a_day: int = 0
    """Of one student on one day."""
    late: Spread = Spread()
    """Reminders on the screen, after they were due."""
    delays: Spread = Spread()
    """Break prompts on the screen, after they were due."""
    unseen: int = 0
    """Reminders and prompts of which the server told, and that no screen showed."""
    settle_ms: int | None = None
    """How long after it had healed something still went wrong; None if it does not heal."""
    sim_ms: int = 0
    """Its own time, in milliseconds."""
    wall_ms: int = 0
    """Ours."""

    @property
    def is_good(self) -> bool:
        """Whether it came to its end and no judge objects."""
        return not (self.failure or self.objections)


def judged(ticket: Ticket) -> Verdict:
    """Live through the world of ``ticket``. Nothing is left of it but this."""
    world, watch = world_of(ticket), Stopwatch()
    gauges = Gauges(TzdataZones(), midnight(world.scenario))
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 -- no file of ours
        outcome = run(world, nowhere, listeners=(gauges.see,))
    gauges.conclude(outcome.sim_ms)
    return _verdict(world, outcome, gauges).model_copy(
        update={"wall_ms": round(watch.seconds * 1000)}
    )


def unlived(ticket: Ticket, failure: Failure) -> Verdict:
    """That of a world that raised, or whose process died."""
    return Verdict(seed=ticket.seed, failure=failure.words[:_WORDS_MAX])


def _verdict(world: World, outcome: Outcome, gauges: Gauges) -> Verdict:
    judges, counts = outcome.court.judges, outcome.counts
    days = outcome.sim_ms / _DAY_MS
    return Verdict(
        seed=world.seed,
        story=_story(world),
        digest=outcome.digest,
        cases={judge.name: judge.cases for judge in judges},
        objections={judge.name: len(judge.objections) for judge in judges if judge.objections},
        broken=_broken(outcome),
        faults=_named("fault ", counts),
        marks=_named("mark ", counts),
        requests=counts["request"],
        requests_a_day=round(counts["request"] / world.pets / max(days, 1 / 24)),
        late=spread_of(gauges.late),
        delays=spread_of(gauges.delays),
        unseen=gauges.unseen,
        settle_ms=gauges.settle_ms,
        sim_ms=outcome.sim_ms,
    )


def _story(world: World) -> str:
    """What it is, in a few words."""
    scenario, faults = world.scenario, world.faults.calendar
    parts = (
        scenario.title,
        f"{world.pets} pets" * (world.pets > 1),
        "talkative" * world.talkative,
        "metrics" * world.metrics,
        "fixed polling" * (scenario.device.polling == "fixed"),
        faults.day * (faults.day != "own"),
        "journey" * faults.journey,
    )
    return ", ".join(filter(None, parts))


def _broken(outcome: Outcome) -> tuple[Broken, ...]:
    """The first objection of each judge who has one, the earliest first, and of few of them."""
    firsts = [
        Broken(judge=judge.name, at=each.at, words=each.words[:_WORDS_MAX])
        for judge in outcome.court.judges
        for each in judge.objections[:1]
    ]
    return tuple(sorted(firsts, key=lambda first: first.at)[:_TOLD_MAX])


def _named(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    found = {name.removeprefix(prefix): n for name, n in counts.items() if name.startswith(prefix)}
    return dict(sorted(found.items()))
