"""A store that a server has lived on: documents of every collection, of two users."""

from petcore.adapters.store_memory import MemoryStore
from petcore.errors import StoreUnavailable
from petcore.ports.store import Query, Store
from petcore.services import Services
from petcore.services.collections import COLLECTIONS
from petcore.services.desktop_pet.breaks import PomodoroWish
from petcore.services.desktop_pet.chat import PersonaWish
from petcore.services.desktop_pet.stress import Reading, SessionWish
from petcore.services.desktop_pet.video import SourceWish
from petcore.services.desktop_pet.water import ScheduleWish
from petcore.services.idempotency import Call
from petcore.services.outbox import Document
from petcore.services.platform.pairings import PairingWish
from tests.services.desktop_pet.talk import said, using
from tests.services.interrupted import InterruptedStore
from tests.services.server import Server

WRITES = 140
USERS = ("audrey", "audrey's \N{WATER WAVE}")


async def lived(writes: int | None = None) -> MemoryStore:
    """The store; the server was cut off after so many more writes if ``writes`` says so, of which
    there are ``WRITES``.
    """
    server = Server(script=using("start_pomodoro", "There you are.", cycles=2))
    for user in USERS:
        await _live(server, server.services(), user)
    for user in USERS:
        await _pair(server, server.services(), user)
    if writes is not None:
        cut = InterruptedStore(server.store, writes, is_stored=True)
        try:
            await _live(server, server.services(cut), USERS[0])
            await _pair(server, server.services(cut), USERS[0])
        except StoreUnavailable:
            return server.store
        raise AssertionError("not so many writes")
    return server.store


async def _live(server: Server, services: Services, user: str) -> None:
    pet, at = services.desktop_pet, server.clock
    wish = ScheduleWish(user, "America/Vancouver", "00:00", "23:59", 60, enabled=True)
    at.advance(1)
    await pet.breaks.set_stress_prompts(user, enabled=True, call=Call("preference"))
    await pet.water.set_schedule(wish, Call("schedule", f"{at.now()}", "s"))
    await pet.water.poll(user, Call("poll", f"{at.now()}", "p"))
    await pet.water.acknowledge(user, Call("ack"))
    camera = SourceWish(user, "esp32", "http://192.168.1.20:81/stream", 0, None)
    await pet.video.save_source(camera, Call("source", f"{at.now()}", "v"))
    study = SessionWish(user, "Math", None, "presage", watch=True)
    started = await pet.stress.start_session(study, Call("s"))
    session = started["session"]
    assert isinstance(session, dict)
    for _ in range(12):
        reading = Reading(
            session["session_id"], 0.5, 0.9, at.now(), 1.0, None, {"pulse": [60, 6.5]}
        )
        await pet.stress.ingest_sample(reading, Call("sample", f"{at.now()}", "x"))
        at.advance(1)
    await pet.stress.end_session(session["session_id"], Call("end"))
    for _ in range(2):
        pomodoro = await pet.breaks.start_pomodoro(PomodoroWish(user, 25, 5, 4), Call("start"))
    ended = pomodoro["session"]
    assert isinstance(ended, dict)
    await pet.breaks.stop_pomodoro(ended["session_id"], Call("stop"))
    await pet.encouragement.get_message(user, None, None, Call("message"))
    await _talk(server, services, user)


async def _talk(server: Server, services: Services, user: str) -> None:
    """A persona, a turn in which the pet acts and speaks, one that goes on, and one more that is
    forgotten with both of them.
    """
    chat, at = services.desktop_pet.chat, f"{server.clock.now()}"
    persona = PersonaWish(user, "Nova", "Be brief.", None, None)
    await chat.save_persona(persona, Call("persona", at, "n"))
    for number in range(3):
        wish = said(f"Start {number}!", user, include_audio=True)
        first = await chat.send_message(wish, Call("chat", f"{at}/{number}", "m"))
        again = said("And?", user, first["conversation_id"])
        async for _ in chat.stream_message(again, Call("chat")):
            pass
        if number == 0:
            await chat.erase_memory(user)


async def _pair(server: Server, services: Services, user: str) -> None:
    """A device collects its token, another one waits to be confirmed, a third is added by hand."""
    pairings, devices = services.platform.pairings, services.platform.devices
    name, address = f"{user}, {server.clock.now():%H:%M}", f"192.0.2.{len(user)}"
    started = await pairings.start(PairingWish(name, "1.2.0", None), address)
    await pairings.confirm(str(started["user_code"]), user, name)
    collected = await pairings.collect(str(started["device_code"]), address)
    await devices.see(await devices.recognise(str(collected["token"])), "1.2.1")
    await pairings.start(PairingWish(None, None, user), address)
    await devices.add(f"{name}, by hand", user)


async def contents(store: Store) -> dict[str, list[Document]]:
    """Every document, by collection."""
    return {
        collection.name: list(await store.find(Query(collection))) for collection in COLLECTIONS
    }
