"""``petsim signals``: how good are the server's scores of focus and stress, and its prompts?"""

import argparse
import json
from pathlib import Path

from simulator.commands import Exit, Misuse
from simulator.commands.voice import Voice, add_loudness
from simulator.evaluation.crew import live_all
from simulator.evaluation.findings import Findings, find
from simulator.evaluation.page import PAGE, BadPage, refresh, require_places
from simulator.evaluation.plan import SITTINGS
from simulator.evaluation.record import Life
from simulator.evaluation.telling import facts, tables
from simulator.kernel.stopwatch import Stopwatch
from simulator.world import SEED_MAX

FINDINGS = "signals.json"
PICTURES = "signals"
_SEEDS, _QUICK_SEEDS = 40, 8
_SEEDS_MAX = 10_000
_SITTINGS_MAX = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim signals`` understands."""
    parser.add_argument(
        "--seeds", type=int, metavar="N", help=f"how many people (default {_SEEDS})"
    )
    parser.add_argument("--seed", type=int, default=1, help="the first of them (default 1)")
    parser.add_argument(
        "--sessions",
        type=int,
        default=SITTINGS,
        metavar="N",
        help=f"study sessions of each, one a day, the first as a stranger (default {SITTINGS})",
    )
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK_SEEDS} people only")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=f"leave {FINDINGS} and the pictures there"
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="DIR",
        help=f"write the figures into DIR/{PAGE} and the pictures into DIR/{PICTURES}",
    )
    add_loudness(parser)


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command."""
    voice, watch = Voice(asked.loudness), Stopwatch()
    seeds = _seeds(asked)
    _require_page(asked.write)
    voice.say(f"seeds {seeds[0]} to {seeds[-1]}, sessions {asked.sessions}\n")
    with voice.progress("people live", len(seeds)) as progress:
        lives = live_all(seeds, asked.sessions, progress)
    findings = find(lives)
    _say(findings, voice)
    voice.say(f"\n{watch.seconds:.0f} s\ndigest   {findings.digest}")
    _leave(asked, lives, findings, voice)
    voice.hand_over(findings.as_json)
    return _exit(findings, voice)


def _seeds(asked: argparse.Namespace) -> range:
    number = asked.seeds if asked.seeds is not None else _QUICK_SEEDS if asked.quick else _SEEDS
    if not 1 <= number <= _SEEDS_MAX:
        raise Misuse(f"--seeds must be 1 to {_SEEDS_MAX}")
    if not 0 <= asked.seed <= SEED_MAX - number:
        raise Misuse(f"--seed must be 0 to {SEED_MAX - number}")
    if not 1 <= asked.sessions <= _SITTINGS_MAX:
        raise Misuse(f"--sessions must be 1 to {_SITTINGS_MAX}")
    return range(asked.seed, asked.seed + number)


def _require_page(folder: Path | None) -> None:
    """It would be a pity to find out in the end."""
    if folder is None:
        return
    if not (folder / PAGE).is_file():
        raise Misuse(f"--write: there is no {folder / PAGE}")
    try:
        require_places(folder / PAGE)
    except BadPage as error:
        raise Misuse(f"--write: {error}") from None


def _say(findings: Findings, voice: Voice) -> None:
    voice.say(facts(findings))
    for table in tables(findings):
        voice.say()
        voice.say(table.for_terminal)


def _leave(
    asked: argparse.Namespace, lives: tuple[Life, ...], findings: Findings, voice: Voice
) -> None:
    """Write what is to be kept."""
    if asked.out is not None:
        asked.out.mkdir(parents=True, exist_ok=True)
        text = json.dumps(findings.as_json, indent=2, ensure_ascii=False)
        (asked.out / FINDINGS).write_text(f"{text}\n", encoding="utf-8")
        voice.say(f"figures  {asked.out / FINDINGS}")
        _draw(lives, findings, asked.out, voice)
    if asked.write is not None:
        refresh(asked.write / PAGE, findings, _again(asked))
        voice.say(f"page     {asked.write / PAGE}")
        _draw(lives, findings, asked.write / PICTURES, voice)


def _draw(lives: tuple[Life, ...], findings: Findings, folder: Path, voice: Voice) -> None:
    # What draws takes longer to load than a few people to live.
    from simulator.evaluation.plots import draw  # noqa: PLC0415

    for path in draw(lives, findings, folder):
        voice.say(f"picture  {path}")


def _again(asked: argparse.Namespace) -> str:
    """The command that finds the same."""
    seeds = _seeds(asked)
    return f"petsim signals --seed {seeds[0]} --seeds {len(seeds)} --sessions {asked.sessions}"


def _exit(findings: Findings, voice: Voice) -> Exit:
    worse = findings.worse_than_chance
    if worse:
        voice.complain(f"petsim: no better than chance, as far as can be told: {', '.join(worse)}")
    return Exit.BROKEN if worse else Exit.KEPT
