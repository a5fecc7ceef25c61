"""Whether the server can do its work."""

from collections.abc import Mapping

from petcore.ports.store import Store


class Health:
    """Asks what the server cannot do without. ``faculties`` says by what the pet writes, speaks,
    hears and sees (``language``, ``voice``, ``hearing``, ``sight``): nobody asks these, since they
    may cost money.
    """

    def __init__(self, store: Store, faculties: Mapping[str, str]) -> None:
        self._store = store
        self.faculties = faculties

    async def check(self) -> None:
        """Return if the server is ready. Raises ``StoreUnavailable`` with the reason."""
        await self._store.ping()
