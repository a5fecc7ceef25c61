"""The durability of the served file for longer than a commit has time for."""

from pathlib import Path
from random import Random

import pytest

from tests.serving.durability import Kill, outlive

ROUNDS = 40


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(3))
async def test_a_server_that_is_killed_at_any_time_has_lost_nothing(
    tmp_path: Path, seed: int
) -> None:
    """Some servers die after a few answers, some after many, at any moment, and those that follow
    on them while they start, before or after they have made whole what they found.
    """
    chance = Random(seed)
    kills = [
        Kill(
            answers=chance.choice((1, 20, 200, 2_000)),
            delay_s=chance.uniform(0.0001, 0.1),
            stillborn=[chance.uniform(0, 2) for _ in range(chance.choice((0, 0, 1, 2)))],
        )
        for _ in range(ROUNDS)
    ]
    tally = await outlive(tmp_path, kills, seed)
    assert tally.answered >= sum(kill.answers for kill in kills)
    assert min(tally.half_done, tally.lost, tally.given_again) > 0
