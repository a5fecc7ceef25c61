"""What led to a broken promise, message by message: the events of a sequence chart.

A chart shows the last events before an instant that concern one user. Polls that were answered as
always and changed nothing are counted only. How it is drawn stands in ``sequence_drawing``.
"""

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import orjson

from simulator.kernel.trace import Event, number

EVENTS_MAX = 40
_AFTER = 6
"""So many events more are shown if what the judge speaks of was long before the objection."""
_KEPT_MAX = 4_000
_SPARED = 8
"""So many of the last events are shown even if they are quiet."""
_KIND = 5
"""Where the kind stands in a line that is split at its quotation marks."""
_POLLED = frozenset({"request", "served", "answer"})
_SHOWN = _POLLED | {"lost", "timeout", "fault", "heals", "screen", "press", "student", "boot"}
_SHOWN |= {"unplugged", "cut", "acted", "failed"}
_TELLING = re.compile(r"[\w-]*\d[\w-]*")
"""What a judge may call a thing by: an id, a key, the number of a request."""
_NAMES = re.compile(r"[^\s/,:;'\"]+")
_LONG = 6
_OK = 200


@dataclass(frozen=True, slots=True)
class Chart:
    """Events of ``user`` in their order, and what a judge said about them at ``at`` (milliseconds
    since the world began). ``left_out`` quiet events among them are not shown.
    """

    user: str
    events: tuple[Event, ...]
    left_out: int
    at: int
    words: str


def chart(trace: Path, at: int, words: str) -> Chart:
    """The chart of an objection. Raises ``ValueError`` if the file is no trace."""
    user = _user(_until(trace, at), words)
    ours = list(deque(_of_user(_until(trace, at), user), _KEPT_MAX))
    ours = ours[: _anchor(ours, words)]
    events = _without_quiet(ours)
    shown = events[-EVENTS_MAX:]
    since = ours.index(shown[0]) if shown else 0
    return Chart(user, tuple(shown), len(ours) - since - len(shown), at, words)


def _until(trace: Path, at: int) -> Iterator[Event]:
    """The events until ``at`` that can be shown, of everybody."""
    with trace.open("rb") as lines:
        kept = (line for line in lines if _kind(line) in _SHOWN)
        events: Iterator[Event] = (orjson.loads(line) for line in kept)
        yield from takewhile(lambda event: number(event, "at") <= at, events)


def _kind(line: bytes) -> str:
    fields = line.split(b'"', _KIND + 1)
    if len(fields) <= _KIND:
        raise ValueError("this is no line of a trace")
    return fields[_KIND].decode()


def _owner(event: Event) -> str:
    """The user of the device or program that the event is about; "" if it is about nobody's."""
    who = str(event.get("who", ""))
    if event["kind"] == "student":
        return who
    return who.rpartition("/")[2] if "/" in who else ""


def _user(heard: Iterable[Event], words: str) -> str:
    """Whom the judge speaks of, or else who did something last."""
    owners: dict[str, None] = {}
    for owner in filter(None, map(_owner, heard)):
        owners.pop(owner, None)
        owners[owner] = None
    latest = list(reversed(owners))
    named = {*_NAMES.findall(words)}
    return next((owner for owner in latest if owner in named), next(iter(latest), ""))


def _of_user(heard: Iterable[Event], user: str) -> Iterator[Event]:
    """Events of the user, answers to them, and what befalls everybody."""
    ids: set[object] = set()
    for event in heard:
        owner = _owner(event)
        if owner == user and "id" in event:
            ids.add(event["id"])
        if owner == user or (not owner and ("id" not in event or event["id"] in ids)):
            yield event


def _anchor(ours: Sequence[Event], words: str) -> int:
    """Where the chart ends: a little after the last event that has to do with what the judge names,
    if it names anything of which an event tells; else with the last.
    """
    names = {name for name in _TELLING.findall(words) if len(name) >= _LONG}
    for place in range(len(ours) - 1, -1, -1):
        text = orjson.dumps(ours[place]).decode() if names else ""
        if any(name in text for name in names):
            return min(len(ours), place + 1 + _AFTER)
    return len(ours)


def _without_quiet(ours: Sequence[Event]) -> list[Event]:
    quiet = _quiet(ours)
    spared = {event.get("id") for event in ours[-_SPARED:]}
    dropped = {*quiet} - spared
    return [e for e in ours if e["kind"] not in _POLLED or e["id"] not in dropped]


def _quiet(ours: Sequence[Event]) -> Collection[object]:
    """The polls that were answered at once and well, and after which nothing changed."""
    polls: set[object] = set()
    loud: set[object] = set()
    last: Event | None = None
    for event in ours:
        kind, id = event["kind"], event.get("id")
        if kind == "request" and event["method"] == "GET" and "copy_of" not in event:
            polls.add(id)
        elif kind == "served" and number(event, "status") != _OK:
            loud.add(id)
        elif kind not in _POLLED:
            loud.add(id)
            if last is not None and last["at"] == event["at"]:
                loud.add(last["id"])
        last = event if kind == "answer" else None
    answered = {event["id"] for event in ours if event["kind"] == "answer"}
    return (polls & answered) - loud
