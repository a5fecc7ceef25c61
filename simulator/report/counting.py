"""What can be counted: the table of figures in a report."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from simulator.kernel.trace import Json
from simulator.report.sentences import outcomes
from simulator.report.story import Posted, Story, Truth

_MINUTE_MS = 60_000
_LEGS = ("request", "answer")
_WHYS = {"loss": "by chance", "cut": "while the Wi-Fi was gone"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table of figures."""

    name: str
    value: str
    note: str = ""


def figures(story: Story, summary: Json) -> list[Figure]:
    """What can be counted."""
    return [*_of_the_student(story), *_of_the_network(story), *_of_the_run(story, summary)]


def _of_the_student(story: Story) -> Iterator[Figure]:
    late = sum(posted.arrived_at - posted.at > _MINUTE_MS for posted in story.posted)
    yield Figure("reminders to drink", f"{len(story.reminders)}", outcomes(story.reminders))
    yield Figure("break prompts", f"{len(story.prompts)}", outcomes(story.prompts))
    focus = sum(phase.look == "pomodoro_focus" for phase in story.phases)
    yield Figure("Pomodoro focus phases", f"{focus}")
    if story.talk:
        told = sum(mark.look == "told_to" for mark in story.talk)
        yield Figure(
            "turns of talk", f"{len(story.talk)}", f"{told} of them orders" if told else ""
        )
    yield Figure(
        "readings posted by the camera",
        f"{len(story.posted):,}",
        f"{late} of them more than a minute late" if late else "",
    )
    for score in ("focus", "stress"):
        error = _mean_error(score, story.posted, story.truth)
        if error is not None:
            yield Figure(f"posted {score} was off by", f"{error:.2f}", "on average, of 0 to 1")


def _of_the_network(story: Story) -> Iterator[Figure]:
    counts = story.counts
    lost = {leg: [counts.get(f"lost {leg} {why}", 0) for why in _WHYS] for leg in _LEGS}
    yield Figure("requests sent", f"{counts.get('request', 0):,}")
    for leg in _LEGS:
        notes = [
            f"{number:,} {note}" for number, note in zip(lost[leg], _WHYS.values(), strict=True)
        ]
        yield Figure(f"{leg}s lost", f"{sum(lost[leg]):,}", ", ".join(notes))
    yield Figure("copies made by the network", f"{counts.get('copy', 0):,}")
    yield Figure("time-outs at the client", f"{counts.get('timeout', 0):,}")
    yield Figure("requests tried again", f"{counts.get('retry', 0):,}")
    yield Figure("button presses", f"{counts.get('press', 0):,}")


def _of_the_run(story: Story, summary: Json) -> Iterator[Figure]:
    seconds = summary.get("wall_seconds")
    if isinstance(seconds, int | float) and seconds > 0:
        speed = story.until / 1000 / seconds
        yield Figure("time to simulate", f"{seconds:.1f} s", f"{speed:,.0f} times as fast as life")
    yield Figure("seed", f"{story.seed}")
    yield Figure("digest of the trace", str(summary.get("digest", "")))


def _mean_error(score: str, posted: Sequence[Posted], truth: Sequence[Truth]) -> float | None:
    """How far posted scores lay from the truth just before them, 0 to 1; None without both."""
    errors = list(_errors(score, posted, truth))
    return sum(errors) / len(errors) / 1000 if errors else None


def _errors(score: str, posted: Iterable[Posted], truth: Sequence[Truth]) -> Iterator[int]:
    readings = iter(posted)
    reading = next(readings, None)
    for true, after in pairwise(truth):
        while reading is not None and reading.at < after.at:
            if reading.at >= true.at:
                yield abs(getattr(reading, score) - getattr(true, score))
            reading = next(readings, None)
