"""Alarms ring where timeouts of SimPy would, and leave nothing behind when they are turned off."""

import random
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import cast

import pytest
from simpy import Environment, Event

from simulator.kernel.alarms import Alarms

_SPANS_MS = (0, 5, 8, 30)
_Step = tuple[int, int, float]


@pytest.mark.parametrize("seed", range(20))
def test_they_ring_as_timeouts_do(seed: int) -> None:
    """Among other events, at the same milliseconds, in the same order; who is off is silent."""
    chance = random.Random(seed)
    steps = [(chance.randint(0, 4), chance.choice(_SPANS_MS), chance.random()) for _ in range(60)]
    rung: list[list[str]] = []
    for is_timeout in (True, False):
        environment, log = Environment(0), list[str]()
        environment.process(_lives(environment, steps, log, is_timeout))
        environment.run()
        rung.append(log)
    assert rung[0] == rung[1]
    assert any("alarm" in line for line in rung[1])


def _lives(
    environment: Environment, steps: Sequence[_Step], log: list[str], is_timeout: bool
) -> Generator[Event, None, None]:
    alarms = Alarms(environment)
    for number, (pause_ms, span_ms, luck) in enumerate(steps):
        ring = partial(_note, environment, log, f"alarm {number}")
        if is_timeout:
            off: list[int] = []
            environment.timeout(span_ms, (off, ring)).callbacks.append(_come)
            turn_off: Callable[[], None] = partial(off.append, 1)
        else:
            turn_off = alarms.set(span_ms, ring).turn_off
        beside = partial(_note, environment, log, f"beside {number}")
        environment.timeout(span_ms, ([], beside)).callbacks.append(_come)
        yield environment.timeout(pause_ms)
        if luck < 0.5:
            turn_off()


def _come(event: Event) -> None:
    off, ring = cast("tuple[list[int], Callable[[], None]]", event.value)
    if not off:
        ring()


def _note(environment: Environment, log: list[str], what: str) -> None:
    log.append(f"{environment.now} {what}")


def test_those_turned_off_are_let_go_of() -> None:
    """A million of them in a world, of which hardly any rings: one stands among the events."""
    environment, rung = Environment(0), list[int]()
    alarms, coming = Alarms(environment), list[int]()

    def live() -> Generator[Event, None, None]:
        for number in range(100):
            alarms.set(50, partial(rung.append, number)).turn_off()
            yield environment.timeout(1)
            coming.append(len(environment._queue))
        alarms.set(50, partial(rung.append, 100))

    environment.process(live())
    environment.run()
    assert max(coming) == 1
    assert (rung, environment.now) == ([100], 150)
