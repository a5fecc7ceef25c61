"""What belongs together gets done, whenever the process dies."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import pytest

from petcore.errors import StoreUnavailable
from petcore.services import Services
from petcore.services.desktop_pet.stress import Reading, SessionWish
from petcore.services.desktop_pet.water import ScheduleWish
from petcore.services.idempotency import Answer, Call
from tests.services.interrupted import InterruptedStore
from tests.services.server import Server

Act = Callable[[Services, Call], Awaitable[Answer]]

ALL_DAY = ScheduleWish("audrey", "UTC", "00:00", "00:00", 60, enabled=True)


async def _prepare_nothing(server: Server) -> Act:
    async def act(services: Services, call: Call) -> Answer:
        return await services.desktop_pet.water.set_schedule(ALL_DAY, call)

    return act


async def _prepare_reminder(server: Server) -> Act:
    await server.services().desktop_pet.water.set_schedule(ALL_DAY, Call("schedule"))

    async def act(services: Services, call: Call) -> Answer:
        return await services.desktop_pet.water.poll("audrey", call)

    return act


async def _session(server: Server) -> str:
    wish = SessionWish("audrey", "Math", allow_prompted_breaks=True, signal_source="presage")
    answer = await server.services().desktop_pet.stress.start_session(wish, Call("start"))
    session = answer["session"]
    assert isinstance(session, dict)
    return str(session["session_id"])


def _reading(server: Server, session_id: str) -> Reading:
    return Reading(session_id, 0.5, 0.9, server.clock.now(), 1.0, None, {})


async def _stressed(server: Server, minutes: int) -> str:
    session_id = await _session(server)
    for minute in range(minutes):
        stress = server.services().desktop_pet.stress
        await stress.ingest_sample(_reading(server, session_id), Call("sample", f"k{minute}"))
        server.clock.advance(1)
    return session_id


async def _prepare_start(server: Server) -> Act:
    wish = SessionWish("audrey", "Math", allow_prompted_breaks=None, signal_source="presage")

    async def act(services: Services, call: Call) -> Answer:
        return await services.desktop_pet.stress.start_session(wish, call)

    return act


async def _prepare_prompting_sample(server: Server) -> Act:
    session_id = await _stressed(server, 10)
    reading = _reading(server, session_id)

    async def act(services: Services, call: Call) -> Answer:
        return await services.desktop_pet.stress.ingest_sample(reading, call)

    return act


async def _prepare_end(server: Server) -> Act:
    session_id = await _stressed(server, 12)

    async def act(services: Services, call: Call) -> Answer:
        return await services.desktop_pet.stress.end_session(session_id, call)

    return act


PREPARATIONS = (
    _prepare_nothing,
    _prepare_reminder,
    _prepare_start,
    _prepare_prompting_sample,
    _prepare_end,
)


@pytest.mark.asyncio
@pytest.mark.parametrize("prepare", PREPARATIONS)
@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("writes", range(8))
async def test_a_cut_off_operation_is_whole_in_the_end(
    prepare: Callable[[Server], Awaitable[Act]], writes: int, is_stored: bool
) -> None:
    """Cut off after any write, then started anew and asked again with the same key, an operation
    leaves what it leaves when nothing goes wrong: no part is missing, none is there twice.
    """
    calm, cut = Server(), Server()
    call = Call("act", "key-1", "same")
    act = await prepare(calm)
    answer = await act(calm.services(), call)
    act = await prepare(cut)
    with suppress(StoreUnavailable):
        await act(cut.services(InterruptedStore(cut.store, writes, is_stored=is_stored)), call)
    restarted = cut.services()
    await restarted.open()
    again = await act(restarted, call)

    assert _shape(again) == _shape(answer)
    assert _census(await cut.stored()) == _census(await calm.stored())


@pytest.mark.asyncio
@pytest.mark.parametrize("prepare", PREPARATIONS)
@pytest.mark.parametrize("writes", range(8))
async def test_a_restart_alone_completes_what_was_begun(
    prepare: Callable[[Server], Awaitable[Act]], writes: int
) -> None:
    """After a restart nothing is half done, even if nobody asks again: either all or nothing."""
    calm, cut = Server(), Server()
    before = await prepare(calm)
    nothing = _census(await calm.stored())
    await before(calm.services(), Call("act"))
    everything = _census(await calm.stored())
    act = await prepare(cut)
    with suppress(StoreUnavailable):
        await act(cut.services(InterruptedStore(cut.store, writes, is_stored=False)), Call("act"))
    await cut.services().open()
    assert _census(await cut.stored()) in (nothing, everything)


@pytest.mark.asyncio
@pytest.mark.parametrize("writes", range(4))
async def test_a_restart_alone_completes_what_a_key_decides(writes: int) -> None:
    """Where the kept answer is what decides, it holds the rest, and a start delivers that, too."""
    calm, cut = Server(), Server()
    call = Call("act", "key-1", "same")
    nothing = _census(await calm.stored())
    await (await _prepare_start(calm))(calm.services(), call)
    everything = _census(await calm.stored())
    act = await _prepare_start(cut)
    with suppress(StoreUnavailable):
        await act(cut.services(InterruptedStore(cut.store, writes, is_stored=False)), call)
    await cut.services().open()
    assert _census(await cut.stored()) in (nothing, everything)


@pytest.mark.asyncio
@pytest.mark.parametrize("prepare", PREPARATIONS)
@pytest.mark.parametrize("writes", range(8))
async def test_what_was_answered_is_done(
    prepare: Callable[[Server], Awaitable[Act]], writes: int
) -> None:
    """Who got an answer need not ask again: all of it is there after a restart, if not before."""
    calm, cut = Server(), Server()
    call = Call("act", "key-1", "same")
    act = await prepare(calm)
    await act(calm.services(), call)
    act = await prepare(cut)
    try:
        await act(cut.services(InterruptedStore(cut.store, writes, is_stored=False)), call)
    except StoreUnavailable:
        return
    await cut.services().open()
    assert _census(await cut.stored()) == _census(await calm.stored())


def _shape(answer: Answer) -> set[str]:
    return set(answer)


def _census(stored: dict[str, list[Mapping[str, object]]]) -> dict[str, list[str]]:
    """How many documents there are, and what state the deciding ones are in."""
    return {
        name: sorted(
            str([document.get(field) for field in ("status", "is_open", "outbox_len")])
            + str(document.get("last_triggered_at"))
            for document in documents
        )
        for name, documents in stored.items()
    }
