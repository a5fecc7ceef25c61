"""When a break would have been due by the truth, and how prompts compare with that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.evaluation.record import Minute

HIGH = 0.75
"""From which true stress on a person is under high stress: the rule's threshold on its scores."""
LONG_MIN = 10
"""For how many minutes without a break it must be so."""
LATE_MIN = 5
"""How long after its end a prompt still belongs to an episode: what is measured is smoothed."""


@dataclass(frozen=True, slots=True)
class Episode:
    """High stress in truth, from minute ``first`` of a session to minute ``last``."""

    first: int
    last: int

    def holds(self, at: int) -> bool:
        """Whether a prompt at that minute is right by it."""
        return self.first <= at <= self.last + LATE_MIN


@dataclass(frozen=True, slots=True)
class Tally:
    """What the prompts of one or several sessions came to.

    ``delays`` are the minutes from when an episode had lasted ``LONG_MIN`` to the first prompt in
    it; ``wrongly`` is the mean true stress in the ten minutes before each wrong prompt.
    """

    prompts: int = 0
    right: int = 0
    episodes: int = 0
    met: int = 0
    minutes: int = 0
    calm_minutes: int = 0
    delays: tuple[int, ...] = ()
    wrongly: tuple[float, ...] = ()

    @property
    def wrong(self) -> int:
        """Prompts that nothing true called for."""
        return self.prompts - self.right

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.prompts + other.prompts,
            self.right + other.right,
            self.episodes + other.episodes,
            self.met + other.met,
            self.minutes + other.minutes,
            self.calm_minutes + other.calm_minutes,
            self.delays + other.delays,
            self.wrongly + other.wrongly,
        )


def episodes(minutes: Sequence[Minute]) -> list[Episode]:
    """All of a session, in order."""
    runs = list(_runs(minutes))
    return [Episode(*run) for run in runs if run[1] - run[0] >= LONG_MIN]


def tally(minutes: Sequence[Minute], prompts: Sequence[int]) -> Tally:
    """Compare the prompts of a session with its episodes."""
    due = episodes(minutes)
    wrong = [at for at in prompts if not any(one.holds(at) for one in due)]
    met = [(one, asked[0]) for one in due if (asked := [at for at in prompts if one.holds(at)])]
    return Tally(
        prompts=len(prompts),
        right=len(prompts) - len(wrong),
        episodes=len(due),
        met=len(met),
        minutes=len(minutes),
        calm_minutes=sum(not any(one.holds(minute.at) for one in due) for minute in minutes),
        delays=tuple(at - (one.first + LONG_MIN) for one, at in met),
        wrongly=tuple(_stress_before(minutes, at) for at in wrong),
    )


def _runs(minutes: Sequence[Minute]) -> Iterator[tuple[int, int]]:
    """First and last of minutes that follow one another under high stress."""
    first = last = None
    for minute in minutes:
        is_high = minute.stress >= HIGH
        if first is not None and last is not None and (not is_high or minute.at != last + 1):
            yield first, last
            first = None
        if is_high:
            first = minute.at if first is None else first
            last = minute.at
    if first is not None and last is not None:
        yield first, last


def _stress_before(minutes: Sequence[Minute], at: int) -> float:
    before = [minute.stress for minute in minutes if at - LONG_MIN <= minute.at <= at]
    return sum(before) / len(before)
