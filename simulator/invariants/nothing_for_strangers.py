"""A stranger gets nothing: whatever he tries is answered as it must be, and tells him of nobody.

What may be answered to each attempt stands in the trace, said by the stranger himself; while the
store fails, or has just failed, that may be said to him as to anybody (503). Beyond that table the
judge holds three things against each other: the ids, names and labels that others told the server
and heard of it are in no answer to him, unless he said them himself; what the server did for him
was about what is his; a token that he was given acts for him alone. In the end no document of
anybody else bears his name. Numbers and times are not judged: whose they are cannot be seen.

Words are compared as wholes and in any case. Who is called as the server talks, "token" say, cannot
be told from its talk, and is not looked for.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import cast

import orjson

from simulator.invariants import EVERY, Hears, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.invariants.store_troubles import StoreTroubles
from simulator.invariants.talk import is_talk, joined, says, texts, texts_of
from simulator.kernel.trace import Event, number, words

_TELLING = frozenset(
    (
        *("user_id", "session_id", "prompt_id", "sample_id", "device_id", "study_label"),
        *("conversation_id", "esp32_stream_url"),
        *("device_code", "user_code", "token"),
    )
)
"""Fields whose content is somebody's."""

_THINGS = ("session_id", "prompt_id")
_TOKEN = re.compile(r"pet_[0-9a-f]{32}_[\w-]{43}")
_PROMISED = {401: ("www-authenticate",), 429: ("retry-after", "ratelimit-reset")}
"""Headers that a refusal must have."""

_FOREIGN, _REPLAY, _ENDED = "foreign_", "replay", ("revoked", "rotated")
"""How attempts are called that name what belongs to others, that say their keys again, and whose
token has ended.
"""

