"""The durability of what was answered, for longer than a commit has time for."""

from pathlib import Path
from random import Random

import pytest

from petcore.adapters.store_mongo import Driver
from tests.mongo.server import mongo_server
from tests.serving.durability import Kill, Tally, Victim, outlive
from tests.serving.places import FilePlace, MongoPlace

FILE_ROUNDS, MONGO_ROUNDS = 40, 20
DEATHS: tuple[tuple[Victim, ...], ...] = (
    ("server",),
    ("database",),
    ("database", "server"),
    ("server", "database"),
)


def _kill(chance: Random, victims: tuple[Victim, ...], answers: tuple[int, ...]) -> Kill:
    return Kill(
        answers=chance.choice(answers),
        delay_s=chance.uniform(0.0001, 0.1),
        stillborn=[chance.uniform(0, 2) for _ in range(chance.choice((0, 0, 1, 2)))],
        victims=victims,
    )


def _demand_that_it_tested(tally: Tally, kills: list[Kill]) -> None:
    assert tally.answered >= sum(kill.answers for kill in kills)
    assert min(tally.half_done, tally.lost, tally.given_again) > 0


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(3))
async def test_a_server_that_is_killed_at_any_time_has_lost_nothing(
    tmp_path: Path, seed: int
) -> None:
    """Some servers die after a few answers, some after many, at any moment, and those that follow
    on them while they start, before or after they have made whole what they found.
    """
    chance = Random(seed)
    kills = [_kill(chance, ("server",), (1, 20, 200, 2_000)) for _ in range(FILE_ROUNDS)]
    _demand_that_it_tested(await outlive(FilePlace(tmp_path), kills, seed), kills)


@pytest.mark.asyncio
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_whoever_is_killed_at_any_time_nothing_is_lost(
    tmp_path: Path, driver: Driver, workers: int
) -> None:
    """Server, database, or both, in either order; a server with more than one process dies whole.
    As many rounds of each, mixed.
    """
    chance = Random(workers)
    kills = [_kill(chance, death, (1, 20, 200, 600)) for death in DEATHS * (MONGO_ROUNDS // 4)]
    chance.shuffle(kills)
    with mongo_server() as mongo:
        place = MongoPlace(tmp_path, mongo, mongo.uri(), driver, workers)
        tally = await outlive(place, kills, workers)
    _demand_that_it_tested(tally, kills)
    assert tally.refused > 0
