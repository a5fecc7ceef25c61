"""A turn ends in time, whoever is slow: what was done is stored and said, what is late is left out.

Seconds are turns of the event loop here, for those who are slow and for who waits for them.
"""

import asyncio
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from petcore.adapters import clock_system
from petcore.adapters.language_scripted import Wait
from petcore.adapters.voice_scripted import spoken_in
from petcore.errors import HearingFailed, LanguageFailed
from petcore.ports.clock import Pause
from petcore.ports.faculties import Faculties
from petcore.ports.language import ToolCall
from petcore.ports.store import Collection, Query, R
from petcore.services.desktop_pet.chat import Spoke
from petcore.services.desktop_pet.collections import CHAT_MESSAGES, POMODORO_SESSIONS
from petcore.settings import default_settings
from petcore.talking import create_faculties
from tests.services.desktop_pet.talk import (
    CALL,
    Counting,
    answer_of,
    keyed,
    listen,
    recording,
    said,
    send,
    sound_of,
    steps,
)
from tests.services.interrupted import InterruptedStore
from tests.services.server import Server

TURNS = 20
"""How many turns of the loop a second has: what takes no time takes a few."""
HEAD = 44
SENTENCES = tuple(f"This is sentence number {number}. " for number in range(8))
SPEECH = said(include_audio=True, audio_format="wav")
SLOW = "the answer was not spoken: it took too long"
SLOW_LATER = "only the beginning of the answer was spoken: it took too long"


async def ticking(seconds: float) -> None:
    """The ``Pause`` of this file."""
    for _ in range(round(seconds * TURNS)):
        await asyncio.sleep(0)


@dataclass(slots=True)
class Ticking(Server):
    """A server on whose clock everybody's seconds are the same."""

    pause: Pause = ticking

    def faculties(self) -> Faculties:
        """What its pet talks by, and how long that may take."""
        return replace(Server.faculties(self), pause=self.pause)


def taking(seconds: float) -> Callable[[str], float]:
    """Takes so long, whatever is said."""
    return lambda _: seconds


def words(sound: bytes) -> str:
    """What the twin of a voice said in a WAV."""
    spoken = spoken_in(sound[HEAD:])
    assert spoken is not None
    return spoken.decode()


@pytest.mark.asyncio
async def test_a_slow_voice_costs_only_the_rest_of_the_sound() -> None:
    """The pet has acted and everything is written: that is stored and answered, and what was spoken
    by then is whole sentences.
    """
    script = steps(ToolCall("start_pomodoro", {}), "I started the Pomodoro. ", *SENTENCES)
    server = Ticking(script=script, speaks=taking(11))
    answer = await send(server.services(), SPEECH, keyed())
    assert answer["warnings"] == [SLOW_LATER]
    assert words(b64decode(str(answer["reply_audio_base64"]))) == "I started the Pomodoro."
    assert answer["reply_text"].endswith("number 7.")
    events = await listen(server.services(), SPEECH, keyed())
    assert answer_of(events)["warnings"] == [SLOW_LATER]
    assert words(sound_of(events)) == "I started the Pomodoro."
    assert sound_of(await listen(server.services(), SPEECH, keyed())) == sound_of(events)
    assert await server.store.count(Query(POMODORO_SESSIONS)) == 1
    assert await server.store.count(Query(CHAT_MESSAGES)) == 4


@pytest.mark.asyncio
async def test_a_voice_that_never_speaks_is_not_waited_for() -> None:
    """Then there is no sound at all; it is left alone, too."""
    server = Ticking(speaks=taking(10**6))
    before = asyncio.all_tasks()
    answer = await send(server.services(), SPEECH)
    assert (answer["warnings"], answer["reply_audio_base64"]) == ([SLOW], None)
    assert asyncio.all_tasks() == before


@pytest.mark.asyncio
async def test_the_voice_gets_what_is_left_of_the_turn() -> None:
    """Who heard and thought for long speaks for less than usual: the first sentence ends after 43
    seconds, the second would after 51.
    """
    server = Ticking(script=steps(Wait(15), *SENTENCES), hears=taking(20), speaks=taking(8))
    wish = said(audio=recording("x"), include_audio=True, audio_format="wav")
    events = await listen(server.services(), wish)
    assert words(sound_of(events)) == SENTENCES[0].strip()
    assert answer_of(events)["warnings"] == [SLOW_LATER]


@pytest.mark.asyncio
async def test_what_is_spoken_in_time_is_whole() -> None:
    """Nobody is hurried who needs his time: here 30 seconds, most of them while it was written."""
    script = steps(SENTENCES[0], Wait(12), SENTENCES[1], Wait(12), SENTENCES[2])
    server = Ticking(script=script, speaks=taking(9))
    events = await listen(server.services(), SPEECH)
    assert answer_of(events)["warnings"] == []
    assert len([event for event in events if isinstance(event, Spoke)]) == 3