_UNAUTHORIZED = 401
_UNAVAILABLE = 503
_UNCONFIRMED = "pairings"
"""Where anybody may say any name: a wish that its owner reads and need not confirm."""


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
        self._keys: set[str] = set()
        self._believed: set[object] = set()
        self._rights: Mapping[str, list[list[object]]] = {}
        self._his: set[str] = set()
        self._owners: dict[str, str] = {}
        self._newest: dict[str, str] = {}
        self._replaced: set[object] = set()
        """What was said with tokens that others have taken the place of."""
        self._answered: dict[int, Exchange] = {}
        self._told: dict[tuple[str, str], Exchange] = {}
        self._troubles = StoreTroubles()

    @property
    def untried(self) -> tuple[str, ...]:
        """Attempts that were not answered in every way that they may be, or that never hit what
        they are after: something of others, a key that they said, a token that was once believed.
        """
        return tuple(
            name
            for name, outcomes in self._expected.items()
            if len(self._seen.get(name, ())) < len(outcomes) or name not in self._aimed
        )

    @property
    def hears(self) -> Hears:
        """Who he is and what he tries, whose tokens are, what he is told, what is stored."""
        hears: dict[str, Callable[[Event], None]] = {
            "stranger": self._begin,
            "device": self._give,
            "served": self._tell,
            "fault": self._troubles.hear,
            "stored": self._look_at_document,
        }
        return hears

    @property
    def weighs(self) -> Weighs:
        """Every answer to him is a case; those to others say what he must not hear of."""
        return {EVERY: self._weigh}

    def conclude(self, at: int) -> None:
        """What he was told is held against all that belongs to others."""
        looked_for = [word for word in self._others if not is_talk(word)]
        for (_, told), exchange in self._told.items():
            sent = joined((*_sent(exchange), *texts(exchange.headers)))
            heard = sorted(word for word in looked_for if says(told, word))
            heard = [word for word in heard if not says(sent, word)]
            self.demand(not heard, exchange.at, f"{_which(exchange)} tells him of {heard}")

    def _begin(self, event: Event) -> None:
        self._user_id = words(event, "user_id")
        self._expected = cast("Mapping[str, list[list[object]]]", event["attempts"])
        self._rights = cast("Mapping[str, list[list[object]]]", event["rights"])

    def _give(self, event: Event) -> None:
        name, token = words(event, "name"), words(event, "token")
        self._owners[token] = words(event, "user_id")
        if name in self._newest:
            self._replaced.add(f"Bearer {self._newest[name]}")
        self._newest[name] = token

    def _weigh(self, exchange: Exchange) -> None:
        if exchange.is_done:
            self._believed.add(exchange.headers.get("authorization"))
        if not exchange.is_strangers:
            self._others.update(_told_of(exchange.asked), _told_of(exchange.answer))
            self._keys.add(exchange.key or "")
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
        if exchange.status == _UNAVAILABLE and self._troubles.excuse(exchange):
            return
        is_late = exchange.headers.get("authorization") in self._replaced
        if is_late and name in self._rights and exchange.status == _UNAUTHORIZED:
            # A copy of what he might ask, from when he might.
            return
        self._seen.setdefault(name, set()).add(outcome)
        self._take_aim(name, exchange)
        may_be = self._expected.get(name) or self._rights.get(name, [])
        expected = [tuple(each) for each in may_be]
        self.demand(
            outcome in expected,
            exchange.at,
            f"{_which(exchange)} was answered {outcome}, not one of {expected}",
        )

    def _take_aim(self, name: str, exchange: Exchange) -> None:
        if name not in self._aimed and self._hits(name, exchange):
            self._aimed.add(name)

    def _hits(self, name: str, exchange: Exchange) -> bool:
        """Whether it has to do with what the name of the attempt says."""
        if name.startswith(_FOREIGN):
            sent = joined(_sent(exchange))
            return any(says(sent, word) for word in self._others)
        if _REPLAY in name and exchange.key not in self._keys:
            return False
        is_ended = any(word in name for word in _ENDED)
        return not is_ended or exchange.headers.get("authorization") in self._believed

    def _require_headers(self, exchange: Exchange) -> None:
        for header in _PROMISED.get(exchange.status, ()):
            has = header in exchange.answer_headers
            self.demand(has, exchange.at, f"{_which(exchange)} was refused without {header}")

    def _require_own(self, exchange: Exchange) -> None:
        """What was done for him: in his name, and about what he was given himself."""
        asked = exchange.asked
        strange = [
            str(asked[name])
            for name in _THINGS
            if name in asked and str(asked[name]).casefold() not in self._his
        ]
        if asked.get("user_id", self._user_id) != self._user_id:
            strange.append(str(asked["user_id"]))
        self.demand(not strange, exchange.at, f"{_which(exchange)} was done to {strange}")
        self._his.update(_told_of(exchange.answer))

    def _tell(self, event: Event) -> None:
        exchange = self._answered.pop(number(event, "id"), None)
        if exchange is None:
            return
        told = "\n".join((*texts(event["headers"]), *texts_of(words(event, "body"))))
        self._told.setdefault((exchange.who, told.casefold()), exchange)
        for token in _TOKEN.findall(told):
            owner = self._owners.get(token, exchange.answer.get("user_id"))
            said = f"{_which(exchange)} gives him a token of {owner}"
            self.demand(owner == self._user_id, exchange.at, said)

    def _look_at_document(self, event: Event) -> None:
        collection, text = words(event, "collection"), words(event, "document")
        if not self._user_id or collection == _UNCONFIRMED or self._user_id not in text:
            return
        document = orjson.loads(text)
        written = (each for each in texts(document) if each.casefold() not in self._others)
        if says(joined(written), self._user_id.casefold()):
            owner = document.get("user_id")
            said = f"a document of {owner} in {collection} bears the stranger's name: {text}"
            self.demand(owner == self._user_id, number(event, "at"), said)


def _told_of(said: object) -> Iterator[str]:
    """What belongs to somebody in a JSON value."""
    if isinstance(said, dict):
        for name, value in said.items():
            if name in _TELLING and isinstance(value, str):
                yield value.casefold()
            else:
                yield from _told_of(value)
    elif isinstance(said, list):
        for item in said:
            yield from _told_of(item)


def _sent(exchange: Exchange) -> tuple[str, ...]:
    """All that he said in path, query and body of a request."""
    return (exchange.operation, *texts(exchange.asked))


def _which(exchange: Exchange) -> str:
    return f"request {exchange.id}, {exchange.who}, {exchange.operation}"
