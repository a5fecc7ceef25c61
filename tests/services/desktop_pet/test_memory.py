"""What the pet remembers, of whom, and how it forgets."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from petcore.adapters.store_sqlite import SqliteStore
from petcore.errors import Duplicate, KeyReused, NotFound, StoreUnavailable
from petcore.ports.language import Talk, ToolCall
from petcore.ports.store import Collection, Query, R, Store
from petcore.rules.desktop_pet import chat as rules
from petcore.services.collections import COLLECTIONS
from petcore.services.desktop_pet.chat import PersonaWish
from petcore.services.desktop_pet.collections import CHAT_MEMORIES, CHAT_MESSAGES
from petcore.services.desktop_pet.shapes import ChatMemory
from petcore.services.idempotency import IDEMPOTENCY_KEYS
from petcore.services.outbox import Document
from tests.services.desktop_pet.talk import (
    CALL,
    Counting,
    Steps,
    answer_of,
    keyed,
    listen,
    said,
    send,
    texts,
)
from tests.services.interleaved import InterleavedStore
from tests.services.interrupted import InterruptedStore
from tests.services.server import Server

WORD = "xylophone"


def recalling(talk: Talk) -> Steps:
    """Says all that it was told of before."""
    yield f"I know: {talk.system_prompt} {[line.content for line in talk.lines]}"


async def memory_of(server: Server, user: str = "audrey") -> ChatMemory:
    """The stored memory."""
    [memory] = await server.store.find(Query(CHAT_MEMORIES, {"user_id": user}))
    return memory


async def everything(server: Server) -> str:
    """All that is stored, as one text."""
    return "\n".join(texts(documents) for documents in (await server.stored()).values())


@pytest.mark.asyncio
async def test_a_memory_is_shown() -> None:
    """The turns that are kept word by word, oldest first; of a stranger nothing."""
    server = Server()
    chat = server.services().desktop_pet.chat
    first = await send(server.services(), said("one"))
    server.clock.advance(1)
    await send(server.services(), said("two"))
    shown = await chat.get_memory("audrey")
    assert shown["summary"] == ""
    assert isinstance(shown["turns"], list)
    assert [turn["transcript"] for turn in shown["turns"]] == ["one", "two"]
    assert shown["turns"][0]["reply_text"] == "You said: one. I heard it."
    assert shown["turns"][0]["conversation_id"] == first["conversation_id"]
    assert shown["turns"][1]["created_at"] == server.clock.now()
    assert await chat.get_memory("ben") == {"user_id": "ben", "summary": "", "turns": []}
    assert not await server.store.find(Query(CHAT_MEMORIES, {"user_id": "ben"}))


@pytest.mark.asyncio
async def test_old_turns_leave_for_the_summary() -> None:
    """However much was said: what a language is told, what is read and the memory stay small."""
    script = Counting()
    server = Server(script=script)
    services = server.services()
    conversation = None
    for number in range(60):
        wish = said(f"thing {number} " + "and so on " * 100, conversation_id=conversation)
        conversation = (await send(services, wish))["conversation_id"]
    memory = await memory_of(server)
    assert (memory["messages"], memory["first"]) == (120, 0)
    assert memory["summarized"] == 120 - 2 * rules.TURNS_KEPT
    assert 0 < len(memory["summary"]) <= rules.SUMMARY_MAX
    assert "thing 47" in memory["summary"]
    assert "thing 48" not in memory["summary"]
    last = script.talks[-1]
    assert 0 < len(last.lines) < 2 * rules.TURNS_KEPT
    told = sum(rules.tokens(line.content) for line in last.lines)
    assert told <= rules.HISTORY_TOKENS
    assert len(last.system_prompt) < 4_000
    assert "thing 58" in last.lines[-2].content
    assert "thing 58" not in last.system_prompt
    shown = await services.desktop_pet.chat.get_memory("audrey")
    assert isinstance(shown["turns"], list)
    assert len(shown["turns"]) == rules.TURNS_KEPT


@pytest.mark.asyncio
async def test_an_old_conversation_goes_on_word_by_word() -> None:
    """Also when its turns are in the summary already."""
    script = Counting()
    server = Server(script=script)
    old = (await send(server.services(), said("the first thing")))["conversation_id"]
    for _ in range(rules.TURNS_KEPT + 2):
        await send(server.services(), said("something else"))
    await send(server.services(), said("and?", conversation_id=old))
    assert [line.content for line in script.talks[-1].lines] == ["the first thing", "Answer 1."]


@pytest.mark.asyncio
async def test_nobody_hears_of_anybody_else() -> None:
    """Whatever way one asks: conversations, memories, kept answers, tools, erasing."""
    server = Server(script=recalling)
    services = server.services()
    chat = services.desktop_pet.chat
    await chat.save_persona(PersonaWish("audrey", "Nova", f"Likes {WORD}s.", None, None), CALL)
    hers = await send(services, said(WORD), keyed())
    await listen(services, said(WORD), keyed())

    foreign, unknown = hers["conversation_id"], hers["conversation_id"][::-1]
    for ask in (send, listen):
        refusals = []
        for id in (foreign, unknown):
            with pytest.raises(NotFound) as refused:
                await ask(services, said("hi", "ben", id))
            refusals.append((refused.value.message.replace(id, "ID"), refused.value.details))
        assert refusals[0] == refusals[1]
    with pytest.raises(NotFound):
        await chat.get_persona("ben")
    his = await send(services, said("hi", "ben"), keyed())
    streamed = answer_of(await listen(services, said("hi", "ben"), keyed()))
    for told in (his, streamed, await chat.get_memory("ben")):
        assert WORD not in str(told)
        assert hers["conversation_id"] not in str(told)
    assert his["pet_name"] is None

    before = await server.stored()
    assert (await chat.erase_memory("ben"))["erased"] == 4
    after = await server.stored()
    for name, documents in before.items():
        own = [each for each in documents if each.get("user_id") == "audrey"]
        assert [each for each in after[name] if each.get("user_id") == "audrey"] == own


@pytest.mark.asyncio
@pytest.mark.parametrize("user", ["audrey", "audrey:1", "1:audrey", "0:audrey"])
async def test_users_of_alike_names_have_memories_of_their_own(user: str) -> None:
    """No name spells another user's document."""
    server = Server()
    for each in ("audrey", "audrey:1", "1:audrey", "0:audrey"):
        await send(server.services(), said(f"I am {each}!", each))
    shown = await server.services().desktop_pet.chat.get_memory(user)
    assert isinstance(shown["turns"], list)
    assert [turn["transcript"] for turn in shown["turns"]] == [f"I am {user}!"]


