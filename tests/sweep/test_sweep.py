"""All shipped scenarios with many seeds, a few days of students who talk to their pets or whose
scores the server makes, storms, swarms, and a few worlds that nobody has seen before: every judge
is content with every world.

Run by ``task sweep``, on all cores. With ``PETCORE_TEST_SEEDS`` it is so many seeds.
"""

import os
from random import SystemRandom

import pytest

from simulator.scenarios.reading import shipped
from tests.sweep.days import Day, Pool, Swept

SEEDS = range(1, int(os.environ.get("PETCORE_TEST_SEEDS", "20")) + 1)
IS_BRIEF = len(SEEDS) < 20
FEW = SEEDS[: 2 if IS_BRIEF else 3]
DAYS = [
    *(Day(scenario, seed) for scenario in shipped() for seed in SEEDS),
    *(Day("ordinary", seed, pets=2, talkative=True) for seed in FEW),
    Day("locked", SEEDS[0], talkative=True),
    *(Day("exam_day", seed, pets=2, metrics=True) for seed in FEW),
]
STORIES = list(dict.fromkeys(day.story for day in DAYS))
WORLDS = [Swept(f"{preset}/{seed}") for preset in ("storm", "swarm") for seed in SEEDS]
FRESH = [
    Swept(f"{preset}/{SystemRandom().getrandbits(32)}")
    for preset in ("storm", "swarm")
    for _ in range(1 if IS_BRIEF else 6)
]


@pytest.mark.parametrize("jobs", [(day,) for day in DAYS], ids=map(str, DAYS))
def test_every_promise_is_kept(lived: Pool, jobs: tuple[Day]) -> None:
    """No judge objects; ``petsim day`` with the words in brackets shows the day of one who did."""
    assert lived(jobs[0]).objections == []


@pytest.mark.parametrize(
    "jobs",
    [tuple(day for day in DAYS if day.story == story) for story in STORIES],
    ids=map(str, STORIES),
)
def test_every_promise_is_put_to_the_test(lived: Pool, jobs: tuple[Day, ...]) -> None:
    """Over the seeds of a scenario each judge has cases."""
    days = [lived(job) for job in jobs]
    for judge in days[0].cases:
        assert any(day.cases[judge] for day in days), judge


@pytest.mark.parametrize("jobs", [(world,) for world in WORLDS], ids=map(str, WORLDS))
def test_every_promise_is_kept_in_bad_weather(lived: Pool, jobs: tuple[Swept]) -> None:
    """Storms and swarms that are the same each time."""
    assert lived(jobs[0]).objections == []


@pytest.mark.parametrize("jobs", [(world,) for world in FRESH], ids=map(str, FRESH))
def test_every_promise_is_kept_in_a_fresh_world(lived: Pool, jobs: tuple[Swept]) -> None:
    """Others each time: what is found here is found again by the words in brackets."""
    assert lived(jobs[0]).objections == []
