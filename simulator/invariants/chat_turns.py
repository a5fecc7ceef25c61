"""A turn of talk happens once and as it is told.

Who says it again with the same key gets the same answer, to the last byte. Every answered turn is
what the pet remembers and what is stored, in its order, with both sides or not at all. What the
pet says that it did is what it did: once for each key, and looking something up is none of it. It
fails (502, or 503 where it takes too long) only when the services fail by which it talks, and then
it does not pretend; if the voice alone fails there is a warning in the place of the sound, and if
the language fails after a deed, a warning beside what was done.
"""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import orjson

from simulator.invariants import EVERY, Hears, Judge, Weighs
from simulator.invariants.deeds import ACTED, acts
from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event, Json, number, words

_TURNS = ("POST /api/chat/message", "POST /api/chat/stream")
_PATHS = frozenset(operation.partition(" ")[2] for operation in _TURNS)
_FAILED = (502, 503)


class Turn(NamedTuple):
    """What was said, and what was answered."""

    conversation_id: str
    transcript: str
    reply_text: str


@dataclass(slots=True)
class _Wish:
    """What was said with one key: what the pet did for each request, what failed for which, and
    the answer once there is one.
    """

    user_id: str = ""
    deeds: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    answered: Json | None = None


class ChatTurns(Judge):
    """The judge."""

    name = "chat turns"

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[int, tuple[str, str]] = {}
        self._wishes: dict[tuple[str, str], _Wish] = defaultdict(_Wish)
        self._turns: dict[str, list[Turn]] = defaultdict(list)
        self._stored: dict[str, dict[int, Json]] = defaultdict(dict)
        self._unanswered: set[str] = set()

    @property
    def hears(self) -> Hears:
        """Who says something, what the pet does and what fails meanwhile, what is stored."""
        hears: dict[str, Callable[[Event], None]] = {
            "request": self._ask,
            ACTED: self._act,
            "failed": self._fail,
            "stored": self._store,
        }
        return hears

    @property
    def weighs(self) -> Weighs:
        """Every answer is a case, and every look at the memory."""
        return {
            EVERY: self._weigh,
            "GET /api/chat/memory": self._weigh_memory,
            "DELETE /api/chat/memory": self._erase,
        }

    def miss(self, asked: Event, at: int) -> None:
        """Whoever has no answer yet may have said something nevertheless."""
        if words(asked, "path") in _PATHS:
            self._unanswered.add(str(orjson.loads(words(asked, "body")).get("user_id")))

    def conclude(self, at: int) -> None:
        """What is stored is what was answered."""
        for user_id in sorted(self._turns.keys() | self._stored.keys()):
            self._compare_stored(user_id, at)

    # What happens before there is an answer.

    def _ask(self, event: Event) -> None:
        if event["path"] in _PATHS:
            headers = cast("Mapping[str, str]", event["headers"])
            wish = words(event, "who"), headers.get("idempotency-key", "")
            self._keys[number(event, "id")] = wish
            self._wishes[wish].user_id = str(orjson.loads(words(event, "body")).get("user_id"))

    def _act(self, event: Event) -> None:
        id = number(event, "id")
        if id in self._keys and acts(words(event, "tool")):
            result = orjson.loads(words(event, "result"))
            deed = {"name": event["tool"], "ok": result["ok"], "result": result}
            deeds = self._wishes[self._keys[id]].deeds
            self._demand_once(deeds, id, deed, number(event, "at"))
            deeds[id].append(deed)

    def _demand_once(self, deeds: dict[int, list[Json]], id: int, deed: Json, at: int) -> None:
        """What was done for an earlier request of the same key was not done again."""
        place = len(deeds[id])
        before = [done[place] for done in deeds.values() if len(done) > place and done[place]["ok"]]
        if before:
            same = before[-1] == deed
            what = f"{deed['name']} was done a second time for one key, at request {id}"
            self.demand(same, at, f"{what}: {before[-1]['result']}, and then {deed['result']}")

    def _fail(self, event: Event) -> None:
        id = number(event, "id")
        if id in self._keys:
            self._wishes[self._keys[id]].failures[id].add(words(event, "what"))

    # The answer.

    def _weigh(self, exchange: Exchange) -> None:
        wish = self._wishes.get((exchange.who, exchange.key or ""))
        if exchange.operation not in _TURNS or wish is None:
            return
        failures = wish.failures.get(exchange.id, set())
        if exchange.is_done:
            what = f"was answered although {sorted(failures)} failed"
            self._demand(_is_honest(exchange.answer, failures), exchange, what)
            self._weigh_answer(exchange, wish)
        elif exchange.status in _FAILED or exchange.events:
            has_failed = any(each & {"language", "hearing"} for each in wish.failures.values())
            self._demand(has_failed, exchange, "failed although nothing has failed")

    def _weigh_answer(self, exchange: Exchange, wish: _Wish) -> None:
        answered = _whole(exchange)
        if wish.answered is not None:
            what = f"was answered otherwise the second time: {_difference(wish.answered, answered)}"
            return self._demand(wish.answered == answered, exchange, what)
        wish.answered = answered
        answer = exchange.answer
        names = ("conversation_id", "transcript", "reply_text")
        self._turns[wish.user_id].append(Turn(*(str(answer[name]) for name in names)))
        said = exchange.asked.get("transcript")
        what = f"said {said!r}, and was heard to say {answer['transcript']!r}"
        self._demand(said is None or said == answer["transcript"], exchange, what)
        self._weigh_actions(exchange, wish)
        return self._weigh_sound(exchange, wish)

    def _weigh_actions(self, exchange: Exchange, wish: _Wish) -> None:
        done = next((deeds for _, deeds in sorted(wish.deeds.items(), reverse=True)), [])
        actions = cast("list[Json]", exchange.answer["actions"])
        told = [(action["name"], action["ok"]) for action in actions]
        known = [(deed["name"], deed["ok"]) for deed in done]
        self._demand(told == known, exchange, f"tells of {told}, but the pet did {known}")
        for action, deed in zip(actions, done, strict=False):
            same = _result(action) == _result(deed)
            what = f"tells of {_result(action)}, but what came of it was {_result(deed)}"
            self._demand(same, exchange, what)

    def _weigh_sound(self, exchange: Exchange, wish: _Wish) -> None:
        if exchange.asked.get("include_audio") is not True:
            return
        is_mute = any("voice" in each for each in wish.failures.values())
        if not _whole(exchange)["sound"]:
            self._demand(is_mute, exchange, "has no sound although the voice was well")
            is_told = bool(exchange.answer["warnings"]) or not is_mute
            self._demand(is_told, exchange, "has neither sound nor a warning")

    # What is remembered.

    def _erase(self, exchange: Exchange) -> None:
        user_id = str(exchange.asked["user_id"])
        self._turns[user_id] = []
        for wish in self._wishes.values():
            if wish.user_id == user_id:
                wish.answered = None

    def _weigh_memory(self, exchange: Exchange) -> None:
        remembered = [_turn(each) for each in cast("list[Json]", exchange.answer["turns"])]
        turns = self._turns[str(exchange.asked["user_id"])]
        newest = turns[len(turns) - len(remembered) :]
        if remembered != newest or bool(remembered) != bool(turns):
            self._demand(False, exchange, f"remembers {remembered}, and was told {turns}")
        else:
            is_whole = len(remembered) == len(turns) or bool(exchange.answer["summary"])
            self._demand(is_whole, exchange, "has forgotten older turns and has no summary")

    def _store(self, event: Event) -> None:
        if event["collection"] == "chat_messages":
            document: Json = orjson.loads(words(event, "document"))
            self._stored[str(document["user_id"])][number(document, "number")] = document

    def _compare_stored(self, user_id: str, at: int) -> None:
        stored, turns = self._stored[user_id], self._turns[user_id]
        places = [place for place in sorted(stored) if place % 2 == 0 and place + 1 in stored]
        halves = len(stored) - 2 * len(places)
        self.demand(not halves, at, f"{halves} messages of {user_id} are stored without a turn")
        known = [_pair(stored[place], stored[place + 1]) for place in places]
        if user_id in self._unanswered and len(known) == len(turns) + 1:
            known = known[:-1]
        said = f"{user_id} was answered {len(turns)} turns, and stored are {len(known)}"
        self.demand(known == turns, at, f"{said}: {_parting(turns, known)}")

    def _demand(self, kept: bool, exchange: Exchange, what: str) -> None:
        said = f"request {exchange.id} of {exchange.who}, {exchange.operation}, {what}"
        self.demand(kept, exchange.at, said)


