"""What somebody says to a pet is told to nobody else, and to nobody at all once it was erased.

Everybody says words that nobody says by chance. One that only others have said, or that was said
before the user's memory was erased and not again, stands in no answer to the user, in no sound, and
in none of the user's documents. A conversation that is somebody else's is not there (404); the
user's own is. Who the pet is, and what the user studies, is no memory: such words may stay.
"""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable

import orjson

from petcore.adapters.voice_scripted import spoken_in
from simulator.invariants import EVERY, Hears, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.kernel.marks import marks
from simulator.kernel.trace import Event, number, words

_CHAT = "/api/chat/"
_TURNS = ("POST /api/chat/message", "POST /api/chat/stream")
_NOT_FOUND = 404
_HEAD = 44
"""Bytes before the samples of a WAV."""
_REMEMBERING = frozenset({"chat_messages", "chat_memories", "idempotency_keys"})
"""Collections of what was said and answered."""


class ChatIsolation(Judge):
    """The judge."""

    name = "chat isolation"

    def __init__(self) -> None:
        super().__init__()
        self._sayers: dict[str, set[str]] = defaultdict(set)
        self._said: dict[str, set[str]] = defaultdict(set)
        self._forgotten: dict[str, set[str]] = defaultdict(set)
        self._kept: dict[str, set[str]] = defaultdict(set)
        self._owners: dict[str, str] = {}
        self._own: dict[str, set[str]] = defaultdict(set)

    @property
    def hears(self) -> Hears:
        """What students say, and what is stored in the end."""
        hears: dict[str, Callable[[Event], None]] = {
            "student": self._listen,
            "stored": self._look_at_document,
        }
        return hears

    @property
    def weighs(self) -> Weighs:
        """Every answer of the chat is a case, and every conversation that is gone on with."""
        return {
            EVERY: self._weigh,
            **dict.fromkeys(_TURNS, self._note_owner),
            "DELETE /api/chat/memory": self._forget,
            "POST /api/stress/session/start": self._keep,
        }

    def _listen(self, event: Event) -> None:
        if event["does"] == "talks":
            who = words(event, "who")
            for word in marks(words(event, "words")):
                self._say(who, word)
                self._said[who].add(word)

    def _say(self, user_id: str, word: str) -> None:
        self._sayers[word].add(user_id)

    def _keep(self, exchange: Exchange) -> None:
        if exchange.by_pet:
            self._keep_words(exchange, str(exchange.asked.get("study_label", "")))

    def _keep_words(self, exchange: Exchange, text: str) -> None:
        for word in marks(text):
            self._say(_user(exchange), word)
            self._kept[_user(exchange)].add(word)

    def _note_owner(self, exchange: Exchange) -> None:
        conversation_id = exchange.text("conversation_id")
        self._owners.setdefault(conversation_id, _user(exchange))
        self._own[_user(exchange)].add(conversation_id)

    def _forget(self, exchange: Exchange) -> None:
        user_id = _user(exchange)
        self._forgotten[user_id] |= self._said.pop(user_id, set())
        self._own.pop(user_id, None)

    def _weigh(self, exchange: Exchange) -> None:
        if _CHAT not in exchange.operation or exchange.is_strangers:
            return
        self._keep_words(exchange, str(exchange.asked.get("system_prompt", "")))
        if exchange.operation in _TURNS:
            self._weigh_conversation(exchange)
        self._weigh_words(
            _user(exchange),
            marks("\n".join((exchange.body, *_spoken(exchange)))),
            exchange.at,
            f"the answer to request {exchange.id} of {exchange.who}, {exchange.operation},",
        )

    def _weigh_conversation(self, exchange: Exchange) -> None:
        conversation_id = exchange.asked.get("conversation_id")
        owner, user_id = self._owners.get(str(conversation_id)), _user(exchange)
        which = f"request {exchange.id} of {exchange.who} goes on with conversation"
        answered = f"{conversation_id} of {owner}, and was answered {exchange.status}"
        if owner is not None and owner != user_id:
            is_hidden = exchange.status == _NOT_FOUND
            self.demand(is_hidden, exchange.at, f"{which} {answered}")
        elif conversation_id in self._own[user_id]:
            is_there = exchange.status != _NOT_FOUND
            self.demand(is_there, exchange.at, f"{which} {answered}")

    def _weigh_words(self, user_id: str, said: list[str], at: int, what: str) -> None:
        known = self._said[user_id] | self._kept[user_id]
        foreign = [
            word for word in said if word in self._sayers and user_id not in self._sayers[word]
        ]
        erased = [word for word in said if word in self._forgotten[user_id] - known]
        self.demand(not foreign, at, f"{what} tells {user_id} of {foreign}, which others have said")
        self.demand(not erased, at, f"{what} tells {user_id} of {erased}, which was erased")

    def _look_at_document(self, event: Event) -> None:
        collection, text = words(event, "collection"), words(event, "document")
        found = marks(text) if collection in _REMEMBERING else []
        if found:
            user_id = str(orjson.loads(text).get("user_id"))
            what = f"a document of {user_id} in {collection}"
            self._weigh_words(user_id, found, number(event, "at"), what)


def _user(exchange: Exchange) -> str:
    return str(exchange.asked.get("user_id", ""))


def _spoken(exchange: Exchange) -> tuple[str, ...]:
    """What is said in the sound of an answer, if that is a WAV of the twin of a voice."""
    if exchange.asked.get("audio_format") != "wav":
        return ()
    pieces = [event.data for event in exchange.events if event.name == "audio"]
    told = [data.get("audio_base64") for data in pieces]
    whole = [exchange.answer.get("reply_audio_base64")]
    sound = b"".join(b64decode(str(piece or "")) for piece in told or whole)
    spoken = spoken_in(sound[_HEAD:]) if len(sound) > _HEAD else None
    return () if spoken is None else (spoken.decode(errors="replace"),)
