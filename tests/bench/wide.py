"""What fleets and terms cost: one pet and a thousand for an hour, a day and four weeks of one pet.

Ratios are of processor time per pet and hour, against the smallest world of the row. Each world
lives in a process of its own, after its code was imported.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from tempfile import TemporaryFile
from time import process_time

from simulator.world import World, run
from tests.bench.day import with_polling
from tests.bench.figures import Aim, Figure, Report

_FLEETS = ((1, 1), (10, 1), (100, 1), (1000, 1))
_TERMS = ((1, 24), (1, 7 * 24), (1, 28 * 24))
"""Pets, and hours."""
_LINEAR = Aim(1.2)
_HOUR_S = 3_600


def wide() -> Report:
    """Fleets, and then terms."""
    rows = {"pets": _FLEETS, "hours": _TERMS}
    lived = {name: [_lived(*world) for world in worlds] for name, worlds in rows.items()}
    figures = [figure for name, worlds in lived.items() for figure in _grown(name, worlds)]
    return Report(figures, [_line(world) for worlds in lived.values() for world in worlds])


def _lived(pets: int, hours: int) -> Mapping[str, float]:
    """What a process of its own says of such a world."""
    command = [sys.executable, "-m", "tests.bench.wide", str(pets), str(hours)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {"pets": pets, "hours": hours, **json.loads(said)}


def _grown(name: str, worlds: list[Mapping[str, float]]) -> list[Figure]:
    least, *others = worlds
    one_s, one_mb = _per_hour(least, "cpu_s"), least["rss_mb"]
    return [
        Figure(
            f"processor time of {other[name]:.0f} {name}, per pet and hour / of {least[name]:.0f}",
            _per_hour(other, "cpu_s") / one_s,
            f"{_per_hour(other, 'cpu_s'):.3f} s against {one_s:.3f} s; "
            f"{other['rss_mb']:.0f} MB against {one_mb:.0f} MB",
            _LINEAR,
        )
        for other in others
    ]


def _per_hour(world: Mapping[str, float], name: str) -> float:
    return world[name] / world["pets"] / world["hours"]


def _line(world: Mapping[str, float]) -> str:
    speed = world["hours"] * _HOUR_S / world["cpu_s"]
    return (
        f"{world['pets']:.0f} pets for {world['hours']:.0f} h: {speed:,.0f} simulated seconds in a "
        f"second of the processor, at most {world['rss_mb']:.0f} MB"
    )


def main() -> None:
    """``python -m tests.bench.wide PETS HOURS`` lives through one world and says what it took.
    The first hours of a day are spent asleep: of a fleet that polls there is nothing else to see.
    """
    pets, hours = map(int, sys.argv[1:])
    story = with_polling("next")
    scenario = story.model_copy(update={"hours": hours})
    with TemporaryFile() as trace:
        began = process_time()
        outcome = run(World(seed=1, scenario=scenario, pets=pets), trace)
        took = process_time() - began
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    broken = sum(len(judge.objections) for judge in outcome.court.judges)
    said = {"cpu_s": took, "rss_mb": peak_kb / 1024, "broken": broken}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
