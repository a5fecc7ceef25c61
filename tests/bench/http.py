"""Water polls a second of ``petcore serve`` on SQLite, against a bare Quart handler under uvicorn.

Each server and the client has a process of its own. One poll is not due; a bare handler answers
a constant.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import layers
from tests.bench.client import CONNECTIONS
from tests.bench.figures import Aim, Report
from tests.bench.filling import POLL_PATH
from tests.bench.rounds import Rounds, run

_ROUNDS, _SECONDS = 9, 1.0
_LAYER_ROUNDS = 31
_AIM = Aim(0.5, is_floor=True)
_USER = "audrey"
_PETCORE, _BARE = "petcore", "bare"


def http() -> Report:
    """Rates over HTTP, and where the time of a request goes."""
    rounds = _rates()
    petcore, bare = rounds.median(_PETCORE), rounds.median(_BARE)
    measured = run(layers.measure(_LAYER_ROUNDS))
    figure = rounds.ratio(
        f"water polls/s over HTTP, {CONNECTIONS} connections, / bare Quart",
        _PETCORE,
        _BARE,
        f"{petcore:,.0f} /s against {bare:,.0f} /s bare",
        _AIM,
    )
    return Report([figure], [*_lines(petcore, bare, measured)])


def _lines(petcore: float, bare: float, measured: layers.Layers) -> Iterator[str]:
    yield "Where the time of a water poll goes, layer upon layer in one process:"
    yield from measured.lines()
    for name, rate, inside in (
        (_BARE, bare, layers.BARE),
        (_PETCORE, petcore, layers.SQLITE),
    ):
        within = measured.rounds.median(inside)
        yield (
            f"over HTTP {name} takes {1e6 / rate:.0f} us: {within:.0f} us of the above, "
            f"{1e6 / rate - within:.0f} us in uvicorn, sockets and scheduling"
        )


def _rates() -> Rounds:
    with TemporaryDirectory() as folder:
        store = f"sqlite:///{Path(folder) / 'pet.db'}"
        ours = ["petcore", "serve", "--port", "0", "--store", store, "--log-level", "warning"]
        with _served(ours) as petcore, _served(["tests.bench.bare"]) as bare:
            _remind(petcore)
            return _ask(petcore, bare)


def _ask(petcore: int, bare: int) -> Rounds:
    path = f"{POLL_PATH}?user_id={_USER}"
    asked = ["tests.bench.client", str(_ROUNDS), str(_SECONDS), path, str(petcore), str(bare)]
    out = subprocess.run(
        [sys.executable, "-m", *asked], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    rates = [json.loads(line) for line in out.splitlines()]
    return Rounds({_PETCORE: [ours for ours, _ in rates], _BARE: [theirs for _, theirs in rates]})


@contextmanager
def _served(module: Sequence[str]) -> Iterator[int]:
    """The port of a server that lives as long as the context."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PETCORE_")}
    with subprocess.Popen(
        [sys.executable, "-m", *module], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            ready = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
            assert ready is not None, f"{module[0]} did not start"
            yield int(ready[1])
        finally:
            process.terminate()


def _remind(port: int) -> None:
    """Have the user reminded, so that no later poll is due."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    wish = {"user_id": _USER, "start_time": "00:00", "end_time": "23:59", "interval_min": 1440}
    json_type = {"Content-Type": "application/json"}
    connection.request("POST", "/api/water/schedule", json.dumps(wish), json_type)
    assert connection.getresponse().read()
    connection.request("GET", f"{POLL_PATH}?user_id={_USER}")
    assert json.loads(connection.getresponse().read())["reason"] == "due"
    connection.close()
