"""A stranger gets nothing: whatever he tries is answered as it must be, and tells him of nobody.

What may be answered to each attempt stands in the trace, said by the stranger himself. Beyond that
table the judge holds three things against each other: what others told the server and heard of it
is in no answer to him; what the server did for him was about what is his; a token that he was given
acts for him alone. In the end no document of anybody else bears his name, and a stranger who did
not try everything, or named nothing that belongs to others, has proved nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import cast

import orjson

from simulator.invariants import EVERY, Hears, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event, Json, number, words

_TELLING = frozenset(
    (
        *("user_id", "session_id", "prompt_id", "sample_id", "device_id", "study_label"),
        *("device_code", "user_code", "token"),
    )
)
"""Fields whose content is somebody's."""

_THINGS = ("session_id", "prompt_id")
_TOKEN = re.compile(r"pet_[0-9a-f]{32}_[\w-]{43}")
_PROMISED = {401: ("www-authenticate",), 429: ("retry-after", "ratelimit-reset")}
"""Headers that a refusal must have."""

_FOREIGN = "foreign_"
"""How attempts are called that name what belongs to others."""

_UNCONFIRMED = "pairings"
"""Where anybody may say any name: a wish that its owner reads and need not confirm."""

_WHOLE_DAY_MS = 24 * 3_600_000


class NothingForStrangers(Judge):
    """The judge."""

    name = "nothing for strangers"

    def __init__(self) -> None:
        super().__init__()
        self._user_id = ""
        self._expected: Mapping[str, list[list[object]]] = {}
        self._seen: dict[str, set[tuple[int, str]]] = {}
        self._aimed: set[str] = set()
        self._others: set[str] = set()
        self._his: set[str] = set()
        self._owners: dict[str, str] = {}
        self._answered: dict[int, Exchange] = {}
        self._told: dict[tuple[str, str], Exchange] = {}

    @property
    def hears(self) -> Hears:
        """Who he is and what he tries, whose tokens are, what he is told, what is stored."""
        hears: dict[str, Callable[[Event], None]] = {
            "stranger": self._begin,
            "device": self._give,
            "served": self._tell,
            "stored": self._look_at_document,
        }
        return hears

    @property
    def weighs(self) -> Weighs:
        """Every answer to him is a case; those to others say what he must not hear of."""
        return {EVERY: self._weigh}

    def conclude(self, at: int) -> None:
        """What he was told is held against all that belongs to others; did he try everything?"""
        for (_, told), exchange in self._told.items():
            sent = _sent(exchange)
            heard = sorted(word for word in self._others if word in told and word not in sent)
            self.demand(not heard, exchange.at, f"{_which(exchange)} tells him of {heard}")
        if at >= _WHOLE_DAY_MS:
            self._require_all_tried(at)

    def _require_all_tried(self, at: int) -> None:
        for name, outcomes in self._expected.items():
            seen = self._seen.get(name, set())
            is_tried = len(seen) >= len(outcomes)
            self.demand(is_tried, at, f"of {outcomes} to {name} he saw {sorted(seen)} only")
            if name.startswith(_FOREIGN):
                said = f"{name} never named anything that belongs to others"
                self.demand(name in self._aimed, at, said)

    def _begin(self, event: Event) -> None:
        self._user_id = words(event, "user_id")
        self._expected = cast("Mapping[str, list[list[object]]]", event["attempts"])

    def _give(self, event: Event) -> None:
        self._owners[words(event, "token")] = words(event, "user_id")

    def _weigh(self, exchange: Exchange) -> None:
        if not exchange.is_strangers:
            self._others.update(_told_of(exchange.asked))
            self._others.update(_told_of(exchange.answer))
            return
        self._answered[exchange.id] = exchange
        self._compare(exchange)
        self._require_headers(exchange)
        if exchange.is_done:
            self._require_own(exchange)

    def _compare(self, exchange: Exchange) -> None:
        name = exchange.who.partition("/")[2]
        code = exchange.answer.get("code", "")
        outcome = (exchange.status, str(code))
        self._seen.setdefault(name, set()).add(outcome)
        self._take_aim(name, exchange)
        expected = [tuple(each) for each in self._expected.get(name, [])]
        self.demand(
            outcome in expected,
            exchange.at,
            f"{_which(exchange)} was answered {outcome}, not one of {expected}",
        )

    def _take_aim(self, name: str, exchange: Exchange) -> None:
        if name.startswith(_FOREIGN) and name not in self._aimed:
            sent = _sent(exchange)
            if any(word in sent for word in self._others):
                self._aimed.add(name)

    def _require_headers(self, exchange: Exchange) -> None:
        for header in _PROMISED.get(exchange.status, ()):
            has = header in exchange.answer_headers
            self.demand(has, exchange.at, f"{_which(exchange)} was refused without {header}")

    def _require_own(self, exchange: Exchange) -> None:
        """What was done for him: in his name, and about what he was given himself."""
        asked = exchange.asked
        strange = [
            str(asked[name]) for name in _THINGS if name in asked and asked[name] not in self._his
        ]
        if asked.get("user_id", self._user_id) != self._user_id:
            strange.append(str(asked["user_id"]))
        self.demand(not strange, exchange.at, f"{_which(exchange)} was done to {strange}")
        self._his.update(_told_of(exchange.answer))

    def _tell(self, event: Event) -> None:
        exchange = self._answered.pop(number(event, "id"), None)
        if exchange is None:
            return
        told = f"{orjson.dumps(event['headers']).decode()} {words(event, 'body')}"
        self._told.setdefault((exchange.who, words(event, "body")), exchange)
        for token in _TOKEN.findall(told):
            owner = self._owners.get(token, exchange.answer.get("user_id"))
            said = f"{_which(exchange)} gives him a token of {owner}"
            self.demand(owner == self._user_id, exchange.at, said)

    def _look_at_document(self, event: Event) -> None:
        collection, text = words(event, "collection"), words(event, "document")
        if not self._user_id or collection == _UNCONFIRMED or self._user_id not in text:
            return
        owner = orjson.loads(text).get("user_id")
        said = f"a document of {owner} in {collection} bears the stranger's name: {text}"
        self.demand(owner == self._user_id, number(event, "at"), said)


def _told_of(said: object) -> Iterator[str]:
    """What belongs to somebody in a JSON value."""
    if isinstance(said, dict):
        for name, value in said.items():
            if name in _TELLING and isinstance(value, str):
                yield value
            else:
                yield from _told_of(value)
    elif isinstance(said, list):
        for item in said:
            yield from _told_of(item)


def _sent(exchange: Exchange) -> str:
    """All that he said in a request, in one text."""
    said: Json = {"operation": exchange.operation, "asked": exchange.asked}
    return orjson.dumps(said).decode()


def _which(exchange: Exchange) -> str:
    return f"request {exchange.id}, {exchange.who}, {exchange.operation}"
