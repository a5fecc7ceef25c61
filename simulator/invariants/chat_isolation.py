"""What somebody says to a pet is told to nobody else, and to nobody at all once it was erased.

Everybody says words that nobody says by chance. One that only others have said, or that was said
before the user's memory was erased and not again, stands in no answer to the user, in no sound, and
in none of the user's documents. A conversation that is somebody else's is not there (404); the
user's own is. Who the pet is, and what the user studies, is no memory: such words may stay.

What is asked before an erasure is answered may still be answered with what was known then. What was
said with a key that had no answer when the erasure was asked for may come after it, and stay. With
one that was answered before, nothing comes back: who asks again hears his own words, and they are
in no document.
"""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import orjson

from petcore.adapters.voice_scripted import spoken_in
from simulator.invariants import EVERY, Hears, Judge, Weighs
from simulator.invariants.exchanges import TALK, Exchange
from simulator.kernel.marks import marks
from simulator.kernel.trace import Event, Json, number, words

_CHAT = "/api/chat/"
_ERASE = "DELETE /api/chat/memory"
_NOT_FOUND = 404
_REFUSED = range(400, 500)
"""What is answered so was not done."""
_FAILED = 500
"""From here on the server says nothing but that it could not look."""
_HEAD = 44
"""Bytes before the samples of a WAV."""
_REMEMBERING = frozenset({"chat_messages", "chat_memories", "idempotency_keys"})
"""Collections of what was said and answered."""


@dataclass(slots=True)
class _Wish:
    """What was said with one key: whose words, when it was first answered, and whether there was
    an erasure since it was first asked.
    """

    user_id: str
    words: frozenset[str]
    answered_at: int | None = None
    may_be_erased: bool = False


