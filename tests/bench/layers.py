"""What each layer of petcore adds to a water poll that is not due, in this process."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, redirect_stderr
from dataclasses import dataclass, replace
from io import StringIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypercorn.typing import ASGIFramework, ASGIReceiveCallable, ASGISendCallable, Scope

from petcore.adapters.clock_system import SystemClock
from petcore.api.composer import Composer
from petcore.api.desktop_pet import OPERATIONS
from petcore.api.desktop_pet.errors import SHAPE
from petcore.api.document import create_document
from petcore.app import create_app
from petcore.services import Services
from petcore.services.desktop_pet import DesktopPet
from petcore.services.idempotency import Answer, Call
from petcore.settings import Settings
from petcore.wiring import configure_logging, wire
from simulator.network.asgi import Request, exchange
from tests.bench.bare import ANSWER, create_bare
from tests.bench.filling import POLL_PATH, insert_users, water_poll
from tests.bench.rounds import Rounds, Side, each, take_turns

EXCHANGE, BARE, COMPOSER, REQUEST = "exchange", "bare", "composer", "request"
MEMORY, KEYED, SQLITE, LOGGED = "memory", "keyed", "sqlite", "logged"

_ADDED = {
    EXCHANGE: "the exchange itself, with an app that answers at once",
    BARE: "a bare Quart handler",
    COMPOSER: "the composer of documents",
    REQUEST: "the request layer: strict reading, checked answer (answer constant)",
    MEMORY: "the service, on the memory store",
    SQLITE: "the SQLite store instead",
    LOGGED: "a log line (log level info)",
}
_CALLS = 100


@dataclass(frozen=True, slots=True)
class Layers:
    """What was measured."""

    rounds: Rounds

    def __add__(self, others: "Layers") -> "Layers":
        """Both measurements as one."""
        return Layers(self.rounds + others.rounds)

    def lines(self) -> list[str]:
        """What each layer adds, in microseconds, for people."""
        first, *_ = names = list(_ADDED)
        added = {first: self.rounds.median(first)} | {
            name: self.rounds.difference(name, before) for before, name in pairwise(names)
        }
        return [
            f"{added[name]:+8.0f} us, {self.rounds.median(name):5.0f} us in all: {words}"
            for name, words in _ADDED.items()
        ]


async def measure(rounds: int) -> Layers:
    """Measure all layers in turns."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        memory = await stack.enter_async_context(_opened("memory:"))
        sqlite = await stack.enter_async_context(_opened(f"sqlite:///{folder / 'pet.db'}"))
        sides = {
            EXCHANGE: _side(_at_once),
            BARE: _side(create_bare()),
            COMPOSER: _side(_composed(Composer([create_bare()]))),
            REQUEST: _side(_constant(memory)),
            MEMORY: _side(create_app(memory)),
            KEYED: _side(create_app(memory), _keyed),
            SQLITE: _side(create_app(sqlite)),
            LOGGED: _logged(_side(create_app(sqlite))),
        }
        return Layers(await take_turns(sides, rounds))


@asynccontextmanager
async def _opened(store: str) -> AsyncIterator[Services]:
    services = wire(Settings(store=store))
    await services.open()
    await insert_users(services.store, 100, SystemClock().now())
    yield services
    await services.close()


def _side(app: ASGIFramework, request: Callable[[int], Request] = water_poll) -> Side:
    async def ask(number: int) -> None:
        response = await exchange(app, request(number % 100))
        assert response.status == 200, response

    return each(ask, _CALLS)


def _keyed(number: int) -> Request:
    return water_poll(number, (b"idempotency-key", b"key-%d" % number))


async def _at_once(_: Scope, __: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}", "more_body": False})


def _composed(composer: Composer) -> ASGIFramework:
    async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "http"
        await composer.serve(scope, receive, send)

    return app


def _constant(services: Services) -> ASGIFramework:
    """The app with a water poll that knows its answer."""
    answer = {**ANSWER, "server_time_utc": SystemClock().now()}

    async def known(_: DesktopPet, __: object, ___: Call) -> Answer:
        return answer

    operations = [
        replace(operation, handler=known) if operation.path == POLL_PATH else operation
        for operation in OPERATIONS
    ]
    pet, door = services.desktop_pet, services.door
    document = create_document("desktop_pet", operations, SHAPE, pet, door)
    return _composed(Composer([document]))


def _logged(side: Side) -> Side:
    """The same with the log that a server has by default, written to memory."""

    async def logged() -> float:
        with redirect_stderr(StringIO()):
            configure_logging(Settings(log_level="info"), SystemClock())
        try:
            return await side()
        finally:
            logging.basicConfig(level=logging.WARNING, force=True)

    return logged
