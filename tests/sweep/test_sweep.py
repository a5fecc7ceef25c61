"""All shipped scenarios, 20 seeds each: every judge is content with every day.

Run by ``task sweep``, on all cores. With ``PETCORE_TEST_SEEDS`` it is so many seeds.
"""

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor

import pytest

from simulator.scenarios.reading import shipped
from tests.sweep.days import Verdict, judged

SEEDS = range(1, int(os.environ.get("PETCORE_TEST_SEEDS", "20")) + 1)
DAYS = [(scenario, seed) for scenario in shipped() for seed in SEEDS]

Verdicts = Mapping[tuple[str, int], "Future[Verdict]"]


@pytest.fixture(scope="module")
def verdicts() -> Iterator[Verdicts]:
    """All days, being lived through."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as pool:
        yield {day: pool.submit(judged, *day) for day in DAYS}


@pytest.mark.parametrize(("scenario", "seed"), DAYS)
def test_every_promise_is_kept(verdicts: Verdicts, scenario: str, seed: int) -> None:
    """No judge objects; ``petsim day --scenario S --seed N`` shows the day that one objected to."""
    assert verdicts[scenario, seed].result().objections == []


@pytest.mark.parametrize("scenario", shipped())
def test_every_promise_is_put_to_the_test(verdicts: Verdicts, scenario: str) -> None:
    """Over the seeds of a scenario each judge has cases."""
    lived = [verdicts[scenario, seed].result() for seed in SEEDS]
    for judge in lived[0].cases:
        assert any(verdict.cases[judge] for verdict in lived), judge
