"""``petsim replay``: live through a day again that was lived before; it must be the same."""

import argparse
import json
from hashlib import file_digest
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import ValidationError

from simulator.commands import Exit, Misuse
from simulator.commands.living import SUMMARY, TRACE, live
from simulator.commands.voice import Voice, add_loudness
from simulator.kernel.trace import Json
from simulator.world import World


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim replay`` understands."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="what `petsim day --out` wrote")
    add_loudness(parser)


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command."""
    voice = Voice(asked.loudness)
    before = _summary(asked.folder / SUMMARY)
    world = _world(before, asked.folder / SUMMARY)
    found = _digest(asked.folder / TRACE)
    voice.say(f"once more: seed {world.seed}, scenario {world.scenario.title!r}")
    with TemporaryDirectory() as folder:
        outcome, summary = live(world, Path(folder), voice)
        is_same = outcome.digest == before["digest"]
        if not is_same:
            place = _first_difference(asked.folder / TRACE, Path(folder) / TRACE)
            voice.complain(
                f"petsim: another day: digest {outcome.digest}, not {before['digest']}\n{place}"
            )
    if is_same:
        voice.say(f"the same day, to the last byte: digest {outcome.digest}")
    is_whole = found in (None, before["digest"])
    if not is_whole:
        voice.complain(
            f"petsim: {asked.folder / TRACE} is damaged: "
            f"its digest is {found}, not {before['digest']}"
        )
    voice.hand_over(summary)
    return Exit.KEPT if is_same and is_whole else Exit.BROKEN


def _summary(path: Path) -> Json:
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(path, error) from None
    if not isinstance(summary, dict) or "digest" not in summary:
        raise Misuse(f"{path} is no summary of petsim")
    if "against" in summary:
        raise Misuse(f"{path} is of a day at a server that ran somewhere: it cannot be lived again")
    return summary


def _unreadable(path: Path, error: Exception) -> Misuse:
    reason = error.strerror if isinstance(error, OSError) else error
    return Misuse(f"{path} cannot be read: {reason}")


def _digest(trace: Path) -> str | None:
    """The digest of the trace as it lies there; None if it is gone."""
    try:
        with trace.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(trace, error) from None


def _world(summary: Json, path: Path) -> World:
    known = World.model_fields.items()
    fields = {name: summary.get(name) for name, field in known if field.is_required()}
    fields |= {name: summary[name] for name, _ in known if name in summary}
    try:
        return World.model_validate_json(json.dumps(fields))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Misuse(f"{path} holds no world of this petsim: {place}: {first['msg']}") from None


def _first_difference(old: Path, new: Path) -> str:
    """Where the two traces part."""
    try:
        return _parting(old, new)
    except FileNotFoundError:
        return f"{old} is gone, so nobody can say where they part"
    except OSError as error:
        raise _unreadable(old, error) from None


def _parting(old: Path, new: Path) -> str:
    with old.open("rb") as before, new.open("rb") as now:
        for number, (one, other) in enumerate(zip_longest(before, now), 1):
            if one != other:
                return f"they part in line {number}:\n  then {_brief(one)}\n  now  {_brief(other)}"
    return "the traces are equal: the summary belongs to another one"


def _brief(line: bytes | None, length_max: int = 200) -> str:
    return "(nothing)" if line is None else line.decode(errors="replace").rstrip()[:length_max]
