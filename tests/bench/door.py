"""What the door adds to a water poll that is not due: in process and over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypercorn.typing import ASGIFramework

from petcore.adapters.clock_system import SystemClock
from petcore.api import document
from petcore.api.connection import Asked
from petcore.api.operation import Caller
from petcore.app import create_app
from petcore.services import Services
from petcore.settings import DoorSetting, Settings
from petcore.wiring import wire
from simulator.network.asgi import Header, Request, exchange
from tests.bench.figures import Aim, Figure, Report
from tests.bench.filling import POLL_PATH, insert_users, user
from tests.bench.rounds import Rounds, Side, each, run, take_turns
from tests.bench.served import petcore, served
from tests.bench.traffic import Load, turns

_ROUNDS, _CALLS = 41, 100
_HTTP_ROUNDS = 15
_AIM = Aim(1.05)
_NONE, _LOCAL, _LOCKED = "no door", "open on loopback", "locked, believed token"
_STORES = ("memory", "sqlite")
_MOST = 1_000_000  # requests a minute: the limit counts them all and never holds anybody up


def door() -> Report:
    """All sides of one store in turns; over HTTP, how many times less often it is answered."""
    with TemporaryDirectory() as folder:
        inside = [figure for store in _STORES for figure in _in_process(store, Path(folder))]
        return Report([*inside, _over_http(f"sqlite:///{Path(folder) / 'served.db'}")])


def _in_process(store: str, folder: Path) -> list[Figure]:
    uri = "memory:" if store == "memory" else f"sqlite:///{folder / 'pet.db'}"
    rounds = run(_measure(uri))
    return [_figure(rounds, store, side) for side in (_LOCAL, _LOCKED)]


def _figure(rounds: Rounds, store: str, side: str) -> Figure:
    absolute = f"{rounds.median(side):.1f} us against {rounds.median(_NONE):.1f} us without"
    return rounds.ratio(f"water poll, {store}, {side} / {_NONE}", side, _NONE, absolute, _AIM)


async def _measure(uri: str) -> Rounds:
    async with _opened(uri) as services:
        issued = await services.platform.devices.add("pet", user(0))
        token = (b"authorization", f"Bearer {issued.token}".encode())
        app = create_app(services)
        locked = wire(_settings(uri, "locked"), store=services.store)
        sides = {
            _NONE: _without_door(_side(app)),
            _LOCAL: _side(app),
            _LOCKED: _side(create_app(locked), token),
        }
        return await take_turns(sides, _ROUNDS)


@asynccontextmanager
async def _opened(uri: str) -> AsyncIterator[Services]:
    services = wire(_settings(uri, "by_address"))
    await services.open()
    await insert_users(services.store, 1, SystemClock().now())
    yield services
    await services.close()


def _settings(uri: str, lock: DoorSetting) -> Settings:
    return Settings(store=uri, door=lock, requests_per_min=_MOST)


def _side(app: ASGIFramework, *headers: Header) -> Side:
    """Polls as a device sends them; whom a token is for does not change what is asked."""
    usual = ((b"host", b"127.0.0.1:5000"), (b"connection", b"keep-alive"), *headers)
    request = Request("GET", POLL_PATH, f"user_id={user(0)}", usual)

    async def ask(_: int) -> None:
        response = await exchange(app, request)
        assert response.status == 200, response

    return each(ask, _CALLS)


def _without_door(side: Side) -> Side:
    """The same with nobody at the door."""
    anybody = Caller()

    async def admit(_: object, __: Asked, *, is_public: bool) -> Caller:
        return anybody

    async def turn() -> float:
        with patch.object(document, "_admit", admit):
            return await side()

    return turn


def _over_http(uri: str) -> Figure:
    token = run(_filled(uri))
    command = petcore(uri)
    limit = {"PETCORE_REQUESTS_PER_MIN": str(_MOST)}
    with (
        served(command, limit) as local,
        served([*command, "--locked"], limit) as locked,
    ):
        loads = {
            _LOCAL: Load(local.port, 1, seconds=0.5),
            _LOCKED: Load(locked.port, 1, seconds=0.5, token=token),
        }
        rate = turns(loads, _HTTP_ROUNDS).rate
    absolute = f"{rate.median(_LOCAL):,.0f} /s against {rate.median(_LOCKED):,.0f} /s locked"
    what = f"water polls/s over HTTP, sqlite, {_LOCAL} / {_LOCKED}"
    return rate.ratio(what, _LOCAL, _LOCKED, absolute, _AIM)


async def _filled(uri: str) -> str:
    """The token of a device whose user is in the store from now on."""
    async with _opened(uri) as services:
        return (await services.platform.devices.add("pet", user(0))).token