def _is_honest(answer: Json, failures: set[str]) -> bool:
    """Whether there may be an answer. If the language fails after a deed, there is one that tells
    of the deed and says that it is not whole.
    """
    is_told = bool(answer["actions"]) and bool(answer["warnings"])
    return "hearing" not in failures and ("language" not in failures or is_told)


def _whole(exchange: Exchange) -> Json:
    """An answer with its sound and its text in one piece, however it was told."""
    text = "".join(_told(exchange, "text"))
    pieces = _told(exchange, "audio_base64") or _sound_of(exchange.answer)
    return {**exchange.answer, "text": text, "sound": b"".join(map(b64decode, pieces))}


def _told(exchange: Exchange, name: str) -> list[str]:
    """What a stream tells in pieces, which may be cut otherwise another time."""
    return [str(event.data[name]) for event in exchange.events if name in event.data]


def _sound_of(answer: Json) -> list[str]:
    sound = answer.get("reply_audio_base64")
    return [sound] if isinstance(sound, str) else []


def _difference(one: Json, other: Json) -> str:
    names = [name for name in one if one[name] != other.get(name)]
    return ", ".join(names)


def _result(action: Json) -> object:
    """What came of it, without the word whether it was done, which stands beside it."""
    result = cast("Mapping[str, object]", action.get("result") or {})
    return {name: fact for name, fact in result.items() if name not in ("ok", "error")}


def _turn(said: Json) -> Turn:
    return Turn(*(str(said[name]) for name in Turn._fields))


def _pair(one: Json, other: Json) -> Turn:
    """A turn of its two messages; of two that do not belong together, one that nobody said."""
    roles = one["role"], other["role"]
    conversations = {str(each["conversation_id"]) for each in (one, other)}
    if roles != ("user", "assistant") or len(conversations) != 1:
        return Turn("", str(roles), str(sorted(conversations)))
    return Turn(str(one["conversation_id"]), str(one["content"]), str(other["content"]))


def _parting(turns: list[Turn], stored: list[Turn]) -> str:
    for place, (turn, other) in enumerate(zip(turns, stored, strict=False)):
        if turn != other:
            return f"number {place} was {turn}, and is {other}"
    return "the last ones differ"
