"""``petsim compare``: the same days under two rules, and what differs."""

import argparse
import json
from itertools import chain
from pathlib import Path

from rich.table import Table

from simulator.commands import Exit, Misuse
from simulator.commands.voice import Voice, add_loudness
from simulator.evaluation.intervals import Figure
from simulator.kernel.stopwatch import Stopwatch
from simulator.kernel.trace import Json
from simulator.lab.rules import Rules, read_rules
from simulator.lab.trial import Trial, compare
from simulator.scenarios.reading import BadScenario, NoScenario, find
from simulator.world import SEED_MAX, World

RESULT = "compare.json"
_SEEDS, _SEEDS_MAX, _RULES = 20, 10_000, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim compare`` understands."""
    parser.add_argument(
        "--rules",
        type=Path,
        metavar="FILE.toml",
        action="append",
        required=True,
        help="what is set otherwise: [high_stress] and [water]; named twice, or once to be "
        "compared with the defaults",
    )
    parser.add_argument("--scenario", metavar="NAME|FILE", default="ordinary")
    parser.add_argument(
        "--seeds", type=int, default=_SEEDS, metavar="N", help=f"how many (default {_SEEDS})"
    )
    parser.add_argument("--seed", type=int, default=1, help="the first of them (default 1)")
    parser.add_argument(
        "--metrics",
        action="store_true",
        help="the server makes the scores, of what the SDK reports",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"leave {RESULT} there")
    add_loudness(parser)


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command."""
    voice, watch = Voice(asked.loudness), Stopwatch()
    first, second = _rules(asked.rules)
    worlds = _worlds(asked)
    voice.say(f"{first.title!r} and {second.title!r}: seeds {asked.seed} to {worlds[-1].seed}\n")
    with voice.progress("lives", 2 * len(worlds)) as progress:
        trial = compare(worlds, first, second, progress)
    voice.say(_table(first, second, trial))
    voice.say(f"\n95 % intervals, by drawing seeds anew; {watch.seconds:.0f} s")
    result = _result(asked, first, second, trial)
    _leave(asked.out, result, voice)
    voice.hand_over(result)
    for objection in trial.objections:
        voice.complain(f"petsim: {objection}")
    return Exit.BROKEN if trial.objections else Exit.KEPT


def _rules(paths: list[Path]) -> tuple[Rules, Rules]:
    if len(paths) > _RULES:
        raise Misuse("--rules: two can be compared, not more")
    try:
        read = [read_rules(path) for path in paths]
    except (BadScenario, NoScenario) as error:
        raise Misuse(str(error)) from None
    first, second = chain([Rules()] if len(read) == 1 else [], read)
    return first, second


def _worlds(asked: argparse.Namespace) -> list[World]:
    if not 1 <= asked.seeds <= _SEEDS_MAX:
        raise Misuse(f"--seeds must be 1 to {_SEEDS_MAX}")
    if not 0 <= asked.seed <= SEED_MAX - asked.seeds:
        raise Misuse(f"--seed must be 0 to {SEED_MAX - asked.seeds}")
    try:
        scenario = find(asked.scenario)
    except (BadScenario, NoScenario) as error:
        raise Misuse(str(error)) from None
    device = scenario.device.model_copy(update={"polling": "next"})
    scenario = scenario.model_copy(update={"device": device})
    seeds = range(asked.seed, asked.seed + asked.seeds)
    return [World(seed=seed, scenario=scenario, metrics=asked.metrics) for seed in seeds]


def _table(first: Rules, second: Rules, trial: Trial) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("", first.title, second.title, "difference (95 %)", ""):
        table.add_column(head)
    for one in trial.comparisons:
        clear = "clear" if one.is_clear else ""
        values = (_brief(one.first), _brief(one.second), one.difference.shown())
        table.add_row(f"{one.measure.name}, {one.measure.unit}", *values, clear)
    return table


def _brief(figure: Figure) -> str:
    return Figure(figure.value).shown()


def _result(asked: argparse.Namespace, first: Rules, second: Rules, trial: Trial) -> Json:
    return {
        "scenario": asked.scenario,
        "first_seed": asked.seed,
        "seeds": asked.seeds,
        "metrics": asked.metrics,
        "rules": [rules.model_dump(mode="json") for rules in (first, second)],
        "comparisons": [one.as_json for one in trial.comparisons],
        "objections": list(trial.objections),
    }


def _leave(out: Path | None, result: Json, voice: Voice) -> None:
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False)
    (out / RESULT).write_text(f"{text}\n", encoding="utf-8")
    voice.say(f"figures  {out / RESULT}")