@pytest.mark.asyncio
async def test_what_was_erased_is_gone() -> None:
    """From the store, from what the language is told, and from the answers kept under keys; the
    persona stays, and so do the answers of other requests.
    """
    server = Server(script=recalling)
    services = server.services()
    chat = services.desktop_pet.chat
    await chat.save_persona(PersonaWish("audrey", "Nova", None, None, None), keyed("persona"))
    wish = said(WORD, include_audio=True)
    first = await send(services, wish, keyed())
    told = await listen(services, wish, keyed())
    for _ in range(rules.TURNS_KEPT):
        await send(services, said(WORD))
    assert await chat.erase_memory("audrey") == {"ok": True, "erased": 28}
    assert WORD not in await everything(server)
    assert await server.store.count(Query(CHAT_MESSAGES)) == 0
    assert await chat.get_memory("audrey") == {"user_id": "audrey", "summary": "", "turns": []}
    with pytest.raises(NotFound):
        await send(services, said("hm", conversation_id=first["conversation_id"]))
    again = await send(services, wish, keyed())
    assert WORD not in again["reply_text"]
    assert again["conversation_id"] != first["conversation_id"]
    assert (await listen(services, wish, keyed()))[0] != told[0]
    assert WORD not in await everything(server)
    assert await chat.erase_memory("audrey") == {"ok": True, "erased": 0}
    assert (await chat.get_persona("audrey"))["pet_name"] == "Nova"
    kept = await server.store.find(Query(IDEMPOTENCY_KEYS, {"user_id": "audrey"}))
    assert [each["route"] for each in kept if each["answer"] is not None] == ["chat"]


