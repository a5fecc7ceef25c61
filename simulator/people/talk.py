"""When a student talks to the pet, by the phone: what is said, how, and to which conversation.

What a sentence means stands in ``simulator/talk/sayings.py``. One thing is said at a time, and
nothing before the last one was answered.
"""

import wave
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from io import BytesIO
from urllib.parse import quote

from petcore.adapters.voice_scripted import samples_of
from petcore.ports.audio import HEARD_RATE
from simulator.kernel.marks import mark
from simulator.kernel.trace import Json
from simulator.network.client import Client
from simulator.people.deck import Deck
from simulator.people.mind import Mind
from simulator.signals.truth import Activity
from simulator.talk.sayings import (
    ENDS_STUDY,
    FACTS,
    ORDERS,
    QUESTIONS,
    READS,
    SETS_WATER,
    SMALL_TALK,
    STARTS_POMODORO,
    STARTS_STUDY,
    STOPS_POMODORO,
    Saying,
)

_TURNS_A_DAY, _DAY_MS = 36, 86_400_000
_APART_MS = 20_000
"""Longer than any copy of a request is under way: nothing that was said comes after its erasure."""
_PATIENCE_MS, _IMPATIENCE_MS = 90_000, (500, 4_000)
"""More than the server may take for an answer, and mostly less than it takes."""

_NOT_FOUND = 404

_MESSAGE, _STREAM = "/api/chat/message", "/api/chat/stream"
_PERSONA, MEMORY = "/api/chat/persona", "/api/chat/memory"
_NAMES = ("Nova", "Momo", "Pixel", "Biscuit")
_SILENT = frozenset({Activity.ASLEEP, Activity.IN_EXAM})


class Card(StrEnum):
    """What to do next."""

    SMALL_TALK = "small talk"
    FACT = "tells a fact"
    QUESTION = "asks for what was said"
    STARTS_POMODORO = "starts a Pomodoro"
    STOPS_POMODORO = "stops the Pomodoro"
    STUDY = "starts or ends a study session"
    WATER = "sets the water schedule"
    READ = "asks how it stands"
    TRESPASS = "goes on with a conversation of somebody else"
    LOOK = "looks at the memory"
    ERASE = "erases the memory"
    ORDERS = "has several wishes"


_CARDS: Mapping[Card, int] = {
    Card.SMALL_TALK: 4,
    Card.FACT: 5,
    Card.QUESTION: 5,
    Card.STARTS_POMODORO: 3,
    Card.STOPS_POMODORO: 2,
    Card.STUDY: 4,
    Card.WATER: 2,
    Card.READ: 6,
    Card.TRESPASS: 2,
    Card.LOOK: 2,
    Card.ERASE: 2,
}
_MORE_CARDS: Mapping[Card, int] = {**_CARDS, Card.ORDERS: 5}
"""Those of who says more than is usual."""
_SAYINGS: Mapping[Card, Sequence[Saying]] = {
    Card.SMALL_TALK: SMALL_TALK,
    Card.FACT: FACTS,
    Card.QUESTION: QUESTIONS,
    Card.STARTS_POMODORO: STARTS_POMODORO,
    Card.STOPS_POMODORO: STOPS_POMODORO,
    Card.WATER: SETS_WATER,
    Card.READ: READS,
    Card.TRESPASS: QUESTIONS,
    Card.ORDERS: ORDERS,
}

Grapevine = dict[str, str]
"""The newest conversation of each user, as all of them could come to know it."""


