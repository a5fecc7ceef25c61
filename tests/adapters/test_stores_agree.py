"""Memory, SQLite and MongoDB through both drivers: whatever is asked, all say the same."""

import pytest

from tests.adapters.store_operations import agree
from tests.stores import KINDS


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(3))
async def test_all_stores_say_the_same(seed: int) -> None:
    """The same random operations, on documents that hold anything, end alike on all of them."""
    assert await agree(KINDS, seed, steps=200) > 60
