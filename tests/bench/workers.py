"""Polls and acknowledgements over HTTP, of one process and of two.

The client, the servers and the database share the machine: where there are two cores, the client
alone takes part of one, so two workers cannot answer twice as much.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.client import CONNECTIONS
from tests.bench.figures import Aim, Figure, Report
from tests.bench.filling import user
from tests.bench.served import petcore, remind, served
from tests.bench.traffic import Load, Turns, turns
from tests.mongo.server import mongo_server

_USERS = 20
_ROUNDS, _SECONDS = 5, 1.0
_AIM = Aim(1.0, is_floor=True)
_LOADS = {"polls": 0, "polls and 1 write in 10": 10}
_SIDE = "{}, {}, {} workers".format


def workers() -> Report:
    """SQLite and the stand-in for MongoDB, polls alone and with writes among them."""
    with ExitStack() as stack:
        loads: dict[str, Load] = {}
        for kind, opened in _STORES.items():
            store = stack.enter_context(opened())
            loads |= dict(_loads(kind, store, stack))
        measured = turns(loads, _ROUNDS)
    figures = [_figure(measured, what, kind) for kind in _STORES for what in _LOADS]
    return Report(figures, [*_lines(measured, loads)])


def _loads(kind: str, store: str, stack: ExitStack) -> Iterator[tuple[str, Load]]:
    for count in (1, 2):
        server = stack.enter_context(served(petcore(store, "--workers", str(count))))
        if count == 1:
            for number in range(_USERS):
                remind(server.port, user(number))
        for what, acks_every in _LOADS.items():
            load = Load(server.port, _USERS, acks_every, _SECONDS)
            yield _SIDE(what, kind, count), load


def _figure(measured: Turns, what: str, kind: str) -> Figure:
    one, two = (_SIDE(what, kind, count) for count in (1, 2))
    return measured.rate.ratio(
        f"{what}, {kind}, HTTP: 2 workers / 1",
        two,
        one,
        f"{measured.rate.median(two):,.0f} /s against {measured.rate.median(one):,.0f} /s",
        None if _LOADS[what] else _AIM,
    )


def _lines(measured: Turns, loads: Mapping[str, Load]) -> Iterator[str]:
    yield f"Answers over HTTP, {CONNECTIONS} connections, client and servers on the same cores:"
    for name in loads:
        yield (
            f"{name}: {measured.rate.median(name):,.0f} /s, "
            f"half within {measured.p50.median(name):.1f} ms, "
            f"99 in 100 within {measured.p99.median(name):.1f} ms"
        )


@contextmanager
def sqlite() -> Iterator[str]:
    """A new SQLite file."""
    with TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'pet.db'}"


@contextmanager
def standin() -> Iterator[str]:
    """A new database of a stand-in for MongoDB."""
    with mongo_server() as server:
        yield server.uri()


_STORES: Mapping[str, Callable[[], AbstractContextManager[str]]] = {
    "sqlite": sqlite,
    "mongo": standin,
}
