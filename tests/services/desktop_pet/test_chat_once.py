"""A turn happens once and whole, whoever else talks just then and whenever something dies."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from random import Random

import pytest

from petcore.adapters.language_scripted import Wait
from petcore.errors import KeyReused, StoreUnavailable, WrongState
from petcore.ports.language import Talk, ToolCall
from petcore.ports.store import Collection, Query, R, Store
from petcore.services import Services
from petcore.services.desktop_pet.collections import (
    CHAT_MEMORIES,
    CHAT_MESSAGES,
    FOCUS_SESSIONS,
    POMODORO_SESSIONS,
)
from petcore.services.idempotency import IDEMPOTENCY_KEYS, Answer, Call
from tests.services.desktop_pet.talk import (
    CALL,
    Counting,
    Steps,
    answer_of,
    keyed,
    listen,
    of_kinds,
    said,
    sound_of,
    text_of,
)
from tests.services.interleaved import InterleavedStore
from tests.services.interrupted import InterruptedStore
from tests.services.server import Server

Talking = Callable[[Services, Call], Awaitable[Answer]]

SEEDS = range(8)
WISH = said("hello", include_audio=True, audio_format="wav")


def acting(talk: Talk) -> Steps:
    """Starts a Pomodoro and a study session, and says something else."""
    yield ToolCall("start_pomodoro", {"focus_minutes": 50})
    yield ToolCall("start_study_session", {"study_label": "kiwis"})
    yield f"I heard {len(talk.lines)} lines. And you?"


def agreeing(talk: Talk) -> Steps:
    """Says to what it says yes."""
    yield f"To {talk.transcript}: yes."


def slowly(_: Talk) -> Steps:
    """Takes a minute."""
    yield Wait(60)
    yield "Yes."


def counting(_: Talk) -> Steps:
    """Goes on for long."""
    for number in range(10**6):
        yield f"{number}. "
        yield Wait(1)


async def send(services: Services, call: Call) -> Answer:
    """A message, to the end."""
    return await services.desktop_pet.chat.send_message(WISH, call)


async def stream(services: Services, call: Call) -> Answer:
    """A stream, to the end, with its sound."""
    events = await listen(services, WISH, call)
    return {**answer_of(events), "sound": sound_of(events), "text": text_of(events)}


WAYS = pytest.mark.parametrize("talk", [send, stream])


def census(stored: Mapping[str, list[Mapping[str, object]]]) -> dict[str, list[str]]:
    """What there is of everything, but for ids, versions and what is left in no outbox."""
    left_out = ("_id", "version", "session_id", "conversation_id", "answer", "timings_ms")
    return {
        name: sorted(
            str({field: value for field, value in document.items() if field not in left_out})
            for document in documents
        )
        for name, documents in stored.items()
    }


@pytest.mark.asyncio
@WAYS
async def test_the_same_key_gets_the_same_answer(talk: Talking) -> None:
    """Also the same sound, byte by byte; nothing is thought or done a second time."""
    script = Counting(acting)
    server = Server(script=script)
    first = await talk(server.services(), keyed())
    server.clock.advance(5)
    assert await talk(server.services(), keyed()) == first
    assert len(script.talks) == 1
    assert await server.store.count(Query(CHAT_MESSAGES)) == 2
    with pytest.raises(KeyReused):
        await talk(server.services(), keyed(request="another"))


@pytest.mark.asyncio
async def test_a_kept_answer_is_told_again_whole() -> None:
    """In the order in which it happened, with its actions."""
    server = Server(script=acting)
    await stream(server.services(), keyed())
    assert of_kinds(await listen(server.services(), WISH, keyed())) == "haatSd"


@pytest.mark.asyncio
async def test_a_message_and_a_stream_are_two_requests() -> None:
    """Each is answered by itself; but whose stream is cut off and who asks again by a message, with
    the same key, has it done once.
    """
    script = Counting(acting)
    server = Server(script=script)
    answers = [await talk(server.services(), keyed()) for talk in (stream, send)]
    assert len(script.talks) == 2
    assert answers[0]["actions"] == answers[1]["actions"]
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 1
    assert await server.store.count(Query(FOCUS_SESSIONS)) == 1
    await send(server.services(), keyed("another"))
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 2


@pytest.mark.asyncio
@WAYS
async def test_twins_in_one_process_are_thought_of_once(talk: Talking) -> None:
    """The second of them waits, and gets what the first one got."""
    script = Counting(acting)
    services = Server(script=script).services()
    answers = await asyncio.gather(*(talk(services, keyed()) for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert len(script.talks) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_twins_in_many_processes_get_one_answer(seed: int) -> None:
    """Each may think of one; one of them is stored and answered to all, and what they do is done
    once.
    """
    server = Server(script=acting)
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(5)
    ]
    answers = await asyncio.gather(*(send(worker, keyed()) for worker in workers))
    assert all(answer == answers[0] for answer in answers)
    assert await server.store.count(Query(CHAT_MESSAGES)) == 2
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 1
    assert await server.store.count(Query(FOCUS_SESSIONS)) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_twin_streams_never_tell_two_stories(seed: int) -> None:
    """Who heard another story than the one that was stored is told so, and hears that one when he
    asks again.
    """
    server = Server(script=Counting())
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(4)
    ]
    told = await asyncio.gather(
        *(stream(worker, keyed()) for worker in workers), return_exceptions=True
    )
    whole = [answer for answer in told if not isinstance(answer, BaseException)]
    assert whole
    assert all(isinstance(answer, (dict, WrongState)) for answer in told)
    again = await stream(server.services(), keyed())
    assert all(answer == again for answer in whole)
    assert again["text"] == again["reply_text"]


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", SEEDS)
async def test_no_turn_is_lost_or_mixed_up(seed: int) -> None:
    """Many turns of one user in several processes: all are kept, each with its answer beside it,
    and each was thought of once.
    """
    script = Counting(agreeing)
    server = Server(script=script)
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(3)
    ]
    await asyncio.gather(
        *(
            workers[n % 3].desktop_pet.chat.send_message(said(f"question {n}"), CALL)
            for n in range(15)
        )
    )
    messages = await server.store.find(Query(CHAT_MESSAGES, {"user_id": "audrey"}, "number"))
    assert [message["number"] for message in messages] == list(range(30))
    for asked, answered in zip(messages[::2], messages[1::2], strict=True):
        assert answered["content"] == f"To {asked['content']}: yes."
        assert (asked["role"], answered["role"]) == ("user", "assistant")
        assert asked["conversation_id"] == answered["conversation_id"]
    assert len({message["content"] for message in messages}) == 30
    assert len(script.talks) == 15


@pytest.mark.asyncio
@WAYS
@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("writes", range(13))
async def test_a_turn_that_was_cut_off_is_whole_in_the_end(
    talk: Talking, writes: int, is_stored: bool
) -> None:
    """Cut off after any write and asked again with its key, it leaves what it leaves when nothing
    goes wrong: no Pomodoro twice, no message missing, one answer.
    """
    calm, cut = Server(script=acting), Server(script=acting)
    answer = await talk(calm.services(), keyed())
    with suppress(StoreUnavailable):
        await talk(cut.services(InterruptedStore(cut.store, writes, is_stored=is_stored)), keyed())
    restarted = cut.services()
    await restarted.open()
    again = await talk(restarted, keyed())
    assert set(again) == set(answer)
    assert again["reply_text"] == answer["reply_text"]
    assert census(await cut.stored()) == census(await calm.stored())


@pytest.mark.asyncio
@WAYS
@pytest.mark.parametrize("writes", range(13))
async def test_a_restart_leaves_no_half_turn(talk: Talking, writes: int) -> None:
    """Even if nobody asks again there are both messages or none, and the memory knows of them."""
    server = Server(script=acting)
    with suppress(StoreUnavailable):
        await talk(server.services(InterruptedStore(server.store, writes, is_stored=False)), CALL)
    await server.services().open()
    await require_whole(server)


async def require_whole(server: Server) -> None:
    """Raise ``AssertionError`` unless the messages are those that the memory knows of."""
    messages = await server.store.find(Query(CHAT_MESSAGES))
    memories = await server.store.find(Query(CHAT_MEMORIES))
    assert sum(memory["messages"] for memory in memories) == len(messages)
    assert all(memory["outbox_len"] == 0 for memory in memories)


@pytest.mark.asyncio
@WAYS
@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_a_client_that_hangs_up_leaves_no_half_turn(talk: Talking, turns: int) -> None:
    """Cancelled after any number of turns of the loop, it is stored whole or not at all."""
    server = Server(script=acting)
    services = server.services(InterleavedStore(server.store, Random(turns)))
    work = asyncio.ensure_future(talk(services, keyed()))
    for _ in range(turns):
        await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await services.close()
    await require_whole(server)
    kept = await server.store.find(Query(IDEMPOTENCY_KEYS, {"user_id": "audrey"}))
    turns_kept = [each for each in kept if each["route"] in ("chat message", "chat stream")]
    assert 2 * len(turns_kept) == await server.store.count(Query(CHAT_MESSAGES))
    again = await talk(server.services(), keyed())
    assert again["ok"]
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 1


@pytest.mark.asyncio
async def test_a_listener_who_leaves_ends_the_turn() -> None:
    """A stream that is closed in the middle thinks no further and stores nothing."""
    script = Counting(counting)
    server = Server(script=script)
    events = server.services().desktop_pet.chat.stream_message(WISH, keyed())
    assert await anext(events)
    await events.aclose()
    assert not any((await server.stored()).values())


class OvertakenStore(InterruptedStore):
    """Says of ``rounds`` replaces ``after`` some others that somebody else was quicker."""

    def __init__(self, store: Store, rounds: int, after: int = 0) -> None:
        super().__init__(store, 10**6, is_stored=True)
        self.rounds = rounds
        self._after = after

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Lose, or replace."""
        if self._after:
            self._after -= 1
            return await super().replace(collection, document, expected)
        self.rounds -= 1
        return self.rounds < 0 and await super().replace(collection, document, expected)


@pytest.mark.asyncio
async def test_who_is_overtaken_thinks_once() -> None:
    """However often the store says that somebody was quicker, nothing slow is done again."""
    script = Counting()
    server = Server(script=script)
    await send(server.services(), CALL)
    store = OvertakenStore(server.store, 50)
    await send(server.services(store), CALL)
    assert store.rounds < 0
    assert len(script.talks) == 2
    await require_whole(server)


@pytest.mark.asyncio
async def test_who_thinks_for_long_is_not_given_up_for_what_was_before() -> None:
    """A memory whose outbox a dead process left full is put right first; to be overtaken once, long
    after that, is no reason to throw away what was thought.
    """
    server = Server(script=agreeing)
    with pytest.raises(StoreUnavailable):
        await send(server.services(InterruptedStore(server.store, 1, is_stored=True)), CALL)
    [memory] = await server.store.find(Query(CHAT_MEMORIES))
    assert memory["outbox_len"]
    slow = Server(server.clock, server.store, server.entropy, script=slowly)

    async def pause(seconds: float) -> None:
        server.clock.advance(seconds / 60)

    slow.pause = pause
    answer = await send(slow.services(OvertakenStore(server.store, 1, after=1)), CALL)
    assert answer["ok"]
    await require_whole(server)
