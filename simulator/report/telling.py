"""Reads a trace, once and line by line, into the story of its first student.

Of a world with many students the others are counted only. What the parts make of the events stands
in ``told_by_*.py``.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import orjson

from simulator.invariants.deeds import ACTED, Deeds
from simulator.invariants.exchanges import Exchanges
from simulator.invariants.measured import MEASURED, document_of, measurement
from simulator.kernel.trace import Event, Json, number, words
from simulator.report.story import Mark, Span, Story
from simulator.report.told_by_person import PersonTold, reacted
from simulator.report.told_by_pet import PetTold
from simulator.report.told_by_server import WANTED, ServerTold
from simulator.report.wall import wall_at

_HOUR_MS = 3_600_000
_KIND = 5
"""Where the kind stands in a line that is split at its quotation marks."""


def tell(trace: Path) -> Story:
    """The story of the first student in the file ``trace``. Raises ``ValueError`` if it is none."""
    with trace.open("rb") as lines:
        first = orjson.loads(next(lines, b"null"))
        if not isinstance(first, dict) or first.get("kind") != "world":
            raise ValueError(f"{trace} does not begin like a trace")
        telling = _Telling(first)
        for line in lines:
            telling.hear(line)
    return telling.story()


class _Telling:
    """Tells events to the parts that know what to make of them."""

    def __init__(self, world: Event) -> None:
        self._seed = number(world, "seed")
        scenario = world["scenario"]
        self._scenario: Json = scenario if isinstance(scenario, dict) else {}
        zone = words(self._scenario, "zone")
        self._wall = wall_at(words(self._scenario, "date"), zone)
        self._who = ""
        self._students: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._keys: set[tuple[object, str]] = set()
        self._cuts: list[Span] = []
        self._losses: list[Mark] = []
        self._ours: set[int] = set()
        self._wanted: set[int] = set()
        self._exchanges, self._deeds = Exchanges(), Deeds()
        self._person, self._pet, self._server = PersonTold(), PetTold(), ServerTold(self._wall)
        self._until = 0

    def hear(self, line: bytes) -> None:
        """One line. Kinds that only count are not read any further: there are many of them."""
        kind = line.split(b'"', _KIND + 1)[_KIND].decode()
        self._counts[kind] += 1
        handler = _HANDLERS.get(kind)
        if handler is not None:
            event = orjson.loads(line)
            self._until = number(event, "at")
            handler(self, event)

    def story(self) -> Story:
        """What was heard so far."""
        until = self._end()
        person, pet, server = self._person, self._pet, self._server
        return Story(
            seed=self._seed,
            title=str(self._scenario.get("title", "A simulated day")),
            tale=str(self._scenario.get("story", "")),
            who=self._who,
            others=len(self._students - {self._who}),
            wall=self._wall,
            until=until,
            elsewhere=person.elsewhere,
            truth=person.truth,
            posted=server.posted,
            activities=person.activities(until),
            sessions=person.sessions(until),
            phases=server.phases(until),
            windows=server.windows(until),
            reminders=_with_reactions(
                sorted([*server.reminders, *pet.reminders], key=lambda mark: mark.at),
                person.reactions["reminder"],
            ),
            prompts=_with_reactions(server.prompts, person.reactions["prompt"]),
            wishes=person.wishes,
            scenes=pet.scenes,
            stays=pet.stays(until),
            outages=sorted([*self._cuts, *pet.without_power(until)], key=lambda span: span.start),
            mishaps=sorted([*self._losses, *pet.reboots], key=lambda mark: mark.at),
            counts=self._counts,
            talk=server.talk,
        )

    def _end(self) -> int:
        hours = self._scenario.get("hours")
        return hours * _HOUR_MS if isinstance(hours, int) else self._until

    def _is_ours(self, event: Event) -> bool:
        """Whether it is of the first student, whose things are called after their owner."""
        owner = words(event, "who").rpartition("/")[2]
        self._who = self._who or owner
        return owner == self._who

    def _truth(self, event: Event) -> None:
        self._students.add(words(event, "who"))
        if self._is_ours(event):
            self._person.feels(event)

    def _student(self, event: Event) -> None:
        self._students.add(words(event, "who"))
        if self._is_ours(event):
            self._person.does(event)

    def _screen(self, event: Event) -> None:
        self._counts[f"screen {_screen_of(event)}"] += 1
        if self._is_ours(event):
            self._pet.shows(event)

    def _boot(self, event: Event) -> None:
        if self._is_ours(event):
            self._pet.boots(event)

    def _unplugged(self, event: Event) -> None:
        if self._is_ours(event):
            self._pet.loses_power(event)

    def _cut(self, event: Event) -> None:
        self._cuts.append(Span(number(event, "at"), number(event, "until"), "cut"))

    def _request(self, event: Event) -> None:
        self._count_copies(event)
        if not self._is_ours(event):
            return
        self._ours.add(number(event, "id"))
        if f"{event['method']} {event['path']}" in WANTED:
            self._wanted.add(number(event, "id"))
            self._exchanges.complete(event)

    def _count_copies(self, event: Event) -> None:
        headers = event["headers"]
        key = headers.get("idempotency-key") if isinstance(headers, dict) else None
        if "copy_of" in event:
            self._counts["copy"] += 1
        elif isinstance(key, str):
            self._counts["retry"] += (event["who"], key) in self._keys
            self._keys.add((event["who"], key))

    def _lost(self, event: Event) -> None:
        self._counts[f"lost {event['leg']} {event.get('why', 'loss')}"] += 1
        if number(event, "id") in self._ours and event.get("why") != "cut":
            self._losses.append(Mark(number(event, "at"), "lost", f"{event['leg']} lost"))
        if event["leg"] == "request":
            self._served(event)

    def _served(self, event: Event) -> None:
        if number(event, "id") in self._wanted:
            self._wanted.discard(number(event, "id"))
            exchange = self._exchanges.complete(event)
            if exchange is not None:
                self._server.answers(exchange)

    def _acted(self, event: Event) -> None:
        if number(event, "id") in self._wanted:
            deed = self._deeds.deed(event, self._exchanges)
            if deed is not None and deed.operation in WANTED:
                self._server.answers(deed)

    def _measured(self, event: Event) -> None:
        exchange = measurement(event)
        if exchange is not None and document_of(event)["user_id"] == self._who:
            self._server.answers(exchange)


_HANDLERS: Mapping[str, Callable[[_Telling, Event], None]] = {
    "truth": _Telling._truth,  # noqa: SLF001 -- its own table
    "student": _Telling._student,  # noqa: SLF001
    "screen": _Telling._screen,  # noqa: SLF001
    "boot": _Telling._boot,  # noqa: SLF001
    "unplugged": _Telling._unplugged,  # noqa: SLF001
    "cut": _Telling._cut,  # noqa: SLF001
    "request": _Telling._request,  # noqa: SLF001
    "lost": _Telling._lost,  # noqa: SLF001
    "served": _Telling._served,  # noqa: SLF001
    ACTED: _Telling._acted,  # noqa: SLF001
    MEASURED: _Telling._measured,  # noqa: SLF001
}


def _screen_of(event: Event) -> str:
    scene = event["scene"]
    return str(scene[0]) if isinstance(scene, list) else ""


def _with_reactions(asked: list[Mark], reactions: list[Mark]) -> list[Mark]:
    following = [*(mark.at for mark in asked[1:]), None]
    return [
        reacted(mark, reactions, before) for mark, before in zip(asked, following, strict=False)
    ]
