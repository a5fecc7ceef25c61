"""The report as one page: everything it needs is in the file, and it asks nobody for anything.

Plotly's script, of 4.8 MB, is most of the file. The words around the timeline stand in
``page.html.j2``; ``page.css`` and ``page.js`` become parts of the page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from simulator.kernel.trace import Json
from simulator.report.counting import figures
from simulator.report.figure import figure
from simulator.report.looks import LOOKS, look_of
from simulator.report.panel import as_uri
from simulator.report.rows import rows_of, screen_look
from simulator.report.sentences import days, duration, headline, times
from simulator.report.story import Scene, Stay, Story
from simulator.report.traces import hours
from simulator.report.verdicts import judgement
from simulator.report.wall import Wall

_ROOM = Path(__file__).parent
_STAYS_MAX = 200
"""How many scenes the list of all has; what comes after is in the trace."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the pet's screen, and what to say below it."""

    picture: str
    words: str
    note: str


def page(story: Story, summary: Json, chart: Markup | None = None) -> str:
    """The whole page as HTML; with a chart of the first broken promise, if one was drawn."""
    plotly: str = get_plotlyjs()
    return _template("page.html.j2").render(
        story=story,
        chart=chart,
        day=days(story),
        headline=headline(story),
        judgement=judgement(summary, story.wall),
        figure={**figure(rows_of(story), story.wall, story.until), "screen": _lookup(story)},
        kinds=kinds(story),
        scenes=list(_in_order(story.stays, story.wall)),
        more=max(0, len(story.stays) - _STAYS_MAX),
        figures=figures(story, summary),
        looks={key.replace("_", "-"): look for key, look in LOOKS.items()},
        plotly=Markup(plotly),  # noqa: S704 -- plotly's own script, nothing that anybody typed
    )


def page_of_story(remains: Sequence[str], chart: Markup) -> str:
    """A page with a chart, under the lines of what remains of a failure."""
    return _template("story.html.j2").render(remains=remains, chart=chart)


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_ROOM), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)


def kinds(story: Story) -> list[Shown]:
    """One picture of each kind of scene: when first, how often, how long in all."""
    found: dict[tuple[str, str], list[Stay]] = {}
    for stay in story.stays:
        look = screen_look(stay)
        title = stay.scene[1] if look == "POMODORO_TIMER" else ""
        found.setdefault((look, title), []).append(stay)
    return [_kind(title, stays, story.wall) for (_, title), stays in found.items()]


def _kind(title: str, stays: Sequence[Stay], wall: Wall) -> Shown:
    words = look_of(screen_look(stays[0])).words
    total = duration(sum(stay.ms for stay in stays))
    first = wall.clock(stays[0].start)
    often = f"{times(len(stays))}, {total} in all, first at {first}"
    note = often if len(stays) > 1 else f"at {first}, for {total}"
    return Shown(as_uri(stays[0].scene), f"{words}: {title}" if title else words, note)


def _in_order(stays: Sequence[Stay], wall: Wall) -> Iterator[Shown]:
    for stay in stays[:_STAYS_MAX]:
        screen, title, detail, _ = stay.scene
        counts = screen == "POMODORO_TIMER" and detail != stay.last_detail
        note = f"{title}, {detail} to {stay.last_detail}" if counts else ""
        yield Shown(as_uri(stay.scene), f"{wall.clock(stay.start)} to {wall.clock(stay.end)}", note)


def _lookup(story: Story) -> Json:
    """For the script: which picture the screen showed from when on."""
    pictures: dict[Scene, int] = {}
    shown = [[hours(at), pictures.setdefault(scene, len(pictures))] for at, scene in story.scenes]
    return {"from": shown, "pictures": [as_uri(scene) for scene in pictures]}
