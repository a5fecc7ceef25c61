"""Small processes for the places of a server: what they do to their store is easy to count."""

from asyncio import CancelledError, ensure_future, shield
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from petcore.adapters.clock_system import pause
from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.ports.clock import Clock
from petcore.ports.store import Collection, Query, Record, Store
from petcore.settings import default_settings
from petcore.wiring import wire
from simulator.kernel.streams import Streams
from simulator.network.asgi import Request, exchange
from simulator.server.house import House, Process

NOTES: Collection[Record] = Collection("notes")


class Crew:
    """Hires processes that answer a GET of /SECONDS after so long, and note it in their store; who
    posts has them do ``work`` with the store instead.
    """

    def __init__(self, work: Callable[[Store], Awaitable[None]] | None = None) -> None:
        self.names: list[str] = []
        self.stores: list[Store] = []
        self.clocks: list[Clock] = []
        self.closed: list[str] = []
        self.answered: list[str] = []
        self._work = work
        self._count = 0

    def hire(self, name: str, clock: Clock, store: Store) -> Process:
        """A process, and what ``petcore device`` has of it."""
        self.names.append(name)
        self.stores.append(store)
        self.clocks.append(clock)

        async def close() -> None:
            self.closed.append(name)
            await store.close()

        entropy = SeededEntropy(Streams(1).stream(name))
        platform = wire(
            default_settings(store="memory:"), clock=clock, entropy=entropy, store=store
        ).platform

        async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
            assert scope["type"] == "http"
            if scope["method"] == "POST" and self._work is not None:
                await self._work(store)
            else:
                await pause(float(scope["path"].strip("/")))
                self._count += 1
                await store.insert(NOTES, Record(_id=f"note{self._count}", version=1))
            self.answered.append(name)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"{}", "more_body": False})

        return Process(app, store.open, close, platform.devices, platform.pairings, ())

    def shown(self) -> Sequence[datetime]:
        """What the clock of each process shows."""
        return [clock.now() for clock in self.clocks]


async def ask(house: House, method: str = "GET", path: str = "/0") -> str:
    """What somebody hears who asks: "200", or the name of what went wrong."""
    try:
        response = await exchange(house, Request(method, path))
    except ConnectionError as failure:
        return type(failure).__name__
    return str(response.status)


async def notes(store: Store) -> int:
    """How many notes there are."""
    return await store.count(Query(NOTES))


async def cling(store: Store) -> None:
    """Do everything not to die: what must have no effect although it runs."""

    async def later() -> None:
        await pause(1)
        await store.insert(NOTES, Record(_id="later", version=1))

    async def stubborn() -> None:
        try:
            await pause(1)
        except CancelledError:
            await store.insert(NOTES, Record(_id="stubborn", version=1))

    works = [ensure_future(later()), ensure_future(stubborn())]
    await pause(0.001)
    try:
        await store.get(NOTES, "none")
        await shield(works[0])
    except CancelledError:
        await store.insert(NOTES, Record(_id="caught", version=1))
    finally:
        works.append(ensure_future(later()))
        await store.insert(NOTES, Record(_id="finally", version=1))