class ChatIsolation(Judge):
    """The judge."""

    name = "chat isolation"

    def __init__(self) -> None:
        super().__init__()
        self._sayers: dict[str, set[str]] = defaultdict(set)
        self._said: dict[str, set[str]] = defaultdict(set)
        self._forgotten: dict[str, dict[str, int]] = defaultdict(dict)
        """Words that were erased, each with when that was answered."""
        self._wishes: dict[tuple[str, object], _Wish] = {}
        self._erasures: dict[int, str] = {}
        """Those under way: whose."""
        self._kept: dict[str, set[str]] = defaultdict(set)
        self._owners: dict[str, str] = {}
        self._own: dict[str, set[str]] = defaultdict(set)
        """The conversations that are there."""
        self._perhaps: dict[str, set[str]] = defaultdict(set)
        """Those that were there before the erasures under way."""

    @property
    def hears(self) -> Hears:
        """What students say and send, and what is stored in the end."""
        hears: dict[str, Callable[[Event], None]] = {
            "student": self._listen,
            "request": self._ask,
            "lost": self._lose,
            "dropped": self._drop,
            "stored": self._look_at_document,
        }
        return hears

    @property
    def weighs(self) -> Weighs:
        """Every answer of the chat is a case, and every conversation that is gone on with."""
        return {
            EVERY: self._weigh,
            **dict.fromkeys(TALK, self._note_owner),
            _ERASE: self._forget,
            "POST /api/stress/session/start": self._keep,
        }

    def _listen(self, event: Event) -> None:
        if event["does"] == "talks":
            who = words(event, "who")
            for word in marks(words(event, "words")):
                self._say(who, word)
                self._said[who].add(word)

    def _ask(self, event: Event) -> None:
        """Something is said, or to be erased."""
        operation = f"{event['method']} {event['path']}"
        if operation == _ERASE:
            user_id = dict(parse_qsl(words(event, "query"))).get("user_id", "")
            for wish in self._wishes.values():
                wish.may_be_erased = wish.may_be_erased or wish.user_id == user_id
            self._erasures[number(event, "id")] = user_id
            self._perhaps[user_id] |= self._own.pop(user_id, set())
        elif operation in TALK:
            headers, asked = event["headers"], orjson.loads(words(event, "body"))
            assert isinstance(headers, dict)
            place = words(event, "who"), headers.get("idempotency-key", event["id"])
            user_id = str(asked.get("user_id"))
            wish = _Wish(user_id, frozenset(marks(_words_of(asked))))
            wish.may_be_erased = self._is_erasing(user_id)
            self._wishes.setdefault(place, wish)

    def _is_erasing(self, user_id: str) -> bool:
        return user_id in self._erasures.values()

    def _lose(self, event: Event) -> None:
        """What does not arrive erases nothing."""
        if event["leg"] == "request":
            self._did_not_erase(number(event, "id"))

    def _drop(self, event: Event) -> None:
        """Whoever was to erase has died: nobody knows whether he did."""
        self._end_to_erase(number(event, "id"))

    def _did_not_erase(self, id: int) -> None:
        """Another erasure may, or may have done so."""
        user_id = self._erasures.pop(id, None)
        if user_id is not None and not self._is_erasing(user_id):
            self._own[user_id] |= self._perhaps.pop(user_id, set())

    def _end_to_erase(self, id: int) -> None:
        """Somebody may have done it: all that was there before may be gone."""
        user_id = self._erasures.pop(id, None)
        if user_id is not None:
            self._perhaps.pop(user_id, None)

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
        wish = self._wishes.get((exchange.who, exchange.key or exchange.id))
        if wish is None or not wish.may_be_erased:
            self._own[_user(exchange)].add(conversation_id)
        if wish is not None and wish.answered_at is None:
            wish.answered_at = exchange.at

    def _forget(self, exchange: Exchange) -> None:
        user_id = _user(exchange)
        perhaps_later = {
            word
            for wish in self._wishes.values()
            if wish.user_id == user_id
            and (wish.answered_at is None or wish.answered_at > exchange.asked_at)
            for word in wish.words
        }
        said = self._said[user_id]
        self._forgotten[user_id].update(dict.fromkeys(said - perhaps_later, exchange.at))
        self._said[user_id] = said & perhaps_later

    def _weigh(self, exchange: Exchange) -> None:
        if _CHAT not in exchange.operation:
            return
        if exchange.operation == _ERASE:
            is_refused = exchange.status in _REFUSED
            (self._did_not_erase if is_refused else self._end_to_erase)(exchange.id)
        if exchange.is_strangers:
            return
        self._keep_words(exchange, str(exchange.asked.get("system_prompt", "")))
        if exchange.operation in TALK:
            self._weigh_conversation(exchange)
        known_then = {
            word
            for word, erased_at in self._forgotten[_user(exchange)].items()
            if erased_at >= exchange.asked_at
        }
        found = marks("\n".join((exchange.body, *_spoken(exchange))))
        self._weigh_words(
            _user(exchange),
            found,
            known_then.union(marks(_words_of(exchange.asked))),
            exchange.at,
            f"the answer to request {exchange.id} of {exchange.who}, {exchange.operation},",
        )

    def _weigh_conversation(self, exchange: Exchange) -> None:
        conversation_id = exchange.asked.get("conversation_id")
        owner, user_id = self._owners.get(str(conversation_id)), _user(exchange)
        which = f"request {exchange.id} of {exchange.who} goes on with conversation"
        answered = f"{conversation_id} of {owner}, and was answered {exchange.status}"
        if owner is not None and owner != user_id:
            is_hidden = exchange.status == _NOT_FOUND or exchange.status >= _FAILED
            self.demand(is_hidden, exchange.at, f"{which} {answered}")
        elif conversation_id in self._own[user_id]:
            is_there = exchange.status != _NOT_FOUND
            self.demand(is_there, exchange.at, f"{which} {answered}")

    def _weigh_words(
        self, user_id: str, said: list[str], also_known: set[str], at: int, what: str
    ) -> None:
        known = self._said[user_id] | self._kept[user_id] | also_known
        foreign = [
            word for word in said if word in self._sayers and user_id not in self._sayers[word]
        ]
        erased = [word for word in said if word in self._forgotten[user_id].keys() - known]
        self.demand(not foreign, at, f"{what} tells {user_id} of {foreign}, which others have said")
        self.demand(not erased, at, f"{what} tells {user_id} of {erased}, which was erased")

    def _look_at_document(self, event: Event) -> None:
        collection, text = words(event, "collection"), words(event, "document")
        found = marks(text) if collection in _REMEMBERING else []
        if found:
            user_id = str(orjson.loads(text).get("user_id"))
            what = f"a document of {user_id} in {collection}"
            self._weigh_words(user_id, found, set(), number(event, "at"), what)


def _user(exchange: Exchange) -> str:
    return str(exchange.asked.get("user_id", ""))


def _words_of(asked: Json) -> str:
    """What is said in a request, in text or in sound; noise says nothing."""
    audio = asked.get("audio_base64")
    try:
        spoken = spoken_in(b64decode(audio)[_HEAD:]) if isinstance(audio, str) else b""
    except ValueError:
        spoken = b""
    return f"{asked.get('transcript')} {(spoken or b'').decode(errors='replace')}"


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
