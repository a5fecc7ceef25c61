"""Draws a sequence chart: lanes beside one another, time downwards, a line for each event.

The drawing is SVG with text that can be marked and searched, in the colour of the page's ink alone,
so that it can be printed: requests are solid lines, answers are dashed, copies dotted; what got
lost ends in a cross in the network.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from simulator.kernel.trace import Event, number
from simulator.report.sequence import Chart
from simulator.report.wall import Wall

_ROOM = Path(__file__).parent
_LANES = ("student", "pet", "phone", "edge", "network", "server", "store")
_CLOCK_PX, _LANE_PX, _ROW_PX, _HEAD_PX, _FOOT_PX, _CHAR_PX = 104, 230, 24, 44, 64, 7.3
_WIDTH_MIN_PX = 800
_LABEL_MAX, _TITLE_MAX, _SAID_LINES = 46, 600, 3
_LANES_OF_FAULTS = (
    ("store", ("store", "disk")),
    ("network", ("lost", "late", "copy", "reset", "cut", "half", "open")),
)
"""The lane of a fault, by words in its name. Others stand with whom they befall."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message on its way, in pixels. ``style`` is request, answer or copy."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str
    is_lost: bool


@dataclass(frozen=True, slots=True)
class Label:
    """Words in the chart. ``anchor`` says which end of them stands at ``x``; ``look`` is plain,
    happening or fault. ``title`` is shown when somebody points at it.
    """

    x: float
    y: float
    words: str
    look: str = "plain"
    anchor: str = "start"
    title: str = ""

    @property
    def width(self) -> float:
        """About how wide it is, in pixels."""
        return len(self.words) * _CHAR_PX + 12


@dataclass(slots=True)
class Drawing:
    """All that the template draws."""

    lanes: Sequence[tuple[str, float]]
    width: int
    height: int
    foot: float
    """Where the lanes end and what the judge said begins."""
    clocks: list[Label] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    said: list[Label] = field(default_factory=list)


@dataclass(slots=True)
class _Exchange:
    """Where a message has been seen: lane of its client, and rows."""

    lane: str
    asked: float
    is_copy: bool
    served: float | None = None
    is_over: bool = False


