"""``python -m tests.bench [names...]`` runs the benches and says which aims are met.

Figures are ratios of what was measured in one run, in turns; absolute numbers depend on the
machine. A missed aim is news, not an error: the exit code is 0 all the same.
"""

import argparse
import os
from collections.abc import Callable, Iterable

from rich.console import Console
from rich.table import Table

from tests.bench.breakdown import breakdown, wild
from tests.bench.day import day, growth
from tests.bench.door import door
from tests.bench.figures import Figure, Report
from tests.bench.firmware import firmware
from tests.bench.http import http
from tests.bench.memory import memory
from tests.bench.mongo import mongo
from tests.bench.poll import poll
from tests.bench.report import report
from tests.bench.requests import requests
from tests.bench.sight import sight
from tests.bench.speech import speech
from tests.bench.store import store
from tests.bench.talk import talk
from tests.bench.users import users
from tests.bench.viewers import viewers
from tests.bench.wide import wide
from tests.bench.workers import workers

BENCHES: dict[str, Callable[[], Report]] = {
    "poll": poll,
    "door": door,
    "store": store,
    "http": http,
    "mongo": mongo,
    "users": users,
    "workers": workers,
    "report": report,
    "day": day,
    "breakdown": breakdown,
    "growth": growth,
    "firmware": firmware,
    "requests": requests,
    "talk": talk,
    "viewers": viewers,
}

LONG: dict[str, Callable[[], Report]] = {
    "memory": memory,
    "sight": sight,
    "speech": speech,
    "wide": wide,
    "wild": wild,
}
"""Minutes each; they run if they are named."""

_WIDTH = 140  # of what goes into a file


def main() -> None:
    """Run what was asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    known = f"{', '.join(BENCHES)} (all of them if none is named); by name only: {', '.join(LONG)}"
    parser.add_argument("names", nargs="*", metavar="NAME", help=known)
    names = parser.parse_args().names or list(BENCHES)
    if unknown := set(names) - {*BENCHES, *LONG}:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(_table(_run(name, console) for name in names))
    console.print("spread: where the middle half of the rounds lies")
    console.print(_load())


def _load() -> str:
    """How busy the machine was, this bench included."""
    load = f"load {os.getloadavg()[0]:.1f} on " if hasattr(os, "getloadavg") else ""
    return f"measured with {load}{os.cpu_count()} cores; alone on a machine it is 1 to 2"


def _run(name: str, console: Console) -> Report:
    with Console(stderr=True).status(f"measuring: {name}"):
        found = (BENCHES | LONG)[name]()
    for line in found.lines:
        console.print(line, soft_wrap=True)
    return found


def _table(reports: Iterable[Report]) -> Table:
    table = Table("figure", "absolute")
    for name in ("measured", "spread", "aim", "verdict"):
        table.add_column(name, justify="right", no_wrap=True)
    for found in reports:
        for figure in found.figures:
            table.add_row(*_row(figure))
        table.add_section()
    return table


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.what,
        figure.absolute,
        f"{_number(figure.value)} {figure.unit}",
        " .. ".join(map(_number, figure.spread or ())),
        _aim(figure),
        _verdict(figure),
    )


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{'>=' if figure.aim.is_floor else '<='} {_number(figure.aim.bound)}"


def _verdict(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return "[green]met" if figure.aim.is_met(figure.value) else "[red]not met"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


if __name__ == "__main__":
    main()
