"""What the server may hold although it never said so: the deeds of wishes that are still open.

Each of them may account for one document that was never acknowledged, or for what one says
otherwise than acknowledged, and for nothing else. What a pet is told in words may be any deed that
such words can ask for, also the end of all sessions that run.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations

from simulator.invariants import Hears, Weighs
from simulator.invariants.exchanges import TALK, Exchange
from simulator.invariants.wishes import Wish, Wishes
from simulator.kernel.trace import Json

_SCHEDULE, _POLL, _DRUNK = "POST /api/water/schedule", "GET /api/water/poll", "POST /api/water/ack"
_BEGIN, _SAMPLE, _END = (
    f"POST /api/stress/{name}" for name in ("session/start", "sample", "session/end")
)
_START = "POST /api/breaks/pomodoro/start"
_PREFER = "POST /api/breaks/preferences/stress-prompts"
_ENCOURAGE = "POST /api/encouragement/message"

_HEAPS: Mapping[str, tuple[str, str]] = {
    _POLL: ("REMINDER_SENT", "user_id"),
    _DRUNK: ("DEVICE_ACK", "user_id"),
    _SAMPLE: ("focus_samples", "session_id"),
    _ENCOURAGE: ("encouragement_events", "user_id"),
}
"""Of what each adds one, and what names its owner."""

_MADE: Mapping[str, tuple[str, str, str]] = {
    _SCHEDULE: ("water_schedules", "user_id", "user_id"),
    _BEGIN: ("focus_sessions", "user_id", "user_id"),
    _END: ("focus_reports", "session_id", "session_id"),
    _START: ("pomodoro_sessions", "user_id", "user_id"),
    _PREFER: ("break_preferences", "user_id", "user_id"),
}
"""The collection in which each makes a document, and the field by which one knows whose."""

_TALKED_INTO = ("water_schedules", "focus_sessions", "focus_reports", "pomodoro_sessions")
_ENDED_TOGETHER = ("focus_reports",)
"""Of these one sentence may make any number."""
_SURE_MAX = 2
"""So many together are looked at one by one; there are hardly ever more."""


_Variant = tuple[Json, frozenset[str]]
"""What a document then says, and of what else it may say anything."""


def _ended(_: Wish) -> _Variant:
    return {"status": "completed"}, frozenset({"ended_at"})


_CHANGED: Mapping[str, tuple[str, str, Callable[[Wish], _Variant]]] = {
    _SCHEDULE: ("water_schedules", "user_id", lambda wish: (wish.asked, frozenset())),
    _POLL: ("water_schedules", "user_id", lambda _: ({}, frozenset({"last_triggered_at"}))),
    _END: ("focus_sessions", "session_id", _ended),
    _PREFER: (
        "break_preferences",
        "user_id",
        lambda wish: ({"stress_prompt_enabled": wish.asked.get("enabled")}, frozenset()),
    ),
}
"""What each makes of a document that there is: its collection, the field that names it, and how.
That a Pomodoro or a prompt is over may be stored in any case: the former runs out."""

_BY_WORDS = frozenset(
    {"ended_at", "status", "timezone", "start_time", "end_time", "interval_min", "enabled"}
)
"""What a pet can be told to change."""


class PerhapsDone:
    """All of them."""

    def __init__(self) -> None:
        self._wishes = Wishes(*_HEAPS, *_MADE, *_CHANGED, *TALK)
        self._made: set[tuple[str, str, int]] = set()

    @property
    def heeds(self) -> Hears:
        """What to pass on to it: a judge adds this to what it heeds itself."""
        return self._wishes.heeds

    @property
    def weighs(self) -> Weighs:
        """And this to what it weighs."""
        return self._wishes.weighs

    @property
    def since(self) -> Callable[[Exchange], int]:
        """When what is answered was asked for the first time."""
        return self._wishes.since

    def added(self, what: str, owner: str) -> int:
        """How many there may be of something beside those that were acknowledged."""
        return sum(
            _HEAPS[wish.operation] == (what, field) and _named(wish, field) == owner
            for wish in self._wishes.open(*_HEAPS)
            for field in ("user_id", "session_id")
        )

    def may_be(self, collection: str, document: Json) -> bool:
        """Whether this document, of which nobody has heard, may be there because it was asked for.
        Each wish accounts for one of a collection.
        """
        return self._takes(_MADE, collection, document)

    def may_be_talked_into(self, collection: str, document: Json) -> bool:
        """The same of what a pet was told in words."""
        return self._takes(TALK, collection, document)

    def _takes(self, operations: Iterable[str], collection: str, document: Json) -> bool:
        for number, wish in enumerate(self._wishes.open(*operations)):
            place = collection, wish.operation, number
            if place not in self._made and _makes(wish, collection, document):
                if not (wish.operation in TALK and collection in _ENDED_TOGETHER):
                    self._made.add(place)
                return True
        return False

    def variants(self, collection: str, id: str, promised: Json, user_id: str) -> Iterator[Json]:
        """What a document may say in place of what was acknowledged."""
        changes = [
            change
            for wish in self._wishes.open(*_CHANGED, *TALK)
            if (change := _change(wish, collection, id, user_id)) is not None
        ]
        for count in range(1, min(len(changes), _SURE_MAX) + 1):
            for several in combinations(changes, count):
                yield _changed(promised, several)


def accounts_for(parts: list[int], count: int, difference: int) -> bool:
    """Whether some ``count`` of the ``parts`` come to ``difference``; of many that is believed."""
    if count > _SURE_MAX:
        return True
    return any(sum(some) == difference for some in combinations(parts, count))


def _named(wish: Wish, field: str) -> str:
    """Whose it is, or of which: ids may be sent in capitals, names of users mean what they say."""
    return wish.text(field) if field == "user_id" else wish.text(field).lower()


def _makes(wish: Wish, collection: str, document: Json) -> bool:
    if wish.operation in TALK:
        whose = document.get("user_id", wish.text("user_id"))
        return collection in _TALKED_INTO and whose == wish.text("user_id")
    where, named, field = _MADE[wish.operation]
    return where == collection and str(document.get(field)) == _named(wish, named)


def _change(wish: Wish, collection: str, id: str, user_id: str) -> _Variant | None:
    if wish.operation in TALK:
        is_theirs = collection in _TALKED_INTO and user_id == wish.text("user_id")
        return ({}, _BY_WORDS) if is_theirs else None
    where, named, change = _CHANGED[wish.operation]
    return change(wish) if where == collection and _named(wish, named) == id else None


def _changed(promised: Json, changes: Iterable[_Variant]) -> Json:
    for facts, free in changes:
        kept = {name: fact for name, fact in promised.items() if name not in free}
        promised = {**kept, **{name: fact for name, fact in facts.items() if name in kept}}
    return promised
