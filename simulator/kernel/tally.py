"""How often what happened, by names that people and programs can read."""

from collections import Counter
from functools import lru_cache

from simulator.kernel.trace import Event

_BY: dict[str, tuple[str, ...]] = {
    "lost": ("leg", "why"),
    "served": ("status",),
    "answer": ("status",),
    "student": ("does", "late"),
    "stored": ("collection",),
    "fault": ("fault",),
    "worker": ("does",),
    "dropped": ("why",),
}
"""By which facts events of a kind are told apart: ``lost request loss``, ``served 200``."""


class Tally:
    """Listens to a trace and counts."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._keys: dict[object, object] = {}
        self._unanswered: set[object] = set()

    def see(self, event: Event) -> None:
        """Something happened."""
        kind = str(event["kind"])
        self.counts[_name(kind, event)] += 1
        if kind == "request":
            self._asked(event)
        elif kind == "answer":
            self._keys.pop(event["id"], None)
        elif kind in ("timeout", "broken"):
            self._unanswered.add(self._keys.pop(event["id"], None))

    def _asked(self, event: Event) -> None:
        """A request whose idempotency key was sent before without an answer is a retry."""
        headers: object = event["headers"]
        key = headers.get("idempotency-key") if isinstance(headers, dict) else None
        if "copy_of" in event:
            self.counts["copy"] += 1
        elif key is not None:
            self._keys[event["id"]] = key
            self.counts["retry"] += key in self._unanswered
            self._unanswered.discard(key)


def _name(kind: str, event: Event) -> str:
    facts = _BY.get(kind)
    if facts is not None:
        return _told_apart(kind, *[event.get(fact) for fact in facts])
    if kind == "screen":
        scene = event["scene"]
        return f"screen {scene[0]}" if isinstance(scene, list) else kind
    return kind


@lru_cache(maxsize=1024, typed=True)
def _told_apart(kind: str, *values: object) -> str:
    """There are few names, and very many events."""
    facts = map(_word, _BY[kind], values)
    return " ".join([kind, *filter(None, facts)])


def _word(fact: str, value: object) -> str:
    """A fact that is true is said by its name, one that is false or not there not at all."""
    if value is None or isinstance(value, bool):
        return fact if value else ""
    return str(value)
