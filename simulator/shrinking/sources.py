"""Where a failure comes from: a run's folder, a file with a world, or the journal of a sweep."""

from pathlib import Path
from typing import NamedTuple

import orjson
from pydantic import ValidationError

from simulator.kernel.trace import Json
from simulator.shrinking.sighting import BREAKS_OFF
from simulator.shrinking.story import NoStory, world_in
from simulator.sweep.journal import NAME, Head
from simulator.sweep.plan import Ticket, world_of
from simulator.sweep.verdict import Verdict
from simulator.world import World

SUMMARY = "summary.json"


class Source(NamedTuple):
    """A world, and whose objection it is about, if that is known."""

    world: World
    judge: str | None


def of_file(path: Path) -> Source:
    """What a run left in a folder, or a file that tells of a world. Raises ``NoStory``."""
    file = path / SUMMARY if path.is_dir() else path
    text = _read(file)
    world = world_in(text, str(file))
    told: Json = orjson.loads(text)
    return Source(world, _first_judge(told))


def of_sweep(folder: Path, seed: int | None = None) -> Source:
    """The first world of a sweep that went wrong, or the one with this seed. Raises ``NoStory``."""
    file = folder / NAME if folder.is_dir() else folder
    head, *lines = _read(file).splitlines() or [b""]
    try:
        common = Head.model_validate_json(head)
    except ValidationError:
        raise NoStory(f"{file} is no journal of a sweep") from None
    verdicts = [verdict for line in lines if (verdict := _verdict(line)) is not None]
    wrong = [it for it in verdicts if not it.is_good and seed in {None, it.seed}]
    if not wrong:
        raise NoStory(f"{file} tells of no such world that went wrong")
    world = world_of(Ticket(common.preset, wrong[0].seed, common.hours))
    return Source(world, _judge(wrong[0]))


def _judge(verdict: Verdict) -> str | None:
    """Who objected first; of a world that broke off, what it broke off with."""
    if verdict.broken:
        return verdict.broken[0].judge
    error = verdict.failure.partition(":")[0]
    return f"{BREAKS_OFF}{error}" if error.isidentifier() else None


def _verdict(line: bytes) -> Verdict | None:
    """None if it is something else, or was cut."""
    try:
        return Verdict.model_validate_json(line)
    except ValidationError:
        return None


def _first_judge(told: Json) -> str | None:
    """Who objects first in a summary, or saw what a story tells."""
    judges = told.get("judges")
    objections = [
        (judge["objections"][0]["at_ms"], judge["name"])
        for judge in (judges if isinstance(judges, list) else [])
        if judge["objections"]
    ]
    judge = told.get("judge")
    return min(objections)[1] if objections else judge if isinstance(judge, str) else None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NoStory(f"{file} cannot be read: {error.strerror}") from None
