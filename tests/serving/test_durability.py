"""Whatever was answered has happened once and whole, however often the server is killed."""

from pathlib import Path

import pytest

from tests.serving.durability import Kill, outlive


@pytest.mark.asyncio
async def test_a_killed_server_has_lost_nothing_it_answered(tmp_path: Path) -> None:
    """Five times on one file, a server is killed in the middle of its work. Each start makes whole
    what was half done, gives answers again that were lost, and knows all that was answered before.
    """
    kills = [Kill(answers) for answers in (1_000, 1_037, 1_101, 1_003, 1_068)]
    tally = await outlive(tmp_path, kills, seed=1)
    assert tally.answered >= sum(kill.answers for kill in kills)
    # Were it otherwise, nothing would have been tested.
    assert min(tally.half_done, tally.lost, tally.given_again) > 0
