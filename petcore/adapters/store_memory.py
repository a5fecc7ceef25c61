"""Storage in memory: the twin of the real stores, for simulation and tests.

Here: dictionaries, one sorted list of keys per index, and copies. Not here: threads, waiting,
or a second opinion on the port's laws. Whatever a real store would refuse or lose is refused here
too, so that a document which passes a simulated year also passes a real one.

Every operation is finished before anybody else runs, because nothing in it awaits.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast

from sortedcontainers import SortedList

from petcore.errors import Duplicate
from petcore.ports.document import as_it_is, transcribed
from petcore.ports.store import Collection, Index, Query, R

Document = dict[str, Any]
Key = tuple[Any, ...]
_NESTING = frozenset((dict, list))


class MemoryStore:
    """Keeps documents as long as the object lives; ``open`` and ``close`` have nothing to do."""

    def __init__(self) -> None:
        self._shelves: dict[str, _Shelf] = {}

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do; the documents stay, as they would on a disk."""

    async def ping(self) -> None:
        """Nothing to do."""

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """The document with this ``_id``, or None."""
        document = self._shelf(collection).documents.get(id)
        return None if document is None else cast("R", _copied(document))

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document. Raises ``Duplicate`` and stores nothing if it is not."""
        shelf, taken = self._shelf(collection), _taken(document)
        if taken["_id"] in shelf.documents:
            raise Duplicate(f"{collection.name}: a document with this _id is stored already")
        shelf.put(taken)

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace the document of the same ``_id`` if its version is ``expected``; say whether."""
        shelf, taken = self._shelf(collection), _taken(document)
        present = shelf.documents.get(taken["_id"])
        if present is None or present["version"] != expected:
            return False
        shelf.put(taken)
        return True

    async def find(self, query: Query[R]) -> list[R]:
        """The documents the query describes, in its order."""
        shelf = self._shelf(query.collection)
        found = [shelf.documents[id] for id in shelf.ids(query)]
        return [cast("R", _copied(_lessened(each, query.without))) for each in found]

    async def delete(self, query: Query[R]) -> int:
        """Delete what ``find`` would return; say how many."""
        shelf = self._shelf(query.collection)
        ids = shelf.ids(query)
        for id in ids:
            shelf.drop(id)
        return len(ids)

    async def count(self, query: Query[R]) -> int:
        """How many documents ``find`` would return."""
        return len(self._shelf(query.collection).ids(query))

    def _shelf(self, collection: Collection[R]) -> "_Shelf":
        shelf = self._shelves.get(collection.name)
        if shelf is None:
            shelf = self._shelves[collection.name] = _Shelf(collection)
        elif shelf.collection is not collection and shelf.collection != collection:
            raise ValueError(f"the collection {collection.name} is declared in two ways")
        return shelf


class _Shelf:
    """The documents of one collection with their orders."""

    def __init__(self, collection: Collection[Any]) -> None:
        self.collection = collection
        self.documents: dict[str, Document] = {}
        self._by_id = _Order(Index(()))
        self._orders = [_Order(index) for index in collection.indexes]
        # Two of the same fields sort alike; each refuses what it has to.
        places = zip(collection.indexes, self._orders, strict=True)
        self._sorted_by = {index.fields: order for index, order in places}

    def put(self, document: Document) -> None:
        """Store the document in place of the one with its ``_id``, if there is one."""
        self.collection.require_scalars(document)
        for order in self._orders:
            order.refuse_second_owner(document)
        old = self.documents.get(document["_id"])
        for order in (self._by_id, *self._orders):
            order.move(old, document)
        self.documents[document["_id"]] = document

    def drop(self, id: str) -> None:
        """Forget the document."""
        old = self.documents.pop(id)
        for order in (self._by_id, *self._orders):
            order.move(old, None)

    def ids(self, query: Query[Any]) -> list[str]:
        """The ``_id`` of each document the query describes, in its order."""
        if not self.documents:
            return []
        index = query.index()
        order = self._by_id if index is None else self._sorted_by[index.fields]
        return [key[-1] for key in islice(order.keys(query), query.limit)]


class _Order:
    """The keys of all documents, sorted: the values of an index's fields, then the ``_id``."""

    def __init__(self, index: Index) -> None:
        self._names = (*index.fields, "_id")
        self._sorted: SortedList[Key] = SortedList()
        self._unique = index.unique
        self._owners: dict[Key, str] = {}

    def refuse_second_owner(self, document: Document) -> None:
        """Raise ``Duplicate`` if the document's values belong to another one."""
        key = self._key(document)
        if self._owners.get(key[:-1], key[-1]) != key[-1]:
            raise Duplicate(f"another document has this {', '.join(self._names[:-1])}")

    def move(self, old: Document | None, new: Document | None) -> None:
        """Take the key of ``old`` out and put the key of ``new`` in."""
        before = None if old is None else self._key(old)
        after = None if new is None else self._key(new)
        if before == after:
            return
        if before:
            self._sorted.remove(before)
        if after:
            self._sorted.add(after)
        if self._unique:
            self._pass_on(before, after)

    def keys(self, query: Query[Any]) -> Iterable[Key]:
        """The keys of the documents the query describes but for its limit, in its order."""
        place = len(query.equal)
        prefix = tuple([query.equal[name] for name in self._names[:place]])
        if self._names[place] != query.order:
            # Sorted by ``_id`` below an index that goes on with another field.
            below = [key for key in self._between(prefix, query) if _within(key[-1], query)]
            return sorted(below, key=_id_of, reverse=query.descending)
        bounded = self._between(prefix, query, query.at_least, query.below)
        if self._names[place + 1 :] in ((), ("_id",)):
            return bounded
        # The index has more fields than asked for, and they come before ``_id`` in the key.
        return sorted(bounded, key=lambda key: (key[place], key[-1]), reverse=query.descending)

    def _between(
        self, prefix: Key, query: Query[Any], low: Any = None, high: Any = None
    ) -> Iterator[Key]:
        least = prefix if low is None else (*prefix, low)
        top = (*prefix, _TOP if high is None else high)
        return self._sorted.irange(least, top, (True, False), query.descending)

    def _key(self, document: Document) -> Key:
        return tuple([document[name] for name in self._names])

    def _pass_on(self, before: Key | None, after: Key | None) -> None:
        if before:
            del self._owners[before[:-1]]
        if after:
            self._owners[after[:-1]] = after[-1]


class _Top:
    """Greater than everything, to close a range that has no end."""

    def __gt__(self, other: object) -> bool:
        return True


_TOP = _Top()


def _id_of(key: Key) -> str:
    return cast("str", key[-1])


def _within(value: str, query: Query[Any]) -> bool:
    least, top = query.at_least, query.below
    return (least is None or str(least) <= value) and (top is None or value < str(top))


def _lessened(document: Document, without: tuple[str, ...]) -> Document:
    """The document but for these fields, which stay uncopied."""
    if not without:
        return document
    return {name: value for name, value in document.items() if name not in without}


def _copied(value: Any) -> Any:
    """A copy that shares only what nobody can change."""
    kind = type(value)
    if kind is dict:
        return {k: _copied(v) if type(v) in _NESTING else v for k, v in value.items()}
    if kind is list:
        return [_copied(v) if type(v) in _NESTING else v for v in value]
    return value


def _taken(document: Any) -> Any:
    """A copy of what the port allows; ValueError for anything else."""
    return transcribed(document, as_it_is, as_it_is)
