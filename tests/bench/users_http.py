"""How soon water polls are answered over HTTP among few users and among many."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice

from pymongo import MongoClient

from petcore.adapters.clock_system import SystemClock
from petcore.services.desktop_pet.collections import WATER_SCHEDULES
from petcore.services.desktop_pet.shapes import WaterSchedule
from petcore.wiring import create_store
from tests.bench.figures import Aim, Figure, Report
from tests.bench.filling import insert_users, schedule
from tests.bench.rounds import Rounds, run
from tests.bench.served import petcore, served
from tests.bench.traffic import Load, Turns, turns
from tests.bench.workers import sqlite
from tests.mongo.server import mongo_server

_SMALL, _LARGE = 1_000, 100_000
_ROUNDS = 5
_AT_ONCE = 5_000
_AIM = Aim(1.5)
_SIDE = "{}, {:,} users".format
_SQLITE, _STANDIN = "sqlite", "mongo"


def over_http() -> Report:
    """SQLite and the stand-in for MongoDB, each with few users and with many; 16 at a time ask."""
    with ExitStack() as stack:
        loads = {}
        for side, users, store in _filled(stack):
            server = stack.enter_context(served(petcore(store)))
            loads[side] = Load(server.port, users)
        measured = turns(loads, _ROUNDS)
    return Report([*_figures(measured)])


def _filled(stack: ExitStack) -> Iterator[tuple[str, int, str]]:
    """Names of sides, how many users there are, and the store they are in."""
    server = stack.enter_context(mongo_server())
    for users in (_SMALL, _LARGE):
        file = stack.enter_context(sqlite())
        run(_fill(file, users))
        yield _SIDE(_SQLITE, users), users, file
        database = server.uri()
        _fill_standin(database, users)
        yield _SIDE(_STANDIN, users), users, database


async def _fill(uri: str, users: int) -> None:
    store = create_store(uri)
    await store.open()
    await insert_users(store, users, SystemClock().now())
    await store.close()


def _fill_standin(uri: str, users: int) -> None:
    """Past the adapter, many at a time: the stand-in is slow."""
    now = SystemClock().now()
    documents = (schedule(number, now) for number in range(users))
    with MongoClient[WaterSchedule](uri) as client:
        shelf = client.get_default_database()[WATER_SCHEDULES.name]
        while some := list(islice(documents, _AT_ONCE)):
            shelf.insert_many(some, ordered=False)


def _figures(measured: Turns) -> Iterable[Figure]:
    for kind in (_SQLITE, _STANDIN):
        yield _figure("p50", kind, measured.p50, _AIM)
        yield _figure("p99", kind, measured.p99, None)


def _figure(part: str, kind: str, within: Rounds, aim: Aim | None) -> Figure:
    small, large = (_SIDE(kind, users) for users in (_SMALL, _LARGE))
    return within.ratio(
        f"polls, HTTP, {kind}, {_LARGE:,} users / {_SMALL:,}: {part}",
        large,
        small,
        f"within {within.median(large):.1f} ms against {within.median(small):.1f} ms",
        aim,
    )
