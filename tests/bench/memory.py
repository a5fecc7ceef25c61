"""What a server holds in memory: idle, and after many requests. It should not grow.

Three servers have the same load at the same time: memory is measured here, not speed. Ten
thousand requests at a time, so that it shows when memory was taken.
"""

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.bench.figures import Aim, Figure, Report
from tests.bench.filling import user
from tests.bench.served import Server, connections, petcore, remind, resident_mb, served
from tests.bench.traffic import Load, turns
from tests.bench.workers import sqlite
from tests.mongo.server import mongo_server

_AIM = Aim(1.05)
_USERS = 20
_ACKS_EVERY = 20
_STEP, _STEPS, _SETTLED = 10_000, 10, 2


def memory() -> Report:
    """SQLite, and the stand-in for MongoDB through both drivers."""
    with ExitStack() as stack:
        file, database = stack.enter_context(sqlite()), stack.enter_context(mongo_server())
        stores = {
            "sqlite": petcore(file),
            "motor": petcore(database.uri(), "--mongo-driver", "motor"),
            "pymongo": petcore(database.uri(), "--mongo-driver", "pymongo"),
        }
        servers = {name: stack.enter_context(served(flags)) for name, flags in stores.items()}
        held = {name: [resident_mb(server.pid)] for name, server in servers.items()}
        with ThreadPoolExecutor() as pool:
            list(pool.map(_load, servers, servers.values(), held.values()))
        open_now = connections(database.port)
    return Report([*_figures(held)], [*_lines(held, open_now)])


def _load(name: str, server: Server, held: list[float]) -> None:
    for number in range(_USERS):
        remind(server.port, user(number))
    load = Load(server.port, _USERS, _ACKS_EVERY, 0, _STEP)
    for _ in range(_STEPS):
        turns({"load": load}, 1)
        held.append(resident_mb(server.pid))
        sys.stderr.write(f"{name}: {_STEP * (len(held) - 1):,} requests, {held[-1]:.1f} MB\n")


def _figures(held: Mapping[str, list[float]]) -> Iterator[Figure]:
    for name, [idle, *loaded] in held.items():
        early, late = loaded[_SETTLED - 1], loaded[-1]
        yield Figure(f"memory of an idle server, {name}", idle, "", unit="MB")
        yield Figure(
            f"memory, {name}, after {_STEP * _STEPS:,} requests / {_STEP * _SETTLED:,}",
            late / early,
            f"{late:.1f} MB against {early:.1f} MB",
            _AIM,
        )


def _lines(held: Mapping[str, list[float]], open_now: int) -> Iterator[str]:
    yield f"Memory in MB, idle and then after each {_STEP:,} requests:"
    for name, megabytes in held.items():
        yield f"{name}: {', '.join(f'{value:.1f}' for value in megabytes)}"
    yield f"connections that both drivers hold to the stand-in afterwards: {open_now}"
