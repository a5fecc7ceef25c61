"""The rows of the timeline: what is drawn, in which order, for the page and the picture alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from petcore.settings import default_settings
from simulator.report.looks import LOOKS, look_of
from simulator.report.story import Mark, Span, Stay, Story

_MINUTE_MS = 60_000
_LABEL_LETTERS = 12
_LOSSES_MAX = 1000
_GAP_MS = 5 * _MINUTE_MS
"""Truth is told about once a minute; a line does not go on over a gap as long as this."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a curve is at an instant: thousandths, None where it is interrupted."""

    at: int
    value: int | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of one look: joined by a line or not."""

    look: str
    points: Sequence[Point]
    is_line: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One strip of the timeline. All share one axis of time."""

    title: str
    height: int
    """In pixels of the page."""
    spans: Sequence[Span] = ()
    marks: Sequence[Mark] = ()
    curves: Sequence[Curve] = ()
    level: int | None = None
    """A line to compare the curves with, in thousandths."""
    is_labelled: bool = True
    """Whether spans bear their words."""

    @property
    def key(self) -> list[str]:
        """The looks that need explaining, in the order of the table of looks."""
        used = {span.look for span in self.spans} | {mark.look for mark in self.marks}
        used |= {curve.look for curve in self.curves}
        known = [look for look in LOOKS if look in used or (look == "high" and self.level)]
        return known + sorted(used - set(LOOKS))


def rows_of(story: Story) -> tuple[Row, ...]:
    """The timeline of ``story``, from top to bottom."""
    high = round(default_settings().high_stress_threshold * 1000)
    talk = (Row("Talk with the pet", 30, marks=story.talk),) if story.talk else ()
    return (
        Row(f"{story.name}'s day", 40, tuple(_named(story.activities))),
        Row("Stress", 120, curves=_curves(story, "stress"), level=high),
        Row("Focus", 120, curves=_curves(story, "focus")),
        Row("Study sessions", 42, story.sessions),
        Row("Pomodoros on the pet", 26, story.phases, is_labelled=False),
        Row("Break prompts and wishes", 30, marks=_asked(story)),
        *talk,
        Row("Reminders to drink", 34, story.windows, story.reminders, is_labelled=False),
        Row("The pet's screen", 26, tuple(map(_seen, story.stays)), is_labelled=False),
        Row("Network and power", 34, tuple(_named(story.outages)), _mishaps(story)),
    )


def label_of(span: Span) -> list[str]:
    """The lines of words that a bar bears, if there is room."""
    return wrap(span.words, _LABEL_LETTERS, max_lines=2, placeholder=" …")


def screen_look(stay: Stay) -> str:
    """The look of what the screen shows: of the screen, or that it is dark or offline."""
    screen, _, _, is_offline = stay.scene
    if not screen:
        return "dark"
    return "offline" if is_offline else screen


def _named(spans: Sequence[Span]) -> Iterator[Span]:
    return (Span(span.start, span.end, span.look, look_of(span.look).words) for span in spans)


def _seen(stay: Stay) -> Span:
    look = screen_look(stay)
    return Span(stay.start, stay.end, look, look_of(look).words)


def _mishaps(story: Story) -> list[Mark]:
    """Reboots; and lost messages, unless they are too many to be told apart."""
    losses = [mark for mark in story.mishaps if mark.look == "lost"]
    others = [mark for mark in story.mishaps if mark.look != "lost"]
    return [*losses, *others] if len(losses) <= _LOSSES_MAX else others


def _asked(story: Story) -> list[Mark]:
    return sorted([*story.prompts, *story.wishes], key=lambda mark: mark.at)


def _curves(story: Story, score: str) -> tuple[Curve, ...]:
    sure_from = round(default_settings().high_stress_confidence * 1000)
    posted = [(reading, Point(reading.at, getattr(reading, score))) for reading in story.posted]
    sure = [point for reading, point in posted if reading.confidence >= sure_from]
    unsure = [point for reading, point in posted if reading.confidence < sure_from]
    truth = [Point(truth.at, getattr(truth, score)) for truth in story.truth]
    curves = (
        Curve(f"true_{score}", list(_interrupted(truth)), is_line=True),
        Curve(f"posted_{score}", sure, is_line=False),
        Curve(f"unsure_{score}", unsure, is_line=False),
    )
    return tuple(curve for curve in curves if curve.points)


def _interrupted(points: Sequence[Point]) -> Iterator[Point]:
    """The points, and a hole wherever two are too far apart to be joined."""
    last: Point | None = None
    for point in points:
        if last is not None and point.at - last.at > _GAP_MS:
            yield Point(last.at + 1, None)
        yield point
        last = point
