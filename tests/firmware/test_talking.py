"""One thing said to a server and its answer: what goes up, what comes of every answer, and that no
server can keep a pet, or make it lose its polls.
"""

import asyncio
import binascii
import errno
import json
from collections import deque
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from firmware.hal import talking
from firmware.hal.connection import Connection
from firmware.hal.http import Http
from firmware.hal.talking import LINE_LEN, WIRE_LEN, Talking
from firmware.logic.talk import NO_MICROPHONE, STOPPED
from tests.firmware import talk_sounds
from tests.firmware.chaos import HOST
from tests.firmware.outcomes import HONEST_ANSWER
from tests.firmware.talk_outcomes import (
    BY_CHANCE,
    GOOD,
    HONEST,
    HONEST_SPOKEN,
    HONEST_TEXTS,
    OUTCOMES,
)
from tests.firmware.talk_server import (
    ENDLESS_FAULTS,
    FAULTS,
    SLOW_FAULTS,
    STREAM,
    Fault,
    Said,
    TalkServer,
    deaf,
    honest,
    honest_events,
    refuse_and_listen,
)
from tests.firmware.talk_sounds import SECOND_HEARD, SECOND_SPOKEN, Amplifier, Microphone, Talker
from tests.serving.process import free_port

WISH = {"user_id": "audrey", "include_audio": True, "audio_format": "wav"}
HEADERS = {"Authorization": "Bearer pet_secret", "Idempotency-Key": "pet-1-00000007-1"}
# What is said each time; more than fits any buffer of the pet.
SAID_LEN = SECOND_HEARD // 5


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits here as long as a person does."""
    monkeypatch.setattr(talking, "HEAR_MS", 2_000)
    monkeypatch.setattr(talking, "LOOK_MS", 0)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[TalkServer]:
    """A server that is honest until a test says otherwise, and complains of nothing."""
    server = TalkServer()
    await server.listen()
    yield server
    await server.close()
    assert server.complaints == []


class Voice(Talking):
    """One that says something, with ears and a voice that know what they should hear and say."""

    def __init__(self, port: int, said_len: int = SAID_LEN) -> None:
        """For a server on this machine."""
        self.ears = Microphone(said_len)
        self.mouth = Amplifier()
        super().__init__(HOST, port, self.ears, self.mouth)
        self.talker = Talker(self.ears)

    async def say(self, wish: dict[str, object] | None = None) -> object:
        """Say it: what it came to, a status and an object or a number and a reason."""
        self.talker = Talker(self.ears)
        return await self.say_to(self.talker, wish)

    async def say_to(self, talker: Talker, wish: dict[str, object] | None = None) -> object:
        """The same, for a talker who may want something else."""
        self.mouth.spoken = self.mouth.checksum = 0
        try:
            return list(await self.talk(STREAM, wish or {**WISH}, HEADERS, talker))
        except OSError as failure:
            number, reason = failure.args
            assert isinstance(number, int)
            return reason
        finally:
            assert not self.ears.is_on
            assert not self.mouth.is_on

    @property
    def told(self) -> list[object]:
        """What the talker was told."""
        return [list(said) for said in self.talker.told]


def checksum_of_speech(length: int) -> int:
    """Of so many bytes of what a server speaks."""
    checksum = 0
    for begin in range(0, length, 1_000):
        piece = talk_sounds.spoken(begin, min(1_000, length - begin))
        checksum = binascii.crc32(piece, checksum)
    return checksum


def sound_heard(length: int) -> bytes:
    """So many bytes of what a microphone hears."""
    pieces = range(0, length, 1_000)
    return b"".join(talk_sounds.heard(begin, min(1_000, length - begin)) for begin in pieces)


def test_every_fault_has_an_outcome() -> None:
    """A new one is not forgotten here."""
    assert {*FAULTS, *SLOW_FAULTS} == {*OUTCOMES, *BY_CHANCE, *HONEST_SPOKEN}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(OUTCOMES))
async def test_every_fault_comes_to_what_the_table_says(server: TalkServer, name: str) -> None:
    """A status or one reason, what was told before, and what was spoken, byte by byte. The next
    thing said is answered honestly.
    """
    server.talks = deque([{**FAULTS, **SLOW_FAULTS}[name]])
    voice = Voice(server.port)
    outcome = await voice.say()
    assert (outcome, voice.told, voice.mouth.spoken) == OUTCOMES[name]
    assert voice.mouth.checksum == checksum_of_speech(voice.mouth.spoken)
    assert await voice.say() == GOOD


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(HONEST_SPOKEN))
async def test_an_honest_answer_is_told_and_spoken_however_it_is_cut(
    server: TalkServer, name: str
) -> None:
    """All of it."""
    server.talks = deque([FAULTS[name]])
    voice = Voice(server.port)
    assert await voice.say() == GOOD
    assert [event for event, _ in voice.talker.told] == HONEST
    texts = [said for event, said in voice.talker.told if event == "text"]
    assert texts == [{"text": text} for text in HONEST_TEXTS]
    assert voice.mouth.spoken == int(HONEST_SPOKEN[name] * SECOND_SPOKEN) // 2 * 2
    assert voice.mouth.checksum == checksum_of_speech(voice.mouth.spoken)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", sorted(BY_CHANCE))
async def test_a_server_that_closes_while_it_is_told_something_is_told_apart(
    server: TalkServer, name: str
) -> None:
    """At once, and the next thing said is answered."""
    server.talks = deque([FAULTS[name]])
    voice = Voice(server.port)
    assert await voice.say() in BY_CHANCE[name]
    assert await voice.say() == GOOD


@pytest.mark.asyncio
@pytest.mark.parametrize("length", [0, 2, 722, 724, 768, 1_490, 1_492, 1_494, 9_600, 32_002])
async def test_what_is_said_arrives_whole(server: TalkServer, length: int) -> None:
    """Whatever of a piece is left at its end; with the fields of the wish beside it."""
    wish = {**WISH, "conversation_id": "schön"}
    voice = Voice(server.port, length)
    assert await voice.say(wish) == GOOD
    assert server.sounds == [sound_heard(length)]
    assert server.wishes == [{**wish, "key": HEADERS["Idempotency-Key"]}]


@pytest.mark.asyncio
async def test_the_head_says_who_asks_and_how_it_is_sent(server: TalkServer) -> None:
    """Nothing is told twice, and no length is promised."""
    heads = []

    async def look(said: Said) -> None:
        heads.append(dict(said.named))
        await honest()(said)

    server.talks = deque([look])
    assert await Voice(server.port).say() == GOOD
    assert heads == [
        {
            "Host": f"{HOST}:{server.port}",
            "User-Agent": "petcore-pet",
            "Connection": "close",
            **HEADERS,
            "Content-Type": "application/json",
            "Transfer-Encoding": "chunked",
        }
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ENDLESS_FAULTS.values(), ids=[*ENDLESS_FAULTS])
async def test_what_never_ends_ends_when_the_talker_has_enough(
    server: TalkServer, fault: Fault
) -> None:
    """Others run meanwhile, and the buffers stay what they were."""
    server.talks = deque([fault])
    voice = Voice(server.port)
    talker = Talker(voice.ears)
    talker.looks_left = 100
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    assert await voice.say_to(talker) == "stopped"
    counting.cancel()
    assert turns >= 50
    assert (len(voice.buffer), len(voice.sound)) == (WIRE_LEN, LINE_LEN)


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", SLOW_FAULTS.values(), ids=[*SLOW_FAULTS])
async def test_a_talker_may_stop_while_nothing_comes(
    server: TalkServer, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He need not wait as long as an answer may take. The microphone is off by then."""
    monkeypatch.setattr(talking, "HEAR_MS", 60_000)
    server.talks = deque([fault])
    voice = Voice(server.port)
    talker = Talker(voice.ears)
    saying = asyncio.create_task(voice.say_to(talker))
    await server.heard_all.wait()
    talker.looks_left = 3
    assert await saying == "stopped"
    assert not talker.was_heard


