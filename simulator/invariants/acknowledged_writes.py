"""No write that was acknowledged is lost, and none is applied twice.

What was asked for and has come to no end may be stored or not, but wholly or not at all, and once
(``perhaps_done.py``): so it is when the server dies, or loses its store, and is not asked again.

What the server holds when the world is over is held against all answers it gave, whether or not
they arrived. Of what there are many, such as samples, the judge keeps a number and a sum for each
owner and not each one: that tells one lost and another applied twice from all being well.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zlib import crc32

import orjson

from simulator.invariants import Hears, Judge, Weighs
from simulator.invariants.deeds import how_many
from simulator.invariants.ended_together import EndedTogether
from simulator.invariants.exchanges import Exchange
from simulator.invariants.perhaps_done import PerhapsDone, accounts_for
from simulator.invariants.repeats import Repeats
from simulator.kernel.trace import Event, Json, number, words

_ENDED = ("ended_at", "status")
_SCORES = ("focus_score", "stress_score", "confidence")
_IDS = {
    "water_schedules": "user_id",
    "break_preferences": "user_id",
    "focus_sessions": "session_id",
    "focus_reports": "session_id",
    "pomodoro_sessions": "session_id",
    "break_prompts": "prompt_id",
}
"""Collections of which each document is known by this field."""

_UNASKED = ("break_prompts",)
"""What the server stores by itself, perhaps before anybody hears of it."""


@dataclass(slots=True)
class _Heap:
    """How many there are of something, and the sum of what they say."""

    count: int = 0
    total: int = 0
    parts: list[int] | None = None
    """What each of them says, if somebody wants to know."""

    def add(self, *facts: object) -> None:
        """One more."""
        said = crc32("|".join(map(str, facts)).encode())
        self.count += 1
        self.total += said
        if self.parts is not None:
            self.parts.append(said)


Heaps = defaultdict[tuple[str, str], _Heap]
"""By what they are and whose."""


class AcknowledgedWrites(Judge):
    """The judge."""

    name = "acknowledged writes"

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()
        self._perhaps = PerhapsDone()
        self._together = EndedTogether()
        self._promised: Heaps = defaultdict(_Heap)
        self._stored: Heaps = defaultdict(_Heap)
        self._documents: dict[str, dict[str, dict[str, object]]] = {name: {} for name in _IDS}
        self._found: dict[str, set[str]] = {name: set() for name in _IDS}
        self._counters: Mapping[str, Callable[[Json], None]] = {
            "water_events": self._count_water_event,
            "focus_samples": self._count_sample,
            "encouragement_events": self._count_encouragement,
        }

    @property
    def hears(self) -> Hears:
        """What the server holds in the end."""
        return {"stored": self._hold_against}

    @property
    def heeds(self) -> Hears:
        """What is asked."""
        return self._perhaps.heeds

    @property
    def weighs(self) -> Weighs:
        """Write down what the server said that it has done."""
        return {
            **self._perhaps.weighs,
            "POST /api/water/schedule": self._schedule,
            "GET /api/water/poll": self._reminder,
            "POST /api/water/ack": self._ack,
            "POST /api/stress/session/start": self._session,
            "POST /api/stress/sample": self._sample,
            "POST /api/stress/session/end": self._end,
            "POST /api/breaks/preferences/stress-prompts": self._preference,
            "POST /api/breaks/pomodoro/start": self._pomodoro,
            "POST /api/breaks/pomodoro/stop": self._pomodoro,
            "GET /api/breaks/prompt/poll": self._prompt,
            "POST /api/breaks/prompt/ack": self._decision,
            "POST /api/encouragement/message": self._encouragement,
        }

    def conclude(self, at: int) -> None:
        """Everything that was stored has been heard of."""
        for what, owner in sorted(self._promised.keys() | self._stored.keys()):
            promised, stored = self._promised[what, owner], self._stored[what, owner]
            self.demand(
                self._agree(what, owner, promised, stored),
                at,
                f"{what} of {owner}: {promised.count} acknowledged, {stored.count} stored"
                + (", and they are not the same" if promised.count == stored.count else ""),
            )
        for collection, documents in self._documents.items():
            for id in sorted(documents.keys() - self._found[collection]):
                words = f"{collection} {id} was acknowledged and is not stored"
                self.demand(False, at, words)

    def _agree(self, what: str, owner: str, promised: _Heap, stored: _Heap) -> bool:
        """Whether what is stored is what was acknowledged, and perhaps what is in doubt."""
        more = stored.count - promised.count
        if not 0 <= more <= self._perhaps.added(what, owner):
            return False
        return accounts_for(stored.parts or [], more, stored.total - promised.total)

    # What was acknowledged.

    def _schedule(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange):
            schedule = _part(exchange.answer, "schedule")
            self._promise("water_schedules", schedule["user_id"], schedule)

    def _reminder(self, exchange: Exchange) -> None:
        if exchange.answer["remind_now"] is True and not self._repeats.is_repeat(exchange):
            user_id, instant = exchange.asked["user_id"], exchange.text("server_time_utc")
            self._promised["REMINDER_SENT", str(user_id)].add(_ms(instant))
            self._promise("water_schedules", user_id, {"last_triggered_at": instant})

    def _ack(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange):
            self._promised["DEVICE_ACK", str(exchange.asked["user_id"])].add()

    def _session(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange):
            session = _part(exchange.answer, "session")
            id, since = str(session["session_id"]), self._perhaps.since(exchange)
            self._together.begin(str(session["user_id"]), id, since)
            self._promise("focus_sessions", id, session)

    def _sample(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange):
            asked, answer = exchange.asked, exchange.answer
            confidence = asked.get("confidence")
            self._promised["focus_samples", str(asked["session_id"]).lower()].add(
                answer["sample_id"],
                _ms(answer["captured_at"]),
                _score(asked["focus_score"]),
                _score(asked["stress_score"]),
                _score(1 if confidence is None else confidence),
            )

    def _end(self, exchange: Exchange) -> None:
        session_id, ended_at = exchange.answer["session_id"], exchange.answer["ended_at"]
        if exchange.by_pet and not self._repeats.is_repeat(exchange):
            self._end_others(exchange)
        self._promise("focus_sessions", session_id, {"ended_at": ended_at, "status": "completed"})
        report: dict[str, object] = {"session_id": session_id}
        if not exchange.by_pet:  # It tells the figures alone.
            report["report"] = _sum_of(exchange.answer["report"])
        self._promise("focus_reports", session_id, report)

    def _end_others(self, exchange: Exchange) -> None:
        running = [
            id
            for id, session in self._documents["focus_sessions"].items()
            if session.get("user_id") == exchange.asked["user_id"] and session["status"] == "active"
        ]
        others = how_many(exchange, "ended") - 1
        self._together.end(str(exchange.asked["user_id"]), exchange.at, running, others)

    def _preference(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange):
            user_id, enabled = exchange.answer["user_id"], exchange.answer["enabled"]
            preference = {"user_id": user_id, "stress_prompt_enabled": enabled}
            self._promise("break_preferences", user_id, preference)

    def _pomodoro(self, exchange: Exchange) -> None:
        # One that has not been stopped may run out and be seen to be over at any time.
        session = dict(_part(exchange.answer, "session"))
        if session["ended_at"] is None:
            session = {name: fact for name, fact in session.items() if name not in _ENDED}
        self._promise("pomodoro_sessions", session["session_id"], session)

    def _prompt(self, exchange: Exchange) -> None:
        if exchange.answer["show_prompt"] is True:
            prompt_id = exchange.answer["prompt_id"]
            if prompt_id not in self._documents["break_prompts"]:
                names = ("prompt_id", "type", "reason", "created_at", "payload")
                prompt = {name: exchange.answer[name] for name in names}
                self._promise("break_prompts", prompt_id, prompt)

    def _decision(self, exchange: Exchange) -> None:
        decision = {"acknowledged": exchange.answer["acknowledged"], "is_resolved": True}
        self._promise("break_prompts", exchange.answer["prompt_id"], decision)

    def _encouragement(self, exchange: Exchange) -> None:
        if not self._repeats.is_repeat(exchange):
            heap = self._promised["encouragement_events", str(exchange.asked["user_id"])]
            heap.add(exchange.answer["message"])

    def _promise(self, collection: str, id: object, facts: Json) -> None:
        self._documents[collection].setdefault(str(id), {}).update(facts)

    # What is stored.

    def _hold_against(self, event: Event) -> None:
        collection, document = words(event, "collection"), orjson.loads(words(event, "document"))
        if collection in self._counters:
            self._counters[collection](document)
        elif collection in _IDS:
            self._compare(collection, document, number(event, "at"))

    def _count_water_event(self, document: Json) -> None:
        # An acknowledgement says nothing about itself, so there is nothing to be compared.
        facts = (_ms(document["at_utc"]),) if document["type"] == "REMINDER_SENT" else ()
        self._heap(str(document["type"]), document["user_id"]).add(*facts)

    def _count_sample(self, document: Json) -> None:
        scores = (_score(document[name]) for name in _SCORES)
        self._heap("focus_samples", document["session_id"]).add(
            document["sample_id"], _ms(document["captured_at"]), *scores
        )

    def _count_encouragement(self, document: Json) -> None:
        self._heap("encouragement_events", document["user_id"]).add(document["message"])

    def _heap(self, what: str, owner: object) -> _Heap:
        """Where to count one that is stored; each is kept if some of them are in doubt."""
        place = what, str(owner)
        if place not in self._stored and self._perhaps.added(*place):
            self._stored[place].parts = []
        return self._stored[place]

    def _compare(self, collection: str, document: dict[str, object], at: int) -> None:
        id = str(document[_IDS[collection]])
        promised = self._documents[collection].get(id)
        fault = ""
        if id in self._found[collection]:
            fault = "is stored twice"
        elif promised is None and collection not in _UNASKED:
            if not self._is_accounted_for(collection, id, document):
                fault = "is stored and was never acknowledged"
        elif promised is not None:
            fault = self._contradiction(collection, id, promised, document)
        self._found[collection].add(id)
        self.demand(not fault, at, f"{collection} {id} {fault}")

    def _is_accounted_for(self, collection: str, id: str, document: Json) -> bool:
        """By what can account for this alone first; what was said to a pet may be anything."""
        return (
            self._perhaps.may_be(collection, document)
            or (collection == "focus_reports" and self._ended_too(id, document))
            or self._perhaps.may_be_talked_into(collection, document)
        )

    def _ended_too(self, id: str, report: Json) -> bool:
        """Whether it is of a session that ended together with another. One of which nobody has
        heard is stored, and was accounted for before its report is looked at.
        """
        if id in self._documents["focus_sessions"] or id not in self._found["focus_sessions"]:
            return self._together.may_be("focus_reports", id)
        return self._together.may_be_unheard_of("focus_reports", str(report["user_id"]))

    def _contradiction(
        self, collection: str, id: str, promised: Json, document: dict[str, object]
    ) -> str:
        """How it is stored otherwise than it was acknowledged, if no open wish explains that."""
        facts = _facts(collection, document)
        fault = _difference(promised, facts)
        if not fault:
            return ""
        variants = self._perhaps.variants(collection, id, promised, str(document.get("user_id")))
        if any(not _difference(each, facts) for each in variants):
            return ""
        if collection == "focus_sessions" and facts.get("status") == "completed":
            rest = {name: fact for name, fact in promised.items() if name not in _ENDED}
            if not _difference(rest, facts) and self._together.may_be(collection, id):
                return ""
        return fault


def _facts(collection: str, document: dict[str, object]) -> Json:
    """A stored document in the words of what was acknowledged."""
    if collection == "focus_reports":
        return {**document, "report": _sum_of(document["report"])}
    if collection == "break_prompts":
        return {**document, "is_resolved": document["resolved_at"] is not None}
    return document


def _difference(promised: Json, stored: Json) -> str:
    """The first fact that is not stored as it was promised."""
    for name, fact in promised.items():
        is_instant = name.endswith("_at") and isinstance(fact, str)
        given = stored.get(name)
        if given != fact and not (is_instant and given and _ms(given) == _ms(fact)):
            return f"was acknowledged with {name} {fact}, and is stored with {given}"
    return ""


def _sum_of(report: object) -> int:
    """A report in a few bytes."""
    return crc32(orjson.dumps(report, option=orjson.OPT_SORT_KEYS))


def _score(value: object) -> float:
    return float(cast("float", value))


def _ms(instant: object) -> int:
    """An instant as text, in milliseconds since 1970."""
    return round(datetime.fromisoformat(str(instant)).timestamp() * 1000)


def _part(answer: Json, name: str) -> Json:
    part = answer[name]
    assert isinstance(part, dict)
    return part
