"""What all worlds of a sweep come to together, whoever lived through them and in what order."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

import orjson

from petcore.marks import MARKS
from simulator.kernel.trace import Json
from simulator.sweep.plan import Ticket
from simulator.sweep.spread import Spread, spread_of, together
from simulator.sweep.verdict import Verdict

_WORST, _SOREST = 5, 3


class Effort(NamedTuple):
    """What a sweep took of our time: so many seconds of so many processes."""

    processes: int
    seconds: float


@dataclass(frozen=True)
class Findings:
    """``lived`` are the worlds of the plan that there is a verdict on, in the plan's order."""

    planned: int
    lived: Sequence[tuple[Ticket, Verdict]]

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All of them."""
        return tuple(verdict for _, verdict in self.lived)

    @property
    def digest(self) -> str:
        """The same on all machines: what it is made of holds no time of ours."""
        texts = (orjson.dumps(_timeless(verdict)) for verdict in self.verdicts)
        return sha256(b"\n".join(texts)).hexdigest()

    @property
    def broken(self) -> tuple[tuple[Ticket, Verdict], ...]:
        """The worlds of which somebody complains."""
        return tuple((ticket, verdict) for ticket, verdict in self.lived if not verdict.is_good)

    @cached_property
    def cases(self) -> Counter[str]:
        """How often each judge could judge; 0 if there was one who could not."""
        return _sum(verdict.cases for verdict in self.verdicts)

    @cached_property
    def objections(self) -> Counter[str]:
        """How often each of them objected."""
        return _sum(verdict.objections for verdict in self.verdicts)

    @property
    def idle(self) -> tuple[str, ...]:
        """Judges who never had a case."""
        return tuple(name for name, count in self.cases.items() if not count)

    @cached_property
    def faults(self) -> Counter[str]:
        """What went wrong, by kind."""
        return _sum(verdict.faults for verdict in self.verdicts)

    @cached_property
    def marks(self) -> Counter[str]:
        """How often each rare branch was reached; 0 if it never was."""
        found = _sum(verdict.marks for verdict in self.verdicts)
        return Counter({name: found[name] for name in (*MARKS, *sorted({*found} - {*MARKS}))})

    @property
    def spreads(self) -> Mapping[str, Spread]:
        """What is told in durations."""
        settled = [one.settle_ms for one in self.verdicts if one.settle_ms is not None]
        return {
            _LATE: together(verdict.late for verdict in self.verdicts),
            _DELAY: together(verdict.delays for verdict in self.verdicts),
            _SETTLE: spread_of(settled),
            _WALL: spread_of(one.wall_ms for one in self.verdicts if one.wall_ms),
        }

    @property
    def worst(self) -> Mapping[str, Sequence[tuple[Ticket, int]]]:
        """Where to look first: the worlds with the longest durations, by the names of spreads."""
        return {name: self._most(_LONGEST[name]) for name in self.spreads}

    def _most(self, value: Callable[[Verdict], int]) -> list[tuple[Ticket, int]]:
        values = [(ticket, value(verdict)) for ticket, verdict in self.lived]
        found = sorted(values, key=lambda pair: -pair[1])[:_WORST]
        return [(ticket, value) for ticket, value in found if value > 0]

    @property
    def sim_ms(self) -> int:
        """All their time, in milliseconds."""
        return sum(verdict.sim_ms for verdict in self.verdicts)

    @property
    def work_ms(self) -> int:
        """All the time of ours that they took, one after another, in milliseconds."""
        return sum(verdict.wall_ms for verdict in self.verdicts)

    @property
    def violations(self) -> int:
        """All objections, and worlds that nobody could live through."""
        return self.objections.total() + sum(bool(one.failure) for one in self.verdicts)

    @property
    def sorest(self) -> Sequence[tuple[Ticket, Verdict]]:
        """The three worst worlds: those that broke off, those with the most objections, those with
        the latest reminders.
        """
        return sorted(
            self.lived,
            key=lambda pair: (
                not pair[1].failure,
                -sum(pair[1].objections.values()),
                -pair[1].late.longest,
            ),
        )[:_SOREST]

    @property
    def requests(self) -> int:
        """All that were sent."""
        return sum(verdict.requests for verdict in self.verdicts)

    @property
    def as_json(self) -> Json:
        """What programs read."""
        return {
            "planned": self.planned,
            "worlds": len(self.lived),
            "is_good": not self.broken,
            "digest": self.digest,
            "sim_seconds": self.sim_ms // 1000,
            "work_seconds": round(self.work_ms / 1000, 1),
            "requests": self.requests,
            "requests_a_day": _middle([verdict.requests_a_day for verdict in self.verdicts]),
            "unseen": sum(verdict.unseen for verdict in self.verdicts),
            "violations": self.violations,
            "cases": dict(self.cases),
            "judges": [
                {"name": name, "cases": cases, "objections": self.objections[name]}
                for name, cases in self.cases.items()
            ],
            "faults": dict(self.faults.most_common()),
            "marks": dict(self.marks),
            "distributions_ms": {name: _facts(spread) for name, spread in self.spreads.items()},
            "broken": [_complaint(ticket, verdict) for ticket, verdict in self.broken],
            "worst": {
                name: [{"again": ticket.again, "ms": ms} for ticket, ms in worlds]
                for name, worlds in self.worst.items()
            },
        }


def findings_of(tickets: Sequence[Ticket], verdicts: Mapping[int, Verdict]) -> Findings:
    """The findings on ``tickets``, of those verdicts (by seed) that belong to them."""
    lived = [(one, verdicts[one.seed]) for one in tickets if one.seed in verdicts]
    return Findings(len(tickets), lived)


_LATE, _DELAY, _SETTLE, _WALL = (
    *("reminder late by", "break prompt late by"),
    *("settled after", "lived through in"),
)
_LONGEST: Mapping[str, Callable[[Verdict], int]] = {
    _LATE: lambda verdict: verdict.late.longest,
    _DELAY: lambda verdict: verdict.delays.longest,
    _SETTLE: lambda verdict: verdict.settle_ms or 0,
    _WALL: lambda verdict: verdict.wall_ms,
}


def _timeless(verdict: Verdict) -> Json:
    return verdict.model_dump(mode="json", exclude={"wall_ms"})


def _sum(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """All of them, by name; a name that was never counted above 0 stays."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total


def _facts(spread: Spread) -> Json:
    return {
        "count": spread.total,
        "half_within": spread.within(500),
        "99_percent_within": spread.within(990),
        "longest": spread.longest,
        "steps": dict(spread.columns),
    }


def _complaint(ticket: Ticket, verdict: Verdict) -> Json:
    return {
        "world": ticket.name,
        "story": verdict.story,
        "again": ticket.again,
        "failure": verdict.failure,
        "objections": dict(verdict.objections),
        "first": [broken.model_dump() for broken in verdict.broken],
    }


def _middle(values: Sequence[int]) -> int | None:
    """The median, the lower one of two."""
    return sorted(values)[(len(values) - 1) // 2] if values else None