class Talk:
    """One student's. ``is_sitting`` tells whether a study session is under way, ``hears_schedule``
    is told the water schedule that the pet has set. Who says ``more`` does so so often a day.
    """

    def __init__(
        self,
        mind: Mind,
        phone: Client,
        grapevine: Grapevine,
        is_sitting: Callable[[], bool],
        hears_schedule: Callable[[Json], None],
        more: int = 0,
    ) -> None:
        self._mind, self._stage, self._phone = mind, mind.stage, phone
        self._user_id = mind.user_id
        self._grapevine = grapevine
        self._is_sitting, self._hears_schedule = is_sitting, hears_schedule
        self._chance = mind.chance("talk")
        self._more = more
        self._deck = Deck(_MORE_CARDS if more else _CARDS, self._chance)
        self._conversation_id: str | None = None
        self._pet_name: str | None = None
        self._has_begun_study = False
        self._is_talking = False
        self._erases_after_ms: int | None = None
        self._day = 0

    def erase_next(self, after_ms: int) -> None:
        """Erase all that was said so long after something is next said, before the answer if that
        takes longer.
        """
        self._erases_after_ms = after_ms

    def erase(self) -> None:
        """Erase all that was said, now, whatever else is under way."""
        self._stage.live(self._erase())

    def day_begins(self, bed: int) -> None:
        """Draw the moments of a day that ends at ``bed``; at the first one the pet gets a name."""
        now = self._stage.now
        turns = _TURNS_A_DAY + self._more * max(0, bed - now) // _DAY_MS
        moments = sorted(self._chance.randint(now, max(now, bed)) for _ in range(turns))
        self._day += 1
        self._stage.live(self._live(moments, self._day))

    def day_is_over(self) -> None:
        """Say no more."""
        self._day += 1

    async def _live(self, moments: list[int], day: int) -> None:
        await self._in_turn(self._say_who_the_pet_is, moments[0], day)
        for moment in moments[1:]:
            await self._in_turn(self._play, moment, day)

    async def _in_turn(self, do: Callable[[], Awaitable[None]], moment: int, day: int) -> None:
        """Do it at ``moment``, unless the day is over by then or there are other things to do."""
        await self._stage.sleep(max(_APART_MS, moment - self._stage.now))
        if day == self._day and not self._is_talking and self._mind.activity not in _SILENT:
            self._is_talking = True
            await do()
            self._is_talking = False

    async def _say_who_the_pet_is(self) -> None:
        name = self._chance.choice(_NAMES)
        self._mind.does("says who the pet is", name=name)
        wish = {
            "user_id": self._user_id,
            "pet_name": name,
            "system_prompt": f"You are {name}, and were found in {mark(self._chance)}.",
        }
        await self._phone.post(_PERSONA, wish)
        self._pet_name = name
        await self._phone.get(f"{_PERSONA}?{self._query}")

    async def _play(self) -> None:
        card = self._deck.draw()
        if card is Card.LOOK:
            self._mind.does("looks at the pet's memory")
            await self._phone.get(f"{MEMORY}?{self._query}")
        elif card is Card.ERASE:
            await self._erase()
        elif card is not None:
            await self._talk(card)

    async def _erase(self) -> None:
        """Nothing that was said goes on after that."""
        self._mind.does("erases the pet's memory")
        await self._phone.delete(f"{MEMORY}?{self._query}")
        self._conversation_id = None

    async def _talk(self, card: Card) -> None:
        sayings = self._sayings(card)
        transcript = self._chance.choice(sayings).draw(self._chance)
        # All is drawn always, so that no draw depends on the outcome of another.
        path = _STREAM if self._chance.randrange(4) == 0 else _MESSAGE
        impatience_ms = self._chance.randint(*_IMPATIENCE_MS)
        patience_ms = impatience_ms if self._chance.randrange(8) == 0 else _PATIENCE_MS
        manner = dict(self._manner(transcript))
        place = self._place(self._others() if card is Card.TRESPASS else None)
        is_spoken = int("audio_base64" in manner)
        self._mind.does("talks", about=card.value, words=transcript, spoken=is_spoken)
        wish = {"user_id": self._user_id, **place, **manner}
        if self._erases_after_ms is not None:
            self._stage.after(self._erases_after_ms, self.erase)
            self._erases_after_ms = None
        status, answer = await self._phone.post(path, wish, patience_ms)
        if status == _NOT_FOUND and card is not Card.TRESPASS:
            # It was erased while this was under way.
            self._conversation_id = None
        self._hear(answer)

    def _sayings(self, card: Card) -> Sequence[Saying]:
        if card is Card.STUDY:
            return self._on_studying()
        if card is Card.ORDERS and self._is_sitting():
            return [saying for saying in ORDERS if not saying.is_of_studying]
        return _SAYINGS[card]

    def _on_studying(self) -> Sequence[Saying]:
        """What is said of a study session: those of the timetable need no pet."""
        if self._is_sitting():
            return READS
        self._has_begun_study = not self._has_begun_study
        return STARTS_STUDY if self._has_begun_study else ENDS_STUDY

    def _manner(self, transcript: str) -> Iterator[tuple[str, object]]:
        """How it is said, and what is wanted beside the answer."""
        is_spoken, is_called, is_answered, in_wav = (
            self._chance.randrange(one_of) == 0 for one_of in (5, 3, 4, 2)
        )
        if is_called and self._pet_name is not None:
            yield "wake_name", self._pet_name
            transcript = f"{self._pet_name}, {transcript}"
        if is_spoken:
            yield "audio_base64", b64encode(recorded(transcript)).decode()
            yield "audio_filename", "utterance.wav"
        else:
            yield "transcript", transcript
        if is_answered:
            yield "include_audio", True
            yield "audio_format", "wav" if in_wav else "mp3"

    def _place(self, foreign: str | None) -> Json:
        """In which conversation: mostly the newest one, sometimes a new one."""
        begins_anew = self._chance.randrange(6) == 0
        conversation_id = foreign or (None if begins_anew else self._conversation_id)
        return {} if conversation_id is None else {"conversation_id": conversation_id}

    def _others(self) -> str | None:
        """A conversation of somebody else, if there is somebody else."""
        others = [id for user_id, id in sorted(self._grapevine.items()) if user_id != self._user_id]
        return self._chance.choice(others) if others else None

    def _hear(self, answer: Json) -> None:
        conversation_id, actions = answer.get("conversation_id"), answer.get("actions")
        if isinstance(conversation_id, str):
            self._conversation_id = self._grapevine[self._user_id] = conversation_id
        for action in actions if isinstance(actions, list) else ():
            schedule = (action["result"] or {}).get("schedule")
            if schedule is not None:
                self._hears_schedule(schedule)

    @property
    def _query(self) -> str:
        return f"user_id={quote(self._user_id, safe='')}"


def recorded(words: str) -> bytes:
    """A WAV in which ``words`` are said as the twin of a voice says them."""
    file = BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(HEARD_RATE)
        wav.writeframes(samples_of(words.encode()))
    return file.getvalue()
