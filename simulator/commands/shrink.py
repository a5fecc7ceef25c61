"""``petsim shrink``: make a failure small enough to understand, and keep it as a story."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from simulator.commands import Exit, Misuse
from simulator.commands.voice import Voice, add_loudness
from simulator.crew import Failure, done_by_all
from simulator.kernel.stopwatch import Stopwatch
from simulator.shrinking.crew import crew
from simulator.shrinking.search import Smaller, TimeIsOver, shrink
from simulator.shrinking.sighting import Sighting, first_objecting, sight
from simulator.shrinking.sources import Source, of_file, of_sweep
from simulator.shrinking.story import NoStory, Story, write_story
from simulator.shrinking.telling import in_a_line, in_full
from simulator.sweep.plan import patience_with
from simulator.world import World

_WORDS_MAX = 2000
_TOO_SHORT = "--for is over before the world was lived through once"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim shrink`` understands."""
    parser.add_argument(
        "source",
        type=Path,
        nargs="?",
        metavar="DIR|FILE",
        help="what `petsim day --out` wrote, or a JSON file with a world: a summary, a story",
    )
    parser.add_argument(
        "--sweep",
        type=Path,
        metavar="DIR",
        help="what `petsim sweep --out` wrote: its first world that went wrong",
    )
    parser.add_argument("--seed", type=int, help="of a sweep the world with this seed")
    parser.add_argument(
        "--judge",
        metavar="NAME",
        help="whose objection (default: who objects first), or `breaks off: TypeError`",
    )
    parser.add_argument(
        "--for",
        dest="budget_s",
        type=float,
        default=300,
        metavar="SECONDS",
        help="then the smallest so far is taken (default 300)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the story (default story.json beside the source); a chart is written beside it",
    )
    parser.add_argument("--title", help="what to call the story (default: what the judge says)")
    add_loudness(parser)


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command."""
    voice, watch = Voice(asked.loudness), Stopwatch()
    if asked.budget_s <= 0:
        raise Misuse("--for must be more than 0 seconds")
    source = _source(asked)
    world, judge = (
        source.world,
        asked.judge or source.judge or _first_of(source.world, asked.budget_s),
    )
    voice.say(f"seed {world.seed}, scenario {world.scenario.title!r}: {judge} objects")
    found = _search(world, judge, asked.budget_s, voice)
    story = _story(found, judge, asked.title)
    out = asked.out or _beside(asked.sweep or asked.source)
    _write(story, found, out, voice)
    voice.say(f"\n{'the least' if found.is_least else 'the best so far'}, {watch.seconds:.0f} s:")
    for line in in_full(found.world, judge, found.sighting):
        voice.say(line)
    voice.hand_over({**story.model_dump(mode="json"), "is_least": found.is_least})
    return Exit.BROKEN


def _source(asked: argparse.Namespace) -> Source:
    if (asked.source is None) == (asked.sweep is None):
        raise Misuse("name either a folder or file, or --sweep")
    try:
        if asked.sweep is not None:
            return of_sweep(asked.sweep, asked.seed)
        return of_file(asked.source)
    except NoStory as error:
        raise Misuse(str(error)) from None


def _beside(source: Path) -> Path:
    folder = source if source.is_dir() else source.parent
    return folder / "story.json"


def _first_of(world: World, budget_s: float) -> str:
    """Who objects first if it is lived through. Raises ``Misuse`` if nobody does."""
    found = dict(done_by_all(first_objecting, [world], 1, budget_s, patience_with))
    if not found:
        raise Misuse(_TOO_SHORT)
    if isinstance(found[0], Failure):
        raise Misuse(f"nobody can say who objects in this world: {found[0].words}")
    if found[0] is None:
        raise Misuse("no judge objects in this world: there is nothing to shrink")
    return found[0]


def _search(world: World, judge: str, budget_s: float, voice: Voice) -> Smaller:
    watch = Stopwatch()
    with voice.progress("shrinks", round(budget_s)) as progress:

        def better(smaller: Smaller) -> None:
            line = in_a_line(smaller.world, smaller.sighting)
            voice.say(f"  {watch.seconds:4.0f} s  {line}")

        def failed(words: str) -> None:
            voice.complain(f"petsim: of a world nobody knows what comes of it: {words}")

        def told(_: int) -> None:
            progress(round(watch.seconds))

        with crew(judge, budget_s, told, failed) as first_broken:
            try:
                seen = _first_sighting(first_broken([world]), judge)
            except TimeIsOver:
                raise Misuse(_TOO_SHORT) from None
            return shrink(world, seen, first_broken, better)


def _first_sighting(found: tuple[int, Sighting] | None, judge: str) -> Sighting:
    if found is None:
        raise Misuse(f"{judge} does not object in this world: there is nothing to shrink")
    return found[1]


def _story(found: Smaller, judge: str, title: str | None) -> Story:
    said = found.sighting.words[:_WORDS_MAX]
    return Story(
        title=title or f"{judge}: {said}"[:200], judge=judge, words=said, world=found.world
    )


def _write(story: Story, found: Smaller, out: Path, voice: Voice) -> None:
    page = out.with_suffix(".html")
    try:
        write_story(story, out)
        _draw(story, found, page)
    except OSError as error:
        raise Misuse(f"cannot write {out}: {error.strerror}") from None
    voice.say(f"\nstory    {out}\nchart    {page}")


def _draw(story: Story, found: Smaller, page: Path) -> None:
    """Live through it once more, and draw what led to the objection."""
    # The libraries that draw take longer to load than a short world to live through.
    from simulator.report.writing import write_chart  # noqa: PLC0415

    scenario, seen = story.world.scenario, found.sighting
    with TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.jsonl"
        sight(story.world, story.judge, trace)
        said = f"{story.judge}: {seen.words}"
        remains = list(in_full(story.world, story.judge, seen))
        day = scenario.date.isoformat()
        write_chart(trace, day, scenario.zone, seen.at, said, remains, page)
