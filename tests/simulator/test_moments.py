"""What stands for events of SimPy where there are very many happens where those would."""

import random
from collections.abc import Callable, Coroutine, Generator, Sequence
from functools import partial
from typing import cast

import pytest
from simpy import Environment, Event

from simulator.device.flash import PowerLost
from simulator.device.running import Running
from simulator.kernel.loop import happen, happening
from simulator.kernel.moments import Moment

_SPANS_MS = (0, 1, 3, 8)
_Step = tuple[int, int]


@pytest.mark.parametrize("seed", range(20))
def test_all_happens_as_with_simpy_alone(seed: int) -> None:
    """At the same milliseconds, in the same order, many at the same moment."""
    chance = random.Random(seed)
    steps = [(chance.choice(_SPANS_MS), chance.choice(_SPANS_MS)) for _ in range(60)]
    logs = []
    for is_ours in (False, True):
        environment, log = Environment(0), list[str]()
        for name in ("ada", "bob", "eve"):
            life = _life(environment, name, steps, log, is_ours)
            if is_ours:
                Running(environment, life, _never)
            else:
                environment.process(cast("Generator[Event, object, None]", life))
        environment.run()
        logs.append(log)
    assert logs[0] == logs[1]
    assert len(logs[0]) == 3 * 2 * len(steps)


async def _life(
    environment: Environment, name: str, steps: Sequence[_Step], log: list[str], is_ours: bool
) -> None:
    """Waits for news that come in a while, and then for a while."""
    for number, (news_ms, pause_ms) in enumerate(steps):
        news = Event(environment)
        if is_ours:
            Moment(environment, news_ms, news, _tell)
        else:
            environment.timeout(news_ms, news).callbacks.append(_tell_simpy)
        log.append(f"{environment.now} {name} hears {await happening(news)} {number}")
        pause = Moment(environment, pause_ms, None) if is_ours else environment.timeout(pause_ms)
        await happening(pause)
        log.append(f"{environment.now} {name} {number}")


def _tell(moment: Moment[Event]) -> None:
    happen(moment.value, "it")


def _tell_simpy(timeout: Event) -> None:
    cast("Event", timeout.value).succeed("it")


def _never() -> None:
    raise AssertionError


def test_the_next_step_is_none_of_its_own() -> None:
    """If nothing else is to come at this moment."""
    for others_ms, steps in ((1, 1), (0, 2)):
        environment, heard = Environment(0), list[object]()
        news = Event(environment)
        news.callbacks.append(partial(_hear, heard))
        Moment(environment, 5, news, _tell)
        environment.timeout(5 + others_ms)
        environment.step()
        assert heard == (["it"] if steps == 1 else [])
        assert news.triggered
        environment.run()
        assert heard == ["it"]


def _hear(heard: list[object], event: Event) -> None:
    heard.append(event.value)


def test_what_is_over_cannot_come() -> None:
    """A moment in the past would turn time back."""
    with pytest.raises(ValueError, match="-1 ms from now is over"):
        Moment(Environment(0), -1, None)


def test_who_is_closed_is_not_woken() -> None:
    """What it waited for happens all the same."""
    environment, log = Environment(0), list[str]()
    running = Running(environment, _sleeper(environment, log), _never)
    environment.run(until=5)
    running.close()
    environment.run()
    assert log == ["begins", "ends at 5"]


def test_who_loses_power_tells() -> None:
    """Once, and runs no more."""
    environment, log = Environment(0), list[str]()

    async def work() -> None:
        await happening(Moment(environment, 3, None))
        raise PowerLost

    Running(environment, work(), partial(log.append, "dark"))
    environment.run()
    assert log == ["dark"]


def test_what_goes_wrong_ends_the_world() -> None:
    """In what runs, and in what it waits for; that wakes nobody then."""
    woken: list[str] = []

    async def stumbles(environment: Environment) -> None:
        await happening(Moment(environment, 3, None))
        raise KeyError

    async def waits(environment: Environment) -> None:
        await happening(Event(environment).fail(KeyError()))
        woken.append("it")

    lives: tuple[Callable[[Environment], Coroutine[Event, object, None]], ...] = (stumbles, waits)
    for life in lives:
        environment = Environment(0)
        Running(environment, life(environment), _never)
        with pytest.raises(KeyError):
            environment.run()
    assert woken == []


def test_it_begins_before_all_else() -> None:
    """Of this moment, as a process of SimPy does."""
    environment, log = Environment(0), list[str]()
    Moment(environment, 0, "moment", lambda moment: log.append(moment.value))
    running = Running(environment, _sleeper(environment, log), _never)
    environment.run(until=1)
    running.close()
    assert log == ["begins", "moment", "ends at 1"]


async def _sleeper(environment: Environment, log: list[str]) -> None:
    log.append("begins")
    try:
        while True:
            await happening(Moment(environment, 10, None))
            log.append("wakes")
    finally:
        log.append(f"ends at {environment.now}")