@pytest.mark.asyncio
@pytest.mark.parametrize("with_key", [False, True])
@pytest.mark.parametrize("before", [0, 1])
async def test_a_turn_that_was_erased_meanwhile_leaves_nothing(before: int, with_key: bool) -> None:
    """Nobody waits for a pet that thinks: to erase takes effect at once, and what is thought then
    is answered and forgotten, whoever was told of it.
    """
    server = Server()
    chat = server.services().desktop_pet.chat
    erased: list[object] = []

    def script(talk: Talk) -> Steps:
        yield ToolCall("start_pomodoro", {})
        yield f"I started a Pomodoro and know {talk.transcript}."

    async def erasing(_: float) -> None:
        erased.append(await chat.erase_memory("audrey"))

    server.script = script
    for _ in range(before):
        await send(server.services(), said(WORD))
    server.pause = erasing
    wish, call = said(WORD, include_audio=True), keyed() if with_key else CALL
    answer = await send(server.services(), wish, call)
    assert erased
    assert WORD in answer["reply_text"]
    stored = await server.stored()
    stored.pop("pomodoro_sessions")
    assert WORD not in "\n".join(map(texts, stored.values()))
    assert await server.store.count(Query(CHAT_MESSAGES)) == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("is_under_way", [False, True])
async def test_a_late_copy_does_not_bring_back_what_was_erased(is_under_way: bool) -> None:
    """A request that the network kept for long is answered when all it says was erased, or was
    erased while it was answered; its key knows that, for as long as keys know anything.
    """
    server = Server()
    chat = server.services().desktop_pet.chat

    erased: list[object] = []

    async def erasing(_: float) -> None:
        erased.append(await chat.erase_memory("audrey"))

    calm, wish = server.pause, said(WORD, include_audio=True)
    if is_under_way:
        server.pause = erasing
    await send(server.services(), wish, keyed())
    server.pause = calm
    assert bool(erased) is is_under_way
    await chat.erase_memory("audrey")
    for _ in range(2):
        assert WORD in (await send(server.services(), wish, keyed()))["reply_text"]
        assert WORD not in await everything(server)
    with pytest.raises(KeyReused):
        await send(server.services(), said("something else"), keyed(request="other"))
    await send(server.services(), wish, keyed("another"))
    assert WORD in await everything(server)


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(12))
async def test_erasing_among_turns_leaves_nothing_of_before(seed: int) -> None:
    """Turns in several processes, erased in the middle of it all: what was answered before is gone
    from everywhere, and no turn is left by half.
    """
    server = Server(script=recalling)
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(3)
    ]
    answered: list[int] = []
    are_some_answered = asyncio.Event()

    async def talk(number: int) -> None:
        await send(workers[number % 3], said(f"{WORD}{number}."), keyed(f"key-{number}"))
        answered.append(number)
        if len(answered) == 3:
            are_some_answered.set()

    talks = [asyncio.ensure_future(talk(number)) for number in range(9)]
    await are_some_answered.wait()
    gone = list(answered)
    await workers[2].desktop_pet.chat.erase_memory("audrey")
    text = await everything(server)
    await asyncio.gather(*talks)
    later = await everything(server)
    for number in gone:
        assert f"{WORD}{number}." not in text
        assert f"{WORD}{number}." not in later
    memory = await memory_of(server)
    messages = await server.store.find(Query(CHAT_MESSAGES, {"user_id": "audrey"}, "number"))
    assert [message["number"] for message in messages] == list(
        range(memory["first"], memory["messages"])
    )


