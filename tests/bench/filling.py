"""Stores with something in them, and the water poll that is asked of them."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from petcore.ports.store import Collection, R, Store
from petcore.services.desktop_pet.collections import WATER_SCHEDULES
from petcore.services.desktop_pet.shapes import WaterSchedule
from simulator.network.asgi import Request

POLL_PATH = "/api/water/poll"


async def insert_all(
    store: Store, collection: Collection[R], documents: Iterable[R], callers: int = 256
) -> None:
    """Insert the documents, ``callers`` at a time."""
    waiting = iter(documents)

    async def caller() -> None:
        for document in waiting:
            await store.insert(collection, document)

    await asyncio.gather(*(caller() for _ in range(callers)))


async def insert_users(store: Store, count: int, now: datetime) -> None:
    """Insert ``count`` users who were reminded a moment ago, so that no poll is due."""
    await insert_all(store, WATER_SCHEDULES, (schedule(number, now) for number in range(count)))


def user(number: int) -> str:
    """The id of this user."""
    return f"user_{number}"


def water_poll(number: int, *headers: tuple[bytes, bytes]) -> Request:
    """The water poll of this user."""
    return Request("GET", POLL_PATH, f"user_id={user(number)}", headers)


def schedule(number: int, now: datetime) -> WaterSchedule:
    """The schedule of this user, who was reminded at ``now``."""
    return WaterSchedule(
        _id=f"water:{user(number)}",
        version=1,
        outbox=[],
        outbox_len=0,
        user_id=user(number),
        timezone="America/Vancouver",
        start_time="00:00",
        end_time="23:59",
        interval_min=1440,
        enabled=True,
        last_triggered_at=now,
    )
