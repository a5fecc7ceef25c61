"""Water polls a second of ``petcore serve`` on SQLite, against a bare Quart handler under uvicorn.

Each server and the client has a process of its own. The polls are not due; the bare handler
answers a constant. Rates are of real time; where the time goes is told in processor time, which
other programs disturb less.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import layers
from tests.bench.client import CONNECTIONS
from tests.bench.figures import Aim, Report
from tests.bench.filling import POLL_PATH
from tests.bench.rounds import Rounds, run
from tests.bench.served import Server, petcore, processor_us, remind, served

_TURNS, _ROUNDS, _SECONDS = 4, 3, 0.8
_LAYER_ROUNDS = 9
_AIM = Aim(0.5, is_floor=True)
_USER = "audrey"
_PETCORE, _BARE = "petcore", "bare"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Answers a second, and microseconds of the server's processor time for an answer."""

    rates: Rounds
    costs: Rounds

    def __add__(self, others: "_Asked") -> "_Asked":
        return _Asked(self.rates + others.rates, self.costs + others.costs)


def http() -> Report:
    """Rates over HTTP, and where the time of a request goes."""
    asked, measured = _measure()
    ours, bare = asked.rates.median(_PETCORE), asked.rates.median(_BARE)
    figure = asked.rates.ratio(
        f"water polls/s over HTTP, {CONNECTIONS} connections, / bare Quart",
        _PETCORE,
        _BARE,
        f"{ours:,.0f} /s against {bare:,.0f} /s bare",
        _AIM,
    )
    return Report([figure], [*_lines(asked, measured)])


def _lines(asked: _Asked, measured: layers.Layers) -> Iterator[str]:
    yield "Where the time of a water poll goes, layer upon layer in one process:"
    yield from measured.lines()
    for name, inside in ((_BARE, layers.BARE), (_PETCORE, layers.SQLITE)):
        cost, within = asked.costs.median(name), measured.rounds.median(inside)
        if cost:
            yield (
                f"over HTTP {name} takes {cost:.0f} us: {within:.0f} us of the above, "
                f"{cost - within:.0f} us in uvicorn and sockets"
            )


def _measure() -> tuple[_Asked, layers.Layers]:
    """Over HTTP and in process, in turns: they are compared, too."""
    with TemporaryDirectory() as folder:
        store = f"sqlite:///{Path(folder) / 'pet.db'}"
        with served(petcore(store)) as ours, served(["tests.bench.bare"]) as bare:
            remind(ours.port, _USER)
            servers = {_PETCORE: ours, _BARE: bare}
            asked, measured = _ask(servers), run(layers.measure(_LAYER_ROUNDS))
            for _ in range(_TURNS - 1):
                asked += _ask(servers)
                measured += run(layers.measure(_LAYER_ROUNDS))
            return asked, measured


def _ask(servers: Mapping[str, Server]) -> _Asked:
    path = f"{POLL_PATH}?user_id={_USER}"
    ports = [str(server.port) for server in servers.values()]
    before = {name: processor_us(server.pid) for name, server in servers.items()}
    out = subprocess.run(
        [sys.executable, "-m", "tests.bench.client", str(_ROUNDS), str(_SECONDS), path, *ports],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    used = {name: processor_us(server.pid) - before[name] for name, server in servers.items()}
    told = [json.loads(line) for line in out.splitlines()]
    columns = dict(zip(servers, zip(*told, strict=True), strict=True))
    rates = {name: [rate for rate, _ in column] for name, column in columns.items()}
    costs = {name: [used[name] / sum(n for _, n in column)] for name, column in columns.items()}
    return _Asked(Rounds(rates), Rounds(costs))