class StalledStore(InterruptedStore):
    """A worker of which everything is late that comes after its change of a memory: it stops
    there, and what is left of it is done by ``go_on``.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store, 10**6, is_stored=True)
        self._real = store
        self._late: list[tuple[Collection[Document], Document]] = []

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Note what the outbox of a memory holds."""
        is_done = await super().replace(collection, document, expected)
        self._note(collection, document)
        return is_done

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Note what the outbox of a memory holds."""
        await super().insert(collection, document)
        self._note(collection, document)

    def _note(self, collection: Collection[R], document: R) -> None:
        if collection.name == CHAT_MEMORIES.name and document["outbox_len"]:
            outbox = document["outbox"]
            assert isinstance(outbox, list)
            by_name = {each.name: each for each in (CHAT_MESSAGES, IDEMPOTENCY_KEYS)}
            self._late = [(by_name[each["collection"]], each["document"]) for each in outbox]
            raise StoreUnavailable("stalled")

    async def go_on(self) -> list[bool]:
        """Insert what is late; say of each whether it was still missing."""
        done = []
        for collection, document in self._late:
            try:
                await self._real.insert(collection, document)
            except Duplicate:
                done.append(False)
            else:
                done.append(True)
        return done


@pytest.mark.asyncio
async def test_what_somebody_stalled_brings_late_is_never_read() -> None:
    """He wrote the turn, stalled, and goes on after it was erased: his messages are not read and
    are deleted at the next turn, and the answer does not come back under its key.
    """
    server = Server(script=recalling)
    stalled = StalledStore(server.store)
    with pytest.raises(StoreUnavailable):
        await send(server.services(stalled), said(WORD), keyed())
    chat = server.services().desktop_pet.chat
    assert (await chat.erase_memory("audrey"))["erased"] == 2
    assert await stalled.go_on() == [True, True, False]
    assert WORD not in str(await chat.get_memory("audrey"))
    [late, *_] = await server.store.find(Query(CHAT_MESSAGES))
    with pytest.raises(NotFound):
        await send(server.services(), said("hm", conversation_id=late["conversation_id"]))
    answer = await send(server.services(), said(WORD), keyed())
    assert answer["conversation_id"] != late["conversation_id"]
    assert WORD not in answer["reply_text"]
    assert await server.store.count(Query(CHAT_MESSAGES)) == 0


class LateStore(InterruptedStore):
    """Right after something was deleted, ``stalled`` goes on."""

    def __init__(self, store: Store, stalled: StalledStore) -> None:
        super().__init__(store, 10**6, is_stored=True)
        self._stalled = stalled

    async def delete(self, query: Query[R]) -> int:
        """Delete, in vain."""
        deleted = await super().delete(query)
        await self._stalled.go_on()
        return deleted


@pytest.mark.asyncio
async def test_an_erased_conversation_is_not_gone_on_with() -> None:
    """Even if its messages come back in the very moment in which they were deleted again."""
    script = Counting()
    server = Server(script=script)
    stalled = StalledStore(server.store)
    with pytest.raises(StoreUnavailable):
        await send(server.services(stalled), said(WORD))
    late = server.services(LateStore(server.store, stalled))
    await late.desktop_pet.chat.erase_memory("audrey")
    [message, _] = await server.store.find(Query(CHAT_MESSAGES))
    with pytest.raises(NotFound):
        await send(late, said("hm", conversation_id=message["conversation_id"]))
    await send(late, said("hm"))
    assert WORD not in str(script.talks[-1])


@pytest.mark.asyncio
@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("writes", range(6))
async def test_erasing_that_was_cut_off_is_finished_by_asking_again(
    writes: int, is_stored: bool
) -> None:
    """Wherever it stopped."""
    server = Server(script=recalling)
    for number in range(3):
        await send(server.services(), said(WORD), keyed(f"key-{number}"))
    cut = server.services(InterruptedStore(server.store, writes, is_stored=is_stored))
    try:
        await cut.desktop_pet.chat.erase_memory("audrey")
    except StoreUnavailable:
        await server.services().desktop_pet.chat.erase_memory("audrey")
    assert WORD not in await everything(server)


@pytest.mark.asyncio
async def test_a_store_on_a_disk_remembers_and_forgets_alike(tmp_path: Path) -> None:
    """The same turns, the same summary, and the same nothing afterwards."""
    kept, disk = Server(script=recalling), SqliteStore(tmp_path / "petcore.db", COLLECTIONS)
    twin = Server(script=recalling)
    on_disk, in_memory = kept.services(disk), twin.services()
    await on_disk.open()
    for services in (on_disk, in_memory):
        for number in range(rules.TURNS_KEPT + 3):
            wish = said(f"{WORD} {number}", include_audio=True)
            await send(services, wish, keyed(f"key-{number}"))
    remembered = await in_memory.desktop_pet.chat.get_memory("audrey")
    assert await on_disk.desktop_pet.chat.get_memory("audrey") == remembered
    assert remembered["summary"]
    assert (await on_disk.desktop_pet.chat.erase_memory("audrey"))["erased"] == 30
    for collection in COLLECTIONS:
        assert WORD not in texts(list(await disk.find(Query(collection))))
    await on_disk.close()
