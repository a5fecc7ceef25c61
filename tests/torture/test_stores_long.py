"""All stores against one another, for longer than a commit has time for."""

import pytest

from tests.adapters.store_operations import agree
from tests.stores import KINDS


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(1_000, 1_020))
async def test_all_stores_say_the_same_for_long(seed: int) -> None:
    """The same random operations end alike on all of them."""
    assert await agree(KINDS, seed, steps=3_000) > 1_000
