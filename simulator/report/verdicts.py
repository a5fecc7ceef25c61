"""What the judges said, out of a summary: who they are and whether promises were kept."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.kernel.trace import Json, number, words
from simulator.report.wall import Wall

_SHOWN_MAX = 5


@dataclass(frozen=True, slots=True)
class Objection:
    """When a promise was broken, on the clock at home, and how."""

    clock: str
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judge's. ``more`` is how many objections are not listed."""

    promise: str
    cases: int
    objections: tuple[Objection, ...]
    more: int

    @property
    def word(self) -> str:
        """Kept, broken, or nothing to judge: who saw no case has not acquitted."""
        if self.objections:
            return "broken"
        return "kept" if self.cases else "no case"


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts together."""

    verdicts: tuple[Verdict, ...]

    @property
    def is_good(self) -> bool:
        """Whether every judge saw something and none objects."""
        return bool(self.verdicts) and all(verdict.word == "kept" for verdict in self.verdicts)

    @property
    def words(self) -> str:
        """The judgement in a sentence."""
        if self.is_good:
            cases = sum(verdict.cases for verdict in self.verdicts)
            return (
                f"Every promise was kept: {len(self.verdicts)} judges looked at {cases:,} cases "
                "and none objects."
            )
        return " ".join(_complaints(self.verdicts))


def judgement(summary: Json, wall: Wall) -> Judgement:
    """The judgement in ``summary``."""
    judges = summary.get("judges")
    listed = judges if isinstance(judges, list) else []
    return Judgement(tuple(_verdict(judge, wall) for judge in listed))


def _verdict(judge: Json, wall: Wall) -> Verdict:
    objections = judge["objections"]
    listed = objections if isinstance(objections, list) else []
    return Verdict(
        words(judge, "name"),
        number(judge, "cases"),
        tuple(
            Objection(wall.clock(number(objection, "at_ms")), words(objection, "words"))
            for objection in listed[:_SHOWN_MAX]
        ),
        max(0, len(listed) - _SHOWN_MAX),
    )


def _complaints(verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    broken = [verdict.promise for verdict in verdicts if verdict.word == "broken"]
    blind = [verdict.promise for verdict in verdicts if verdict.word == "no case"]
    if not verdicts:
        yield "No judge was there."
    if broken:
        yield f"Broken: {', '.join(broken)}."
    if blind:
        yield f"Saw nothing to judge: {', '.join(blind)}."