@pytest.mark.asyncio
@pytest.mark.parametrize("seconds", [26, 10**6])
async def test_a_slow_hearing_has_failed(seconds: float) -> None:
    """It is told before anything else happens, and nothing is stored."""
    server = Ticking(hears=taking(seconds), script=Counting())
    for talk in (listen, send):
        with pytest.raises(HearingFailed, match="25 s"):
            await talk(server.services(), said(audio=recording("x")))
    assert not any((await server.stored()).values())
    server.hears = taking(24)
    assert (await send(server.services(), said(audio=recording("x"))))["ok"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("heard", "written", "fails"),
    [(0, 36, True), (0, 34, False), (20, 31, True), (20, 29, False)],
)
async def test_a_slow_language_has_failed(heard: int, written: int, *, fails: bool) -> None:
    """After its own time, or when that of the turn is over."""
    server = Ticking(hears=taking(heard), script=steps("Let me ", Wait(written), "think."))
    wish = said(audio=recording("x"))
    if fails:
        with pytest.raises(LanguageFailed, match="35 s"):
            await send(server.services(), wish)
        assert not any((await server.stored()).values())
    else:
        assert (await send(server.services(), wish))["reply_text"] == "Let me think."


@pytest.mark.asyncio
async def test_what_was_done_is_said_however_slow_the_language_is() -> None:
    """As if it had failed in any other way: the turn is answered and stored."""
    server = Ticking(script=steps(ToolCall("start_pomodoro", {}), Wait(10**6)))
    answer = await send(server.services(), SPEECH)
    assert answer["reply_text"].startswith("I started a Pomodoro")
    assert answer["warnings"] == ["the answer is not whole: the language failed"]
    assert words(b64decode(str(answer["reply_audio_base64"]))).startswith("I started a Pomodoro")
    assert await server.store.count(Query(CHAT_MESSAGES)) == 2


class SlowStore(InterruptedStore):
    """Needs its time to store something new."""

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Insert, after a second."""
        await ticking(1)
        await super().insert(collection, document)


@pytest.mark.asyncio
@pytest.mark.parametrize("seconds", [34, 34.5, 35])
async def test_nobody_is_interrupted_who_is_doing_something(seconds: float) -> None:
    """Time is over while the store is at it: what it stores is said to be done."""
    script = steps(Wait(seconds), ToolCall("start_pomodoro", {}), Wait(60), "Done.")
    server = Ticking(script=script)
    slow = SlowStore(server.store, 10**6, is_stored=True)
    with_deed = 0
    try:
        answer = await send(server.services(slow), said())
        with_deed = len([action for action in answer["actions"] if action["ok"]])
    except LanguageFailed:
        assert seconds == 35
    assert await server.store.count(Query(POMODORO_SESSIONS)) == with_deed


@pytest.mark.asyncio
async def test_who_breaks_off_by_himself_is_late() -> None:
    """Some libraries do, and nobody has cancelled the turn."""

    def breaking_off(_: str) -> float:
        raise asyncio.CancelledError

    server = Ticking(hears=breaking_off, speaks=breaking_off)
    with pytest.raises(HearingFailed):
        await send(server.services(), said(audio=recording("x")))
    answer = await send(server.services(), SPEECH)
    assert (answer["warnings"], answer["reply_audio_base64"]) == ([SLOW], None)


@pytest.mark.asyncio
async def test_who_waits_in_line_spends_his_own_time() -> None:
    """A user's turns go one by one; whoever waited for long has less left to think, and is told so
    in time.
    """
    server = Ticking(script=steps(Wait(30), "Yes."))
    services = server.services()
    first, second = await asyncio.gather(
        send(services, said("one")), send(services, said("two")), return_exceptions=True
    )
    assert isinstance(first, dict)
    assert isinstance(second, LanguageFailed)
    assert await server.store.count(Query(CHAT_MESSAGES)) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("turns", range(0, 1200, 97))
async def test_whoever_hangs_up_leaves_nobody_waiting(turns: int) -> None:
    """Whatever was waited for just then, no alarm goes on, and nobody speaks on."""
    server = Ticking(script=steps(Wait(9), *SENTENCES), hears=taking(9), speaks=taking(9))
    services = server.services()
    before = asyncio.all_tasks()
    wish = said(audio=recording("x"), include_audio=True)
    work = asyncio.ensure_future(services.desktop_pet.chat.send_message(wish, CALL))
    for _ in range(turns):
        await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await services.close()
    assert asyncio.all_tasks() == before


def test_a_real_server_waits_by_the_clock() -> None:
    """Not for ever."""
    assert create_faculties(default_settings()).pause is clock_system.pause
