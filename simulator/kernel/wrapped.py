"""A store in front of another one: what all of those have in common."""

from collections.abc import Callable, Coroutine
from typing import TypeVar

from petcore.ports.store import Collection, Query, R, Store

T = TypeVar("T")

Doing = Coroutine[object, object, T]
"""What is done as soon as somebody waits for it."""

Ask = Callable[[], Doing[T]]


class WrappedStore:
    """Hands everything on to ``store``. All that is asked passes ``_do``, in which others may do
    something else; so nothing here is a coroutine of its own, which each call would have to pay.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def _do(self, operation: str, ask: Ask[T]) -> Doing[T]:
        """What comes of an operation, such as "insert", that ``ask`` asks the other store for."""
        return ask()

    def open(self) -> Doing[None]:
        """Get ready. Raises ``StartRefused`` if that cannot be."""
        return self._do("open", self._store.open)

    def close(self) -> Doing[None]:
        """Finish what was begun and let go. Closing twice is allowed."""
        return self._do("close", self._store.close)

    def ping(self) -> Doing[None]:
        """Return if the store can be read and written now."""
        return self._do("ping", self._store.ping)

    def get(self, collection: Collection[R], id: str) -> Doing[R | None]:
        """The document with this ``_id``, or None."""
        return self._do("get", lambda: self._store.get(collection, id))

    def insert(self, collection: Collection[R], document: R) -> Doing[None]:
        """Store a new document durably. Raises ``Duplicate`` and stores nothing if it is not."""
        return self._do("insert", lambda: self._store.insert(collection, document))

    def replace(self, collection: Collection[R], document: R, expected: int) -> Doing[bool]:
        """Replace the document of the same ``_id`` if its version is ``expected``; say whether."""
        return self._do("replace", lambda: self._store.replace(collection, document, expected))

    def find(self, query: Query[R]) -> Doing[list[R]]:
        """The documents the query describes, in its order."""
        return self._do("find", lambda: self._store.find(query))

    def delete(self, query: Query[R]) -> Doing[int]:
        """Delete what ``find`` would return; say how many."""
        return self._do("delete", lambda: self._store.delete(query))

    def count(self, query: Query[R]) -> Doing[int]:
        """How many documents ``find`` would return."""
        return self._do("count", lambda: self._store.count(query))
