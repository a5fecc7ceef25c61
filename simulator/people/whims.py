"""What a student does to a pet's memory and schedule that no timetable knows of.

Both come at the worst moment: what was said is erased while something is said, the schedule is
changed when the next reminder is due. Not here: what programs of the student ask for (``errands``).
"""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from simulator.kernel.fate import Fate
from simulator.network.client import Client
from simulator.people.desk import WATER_DROP
from simulator.people.faults import PeopleFaults
from simulator.people.mind import Mind
from simulator.people.talk import MEMORY, Talk
from simulator.people.water import Schedule, WaterSchedule

_AT_ONCE = (0, 0)
_ABOUT_MS = (-4_000, 4_000)
"""How much sooner or later than it is due a reminder is met by a change."""
_MINUTE_MS = 60_000
_WHILE_ANSWERED_MS = (0, 6_000)
_OFF_MS = (1_000, 600_000)
"""How long a schedule is switched off."""

_CHANGES: Mapping[str, Callable[[int], Schedule]] = {
    "sooner": lambda interval_min: {"interval_min": max(1, interval_min // 2)},
    "later": lambda interval_min: {"interval_min": min(240, interval_min * 2)},
    "all day": lambda _: {"start_time": "00:00", "end_time": "00:00"},
    "by day": lambda _: {"start_time": "08:00", "end_time": "22:00"},
    "off": lambda _: {"enabled": False},
}
"""What becomes of a schedule."""


class Whims:
    """One student's. Without ``talk`` nothing was ever said, and is erased all the same."""

    def __init__(
        self, mind: Mind, fate: Fate, phone: Client, water: WaterSchedule, talk: Talk | None
    ) -> None:
        self._mind, self._stage, self._fate = mind, mind.stage, fate
        self._phone, self._water, self._talk = phone, water, talk
        self._who = f"phone/{mind.user_id}"
        self._screen = ""
        self._reminded_at = 0

    def begin(self, faults: PeopleFaults) -> None:
        """Live by them."""
        for fault, often, begin in (
            ("erasure", faults.erasures, self._erase),
            ("schedule change", faults.schedule_changes, self._lie_in_wait),
        ):
            self._fate.spells(fault, self._who, often, _AT_ONCE, _without_span(begin))

    def follow(self, screen: str) -> None:
        """The pet shows something else: a reminder may have come."""
        if screen == WATER_DROP and self._screen != WATER_DROP:
            self._reminded_at = self._stage.now
        self._screen = screen

    def _erase(self) -> None:
        """Erase what was said, now or in the middle of what is said next."""
        chance = self._fate.chance("erasure moment", self._who)
        waits, after_ms = chance.randrange(2) == 0, chance.randint(*_WHILE_ANSWERED_MS)
        if self._talk is None:
            self._stage.live(self._erase_nothing())
        elif waits:
            self._talk.erase_next(after_ms)
        else:
            self._talk.erase()

    async def _erase_nothing(self) -> None:
        await self._phone.delete(f"{MEMORY}?user_id={quote(self._mind.user_id, safe='')}")

    def _lie_in_wait(self) -> None:
        """Change the schedule when the next reminder is due, as far as one can know that."""
        chance = self._fate.chance("schedule change moment", self._who)
        due = self._reminded_at + self._water.interval_min * _MINUTE_MS
        wait_ms = max(0, due - self._stage.now + chance.randint(*_ABOUT_MS))
        what, off_ms = chance.choice(tuple(_CHANGES)), chance.randint(*_OFF_MS)
        self._stage.after(wait_ms, lambda: self._change(what))
        if what == "off":
            self._stage.after(wait_ms + off_ms, lambda: self._water.change({"enabled": True}))

    def _change(self, what: str) -> None:
        self._water.change(_CHANGES[what](self._water.interval_min))


def _without_span(do: Callable[[], None]) -> Callable[[int], None]:
    return lambda _: do()