@pytest.mark.asyncio
async def test_a_talker_may_stop_while_he_is_heard(server: TalkServer) -> None:
    """Then nothing whole arrives."""
    whole = []

    async def hear(said: Said) -> None:
        await said.hear()
        whole.append(said)

    server.talks = deque([hear])
    voice = Voice(server.port)
    talker = Talker(voice.ears)
    talker.looks_left = 1
    assert await voice.say_to(talker) == "stopped"
    await asyncio.sleep(0.01)
    assert whole == []


@pytest.mark.asyncio
async def test_a_pet_asks_other_things_while_it_talks(server: TalkServer) -> None:
    """On another connection, in another buffer."""
    server.talks = deque([SLOW_FAULTS["stalls"]])
    voice = Voice(server.port)
    saying = asyncio.create_task(voice.say())
    await server.stalled.wait()
    http = Http(HOST, server.port)
    body = {"user_id": "audrey"}
    assert await http.exchange("POST", "/api/encouragement/message", body, None, 5_000) == (
        HONEST_ANSWER
    )
    assert not saying.done()
    assert await saying == "no answer in time"


@pytest.mark.asyncio
async def test_a_server_that_listens_to_nothing_is_left(
    server: TalkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When all that is on the way is full for as long as a piece may take."""
    monkeypatch.setattr(talking, "SEND_MS", 200)

    server.talks = deque([deaf])
    assert await Voice(server.port, 40_000_000).say() == "no answer in time"


@pytest.mark.asyncio
@pytest.mark.parametrize("is_noticed", [True, False])
async def test_who_is_answered_early_says_no_more(
    server: TalkServer, monkeypatch: pytest.MonkeyPatch, is_noticed: bool
) -> None:
    """Whether he notices the answer, or only that nobody listens any more."""
    if not is_noticed:
        monkeypatch.setattr(Connection, "has_news", lambda _: False)
    server.talks = deque([refuse_and_listen if is_noticed else FAULTS["early_unauthorized"]])
    voice = Voice(server.port, 40_000_000)
    assert await voice.say() == OUTCOMES["early_unauthorized"][0]
    assert voice.ears.fetched < voice.ears.length


@pytest.mark.asyncio
async def test_an_answer_may_take_its_time_again_and_again(server: TalkServer) -> None:
    """As long as no pause is too long."""

    async def hesitate(said: Said) -> None:
        await said.hear()
        await said.begin()
        for event in honest_events(0.05):
            await said.chunk(event)
            await asyncio.sleep(0.4)

    server.talks = deque([hesitate])
    assert await Voice(server.port).say() == GOOD


@pytest.mark.asyncio
async def test_nobody_there_is_told_at_once() -> None:
    """And no sound is left on."""
    assert await Voice(free_port()).say() == "no connection"


@pytest.mark.asyncio
async def test_a_microphone_that_fails_is_told_apart(server: TalkServer) -> None:
    """Nobody is asked anything."""
    voice = Voice(server.port)
    voice.ears.is_broken = True
    with pytest.raises(OSError, match="no microphone") as told:
        await voice.talk(STREAM, {**WISH}, HEADERS, Talker(voice.ears))
    assert told.value.args[0] == NO_MICROPHONE
    assert server.connections == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("ail", ["is_broken", "is_stuck"])
async def test_without_an_amplifier_all_is_told(
    server: TalkServer, ail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that fails, and one that takes nothing for long; only the sound is missing."""
    monkeypatch.setattr(talking, "FULL_LOOKS", 20)
    voice = Voice(server.port)
    setattr(voice.mouth, ail, True)
    assert await voice.say() == GOOD
    assert [event for event, _ in voice.talker.told] == HONEST
    assert voice.mouth.spoken == 0


class Patient(Talker):
    """One that counts how often he is asked after the last word."""

    looks = 0

    def goes_on(self) -> bool:
        """Always."""
        self.looks += bool(self.told) and self.told[-1][0] == "done"
        return True


@pytest.mark.asyncio
@pytest.mark.parametrize("seconds", [0.1, 0])
async def test_what_the_amplifier_has_taken_is_heard_to_its_end(
    server: TalkServer, seconds: float
) -> None:
    """It is on for a moment longer; the talker may still stop it. Without sound nobody waits."""

    async def answer(said: Said) -> None:
        await said.hear()
        await said.stream(
            *[one for one in honest_events(seconds) if seconds or b"event: audio" not in one]
        )

    server.talks = deque([answer])
    voice = Voice(server.port)
    talker = Patient(voice.ears)
    assert await voice.say_to(talker) == GOOD
    assert talker.looks == (talking.FADE_LOOKS if seconds else 0)


@pytest.mark.asyncio
async def test_a_board_without_an_amplifier_is_told_all_the_same(server: TalkServer) -> None:
    """Whatever sound the server sends."""
    voice = Talking(HOST, server.port, Microphone(SAID_LEN), None)
    talker = Talker(voice.microphone)
    assert await voice.talk(STREAM, {**WISH}, HEADERS, talker) == (200, None)
    assert [event for event, _ in talker.told] == HONEST


@pytest.mark.asyncio
async def test_a_wish_that_fits_no_buffer_is_not_sent(server: TalkServer) -> None:
    """By its name; and one that just fits is."""
    voice = Voice(server.port)
    assert await voice.say({"user_id": "x" * WIRE_LEN}) == "the request is too large"
    rest = WIRE_LEN - len(json.dumps({"user_id": ""})[:-1] + ', "audio_base64": "') - 8
    assert await voice.say({"user_id": "x" * rest}) == GOOD
    assert await voice.say({"user_id": "x" * (rest + 1)}) == "the request is too large"


@pytest.mark.asyncio
async def test_no_memory_is_a_failure_like_any_other(
    server: TalkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of its number."""
    voice = Voice(server.port)

    def exhausted(_length: int) -> int:
        raise MemoryError

    monkeypatch.setattr(voice, "_encoded", exhausted)
    with pytest.raises(OSError, match="no memory left") as told:
        await voice.talk(STREAM, {**WISH}, HEADERS, Talker(voice.ears))
    assert told.value.args[0] == errno.ENOMEM
    assert STOPPED not in (errno.ENOMEM, errno.ETIMEDOUT, NO_MICROPHONE)
