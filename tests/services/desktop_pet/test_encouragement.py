"""Encouragement through the services."""

from datetime import timedelta

import pytest

from petcore.rules.desktop_pet.encouragement import MESSAGES, bands
from petcore.services.desktop_pet.stress import Reading
from petcore.services.idempotency import Call
from tests.services.desktop_pet.test_breaks import study
from tests.services.server import NOON, Server

CALL = Call("test")


@pytest.mark.asyncio
async def test_without_scores_the_latest_sample_counts() -> None:
    """Each score that is left out is that of the latest sample; without one, the middle."""
    server = Server()
    encouragement = server.services().desktop_pet.encouragement
    middle = await encouragement.get_message("audrey", None, None, CALL)
    assert middle["message"] in MESSAGES[bands(0.5, 0.5)]
    await study(server, allows=True, minutes=2, stress=0.9)
    latest = await encouragement.get_message("audrey", None, None, CALL)
    assert latest["message"] in MESSAGES[bands(0.5, 0.9)]
    given = await encouragement.get_message("audrey", 0.1, None, CALL)
    assert given["message"] in MESSAGES[bands(0.1, 0.9)]


@pytest.mark.asyncio
async def test_what_was_measured_before_the_latest_counts_no_more() -> None:
    """Who calms down is not told to calm down."""
    server = Server()
    encouragement = server.services().desktop_pet.encouragement
    for stress in (0.9, 0.1):
        await study(server, allows=True, minutes=2, stress=stress)
        said = (await encouragement.get_message("audrey", None, None, CALL))["message"]
        assert said in MESSAGES[bands(0.5, stress)]


@pytest.mark.asyncio
async def test_the_pet_does_not_repeat_itself() -> None:
    """Asked again and again, it says something else each time."""
    server = Server()
    encouragement = server.services().desktop_pet.encouragement
    said = []
    for _ in range(4):
        said.append((await encouragement.get_message("audrey", 0.5, 0.5, CALL))["message"])
        server.clock.advance(0.1)
    assert len(set(said)) == 4


@pytest.mark.asyncio
async def test_a_sample_from_the_future_is_not_the_latest() -> None:
    """One wrong clock does not steer what the pet says for ever."""
    server = Server()
    services = server.services()
    session_id = await study(server, allows=True, minutes=1, stress=0.1)
    future = Reading(session_id, 0.5, 0.9, NOON + timedelta(days=9), 1.0, None, {})
    await services.desktop_pet.stress.ingest_sample(future, CALL)
    message = (await services.desktop_pet.encouragement.get_message("audrey", None, None, CALL))[
        "message"
    ]
    assert message in MESSAGES[bands(0.5, 0.1)]
