"""What a water poll costs among few users and among many."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypercorn.typing import ASGIFramework

from petcore.adapters.clock_system import SystemClock
from petcore.app import create_app
from petcore.settings import Settings
from petcore.wiring import wire
from simulator.network.asgi import exchange
from tests.bench.figures import Aim, Figure, Report
from tests.bench.filling import insert_users, water_poll
from tests.bench.rounds import Side, each, run, take_turns
from tests.bench.users_http import over_http

_SMALL, _LARGE = 1_000, 100_000
_STRIDE = 7_919  # a prime, so that the polls come from all over the store
_CALLS, _ROUNDS = 500, 15
_AIM = Aim(1.5)


def users() -> Report:
    """In process, on both stores that need no other; then over HTTP."""
    return Report([run(_memory()), run(_sqlite()), *over_http().figures])


async def _memory() -> Figure:
    return await _compare("memory", "memory:", "memory:")


async def _sqlite() -> Figure:
    with TemporaryDirectory() as folder:
        small, large = (f"sqlite:///{Path(folder) / name}.db" for name in ("small", "large"))
        return await _compare("sqlite", small, large)


async def _compare(kind: str, small: str, large: str) -> Figure:
    async with AsyncExitStack() as stack:
        sides = {
            name: _side(await stack.enter_async_context(_filled(store, size)), size)
            for name, store, size in (("small", small, _SMALL), ("large", large, _LARGE))
        }
        rounds = await take_turns(sides, _ROUNDS)
    return rounds.ratio(
        f"water poll, {kind}, {_LARGE:,} users / {_SMALL:,}",
        "large",
        "small",
        f"{rounds.median('large'):.0f} us against {rounds.median('small'):.0f} us",
        _AIM,
    )


@asynccontextmanager
async def _filled(store: str, size: int) -> AsyncIterator[ASGIFramework]:
    services = wire(Settings(store=store))
    await services.open()
    await insert_users(services.store, size, SystemClock().now())
    yield create_app(services)
    await services.close()


def _side(app: ASGIFramework, size: int) -> Side:
    async def ask(number: int) -> None:
        response = await exchange(app, water_poll(number * _STRIDE % size))
        assert b'"not_due"' in response.body, response

    return each(ask, _CALLS)
