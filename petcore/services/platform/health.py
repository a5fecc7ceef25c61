"""Whether the server can do its work."""

from petcore.ports.store import Store


class Health:
    """Asks what the server cannot do without."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def check(self) -> None:
        """Return if the server is ready. Raises ``StoreUnavailable`` with the reason."""
        await self._store.ping()
