"""All shipped scenarios, 20 seeds each, and a few days of two students who talk to their pets, or
whose scores the server makes: every judge is content with every day.

Run by ``task sweep``, on all cores. With ``PETCORE_TEST_SEEDS`` it is so many seeds.
"""

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor

import pytest

from simulator.scenarios.reading import shipped
from tests.sweep.days import Day, Verdict, judged

SEEDS = range(1, int(os.environ.get("PETCORE_TEST_SEEDS", "20")) + 1)
DAYS = [
    *(Day(scenario, seed) for scenario in shipped() for seed in SEEDS),
    *(Day("ordinary", seed, pets=2, talkative=True) for seed in SEEDS[:3]),
    Day("locked", SEEDS[0], talkative=True),
    *(Day("exam_day", seed, pets=2, metrics=True) for seed in SEEDS[:3]),
]
STORIES = list(dict.fromkeys(day.story for day in DAYS))

Verdicts = Mapping[Day, "Future[Verdict]"]


@pytest.fixture(scope="module")
def verdicts() -> Iterator[Verdicts]:
    """All days, being lived through."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as pool:
        yield {day: pool.submit(judged, day) for day in DAYS}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_promise_is_kept(verdicts: Verdicts, day: Day) -> None:
    """No judge objects; ``petsim day`` with the words in brackets shows the day of one who did."""
    assert verdicts[day].result().objections == []


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_every_promise_is_put_to_the_test(verdicts: Verdicts, story: Day) -> None:
    """Over the seeds of a scenario each judge has cases."""
    lived = [verdicts[day].result() for day in DAYS if day.story == story]
    for judge in lived[0].cases:
        assert any(verdict.cases[judge] for verdict in lived), judge
