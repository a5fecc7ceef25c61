"""One water poll that is not due through the whole of petcore, against a bare Quart handler."""

from tests.bench.figures import Aim, Report
from tests.bench.layers import BARE, KEYED, LOGGED, MEMORY, measure
from tests.bench.rounds import run

_ROUNDS = 31
_ROWS = (
    ("water poll / bare Quart handler", MEMORY, Aim(2.0)),
    ("the same with an Idempotency-Key", KEYED, None),
    ("the same on SQLite with a log line (log level info)", LOGGED, None),
)


def poll() -> Report:
    """In process, memory store, both sides through the same ASGI exchange."""
    rounds = run(measure(_ROUNDS)).rounds
    absolute = f"{{:.0f}} us against {rounds.median(BARE):.0f} us bare".format
    return Report(
        [
            rounds.ratio(what, side, BARE, absolute(rounds.median(side)), aim)
            for what, side, aim in _ROWS
        ]
    )
