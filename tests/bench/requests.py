"""What polling costs an idle pet on the real server, and how late a reminder then is: when the
server says, against fixed periods.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import time
from tempfile import TemporaryFile
from typing import Literal

import orjson

from simulator.kernel.trace import Event, number
from simulator.network.weather import Weather
from simulator.people.habits import Timetable, WaterWish
from simulator.scenarios.reading import find
from simulator.scenarios.scenario import Scenario
from simulator.world import World, run
from tests.bench.figures import Aim, Figure, Report

_Polling = Literal["fixed", "next"]
_POLLINGS: tuple[_Polling, ...] = ("fixed", "next")
_FEWER = Aim(0.1)
_LATE_S = Aim(5)
_HOUR_MS = 3_600_000
_OPENS_H, _CLOSES_H, _INTERVAL_MS = 8, 22, _HOUR_MS
_TONE_HZ = 880


def requests() -> Report:
    """A day in which nobody studies and nothing goes wrong."""
    seen = {polling: _Seen(polling) for polling in _POLLINGS}
    fixed, following = seen["fixed"], seen["next"]
    ratio = following.requests.total() / fixed.requests.total()
    told = f"{following.requests.total():,} against {fixed.requests.total():,} a day"
    return Report(
        [
            Figure("requests of an idle pet, next_poll_s / fixed periods", ratio, told, _FEWER),
            *(_lateness(polling, world) for polling, world in seen.items()),
        ],
        [f"polling {name}: {_listed(world.requests)}" for name, world in seen.items()],
    )


def _lateness(polling: str, world: "_Seen") -> Figure:
    worst_s = max(world.late_ms) / 1_000
    return Figure(
        f"worst lateness of a reminder, polling {polling}",
        worst_s,
        f"of {len(world.late_ms)} reminders",
        _LATE_S if polling == "next" else None,
        unit="s",
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{path} {count:,}" for path, count in sorted(counts.items()))


def _idle(polling: _Polling) -> Scenario:
    story = find("ordinary")
    return story.model_copy(
        update={
            "timetable": Timetable(wake=time(7), bed=time(23, 15)),
            "water": WaterWish(start_time=time(_OPENS_H), end_time=time(_CLOSES_H)),
            "network": Weather(request_loss=0, answer_loss=0, duplication=0),
            "device": story.device.model_copy(update={"polling": polling, "unplugged": ()}),
        }
    )


class _Seen:
    """Listens to what the pet asks, and to when it sounds after the server has told it to."""

    def __init__(self, polling: _Polling) -> None:
        self.requests: Counter[str] = Counter()
        self.late_ms: list[int] = []
        self._due_ms = _OPENS_H * _HOUR_MS
        self._reminded_ms: int | None = None
        with TemporaryFile() as trace:
            run(World(seed=1, scenario=_idle(polling)), trace)
            trace.seek(0)
            for line in trace:
                self._see(orjson.loads(line))

    def _see(self, event: Event) -> None:
        if event["kind"] == "request" and str(event["who"]).startswith("pet/"):
            self.requests[str(event["path"])] += 1
        elif event["kind"] == "served" and '"remind_now":true' in str(event["body"]):
            self._reminded_ms = number(event, "at")
        elif event["kind"] == "tone" and self._reminded_ms and event["hz"] == _TONE_HZ:
            self.late_ms.append(number(event, "at") - self._due_ms)
            self._due_ms = self._reminded_ms + _INTERVAL_MS
            self._reminded_ms = None
