"""Whatever was answered has happened once and whole, whoever is killed, however often."""

from pathlib import Path

import pytest

from tests.mongo.server import mongo_server
from tests.serving.durability import Kill, outlive
from tests.serving.places import FilePlace, MongoPlace


@pytest.mark.asyncio
async def test_a_killed_server_has_lost_nothing_it_answered(tmp_path: Path) -> None:
    """Three times on one file, a server is killed in the middle of its work. Each start makes whole
    what was half done, gives answers again that were lost, and knows all that was answered before.
    """
    kills = [Kill(answers) for answers in (250, 281, 300)]
    tally = await outlive(FilePlace(tmp_path), kills, seed=1)
    assert tally.answered >= sum(kill.answers for kill in kills)
    # Were it otherwise, nothing would have been tested.
    assert min(tally.half_done, tally.lost, tally.given_again) > 0


@pytest.mark.asyncio
async def test_killed_with_its_database_or_without_it_has_lost_nothing(tmp_path: Path) -> None:
    """The server dies, then both, then the database alone: until that is back, the server refuses
    with 503 and Retry-After, and then it goes on by itself.
    """
    kills = [
        Kill(150),
        Kill(150, victims=("database", "server")),
        Kill(150, victims=("database",)),
    ]
    with mongo_server() as mongo:
        place = MongoPlace(tmp_path, mongo, mongo.uri(), "motor")
        tally = await outlive(place, kills, seed=1)
    assert tally.answered >= sum(kill.answers for kill in kills)
    assert min(tally.half_done, tally.lost, tally.given_again, tally.refused) > 0