def svg(chart: Chart, wall: Wall) -> str:
    """The chart as an ``svg`` element."""
    environment = Environment(
        loader=FileSystemLoader(_ROOM), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    drawing = drawing_of(chart, wall)
    return environment.get_template("sequence.svg.j2").render(
        drawing=drawing, left_out=chart.left_out
    )


def drawing_of(chart: Chart, wall: Wall) -> Drawing:
    """Where everything stands."""
    return _Hand(chart, wall).draw()


class _Hand:
    def __init__(self, chart: Chart, wall: Wall) -> None:
        self._chart, self._wall = chart, wall
        there = {_lane(event) for event in chart.events} | {"network", "server"}
        others = sorted(there - {*_LANES})
        ordered = [*_LANES[:4], *others, *_LANES[4:]]
        names = [name for name in ordered if name in there]
        self._x = {name: _CLOCK_PX + _LANE_PX * (n + 0.5) for n, name in enumerate(names)}
        width = max(_WIDTH_MIN_PX, _CLOCK_PX + _LANE_PX * len(names))
        foot = _HEAD_PX + _ROW_PX * (len(chart.events) + 2)
        self._drawing = Drawing([*self._x.items()], width, foot + _FOOT_PX, foot)
        self._exchanges: dict[object, _Exchange] = {}

    def draw(self) -> Drawing:
        clock = ""
        for row, event in enumerate(self._chart.events):
            y = _HEAD_PX + _ROW_PX * (row + 1)
            before, clock = clock, _clock(self._wall, number(event, "at"))
            if clock != before:
                self._drawing.clocks.append(Label(4, y, clock))
            _DRAWN.get(str(event["kind"]), _Hand._note)(self, event, y)
        self._let_go()
        self._object()
        return self._drawing

    def _request(self, event: Event, y: float) -> None:
        is_copy, lane = "copy_of" in event, _lane(event)
        self._exchanges[event["id"]] = _Exchange("network" if is_copy else lane, y, is_copy)
        said = f"{event['method']} {event['path']} #{event['id']}"
        words = f"copy of #{event['copy_of']}: {said}" if is_copy else said
        title = "\n".join(filter(None, (str(event["query"]), str(event["body"]))))
        self._say(self._exchanges[event["id"]].lane, y, words, title=title)

    def _served(self, event: Event, y: float) -> None:
        asked = self._exchanges.setdefault(event["id"], _Exchange("network", y, is_copy=False))
        self._go(asked.lane, asked.asked, "server", y, "copy" if asked.is_copy else "request")
        asked.served, asked.is_over = y, asked.is_copy
        body = str(event["body"])
        self._say("server", y, f"{event['status']} #{event['id']}", title=body)

    def _answer(self, event: Event, y: float) -> None:
        asked = self._exchanges.get(event["id"])
        if asked is not None and asked.served is not None:
            asked.is_over = True
            self._go("server", asked.served, _lane(event), y, "answer")
        self._say(_lane(event), y, f"{event['status']} #{event['id']} arrives")

    def _lost(self, event: Event, y: float) -> None:
        asked = self._exchanges.get(event["id"])
        leg = str(event["leg"])
        if asked is not None:
            asked.is_over = True
            is_answer = leg == "answer" and asked.served is not None
            start = ("server", asked.served or y) if is_answer else (asked.lane, asked.asked)
            self._go(*start, "network", y, leg, is_lost=True)
        self._say("network", y, f"{leg} #{event['id']} lost ({event['why']})")

    def _note(self, event: Event, y: float) -> None:
        kind = str(event["kind"])
        self._say(_lane(event), y, _words(event), "fault" if kind == "fault" else "happening")

    def _let_go(self) -> None:
        """What is still under way when the chart ends, as far as the network."""
        for asked in self._exchanges.values():
            y = asked.asked if asked.served is None else asked.served
            start = asked.lane if asked.served is None else "server"
            if not asked.is_over and start != "network":
                style = "request" if asked.served is None else "answer"
                self._go(start, y, "network", y + _ROW_PX, style)

    def _object(self) -> None:
        """What the judge said, in lines that fit."""
        chart, drawing = self._chart, self._drawing
        said = f"✖ {_clock(self._wall, chart.at)} {chart.words}"
        lines = wrap(said, int(drawing.width / _CHAR_PX) - 2)[:_SAID_LINES]
        for place, line in enumerate(lines):
            drawing.said.append(Label(4, drawing.foot + 18 * (place + 1), line))

    def _go(
        self, start: str, y1: float, end: str, y2: float, style: str, is_lost: bool = False
    ) -> None:
        line = Line(self._x[start], y1, self._x[end], y2, style, is_lost)
        self._drawing.lines.append(line)

    def _say(self, lane: str, y: float, words: str, look: str = "plain", title: str = "") -> None:
        short = words if len(words) <= _LABEL_MAX else f"{words[: _LABEL_MAX - 1]}…"
        is_last = self._x[lane] + len(short) * _CHAR_PX > self._drawing.width
        x, anchor = self._x[lane] + (-6 if is_last else 6), "end" if is_last else "start"
        self._drawing.labels.append(Label(x, y - 4, short, look, anchor, title[:_TITLE_MAX]))


_DRAWN: Mapping[str, Callable[[_Hand, Event, float], None]] = {
    "request": _Hand._request,  # noqa: SLF001 -- its own table
    "served": _Hand._served,  # noqa: SLF001
    "answer": _Hand._answer,  # noqa: SLF001
    "lost": _Hand._lost,  # noqa: SLF001
}


def _lane(event: Event) -> str:
    """Where an event stands."""
    kind, who = str(event["kind"]), str(event.get("who", ""))
    if kind == "fault":
        return _lane_of_fault(str(event["fault"]), who)
    if kind == "student":
        return "student"
    if kind in {"served", "acted", "failed"}:
        return "server"
    return who.partition("/")[0] if "/" in who else "network"


def _lane_of_fault(fault: str, who: str) -> str:
    for lane, names in _LANES_OF_FAULTS:
        if any(name in fault for name in names):
            return lane
    place = who.partition("/")[0] if "/" in who else "server"
    return place if place in _LANES else "server"


def _words(event: Event) -> str:
    facts = _NOTES.get(str(event["kind"]), lambda _: ())(event)
    return " ".join([_CALLED.get(str(event["kind"]), str(event["kind"])), *map(str, facts)]).strip()


_CALLED = {"fault": "⚡", "student": "", "cut": "Wi-Fi gone", "unplugged": "no power"}


def _of_screen(event: Event) -> Iterator[object]:
    scene = event["scene"]
    if isinstance(scene, list):
        *shown, is_offline = scene
        yield from filter(None, shown)
        yield "offline" if is_offline else ""


def _of_fault(event: Event) -> Iterator[object]:
    yield from (event["fault"], f"({event['number']}. of {event['who']})")
    if "ms" in event:
        yield f"{number(event, 'ms') / 1000:.1f} s"


_NOTES: Mapping[str, Callable[[Event], Iterator[object]]] = {
    "screen": _of_screen,
    "fault": _of_fault,
    "press": lambda event: iter((event["press"],)),
    "student": lambda event: iter((event["does"],)),
    "timeout": lambda event: iter((f"#{event['id']}",)),
    "cut": lambda event: iter((f"for {(number(event, 'until') - number(event, 'at')) // 1000} s",)),
    "acted": lambda event: iter((event["tool"], f"#{event['id']}")),
    "failed": lambda event: iter((event["what"], f"#{event['id']}")),
}


def _clock(wall: Wall, at: int) -> str:
    return f"{wall.local(at):%H:%M:%S}.{at % 1000:03}"
