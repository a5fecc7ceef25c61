"""Whether the server is ready."""

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.errors import StoreUnavailable
from petcore.services.platform.health import Health

FACULTIES = {"language": "offline", "voice": "espeak", "hearing": "absent"}


class _SilentStore(MemoryStore):
    async def ping(self) -> None:
        """There is no answer."""
        raise StoreUnavailable("nobody there")


@pytest.mark.asyncio
async def test_a_server_is_as_ready_as_its_store() -> None:
    """The reason is passed on."""
    await Health(MemoryStore(), FACULTIES).check()
    with pytest.raises(StoreUnavailable, match="nobody there"):
        await Health(_SilentStore(), FACULTIES).check()


def test_a_server_knows_what_it_talks_by() -> None:
    """It says so, ready or not."""
    assert Health(_SilentStore(), FACULTIES).faculties == FACULTIES
