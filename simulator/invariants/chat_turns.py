"""A turn of talk happens once and as it is told.

Who says it again with the same key gets the same answer, to the last byte. Every answered turn is
what the pet remembers and what is stored, in its order, with both sides or not at all. What the
pet says that it did is what it did: once for each key, and looking something up is none of it; of
two wishes in one sentence both are done, and the words of the answer say so. Nobody says for whom a
tool is used: whoever talks is the one. No request is thought of twice. It
fails (502, or 503 where it takes too long) only when the services fail by which it talks, or take
very long, be it for an earlier turn of the same user that it has waited for until its own time was
over, and then it does not pretend; if the voice alone fails there is a warning in the place of the
sound, and if the language fails after a deed, a warning beside what was done. It says that its
store failed only when that is so, and of a stream that another process answered the same meanwhile
(``wrong_state``) only when it was said twice. What was said to a server that died or lost its store
may be stored or not, once, until it is said again. An answer may be the one that was made for
another request of the same key, with the deeds and the failures of that one: for one that is still
worked on when it is asked again, or died, or was told that the store failed; for none that got lost
on its way, or was told that it failed for another reason.

What is erased is gone, and a key that was answered before that brings nothing back: asked again, it
is answered anew and leaves nothing. Of what was said before the answer to an erasure, and answered
after the erasure was asked for, nobody knows which came first; nor of what was said before one that
never had an answer. But what was thought of when the erasure was asked for comes before it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import parse_qsl

import orjson

from simulator.invariants import EVERY, Hears, Judge, Weighs
from simulator.invariants.answers_of_talk import (
    difference,
    is_honest,
    names_of,
    result_of,
    unsaid,
    whole,
)
from simulator.invariants.deeds import ACTED, acts
from simulator.invariants.exchanges import TALK, Exchange
from simulator.invariants.excuses_of_talk import Excuses
from simulator.invariants.said import Said
from simulator.invariants.store_troubles import StoreTroubles
from simulator.invariants.turns_of_talk import (
    Told,
    Turn,
    may_be,
    pair_of,
    parting,
    turn_of,
)
from simulator.invariants.wishes import Wish, Wishes
from simulator.kernel.trace import Event, Json, number, words

_PATHS = frozenset(operation.partition(" ")[2] for operation in TALK)
_ERASE = "DELETE /api/chat/memory"
_FAILED = (502, 503)
_BEGINS = ("start_pomodoro", "start_study_session")
"""What comes of these is not the same twice."""


class ChatTurns(Judge):
    """The judge."""

    name = "chat turns"

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[int, tuple[str, str]] = {}
        self._wishes: dict[tuple[str, str], Said] = defaultdict(Said)
        self._turns: dict[str, list[tuple[Turn, Said, int]]] = defaultdict(list)
        self._excuses = Excuses()
        self._erasures: dict[int, str] = {}
        """Who asked for each that nobody has answered yet."""
        self._stored: dict[str, dict[int, Json]] = defaultdict(dict)
        self._open = Wishes(*TALK)
        self._troubles = StoreTroubles()

    @property
    def hears(self) -> Hears:
        """Who says something, what the pet does and what fails meanwhile, what is stored."""
        hears: dict[str, Callable[[Event], None]] = {
            "request": self._ask,
            "thinks": self._think,
            ACTED: self._act,
            "failed": self._fail,
            "late": self._be_late,
            "lost": self._lose,
            "dropped": self._drop,
            "fault": self._troubles.hear,
            "stored": self._store,
        }
        return hears

    @property
    def weighs(self) -> Weighs:
        """Every answer is a case, and every look at the memory."""
        return {
            EVERY: self._weigh,
            "GET /api/chat/memory": self._weigh_memory,
        }

    def conclude(self, at: int) -> None:
        """What is stored is what was answered."""
        for user_id in sorted(self._turns.keys() | self._stored.keys()):
            self._compare_stored(user_id, at)

    # What happens before there is an answer.

    def _ask(self, event: Event) -> None:
        self._open.ask(event)
        if event["path"] in _PATHS:
            headers = cast("Mapping[str, str]", event["headers"])
            wish = words(event, "who"), headers.get("idempotency-key", "")
            self._keys[number(event, "id")] = wish
            said = self._wishes[wish]
            said.asked_at = said.asked_at if said.times else number(event, "at")
            said.times += 1
            said.makers.add(number(event, "id"))
            said.user_id = str(orjson.loads(words(event, "body")).get("user_id"))
            if said.answered_at is None:
                said.doubts.update(id for id, who in self._erasures.items() if who == said.user_id)
        elif _is_erasure(event):
            self._begin_to_erase(number(event, "id"), _user_of_query(event))

    def _think(self, event: Event) -> None:
        id, at = number(event, "id"), number(event, "at")
        if id in self._keys:
            since = self._wishes[self._keys[id]].thinks_since
            self.demand(id not in since, at, f"request {id} was thought of a second time")
            since.setdefault(id, at)

    def _act(self, event: Event) -> None:
        id = number(event, "id")
        if id in self._keys and acts(words(event, "tool")):
            result = orjson.loads(words(event, "result"))
            deed = {"name": event["tool"], "ok": result["ok"], "result": result}
            is_told_whose = "user_id" in orjson.loads(words(event, "arguments"))
            what = f"request {id}: {event['tool']} was told for whom, and did it"
            self.demand(not (is_told_whose and result["ok"]), number(event, "at"), what)
            deeds = self._wishes[self._keys[id]].deeds
            self._demand_once(deeds, id, deed, number(event, "at"))
            self._demand_each(deeds[id], id, deed, number(event, "at"))
            deeds[id].append(deed)

    def _demand_once(self, deeds: dict[int, list[Json]], id: int, deed: Json, at: int) -> None:
        """What was done for an earlier request of the same key was not done again."""
        place = len(deeds[id])
        before = [done[place] for done in deeds.values() if len(done) > place and done[place]["ok"]]
        if before:
            same = before[-1] == deed
            what = f"{deed['name']} was done a second time for one key, at request {id}"
            self.demand(same, at, f"{what}: {before[-1]['result']}, and then {deed['result']}")

    def _demand_each(self, done: list[Json], id: int, deed: Json, at: int) -> None:
        """What was done after something else is another deed than the same before that."""
        same = [place for place, each in enumerate(done) if each == deed and deed["ok"]]
        is_apart = bool(same) and same[-1] < len(done) - 1
        if is_apart and deed["name"] in _BEGINS:
            what = f"{deed['name']} was done once where request {id} wanted it twice"
            self.demand(False, at, f"{what}: {deed['result']}")

    def _fail(self, event: Event) -> None:
        id = number(event, "id")
        if id in self._keys:
            self._excuses.fail(self._wishes[self._keys[id]], event)

    def _be_late(self, event: Event) -> None:
        id = number(event, "id")
        if id in self._keys:
            self._excuses.be_late(self._wishes[self._keys[id]], event)

    # The answer.

    def _weigh(self, exchange: Exchange) -> None:
        self._open.settle(exchange)
        if exchange.operation == _ERASE:
            return self._end_to_erase(exchange)
        wish = self._wishes.get((exchange.who, exchange.key or ""))
        if exchange.operation not in TALK or wish is None:
            return None
        failures = wish.failures.get(exchange.id, set())
        if exchange.is_done:
            what = f"was answered although {sorted(failures)} failed"
            each = [wish.failures.get(id, set()) for id in wish.makers]
            may_be = any(is_honest(exchange.answer, failed) for failed in each)
            self._demand(may_be, exchange, what)
            self._weigh_answer(exchange, wish)
            return None
        if not self._troubles.says_so(exchange.answer):
            wish.makers.discard(exchange.id)
        if exchange.status in _FAILED or exchange.events:
            has_failed = self._excuses.has_failed(exchange, wish)
            has_failed = has_failed or self._troubles.excuse(exchange)
            self._demand(has_failed, exchange, "failed although nothing has failed")
        return None

    def _weigh_answer(self, exchange: Exchange, wish: Said) -> None:
        answered = whole(exchange)
        if wish.answered is not None and not wish.doubts:
            what = f"was answered otherwise the second time: {difference(wish.answered, answered)}"
            return self._demand(wish.answered == answered, exchange, what)
        answer = exchange.answer
        self._note_turn(wish, exchange, answered)
        said = exchange.asked.get("transcript")
        what = f"said {said!r}, and was heard to say {answer['transcript']!r}"
        self._demand(said is None or said == answer["transcript"], exchange, what)
        self._weigh_actions(exchange, wish)
        untold = unsaid(answer)
        self._demand(not untold, exchange, f"did {untold}, and does not say so")
        return self._weigh_sound(exchange, wish)

    def _note_turn(self, wish: Said, exchange: Exchange, answered: Json) -> None:
        """From now on it is remembered; but not what is said with a key of before an erasure."""
        wish.is_erased = wish.is_erased or (wish.answered_at is None and wish.is_thought_before)
        if wish.is_erased:
            wish.answered_at = wish.answered_at or exchange.at
            return
        if wish.answered != answered:
            self._turns[wish.user_id].append((turn_of(exchange.answer), wish, exchange.at))
        wish.answered, wish.answered_at = answered, wish.answered_at or exchange.at

    def _weigh_actions(self, exchange: Exchange, wish: Said) -> None:
        actions = cast("list[Json]", exchange.answer["actions"])
        told = names_of(actions)
        # The answer may be the one that was made for another request.
        turns = [wish.deeds.get(id, []) for id in sorted(wish.makers, reverse=True)]
        done = next((deeds for deeds in turns if names_of(deeds) == told), turns[0])
        known = names_of(done)
        self._demand(told == known, exchange, f"tells of {told}, but the pet did {known}")
        for action, deed in zip(actions, done, strict=False):
            same = result_of(action) == result_of(deed)
            what = f"tells of {result_of(action)}, but what came of it was {result_of(deed)}"
            self._demand(same, exchange, what)

    def _weigh_sound(self, exchange: Exchange, wish: Said) -> None:
        if exchange.asked.get("include_audio") is not True:
            return
        is_mute = self._excuses.is_mute(exchange, wish)
        if not whole(exchange)["sound"]:
            self._demand(is_mute, exchange, "has no sound although the voice was well")
            is_told = bool(exchange.answer["warnings"]) or not is_mute
            self._demand(is_told, exchange, "has neither sound nor a warning")

    # What is remembered.

    def _begin_to_erase(self, id: int, user_id: str) -> None:
        """All that was said until now may be gone any moment."""
        self._erasures[id] = user_id
        for wish in self._said_by(user_id):
            wish.doubts.add(id)

    def _end_to_erase(self, exchange: Exchange) -> None:
        """What was answered before that was asked for is gone, if it is not refused."""
        user_id = self._erasures.pop(exchange.id, "")
        if exchange.is_done:
            for wish in self._said_by(user_id):
                wish.erase(exchange.asked_at)
            turns = self._turns[user_id]
            self._turns[user_id] = [each for each in turns if not each[1].is_erased]
        elif not self._troubles.says_so(exchange.answer):
            self._did_not_erase(exchange.id, user_id)

    def _lose(self, event: Event) -> None:
        """A request that got lost on its way was not answered, and has erased nothing."""
        id = number(event, "id")
        if event["leg"] == "request" and id in self._keys:
            self._wishes[self._keys[id]].makers.discard(id)
        if event["leg"] == "request" and id in self._erasures:
            self._did_not_erase(id, self._erasures.pop(id))

    def _drop(self, event: Event) -> None:
        """Whoever was to answer has died: nobody knows."""
        self._erasures.pop(number(event, "id"), None)

    def _did_not_erase(self, id: int, user_id: str) -> None:
        for wish in self._said_by(user_id):
            wish.doubts.discard(id)

    def _said_by(self, user_id: str) -> list[Said]:
        return [wish for wish in self._wishes.values() if wish.user_id == user_id]

    def _weigh_memory(self, exchange: Exchange) -> None:
        remembered = [turn_of(each) for each in cast("list[Json]", exchange.answer["turns"])]
        user_id = str(exchange.asked["user_id"])
        told, doubtful = self._known(user_id), self._doubtful(user_id)
        if may_be(remembered, told, doubtful, is_all=False):
            is_whole = bool(exchange.answer["summary"])
            is_whole = is_whole or may_be(remembered, told, doubtful, is_all=True)
            self._demand(is_whole, exchange, "has forgotten older turns and has no summary")
        else:
            turns = [each.turn for each in told]
            self._demand(False, exchange, f"remembers {remembered}, and was told {turns}")

    def _known(self, user_id: str) -> list[Told]:
        """The turns that were answered."""
        return [
            Told(turn, not wish.doubts, wish.asked_at, answered_at)
            for turn, wish, answered_at in self._turns[user_id]
        ]

    def _store(self, event: Event) -> None:
        if event["collection"] == "chat_messages":
            document: Json = orjson.loads(words(event, "document"))
            self._stored[str(document["user_id"])][number(document, "number")] = document

    def _compare_stored(self, user_id: str, at: int) -> None:
        stored, told = self._stored[user_id], self._known(user_id)
        turns = [each.turn for each in told]
        places = [place for place in sorted(stored) if place % 2 == 0 and place + 1 in stored]
        halves = len(stored) - 2 * len(places)
        self.demand(not halves, at, f"{halves} messages of {user_id} are stored without a turn")
        known = [pair_of(stored[place], stored[place + 1]) for place in places]
        said = f"{user_id} was answered {len(turns)} turns, and stored are {len(known)}"
        is_all = may_be(known, told, self._doubtful(user_id), is_all=True)
        self.demand(is_all, at, lambda: f"{said}: {parting(turns, known)}")

    def _doubtful(self, user_id: str) -> list[Wish]:
        """What the user has said and nobody knows whether it was answered."""
        return [wish for wish in self._open.open(*TALK) if wish.text("user_id") == user_id]

    def _demand(self, kept: bool, exchange: Exchange, what: str) -> None:
        said = f"request {exchange.id} of {exchange.who}, {exchange.operation}, {what}"
        self.demand(kept, exchange.at, said)


def _is_erasure(event: Event) -> bool:
    return f"{event['method']} {event['path']}" == _ERASE


def _user_of_query(event: Event) -> str:
    return dict(parse_qsl(words(event, "query"))).get("user_id", "")
